//! The native door: what the page does, in a terminal. It holds no logic of its own.
//!
//! Exit codes: 0 done and decided, 1 wrong use or nothing to work on, 2 the answer depends on something that
//! is not known, 3 not everything could be printed in the form asked for.

mod anonymise;
mod answer;
mod change;
mod check;
mod draw;
mod explain;
mod grade;
mod lesson;
mod mdbook;
mod offer;
mod out;
mod page;
mod picture;
#[cfg(feature = "png")]
mod png;
#[cfg(not(feature = "png"))]
#[path = "no_png.rs"]
mod png;
mod read;
mod share;
mod sources;
mod walk;

use chainwalk::view::{Colours, Film, Lang};
use chainwalk::{Tables, Wanted};
use chainwalk_take::Look;
use clap::{Parser, Subcommand, ValueEnum};
use out::complain;
use std::process::ExitCode;

/// The version of this program.
const HERE: &str = env!("CARGO_PKG_VERSION");

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
    /// Write a page without a script for each case and lesson, and the card that chat programs and networks show of a link
    /// to it: of a case its walk in words and its picture, of a lesson what it asks
    Page {
        /// Cases and lessons.
        #[arg(value_name = "CASE", required = true)]
        cases: Vec<String>,
        /// The folder that Chainwalk's page is served in: `https://example.org/chainwalk/`.
        #[arg(long, value_name = "URL")]
        site: String,
        /// The folder in which each case gets one of its own.
        #[arg(short, long, value_name = "FOLDER")]
        output: String,
        /// Where that folder is served; else it is `e/` below the site.
        #[arg(long, value_name = "URL")]
        served: Option<String>,
    },
    /// Draw the fences of a book as figures, as a preprocessor of mdBook: `command = "chainwalk mdbook"`.
    #[command(name = "mdbook")]
    MdBook {
        /// What mdBook asks first: `supports RENDERER`.
        #[arg(num_args = 0..=2)]
        asked: Vec<String>,
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
        /// Explain the words of the rules on the way, each once: options, targets, states, marks, chains.
        #[arg(long)]
        explain: bool,
        /// Print the answer as JSON, as `answer` does.
        #[arg(long)]
        json: bool,
        /// Print Markdown: the answer, a table of the steps, and the case as a fence.
        #[arg(long, conflicts_with_all = ["json", "changes", "explain", "round_trip"])]
        markdown: bool,
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
    /// Draw the walk of one packet: 3 where the file would be larger than it may be.
    Draw {
        /// A case; `-` is the standard input.
        #[arg(value_name = "CASE")]
        source: String,
        /// Where to write: NAME.svg, NAME.png, or NAME.walk.json for a recording that a page plays; `-.svg`, `-.png`
        /// and `-.walk.json` print it.
        #[arg(short, long, value_name = "FILE", allow_hyphen_values = true)]
        output: String,
        /// The packet and stop that are shown, from 1: `2/14`, `1/end`.
        #[arg(long, value_name = "PACKET/STOP")]
        at: Option<String>,
        /// Let the picture move: it plays the walk some times, then rests at its end.
        #[arg(long)]
        animate: bool,
        /// How often it plays.
        #[arg(long, value_name = "NUMBER", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
        rounds: u32,
        /// Let a long walk move through all of its stops, not its hooks and matches alone.
        #[arg(long)]
        all: bool,
        /// Width and height in CSS pixels.
        #[arg(long, value_name = "WIDTHxHEIGHT")]
        size: Option<String>,
        /// Light or dark, whatever the reader has.
        #[arg(long, value_enum)]
        theme: Option<Theme>,
        /// Put the case into the picture, so that it can be opened again.
        #[arg(long)]
        carry: bool,
        /// Leave the case out of a recording: it can then be played and nothing else.
        #[arg(long)]
        bare: bool,
        /// Write nothing that is larger.
        #[arg(long, value_name = "NUMBER")]
        max_bytes: Option<usize>,
        /// Exit with 2 where the answer depends on something.
        #[arg(long)]
        strict: bool,
        /// The language of the sentences; else the case's own.
        #[arg(long, value_enum)]
        lang: Option<Language>,
    },
    /// Replay what cases, lessons, Markdown pages, recordings and pictures claim: 0 all hold, 2 one depends without claiming so, 3 one does not hold.
    Check {
        /// Files and folders. Of a folder `.walk.txt`, `.lesson.txt`, Markdown, HTML, `.walk.json` and `.svg` files are read.
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
    /// Replay hand-ins on the hosts of a lesson: 0 all goals are met, 2 one depends, 3 one is not met.
    Grade {
        /// The lesson, NAME.lesson.txt.
        lesson: String,
        /// What was handed in, a file each.
        #[arg(required = true, value_name = "HAND-IN")]
        hand_ins: Vec<String>,
        /// Print comma-separated values.
        #[arg(long)]
        csv: bool,
        /// Print JSON.
        #[arg(long, conflicts_with = "csv")]
        json: bool,
    },
    /// Print a text without the names in it: 0 where it walks as before, 2 where there is no packet to compare, 3 where
    /// it differs. Public addresses become those of examples; what is replaced is told beside it.
    Anonymise {
        /// A case, or files that are one paste; `-` is the standard input.
        #[arg(required = true)]
        files: Vec<String>,
        /// A packet by which the walks are compared; a case has its own.
        #[arg(long, value_name = "LINE")]
        packet: Vec<String>,
        /// An address or a name that stays, as it is written.
        #[arg(long, value_name = "WORD")]
        keep: Vec<String>,
        /// What goes, too: a word, wherever it stands and however it is capitalised, or `private` for the addresses of
        /// private networks.
        #[arg(long, value_name = "WORD")]
        also: Vec<String>,
        /// A file whose text decides what becomes of which, so that the same comes out again; else nobody knows it.
        #[arg(long, value_name = "FILE")]
        key_file: Option<String>,
        /// Write what was replaced here, and not to the standard error.
        #[arg(long, value_name = "FILE")]
        report: Option<String>,
        /// Write the text here.
        #[arg(short, long, value_name = "FILE")]
        output: Option<String>,
    },
    /// Answer cases, one JSON object a line.
    Answer {
        /// A file of cases; `-` is the standard input.
        file: String,
        /// Put beside each packet what follows it in its connection, there and back.
        #[arg(long)]
        round_trip: bool,
        /// Beside which packets the conntrack table stands.
        #[arg(long, value_enum, default_value = "each")]
        conntrack: Conntrack,
    },
}

/// Beside which packets the conntrack table stands.
#[derive(Clone, Copy, ValueEnum)]
enum Conntrack {
    /// Beside each, as it is then.
    Each,
    /// Beside the last packet of a case alone: of many flows the table is most of an answer.
    Last,
}

impl From<Conntrack> for Tables {
    fn from(conntrack: Conntrack) -> Self {
        match conntrack {
            Conntrack::Each => Self::Each,
            Conntrack::Last => Self::Last,
        }
    }
}

/// The colours of a picture.
#[derive(Clone, Copy, ValueEnum)]
enum Theme {
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl From<Theme> for Colours {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::Light => Self::Light,
            Theme::Dark => Self::Dark,
        }
    }
}

