//! Where things are: the workspace, what cargo builds, the cache of tools. Every chore gets one [`Workspace`].

use anyhow::{Context, Result};
use std::env;
use std::path::{Path, PathBuf};
use xshell::{Shell, cmd};

/// The workspace and a shell that stands in its root with the cached tools first in `PATH`.
pub(crate) struct Workspace {
    /// The shell.
    pub(crate) sh: Shell,
    /// The root of the workspace.
    pub(crate) root: PathBuf,
    /// What cargo builds into; `CARGO_TARGET_DIR` and cargo's configuration are respected.
    pub(crate) target: PathBuf,
    /// The cache of tools, `$XDG_CACHE_HOME/chainwalk/tools` or `~/.cache/chainwalk/tools`.
    pub(crate) tools: PathBuf,
    /// The sources of the crates that others wrote.
    pub(crate) crates: PathBuf,
}

impl Workspace {
    /// Finds all of it.
    pub(crate) fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").context("run this as `cargo xtask`")?;
        let root = Path::new(&manifest).parent().context("xtask lies in the workspace")?.to_owned();
        let sh = Shell::new()?;
        sh.change_dir(&root);
        let tools = cache_home()?.join("chainwalk").join("tools");
        let path = env::var_os("PATH").unwrap_or_default();
        let dirs = ["bin", "npm/node_modules/.bin", "py/bin"].map(|dir| tools.join(dir));
        let dirs = dirs.into_iter().chain(env::split_paths(&path));
        sh.set_var("PATH", env::join_paths(dirs)?);
        let crates = cargo_home()?.join("registry").join("src");
        if let Some(flags) = without_places(&root, &crates) {
            sh.set_var("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
        }
        let target = target_dir(&sh)?;
        Ok(Self { sh, root, target, tools, crates })
    }

    /// The built page.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The path of a program, if `PATH` has it.
    pub(crate) fn which(&self, program: &str) -> Option<PathBuf> {
        let path = self.sh.var_os("PATH")?;
        env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
    }
}

/// Flags with which what the page ships tells nothing of the folders that it was built in. Flags are parted by spaces:
/// where one stands in a folder's name there are none.
fn without_places(root: &Path, crates: &Path) -> Option<String> {
    let flag = |dir: &Path, name: &str| format!("--remap-path-prefix={}={name}", dir.display());
    let flags = [flag(crates, "crates"), flag(root, "chainwalk")];
    flags.iter().all(|flag| !flag.contains(' ')).then(|| flags.join(" "))
}

fn cargo_home() -> Result<PathBuf> {
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    let set = env::var_os("CARGO_HOME").map(PathBuf::from);
    set.or_else(home).context("neither CARGO_HOME nor HOME is set")
}

fn cache_home() -> Result<PathBuf> {
    let set = |name| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    set("XDG_CACHE_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME is set: there is no place for the tools")
}

/// Asks cargo, since an environment variable and two configuration files may each say.
fn target_dir(sh: &Shell) -> Result<PathBuf> {
    let text = cmd!(sh, "cargo metadata --no-deps --format-version 1 --offline").quiet().read()?;
    let (_, rest) = text.split_once("\"target_directory\":\"").context("cargo metadata")?;
    let (dir, _) = rest.split_once('"').context("cargo metadata")?;
    Ok(PathBuf::from(dir.replace("\\\\", "\\")))
}
