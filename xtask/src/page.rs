//! The page: built, served, weighed.
//!
//! `dist/` always holds a page as the browser tests and a visitor get it; `serve` builds beside it.

use crate::profile::Profile;
use crate::workspace::Workspace;
use crate::{embed, tools};
use anyhow::{Result, bail, ensure};
use std::fmt::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use std::{env, fs};
use xshell::{Cmd, cmd};

/// Builds the page into `dist/`; `site` is where it will be served, for the links that the page as one file makes.
pub(crate) fn build(house: &Workspace, profile: Profile, site: &str) -> Result<()> {
    tools::ensure(house, profile.tools())?;
    trunk(house, "build", profile, &house.dist())?.run()?;
    embed::engine(house, profile)?;
    let dist = house.dist();
    if tools::has_chromium(house) {
        let script = house.root.join("xtask/opening.mjs");
        cmd!(house.sh, "node {script} {dist}").run()?;
    } else {
        println!("there is no Chromium: the page opens without its first answer");
    }
    let script = house.root.join("xtask/offline.mjs");
    cmd!(house.sh, "node {script} {dist} {site}").run()?;
    if !site.is_empty() {
        // A card names its picture by its whole address.
        let mut cases = files_below(house, &house.root.join("web/examples"))?;
        cases.extend(files_below(house, &house.root.join("lessons"))?);
        let pages = dist.join("e");
        cmd!(house.sh, "cargo run --quiet --release --package chainwalk-cli -- page {cases...} --site {site} --output {pages}").run()?;
    }
    Ok(())
}

/// Builds the page into `dist/` unless it was built there from the same files, and has not been touched since.
pub(crate) fn refresh(house: &Workspace, profile: Profile) -> Result<()> {
    let stamp = house.target.join("page.stamp");
    let kept = fs::read_to_string(&stamp).unwrap_or_default();
    if kept == state(house, profile)? {
        println!("the page is built");
        return Ok(());
    }
    build(house, profile, "")?;
    Ok(fs::write(&stamp, state(house, profile)?)?)
}

/// What the page is built from and what was built: the files with their sizes and when they were written, and the
/// programs that build.
fn state(house: &Workspace, profile: Profile) -> Result<String> {
    let mut files = Vec::new();
    for dir in ["crates", "embed", "lessons", "web", "xtask", "dist"] {
        let dir = house.root.join(dir);
        if dir.is_dir() {
            files.extend(files_below(house, &dir)?);
        }
    }
    files.extend(
        ["Cargo.toml", "Cargo.lock", "Trunk.toml", "index.html"].map(|f| house.root.join(f)),
    );
    let mut state = format!("{}\n", cmd!(house.sh, "rustc -Vv").quiet().read()?);
    state += if profile == Profile::Release { "release\n" } else { "dev\n" };
    for file in files {
        let Ok(about) = fs::metadata(&file) else { continue };
        let written = about.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
        writeln!(state, "{} {} {written}", file.display(), about.len())?;
    }
    Ok(state)
}

/// Serves the page on this machine until it is interrupted, building it again when a file changes.
///
/// # Errors
/// Where the port is taken, a tool is missing or the page does not build.
pub(crate) fn serve(house: &Workspace, port: u16, profile: Profile, open: bool) -> Result<()> {
    // Told at once, not after the build.
    if let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        bail!("port {port} can't be served on ({error}); --port takes another");
    }
    tools::ensure(house, profile.tools())?;
    let dist = house.target.join("serve");
    // trunk wants each folder that it is told not to watch to be there.
    for dir in [&dist, &house.dist(), &house.root.join("target")] {
        house.sh.create_dir(dir)?;
    }
    let port = port.to_string();
    // The script that reloads the page is inline, and the page's content security policy lets none run.
    let mut trunk =
        trunk(house, "serve", profile, &dist)?.args(["--port", &port, "--no-autoreload", "true"]);
    if open && has_display() {
        trunk = trunk.arg("--open");
    } else {
        println!("open http://127.0.0.1:{port}/ and reload it after a change");
    }
    trunk.run()?;
    Ok(())
}

/// Nothing is fetched while the page is built: the tools are there, and the crates are fetched before.
fn trunk<'a>(house: &'a Workspace, verb: &str, profile: Profile, dist: &Path) -> Result<Cmd<'a>> {
    cmd!(house.sh, "cargo fetch --quiet --locked --target wasm32-unknown-unknown").run()?;
    let trunk = cmd!(house.sh, "trunk {verb} --offline --locked --dist {dist}");
    // trunk takes only `true` and `false` for what other programs take as set or not.
    let trunk = match env::var_os("NO_COLOR") {
        Some(_) => trunk.env_remove("NO_COLOR").args(["--color", "never"]),
        None => trunk,
    };
    Ok(if profile == Profile::Release {
        trunk.args(["--release", "--cargo-profile", "wasm"])
    } else {
        trunk
    })
}

