//! The chores of the project: every command a developer or the checks run, on any machine.

mod bench;
mod editor;
mod embed;
mod generators;
mod npm;
mod page;
mod profile;
mod script;
mod style;
mod test;
mod tools;
mod workspace;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use profile::Profile;
use std::process::ExitCode;
use workspace::Workspace;

/// The chores of Chainwalk.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Install what is missing, in the pinned versions, and skip what is there
    Setup,
    /// Build the page, serve it on this machine, and build it again when a file changes
    Serve(Serve),
    /// Run every test: this machine's, the wasm ones, and the built page in Chromium
    Test(Test),
    /// Build the page as it ships into `dist/`, and as one file, and report their sizes
    Build(Build),
    /// Make one style sheet of the parts that web/style.css names, and the script of the figure; the page's build does it by itself
    Style,
    /// Bundle the parts of `CodeMirror` that the page takes into web/editor/codemirror.js, from pinned versions
    Editor,
    /// Build a site by each of MkDocs, Material, mdBook, Hugo, Jekyll and Sphinx, for the browser tests, and record its page
    Generators,
    /// Make the npm package in `target/npm`, and check it
    Npm,
    /// Measure what the engine costs beside its peers on this machine, and how it grows: 1 where it grows too fast
    Bench(Bench),
    /// Check the licences and sources of what the project stands on
    Deny,
}

#[derive(Args)]
struct Serve {
    /// The port to serve on
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Build the page as it ships
    #[arg(long)]
    release: bool,
    /// Do not open a browser (one is opened only where a display is found)
    #[arg(long)]
    no_open: bool,
}

#[derive(Args)]
struct Build {
    /// Where the page will be served: what the links are made of that the page as one file makes
    #[arg(long, default_value = "")]
    site: String,
}

#[derive(Args)]
struct Bench {
    /// Put the table into docs/performance.md
    #[arg(long)]
    keep: bool,
    /// No input has more rules than this
    #[arg(long, value_name = "RULES", default_value_t = 1_000_000)]
    most: usize,
    /// Measure this `chainwalk` rather than build the one that ships, to hold two of them against each other
    #[arg(long, value_name = "PROGRAM")]
    ours: Option<std::path::PathBuf>,
}

#[derive(Args)]
struct Test {
    /// Run these parts only
    #[arg(value_enum)]
    parts: Vec<test::Part>,
    /// Drive a development build of the page: faster to build, not what ships
    #[arg(long)]
    dev: bool,
}

fn main() -> ExitCode {
    match run(Cli::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> Result<()> {
    let house = Workspace::find()?;
    match chore {
        Chore::Setup => tools::setup(&house),
        Chore::Serve(a) => page::serve(&house, a.port, Profile::release_if(a.release), !a.no_open),
        Chore::Test(a) => test::run(&house, &a.parts, Profile::release_if(!a.dev)),
        Chore::Build(a) => {
            page::build(&house, Profile::Release, &a.site)?;
            page::report(&house)
        }
        Chore::Style => {
            style::gather(&house)?;
            embed::gather(&house)
        }
        Chore::Editor => editor::bundle(&house),
        Chore::Generators => generators::build(&house),
        Chore::Npm => npm::pack(&house),
        Chore::Bench(a) => bench::bench(&house, a.keep, a.most, a.ours),
        Chore::Deny => tools::deny(&house),
    }
}
