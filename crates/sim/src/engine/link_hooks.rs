//! The hooks of devices: ingress, egress, and those of a bridge, whose chains see its ports.

use super::skb::Skb;
use super::walker::Walker;
use crate::link::vlan;
use chainwalk_model::{
    Chain, ChainId, Event, Family, Fate, Hook, Order, Path, PathIface, Question, Text,
};
use std::sync::Arc;

/// Which chains of a bridge's hook are meant: `br_netfilter` shows the frame to IP's hook between them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BridgePart {
    All,
    Before,
    Behind,
}

impl Walker<'_> {
    /// The packet passes the ingress chains of a device, of the families netdev and inet, which are one list. It has
    /// not been tracked yet, nor put together. What comes in by a VLAN comes to the device below it before.
    pub(super) fn ingress(&mut self, skb: &mut Skb, device: &Text) -> Result<(), Fate> {
        if let Some((below, tag)) = vlan(device) {
            let inner = skb.tag.replace(tag);
            let passed = self.ingress(skb, &below.into());
            skb.tag = inner;
            passed?;
        }
        let line = self.link_chains(Hook::Ingress, &[Family::Netdev, Family::Inet], Some(device));
        if line.is_empty() {
            return Ok(());
        }
        let iniface = PathIface::Named(device.clone());
        self.pass(skb, line, Path { iniface, ..Self::path(skb, Hook::Ingress) })
    }

    /// The packet passes the egress chains of a device, behind everything else, and those of the device below a VLAN.
    /// Each fragment does so in the kernel.
    pub(super) fn egress(&mut self, skb: &mut Skb, device: &PathIface) -> Result<(), Fate> {
        let line = self.link_chains(Hook::Egress, &[Family::Netdev], device.name());
        if !line.is_empty() {
            if device.name().is_none() {
                return Err(Fate::Undecided(Question::Route(skb.packet.ip.dst)));
            }
            let (iniface, outiface) = (PathIface::None, device.clone());
            let path = Path { iniface, outiface, ..Self::path(skb, Hook::Egress) };
            self.pass(skb, line, path)?;
        }
        let Some((below, tag)) = device.name().and_then(|name| vlan(name)) else { return Ok(()) };
        let inner = skb.tag.replace(tag);
        let passed = self.egress(skb, &PathIface::Named(below.into()));
        skb.tag = inner;
        passed
    }

    /// The packet passes the chains of a device, which see no ports of a bridge.
    fn pass(&mut self, skb: &mut Skb, line: Vec<(i32, ChainId)>, path: Path) -> Result<(), Fate> {
        let mut path = Path { phys_in: PathIface::None, phys_out: PathIface::None, ..path };
        self.depth = 0;
        self.event(skb, Event::Hook(Arc::new(path.clone())));
        for (_, chain) in line {
            self.base_chain(skb, &mut path, chain)?;
        }
        Ok(())
    }

    /// The frame passes a hook of a bridge, the chains of which see its ports; those of them whose priorities are
    /// asked for.
    pub(super) fn bridge_hook(
        &mut self,
        skb: &mut Skb,
        hook: Hook,
        ports: (&PathIface, &PathIface),
        part: BridgePart,
    ) -> Result<(), Fate> {
        let rules = &self.world.host.rules;
        if !rules.tables.iter().any(|t| t.family == Family::Bridge) {
            return Ok(());
        }
        let line = self.link_chains(hook, &[Family::Bridge], None);
        let mut path = Path {
            hook,
            iniface: ports.0.clone(),
            outiface: ports.1.clone(),
            phys_in: PathIface::None,
            phys_out: PathIface::None,
            bridge: true,
        };
        self.depth = 0;
        let mut wanted = line.into_iter().filter(|(priority, _)| match part {
            BridgePart::All => true,
            // Of equal priorities the one registered later runs first, and `br_netfilter` was there before.
            BridgePart::Before => *priority <= 0,
            BridgePart::Behind => *priority > 0,
        });
        let mut next = wanted.next();
        if part != BridgePart::Behind || next.is_some() {
            self.event(skb, Event::Hook(Arc::new(path.clone())));
        }
        while let Some((_, chain)) = next {
            self.base_chain(skb, &mut path, chain)?;
            next = wanted.next();
        }
        Ok(())
    }

    /// The base chains of some families at a hook, those of a device where one is named, in order.
    fn link_chains(
        &self,
        hook: Hook,
        families: &[Family],
        device: Option<&Text>,
    ) -> Vec<(i32, ChainId)> {
        if !self.world.hooked.links {
            return Vec::new();
        }
        let rules = &self.world.host.rules;
        let bases = self.world.hooked.standing(rules, |f| families.contains(&f));
        let here = |(id, chain): (ChainId, &Chain)| {
            let base = chain.base.as_ref()?;
            let on = device.is_none_or(|d| base.devices.iter().any(|named| names(named, d)));
            (base.hook == hook && on).then_some((base.priority, id))
        };
        let mut line: Vec<(i32, ChainId)> = bases.filter_map(here).collect();
        line.order_by_key(|(priority, c)| (*priority, std::cmp::Reverse(rules.registered(*c))));
        line
    }
}

/// Whether a chain's device, which may be the beginning of a name (`eth*`), is that one.
fn names(named: &str, device: &str) -> bool {
    named.strip_suffix('*').map_or(named == device, |beginning| device.starts_with(beginning))
}