/// Whether a browser window could be seen from here.
fn has_display() -> bool {
    let set = |name| env::var_os(name).is_some_and(|v| !v.is_empty());
    cfg!(target_os = "macos") || cfg!(windows) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// Prints the bytes of each file of `dist/`, raw and as servers send them.
pub(crate) fn report(house: &Workspace) -> Result<()> {
    let files = files_below(house, &house.dist())?;
    println!("\n{:>10} {:>10} {:>10}  file", "raw", "gzip", "brotli");
    let mut total = [0; 3];
    for (file, sizes) in files.iter().zip(weigh(house, &files)?) {
        let name = file.strip_prefix(house.dist()).unwrap_or(file).display();
        println!("{:>10} {:>10} {:>10}  {name}", sizes[0], sizes[1], sizes[2]);
        for (sum, size) in total.iter_mut().zip(sizes) {
            *sum += size;
        }
    }
    println!("{:>10} {:>10} {:>10}  in all", total[0], total[1], total[2]);
    let (name, most) = ONE_FILE;
    let bytes = fs::metadata(house.dist().join(name))?.len();
    println!(
        "\n{:>10} {:>10}  raw, and its ceiling\n{bytes:>10} {most:>10}  {name}",
        "is", "may be"
    );
    hold(house, &house.dist(), &CEILINGS)?;
    ensure!(bytes <= most, "heavier than it may be: {name}");
    tells_nothing_of_here(house, &files)
}

/// Holds that no file that is shipped names a folder of the machine that built it; one with a space in its name is not
/// kept out ([`Workspace::find`]).
fn tells_nothing_of_here(house: &Workspace, files: &[PathBuf]) -> Result<()> {
    let folders = [&house.root, &house.crates];
    for file in files {
        let bytes = fs::read(file)?;
        for folder in folders.iter().filter(|folder| !folder.to_string_lossy().contains(' ')) {
            let name = folder.as_os_str().as_encoded_bytes();
            let told = bytes.windows(name.len()).any(|window| window == name);
            ensure!(!told, "{} names the folder {}", file.display(), folder.display());
        }
    }
    Ok(())
}

/// What a file of `dist/` may weigh after brotli, in bytes. The engine of figures is the reader, the simulator and the
/// sentences of two languages, each about a third of it; without the page's own parts it is little smaller than the worker.
const CEILINGS: [(&str, u64); 4] = [
    ("chain-walk.js", 13_000),
    ("engine/engine_bg.wasm", 1_000_000),
    ("picture.js", 2_500),
    ("sw.js", 2_000),
];
/// What the page as one file may weigh as it is: it goes onto a stick, or into a mail.
const ONE_FILE: (&str, u64) = ("chainwalk.html", 4_200_000);

/// Prints how near files of a folder come to their ceilings.
///
/// # Errors
/// Where one is above it.
pub(crate) fn hold(house: &Workspace, folder: &Path, ceilings: &[(&str, u64)]) -> Result<()> {
    let files: Vec<PathBuf> = ceilings.iter().map(|(name, _)| folder.join(name)).collect();
    let mut over = Vec::new();
    println!("\n{:>10} {:>10}  brotli, and its ceiling", "is", "may be");
    for ((name, most), sizes) in ceilings.iter().zip(weigh(house, &files)?) {
        println!("{:>10} {most:>10}  {name}", sizes[2]);
        if sizes[2] > *most {
            over.push(*name);
        }
    }
    if !over.is_empty() {
        bail!("heavier than they may be: {}", over.join(", "));
    }
    Ok(())
}

fn files_below(house: &Workspace, dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in house.sh.read_dir(dir)? {
        if path.is_dir() {
            files.extend(files_below(house, &path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// Sizes raw, after `gzip -9` and after `brotli -q 11`, by the zlib of the Node that runs wasm-opt.
pub(crate) fn weigh(house: &Workspace, files: &[PathBuf]) -> Result<Vec<[u64; 3]>> {
    const SCRIPT: &str = "const z = require('zlib'), fs = require('fs');
        for (const f of process.argv.slice(1)) {
            const b = fs.readFileSync(f);
            console.log(b.length, z.gzipSync(b, { level: 9 }).length, z.brotliCompressSync(b).length);
        }";
    let text = cmd!(house.sh, "node -e {SCRIPT} -- {files...}").quiet().read()?;
    let sizes = |line: &str| {
        let mut words = line.split(' ').map(str::parse);
        Some([words.next()?.ok()?, words.next()?.ok()?, words.next()?.ok()?])
    };
    Ok(text.lines().filter_map(sizes).collect())
}
