//! The way back: the model as iptables-save text.

use crate::value::mask_len;
use chainwalk_model::{AddrMask, Host, IfaceMatch};

/// A host's rules as text that `iptables-restore` takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaveText {
    /// The text.
    pub text: String,
    /// Whether everything could be printed; what could not stands in the text as `# not printable: …`.
    pub complete: bool,
}

/// Prints the rules of a host in `iptables-save`'s form.
pub fn save_text(host: &Host) -> SaveText {
    let _ = host;
    SaveText::default()
}

/// An address under its mask; a whole address has `/32` only where `full` asks for it.
pub(crate) fn addr_text(net: AddrMask, full: bool) -> String {
    let width = if net.addr.is_ipv6() { 128 } else { 32 };
    match mask_len(net.mask) {
        Some(len) if len == width && !full => net.addr.to_string(),
        Some(len) => format!("{}/{len}", net.addr),
        None => format!("{}/{}", net.addr, net.mask),
    }
}

/// An interface as `-i` takes it.
pub(crate) fn iface_text(iface: IfaceMatch) -> String {
    format!("{}{}", iface.name, if iface.prefix { "+" } else { "" })
}
