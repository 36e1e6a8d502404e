//! The figure for pages of others: its element, with the looks of the drawing's classes put in, and its engine.

use crate::profile::Profile;
use crate::script;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use xshell::cmd;

/// The style sheets of the element, in their order.
const SHEETS: [&str; 3] = ["figure.css", "narrow.css", "paper.css"];

/// Writes `target/chain-walk.js`: the element with its engine and its fences.
pub(crate) fn gather(house: &Workspace) -> Result<()> {
    // Where index.html looks for it, wherever cargo builds into.
    let to = house.root.join("target/chain-walk.js");
    Ok(house.sh.write_file(to, element(house, "chain-walk.js")?)?)
}

/// A script of `embed`, with the style of a standalone drawing in it, whose colours follow the `color-scheme` of the place
/// where the figure stands.
pub(crate) fn element(house: &Workspace, name: &str) -> Result<String> {
    let sh = &house.sh;
    let looks = house.root.join("crates/view/src/svg");
    let read = |name: &str| sh.read_file(looks.join(name));
    let (light, dark) = (read("light.css")?, read("dark.css")?);
    let dark: BTreeMap<&str, &str> = colours(&dark).collect();
    let mut palette = String::from(":host{");
    for (name, value) in colours(&light) {
        let other = dark.get(name).with_context(|| format!("{name} has no dark colour"))?;
        palette.extend([name, ":light-dark(", value, ",", other, ");"]);
    }
    let shapes = [&palette, "}\n", &read("shapes.css")?].concat();
    let embed = house.root.join("embed");
    let mut style = String::new();
    for sheet in SHEETS {
        style += &script::squeezed(&sh.read_file(embed.join("element").join(sheet))?);
    }
    let put = [("/*shapes*/", shapes.as_str()), ("/*style*/", &style)];
    script::join(&embed.join(name), &put)
}

/// The colours of a sheet of one rule, by their names.
fn colours(sheet: &str) -> impl Iterator<Item = (&str, &str)> {
    let (_, rules) = sheet.split_once('{').unwrap_or_default();
    let rules = rules.trim_end().trim_end_matches('}');
    rules.split(';').filter_map(|rule| rule.trim().split_once(':'))
}

/// Compiles `crates/js` with these features, made small where it ships, and returns what wasm-bindgen takes.
pub(crate) fn compile(house: &Workspace, profile: Profile, features: &[&str]) -> Result<PathBuf> {
    let (name, folder) = match profile {
        Profile::Release => ("wasm", "wasm"),
        Profile::Dev => ("dev", "debug"),
    };
    // It reads a case of a post: its bytes are waited for, not its reading.
    let small = ["--config", "profile.wasm.package.chainwalk-parse.opt-level=\"z\""];
    let features = features.join(",");
    cmd!(
        house.sh,
        "cargo build --quiet --locked --target wasm32-unknown-unknown --profile {name} -p chainwalk-js --no-default-features --features={features}"
    )
    .args(small)
    .run()?;
    Ok(house.target.join("wasm32-unknown-unknown").join(folder).join("chainwalk_js.wasm"))
}

/// Makes `engine.js` and `engine_bg.wasm` of a module, for a way of loading, in a folder.
pub(crate) fn bind(
    house: &Workspace,
    module: &Path,
    target: &str,
    types: bool,
    out: &Path,
) -> Result<()> {
    let bind =
        cmd!(house.sh, "wasm-bindgen --target {target} --out-name engine --out-dir {out} {module}");
    Ok(if types { bind } else { bind.arg("--no-typescript") }.run()?)
}

/// Makes a module smaller, in its place.
pub(crate) fn shrink(house: &Workspace, wasm: &Path) -> Result<()> {
    Ok(cmd!(
        house.sh,
        "wasm-opt -Oz --enable-bulk-memory --enable-mutable-globals --enable-multivalue --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext {wasm} -o {wasm}"
    )
    .run()?)
}

/// Builds the engine that figures load on a click into `dist/engine/`: a worker with its module beside it, and the same
/// in one classic script for where files can't be fetched.
pub(crate) fn engine(house: &Workspace, profile: Profile) -> Result<()> {
    let module = compile(house, profile, &[])?;
    let made = house.target.join("engine");
    bind(house, &module, "no-modules", false, &made)?;
    if profile == Profile::Release {
        shrink(house, &made.join("engine_bg.wasm"))?;
    }
    worker(house, &made, &house.dist().join("engine"))
}

/// Writes the worker of an engine that was bound for no modules, its module, and both in one script.
pub(crate) fn worker(house: &Workspace, made: &Path, out: &Path) -> Result<()> {
    let sh = &house.sh;
    sh.create_dir(out)?;
    let glue = sh.read_file(made.join("engine.js"))?
        + &sh.read_file(house.root.join("embed/engine.js"))?;
    sh.write_file(out.join("engine.js"), &glue)?;
    let wasm = made.join("engine_bg.wasm");
    sh.copy_file(&wasm, out.join("engine_bg.wasm"))?;
    let glue = out.join("engine.js");
    let classic = out.join("engine.classic.js");
    cmd!(sh, "node -e {CLASSIC} -- {glue} {wasm} {classic}").quiet().run()?;
    Ok(())
}

/// The engine as one script: what the worker is made of, and its module as gzip in base64.
const CLASSIC: &str = "const z = require('zlib'), fs = require('fs');
    const [glue, wasm, out] = process.argv.slice(1);
    const packed = z.gzipSync(fs.readFileSync(wasm), { level: 9 }).toString('base64');
    fs.writeFileSync(out, 'globalThis.chainwalkEngine = { glue: ' + JSON.stringify(fs.readFileSync(glue, 'utf8'))
        + ', wasm: \"' + packed + '\" };\\n');";
