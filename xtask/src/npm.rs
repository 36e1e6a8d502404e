//! The package for npm: the engine as functions, the element, the player and samples; packed, and held to what it promises.

use crate::page::{hold, weigh};
use crate::profile::Profile;
use crate::workspace::Workspace;
use crate::{embed, tools};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use xshell::cmd;

/// What the packed package may weigh, in bytes. Nearly all of it is the engine, which it holds twice: as a module, and in the
/// script for sandboxed frames and other origins, where no file can be fetched.
const CEILING: u64 = 3_100_000;
/// What files of it may weigh after brotli. Of a recording six tenths are its shapes, and a seventh is the case that it carries;
/// lists that say only what changed from stop to stop were heavier. The packet's label stands elsewhere at each stop, so that
/// few of its texts are the same as before.
const CEILINGS: [(&str, u64); 2] = [("player.js", 11_500), ("samples/nodeport.walk.json", 11_500)];
/// The walk that the samples show.
const SAMPLE: &str = "web/examples/01-nodeport-no-route.txt";

/// Makes the package in `target/npm`, packs it, and checks it: publint, attw, and its functions in Node.
pub(crate) fn pack(house: &Workspace) -> Result<()> {
    tools::ensure(house, tools::TO_PACK)?;
    let out = house.root.join("target/npm");
    house.sh.remove_path(&out)?;
    house.sh.create_dir(&out)?;
    engine(house, &out.join("engine"))?;
    files(house, &out)?;
    samples(house, &out)?;
    types(house, &out)?;
    let packed = packed(house, &out)?;
    cmd!(house.sh, "publint run --strict {out}").run()?;
    // What is no program has no types.
    cmd!(
        house.sh,
        "attw {packed} --profile esm-only --exclude-entrypoints ./chain-walk.css ./embed.html ./embed.js ./frame.js ./engine/engine_bg.wasm ./engine/api.js"
    )
    .run()?;
    functions(house, &packed)?;
    hold(house, &out, &CEILINGS)?;
    let [size, ..] = weigh(house, std::slice::from_ref(&packed))?.pop().context("no size")?;
    println!("{size:>10} {CEILING:>10}  the package, packed");
    ensure!(size <= CEILING, "the package is heavier than it may be");
    Ok(())
}

/// The engine with its functions, for modules and for workers: one WebAssembly module for both.
fn engine(house: &Workspace, out: &Path) -> Result<()> {
    let module = embed::compile(house, Profile::Release, &["functions"])?;
    let made = house.target.join("npm-engine");
    let [web, classic] = ["web", "no-modules"].map(|target| made.join(target));
    embed::bind(house, &module, "web", true, &web)?;
    embed::bind(house, &module, "no-modules", false, &classic)?;
    let sh = &house.sh;
    let bytes = |folder: &Path| sh.read_binary_file(folder.join("engine_bg.wasm"));
    ensure!(bytes(&web)? == bytes(&classic)?, "modules and workers need engines of their own");
    embed::shrink(house, &classic.join("engine_bg.wasm"))?;
    embed::worker(house, &classic, out)?;
    sh.copy_file(web.join("engine.js"), out.join("api.js"))?;
    sh.copy_file(web.join("engine.d.ts"), out.join("api.d.ts"))?;
    Ok(())
}

fn files(house: &Workspace, out: &Path) -> Result<()> {
    let sh = &house.sh;
    for name in ["chain-walk.js", "player.js"] {
        sh.write_file(out.join(name), embed::element(house, name)?)?;
    }
    let embed = house.root.join("embed");
    for name in ["chain-walk.css", "embed.html", "embed.js", "frame.js"] {
        sh.copy_file(embed.join(name), out.join(name))?;
    }
    for name in ["index.js", "chain-walk.d.ts", "player.d.ts", "README.md"] {
        sh.copy_file(embed.join("npm").join(name), out.join(name))?;
    }
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        sh.copy_file(house.root.join(name), out.join(name))?;
    }
    let manifest = sh.read_file(embed.join("npm/package.json"))?;
    let version = env!("CARGO_PKG_VERSION");
    sh.write_file(out.join("package.json"), manifest.replace("VERSION", version))?;
    Ok(())
}

/// Pages that show the element, with what they play drawn anew.
fn samples(house: &Workspace, out: &Path) -> Result<()> {
    let sh = &house.sh;
    let to = out.join("samples");
    sh.create_dir(&to)?;
    let chainwalk = |args: &[&str]| {
        cmd!(sh, "cargo run --quiet --locked -p chainwalk-cli -- {args...}").quiet().read()
    };
    for name in ["nodeport.walk.json", "nodeport.svg"] {
        let file = to.join(name);
        chainwalk(&["draw", SAMPLE, "-o", file.to_str().context("a path that is text")?])?;
    }
    let link = chainwalk(&["share", SAMPLE])?;
    for name in ["plain.html", "strict.html", "sandbox.html"] {
        let page = sh.read_file(house.root.join("embed/samples").join(name))?;
        let link = link.trim_start_matches('#').replace('&', "&amp;");
        sh.write_file(to.join(name), page.replace("LINK", &link))?;
    }
    Ok(())
}

/// Writes the types of the functions, which stand in their comments, and holds the code to them.
fn types(house: &Workspace, out: &Path) -> Result<()> {
    const OPTIONS: &str = r#"{
  "compilerOptions": {
    "declaration": true, "emitDeclarationOnly": true, "allowJs": true, "checkJs": true, "strict": true,
    "target": "es2022", "module": "nodenext", "lib": ["es2022", "dom"], "types": [], "skipLibCheck": true
  },
  "files": ["npm/index.js"]
}
"#;
    let options = out.with_file_name("npm-types.json");
    house.sh.write_file(&options, OPTIONS)?;
    Ok(cmd!(house.sh, "tsc --project {options}").run()?)
}

fn packed(house: &Workspace, out: &Path) -> Result<std::path::PathBuf> {
    let to = house.root.join("target");
    let name = cmd!(house.sh, "npm pack {out} --pack-destination {to} --silent").read()?;
    Ok(to.join(name.trim()))
}

/// Installs the package as a program would, and calls its functions.
fn functions(house: &Workspace, packed: &Path) -> Result<()> {
    let sh = &house.sh;
    let program = house.root.join("target/npm-program");
    sh.remove_path(&program)?;
    sh.create_dir(&program)?;
    sh.write_file(program.join("package.json"), "{ \"type\": \"module\", \"private\": true }\n")?;
    cmd!(sh, "npm install --offline --no-audit --no-fund --silent --prefix {program} {packed}")
        .run()?;
    sh.copy_file(house.root.join("embed/npm/test.mjs"), program.join("test.mjs"))?;
    let _inside = sh.push_dir(&program);
    cmd!(sh, "node --test --test-reporter=spec test.mjs").run()?;
    Ok(())
}
