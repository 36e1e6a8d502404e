//! `-j REDIRECT`: to this host itself.
//!
//! - Does: rewrites the destination to the incoming interface's address, in OUTPUT to 127.0.0.1.
//! - `-S`: `-j REDIRECT --to-ports 80-90 --random`.
//! - `-L`: `redir ports 80-90 random`; nothing where no option is given.
//! - Kernel: `net/netfilter/xt_REDIRECT.c`.
//! - Not modelled: nothing.

use super::extension::TargetExt;
use super::nat_range;
use chainwalk_model::Target;

nat_range::to_ports!("REDIRECT", "redir ports", Redirect);
