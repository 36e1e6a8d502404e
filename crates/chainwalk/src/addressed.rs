//! Which of several hosts a packet is for.

use crate::scenario::Scenario;
use chainwalk_model::{AskAddr, Host, Reading};
use chainwalk_parse::packet_lines;

/// Of several hosts with rules the only one that lists the address which the first packet asks for, in a network that it
/// shares with the sender; `None` where that is the first host, or another was chosen.
pub(crate) fn addressed(reading: &Reading, scenario: &Scenario) -> Option<usize> {
    if reading.hosts.len() < 2 || scenario.host.is_some() {
        return None;
    }
    let line: &str = scenario.packets.first()?;
    let (asked, _) = packet_lines(&[line], reading.hosts.first()?).into_iter().next()?;
    let (Some(AskAddr::Ip(dst)), Some(AskAddr::Ip(src))) = (asked.dst, asked.src) else {
        return None;
    };
    let holds = |host: &Host| {
        let mut nets = host.interfaces.iter().flat_map(|i| &i.addrs).map(|a| a.value);
        // A title tells an address without its network.
        let said = host.said_local.iter().any(|(addr, own)| *addr == dst && own.value);
        !host.rules.chains.is_empty() && (said || nets.any(|net| net.addr == dst && net.holds(src)))
    };
    let mut found = (0..reading.hosts.len()).filter(|at| holds(&reading.hosts[*at]));
    found.next().filter(|at| *at > 0 && found.next().is_none())
}
