//! The native door: what the page does, in a terminal. It holds no logic of its own.
//!
//! Exit codes: 0 done and decided, 1 wrong use or nothing to work on, 2 the answer depends on something that
//! is not known, 3 not everything could be printed in the form asked for.

mod answer;
mod change;
mod check;
mod draw;
mod offer;
mod read;
mod share;
mod sources;
mod walk;

use chainwalk::view::Lang;
use clap::{Parser, Subcommand, ValueEnum};
use std::process::ExitCode;

/// Watch a packet walk the netfilter chains.
#[derive(Parser)]
#[command(name = "chainwalk", arg_required_else_help = true)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Tell what was recognised in a paste, and what was not.
    Read {
        /// Files to read as one paste; `-` is the standard input.
        #[arg(required = true)]
        files: Vec<String>,
        /// Print the rules in this form instead.
        #[arg(long = "as", value_name = "FORM")]
        form: Option<Form>,
        /// Print what was read as JSON.
        #[arg(long, conflicts_with = "form")]
        json: bool,
        /// The language of the sentences.
        #[arg(long, value_enum, default_value = "en")]
        lang: Language,
    },
    /// Send packets, in order, through the host that a paste describes.
    Walk {
        /// Files to read as one paste, or one case; `-` is the standard input.
        #[arg(required = true)]
        files: Vec<String>,
        /// A packet: `curl 172.17.0.2:80 from 172.17.0.1 in eth0`, `tcp A:P > B:P in eth0 syn`, `reply 1`.
        /// A case has its own; given here, these are sent instead.
        #[arg(long, value_name = "LINE")]
        packet: Vec<String>,
        /// A fact beyond the paste: `eth0=172.17.0.2/16`, `route=default via 10.0.0.1 dev eth0`.
        #[arg(long, value_name = "NAME=VALUE")]
        assume: Vec<String>,
        /// Make a change first and show both fates: `iptables -I FORWARD …`, `sysctl -w …`, `ip route add …`.
        #[arg(long, value_name = "COMMAND")]
        edit: Vec<String>,
        /// Print too what follows each packet in its connection, there and back.
        #[arg(long)]
        round_trip: bool,
        /// Search for the smallest changes that would let each packet through, or stop it.
        #[arg(long)]
        changes: bool,
        /// The host that the packets come to, by its name or number, where a paste speaks of several.
        #[arg(long, value_name = "NAME")]
        host: Option<String>,
        /// The moment, from 1, where a paste shows a table in several states; else the last.
        #[arg(long, value_name = "NUMBER")]
        moment: Option<usize>,
        /// Print the answer as JSON, as `answer` does.
        #[arg(long)]
        json: bool,
        /// The language of the sentences.
        #[arg(long, value_enum, default_value = "en")]
        lang: Language,
    },
    /// Print a link that holds a case, or the text of a link.
    Share {
        /// A case or a paste; `-` is the standard input. With `--read`, a link.
        #[arg(value_name = "CASE")]
        source: String,
        /// Print the text that a link holds.
        #[arg(long)]
        read: bool,
        /// The address of the page, in front of the link.
        #[arg(long, value_name = "URL", default_value = "")]
        base: String,
        /// Open at this packet and stop, from 1: `2/14`, `1/end`.
        #[arg(long, value_name = "PACKET/STOP")]
        at: Option<String>,
        /// What to print.
        #[arg(long = "as", value_enum, default_value = "link")]
        form: ShareForm,
        /// The language of the sentences.
        #[arg(long, value_enum, default_value = "en")]
        lang: Language,
    },
    /// Replay what cases and Markdown pages claim: 0 all hold, 2 one depends without claiming so, 3 one does not hold.
    Check {
        /// Files and folders. Of a folder `.walk.txt` and Markdown files are read.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<String>,
        /// Write the claims about packets anew, as they come out. Goals are promises and stay.
        #[arg(long)]
        fix: bool,
        /// Want a claim in each case.
        #[arg(long)]
        strict: bool,
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Answer cases, one JSON object a line.
    Answer {
        /// A file of cases; `-` is the standard input.
        file: String,
        /// Put beside each packet what follows it in its connection, there and back.
        #[arg(long)]
        round_trip: bool,
    },
}

/// A form that a case is shared in.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ShareForm {
    /// The address.
    Link,
    /// The address without a codec: the text itself, percent-encoded.
    Text,
    /// A fence for a Markdown page.
    Markdown,
}

/// A form that rules are printed in.
#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// What `iptables-restore` takes.
    Save,
}

/// A language of the sentences.
#[derive(Clone, Copy, ValueEnum)]
enum Language {
    /// English.
    En,
    /// 简体中文.
    Zh,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::En,
            Language::Zh => Self::Zh,
        }
    }
}

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(u8::from(e.use_stderr()));
        }
    };
    let done = match args.command {
        Command::Read { files, form: Some(Form::Save), .. } => read::save(&files),
        Command::Read { files, json: true, .. } => read::json(&files),
        Command::Read { files, lang, .. } => read::words(&files, lang.into()),
        Command::Walk {
            files,
            packet,
            assume,
            edit,
            round_trip,
            changes,
            host,
            moment,
            json,
            lang,
        } => walk::walk(&walk::Wanted {
            files: &files,
            packets: &packet,
            assume: &assume,
            edits: &edit,
            round_trip,
            changes,
            host: host.as_deref(),
            moment,
            json,
            lang: lang.into(),
        }),
        Command::Share { source, read: true, lang, .. } => share::read(&source, lang.into()),
        Command::Share { source, base, at, form, .. } => {
            share::write(&share::Wanted { source: &source, base: &base, at: at.as_deref(), form })
        }
        Command::Check { paths, fix, strict, json } => {
            check::check(&check::Wanted { paths: &paths, fix, strict, json })
        }
        Command::Answer { file, round_trip } => answer::answer(&file, round_trip),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        // A reader that has seen enough is no failure.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("chainwalk: {e}");
            ExitCode::from(1)
        }
    }
}
