//! The two ways of compiling the page.

use crate::tools;

/// How the page is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build.
    Dev,
    /// As it ships: small, and through wasm-opt.
    Release,
}

impl Profile {
    /// `Release` if asked for.
    pub(crate) fn release_if(release: bool) -> Self {
        if release { Self::Release } else { Self::Dev }
    }

    /// What has to be installed for it.
    pub(crate) fn tools(self) -> &'static [tools::Tool] {
        match self {
            Self::Dev => tools::TO_SERVE,
            Self::Release => tools::TO_SHIP,
        }
    }
}