/// A form that a case is shared in.
#[derive(Clone, Copy, ValueEnum)]
enum ShareForm {
    /// The address.
    Link,
    /// The address without a codec: the text itself, percent-encoded.
    Text,
    /// A fence for a Markdown page.
    Markdown,
    /// A figure for a page, its recording in it.
    Html,
    /// A frame for a page that takes no script.
    Iframe,
    /// A QR code of the address, drawn in characters.
    Qr,
}

impl From<ShareForm> for chainwalk_take::share::Form {
    fn from(form: ShareForm) -> Self {
        match form {
            // A code is an address, drawn.
            ShareForm::Link | ShareForm::Qr => Self::Link,
            ShareForm::Text => Self::Text,
            ShareForm::Markdown => Self::Markdown,
            ShareForm::Html => Self::Html,
            ShareForm::Iframe => Self::Iframe,
        }
    }
}

/// A form that rules are printed in.
#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// What `iptables-restore` takes.
    Save,
    /// What `nft -f` takes.
    Nft,
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
        Command::Read { files, form: Some(form), .. } => read::printed(&files, form),
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
            explain,
            json,
            markdown,
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
            explain,
            json,
            markdown,
            lang: lang.into(),
        }),
        Command::Share { source, read: true, lang, .. } => share::read(&source, lang.into()),
        Command::Share { source, base, at, form, .. } => share::write(&share::Wanted {
            source: &source,
            base: &base,
            at: at.as_deref(),
            form: form.into(),
            as_code: matches!(form, ShareForm::Qr),
        }),
        Command::Draw {
            source,
            output,
            at,
            animate,
            rounds,
            all,
            size,
            theme,
            carry,
            bare,
            max_bytes,
            strict,
            lang,
        } => {
            let colours = theme.map_or(Colours::Both, Colours::from);
            let look = if animate {
                Look::Moving(Film { rounds, all, colours })
            } else {
                Look::Still(colours)
            };
            picture::draw(&picture::Wanted {
                source: &source,
                output: &output,
                at: at.as_deref(),
                size: size.as_deref(),
                look,
                carry,
                bare,
                max_bytes,
                strict,
                lang: lang.map(Lang::from),
            })
        }
        Command::Page { cases, site, output, served } => {
            let served = served.unwrap_or_else(|| format!("{site}e/"));
            page::write(&page::Wanted {
                cases: &cases,
                site: &site,
                output: &output,
                served: &served,
            })
        }
        Command::MdBook { asked } => mdbook::run(&asked),
        Command::Check { paths, fix, strict, json } => {
            check::check(&check::Wanted { paths: &paths, fix, strict, json })
        }
        Command::Grade { lesson, hand_ins, csv, json } => {
            grade::run(&grade::Wanted { lesson: &lesson, hand_ins: &hand_ins, csv, json })
        }
        Command::Anonymise { files, packet, keep, also, key_file, report, output } => {
            anonymise::run(&anonymise::Wanted {
                files: &files,
                packets: &packet,
                keep: &keep,
                also: &also,
                key_file: key_file.as_deref(),
                report: report.as_deref(),
                output: output.as_deref(),
            })
        }
        Command::Answer { file, round_trip, conntrack } => {
            answer::answer(&file, Wanted { round_trip, tables: conntrack.into() })
        }
    };
    match done {
        Ok(code) => ExitCode::from(code),
        // A reader that has seen enough is no failure.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(e) => {
            complain!("{e}");
            ExitCode::from(1)
        }
    }
}
