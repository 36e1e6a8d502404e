//! Statements that act: `log`, `queue`, `reject`, NAT, proxies, copies.

use super::cursor::Read;
use super::draft::{Holds, ObjectWord, Typed};
use super::lexer::Kind;
use super::needs::{frame_of, frames_only, is_known};
use super::reader::{Parts, Reader};
use super::rule::nft;
use super::set::{PORT, V4, V6};
use super::value;
use chainwalk_model::nft::{
    Condition, Expr, KeyPart, NatKind, NatOperand, Needs, ObjectKind, Statement, Type, Value,
};
use chainwalk_model::{
    Expected, Family, Match, NatRange, Op, OpKind, Range, RejectWith, Synproxy, Target,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The address of a number.
fn address(n: u128, family: Family) -> IpAddr {
    match family {
        Family::Ip6 => Ipv6Addr::from(n).into(),
        _ => Ipv4Addr::from(n as u32).into(),
    }
}

impl Reader<'_, '_> {
    /// `log prefix "x" group 3 …`.
    pub(super) fn log(&mut self) -> Read<Target> {
        self.cur.at += 1;
        let (mut prefix, mut nflog) = ("", false);
        let mut rest = String::new();
        loop {
            let from = self.cur.at;
            match self.cur.word() {
                "prefix" => {
                    self.cur.at += 1;
                    prefix = self.cur.name(Expected::Text)?;
                    continue;
                }
                word @ ("group" | "snaplen" | "queue-threshold") => {
                    self.cur.at += 1;
                    self.cur.number()?;
                    nflog |= word == "group";
                }
                "level" => {
                    self.cur.at += 1;
                    self.cur.name(Expected::Text)?;
                }
                "flags" => {
                    self.cur.at += 1;
                    loop {
                        match self.cur.word() {
                            "all" | "skuid" | "ether" | "sequence" | "options" => self.cur.at += 1,
                            "tcp" | "ip" => {
                                self.cur.at += 2;
                            }
                            _ => return Err(self.cur.wrong(Expected::Option)),
                        }
                        if !self.cur.eat_sign(",") {
                            break;
                        }
                    }
                }
                _ => break,
            }
            if !rest.is_empty() {
                rest.push(' ');
            }
            rest += self.cur.written(from, self.cur.at);
        }
        Ok(Target::Log { prefix: prefix.into(), nflog, rest: rest.as_str().into() })
    }

    /// `queue flags bypass to 1-3`, `queue num 1 bypass`.
    pub(super) fn queue(&mut self) -> Read<Target> {
        self.cur.at += 1;
        let (mut num, mut bypass) = (0, false);
        let mut rest = String::new();
        loop {
            match self.cur.word() {
                "num" | "to" => {
                    self.cur.at += 1;
                    let from = self.cur.at;
                    if self.cur.peek().is_some_and(|t| self.cur.text_of(t).parse::<u16>().is_ok()) {
                        num = self.cur.number()? as u16;
                        if self.cur.eat_sign("-") {
                            self.cur.number()?;
                            rest += self.cur.written(from, self.cur.at);
                        }
                    } else {
                        let part = KeyPart { ty: Type::Integer, bits: 16 };
                        self.value_expr(&[part], &Holds::Values(vec![part]))?;
                        rest += self.cur.written(from, self.cur.at);
                    }
                }
                "flags" => self.cur.at += 1,
                "bypass" => {
                    bypass = true;
                    self.cur.at += 1;
                    self.cur.eat_sign(",");
                }
                "fanout" => {
                    if !rest.is_empty() {
                        rest.push(' ');
                    }
                    rest += "fanout";
                    self.cur.at += 1;
                    self.cur.eat_sign(",");
                }
                _ => break,
            }
        }
        Ok(Target::Queue { num, bypass, rest: rest.as_str().into() })
    }

    /// What a statement needs before it can run, which nobody writes: it is asked before all else.
    pub(super) fn implied(&mut self, parts: &mut Parts, needs: Needs, from: usize) {
        let own = match needs {
            Needs::Ip => self.family == Family::Ip,
            Needs::Ip6 => self.family == Family::Ip6,
            _ => false,
        };
        if !own && !is_known(&parts.ops, needs, self.family) {
            // Behind a test of the link's type, IP is asked of the frame.
            let frame = frame_of(needs)
                .filter(|_| self.family == Family::Inet && frames_only(&parts.ops))
                .map(Needs::EtherType);
            let condition = Condition::Implied(frame.unwrap_or(needs));
            let what = OpKind::Match(Match::Nft(Box::new(condition)));
            parts.ops.insert(0, Op { what, span: self.cur.span(from, self.cur.at) });
        }
    }

    /// `reject with …`.
    pub(super) fn reject(&mut self, parts: &mut Parts) -> Read<Target> {
        use RejectWith as With;
        let from = self.cur.at;
        self.cur.at += 1;
        if !self.cur.eat("with") {
            return Ok(Target::Reject(With::PortUnreachable));
        }
        let word = self.cur.word();
        if word == "tcp" {
            self.cur.at += 1;
            self.cur.need("reset")?;
            self.implied(parts, Needs::L4(6), from);
            return Ok(Target::Reject(With::TcpReset));
        }
        let (ty, needs) = match word {
            "icmp" => (Type::IcmpCode, Needs::Ip),
            "icmpv6" => (Type::Icmpv6Code, Needs::Ip6),
            "icmpx" => (Type::IcmpxCode, Needs::Nothing),
            _ => {
                let known = ["icmp", "icmpv6", "icmpx", "tcp"];
                return Err(super::field::unknown(&self.cur, known));
            }
        };
        self.cur.at += 1;
        self.cur.eat("type");
        let code = match value::single(&mut self.cur, KeyPart { ty, bits: 8 })? {
            Value::Number(n) => n,
            Value::Name(_) => u128::MAX,
        };
        let with = match (ty, code) {
            (Type::IcmpxCode, 0) => {
                let (ip, ip6) = (With::NetUnreachable, With::NoRoute6);
                return Ok(nft(Statement::Reject { ip, ip6 }));
            }
            (Type::IcmpxCode, 2) => {
                let (ip, ip6) = (With::HostUnreachable, With::AddrUnreachable6);
                return Ok(nft(Statement::Reject { ip, ip6 }));
            }
            (Type::IcmpCode, 0) => With::NetUnreachable,
            (Type::IcmpCode, 1) => With::HostUnreachable,
            (Type::IcmpCode, 2) => With::ProtoUnreachable,
            (Type::IcmpCode, 9) => With::NetProhibited,
            (Type::IcmpCode, 10) => With::HostProhibited,
            (Type::IcmpCode, 3) | (Type::Icmpv6Code, 4) | (Type::IcmpxCode, 1) => {
                With::PortUnreachable
            }
            (Type::IcmpCode, 13) | (Type::Icmpv6Code, 1) | (Type::IcmpxCode, 3) => {
                With::AdminProhibited
            }
            (Type::Icmpv6Code, 0) => With::NoRoute6,
            (Type::Icmpv6Code, 3) => With::AddrUnreachable6,
            (Type::Icmpv6Code, 5) => With::PolicyFail6,
            (Type::Icmpv6Code, 6) => With::RejectRoute6,
            _ => return Err(self.cur.wrong(Expected::Text)),
        };
        if needs != Needs::Nothing {
            self.implied(parts, needs, from);
        }
        Ok(Target::Reject(with))
    }

    /// `snat`, `dnat`, `masquerade`, `redirect`.
    pub(super) fn nat(&mut self) -> Read<Target> {
        let kind = match self.cur.word() {
            "snat" => NatKind::Snat,
            "dnat" => NatKind::Dnat,
            "masquerade" => NatKind::Masquerade,
            _ => NatKind::Redirect,
        };
        self.cur.at += 1;
        let mut family = match self.cur.word() {
            "ip" if self.cur.word_ahead(1) != "saddr" && self.cur.word_ahead(1) != "daddr" => {
                Some(Family::Ip)
            }
            "ip6" if self.cur.word_ahead(1) != "saddr" && self.cur.word_ahead(1) != "daddr" => {
                Some(Family::Ip6)
            }
            _ => None,
        };
        let own = matches!(self.family, Family::Ip | Family::Ip6).then_some(self.family);
        if let (Some(named), Some(own)) = (family, own)
            && named != own
        {
            let word = if own == Family::Ip { "ip" } else { "ip6" };
            return Err(self.cur.refused(Expected::Literal(word.into())));
        }
        self.cur.at += usize::from(family.is_some());
        self.cur.eat("interval");
        let prefix = self.cur.eat("prefix");
        if self.cur.word() == "addr" {
            self.cur.at += 1;
            self.cur.need_sign(".")?;
            self.cur.need("port")?;
        }
        self.cur.eat("to");
        family = family.or(own);
        let has_addr = matches!(kind, NatKind::Snat | NatKind::Dnat);
        let flag =
            |word: &str| matches!(word, "random" | "fully-random" | "persistent" | "comment");
        let mut with_port = false;
        let mut addr = None;
        let mut port = None;
        if has_addr && !self.cur.is_sign(":") {
            let (operand, of, ports) = self.nat_address(family)?;
            addr = Some(operand);
            family = of.or(family);
            with_port = ports;
        }
        let portal = self.cur.eat_sign(":");
        if portal || !has_addr && !self.cur.at_end() && !flag(self.cur.word()) {
            port = Some(self.nat_port()?);
        }
        let (mut random, mut fully_random, mut persistent) = (false, false, false);
        loop {
            match self.cur.word() {
                "random" => random = true,
                "fully-random" => fully_random = true,
                "persistent" => persistent = true,
                _ => break,
            }
            self.cur.at += 1;
            self.cur.eat_sign(",");
        }
        let constant = |operand: &Option<NatOperand>| !matches!(operand, Some(NatOperand::Expr(_)));
        if prefix || !(constant(&addr) && constant(&port)) {
            return Ok(nft(Statement::Nat {
                kind,
                family: family.filter(|_| addr.is_some()),
                addr,
                port,
                with_port,
                prefix,
                random,
                fully_random,
                persistent,
            }));
        }
        let range = NatRange {
            addrs: match addr {
                Some(NatOperand::Range(first, last)) => {
                    let of = family.unwrap_or(Family::Ip);
                    Some(Range { first: address(first, of), last: address(last, of) })
                }
                _ => None,
            },
            ports: match port {
                Some(NatOperand::Range(first, last)) => {
                    Some(Range { first: first as u16, last: last as u16 })
                }
                _ => None,
            },
            base_port: None,
            random,
            random_fully: fully_random,
            persistent,
        };
        Ok(match kind {
            NatKind::Snat => Target::Snat(Box::new(range)),
            NatKind::Dnat => Target::Dnat(Box::new(range)),
            NatKind::Masquerade => Target::Masquerade(Box::new(range)),
            NatKind::Redirect => Target::Redirect(Box::new(range)),
        })
    }

    /// An address for NAT, its family, and whether a port comes with it.
    fn nat_address(&mut self, family: Option<Family>) -> Read<(NatOperand, Option<Family>, bool)> {
        if let Some((part, of)) = self.address_ahead() {
            let bracket = self.cur.eat_sign("[");
            let found = value::pattern(&mut self.cur, part)?;
            if bracket {
                self.cur.need_sign("]")?;
            }
            let (mut first, mut last) = match found.bounds(part.bits) {
                Some(range) => (range.first, range.last),
                None => return Err(self.cur.refused(Expected::Address)),
            };
            // `[fd00::1]-[fd00::9]`.
            if bracket && self.cur.eat_sign("-") {
                self.cur.need_sign("[")?;
                match value::pattern(&mut self.cur, part)?.bounds(part.bits) {
                    Some(range) => last = range.last,
                    None => return Err(self.cur.refused(Expected::Address)),
                }
                self.cur.need_sign("]")?;
            }
            if family.is_some_and(|f| f != of) {
                return Err(self.cur.refused(Expected::Address));
            }
            if first > last {
                std::mem::swap(&mut first, &mut last);
            }
            return Ok((NatOperand::Range(first, last), Some(of), false));
        }
        let Typed { expr, parts } = self.value_expr(&[], &Holds::Addresses(family))?;
        let mapped = matches!(expr, Expr::Map { .. });
        let of = match parts.first().map(|p| p.ty) {
            Some(Type::Ipv4Addr) => Some(Family::Ip),
            Some(Type::Ipv6Addr) => Some(Family::Ip6),
            _ if mapped => None,
            _ => return Err(self.cur.wrong(Expected::Address)),
        };
        Ok((NatOperand::Expr(expr), of, parts.len() > 1))
    }

    /// The type of the constant address that is next.
    fn address_ahead(&self) -> Option<(KeyPart, Family)> {
        if self.cur.is_sign("[") {
            return Some((V6, Family::Ip6));
        }
        let token = self.cur.peek().filter(|t| t.kind == Kind::Word)?;
        let text = self.cur.text_of(token);
        if text.parse::<Ipv4Addr>().is_ok() {
            return Some((V4, Family::Ip));
        }
        text.parse::<Ipv6Addr>().is_ok().then_some((V6, Family::Ip6))
    }

    /// A port for NAT.
    fn nat_port(&mut self) -> Read<NatOperand> {
        if super::field::begins(self.cur.word()) || matches!(self.cur.word(), "numgen" | "jhash") {
            let found = self.value_expr(&[], &Holds::Values(vec![PORT]))?;
            return Ok(NatOperand::Expr(found.expr));
        }
        match value::pattern(&mut self.cur, PORT)?.bounds(PORT.bits) {
            Some(range) => Ok(NatOperand::Range(range.first, range.last)),
            None => Err(self.cur.refused(Expected::Port)),
        }
    }

    /// `tproxy ip to 127.0.0.1:8080`.
    pub(super) fn tproxy(&mut self) -> Read<Target> {
        self.cur.at += 1;
        let mut family = match self.cur.word() {
            "ip" => Some(Family::Ip),
            "ip6" => Some(Family::Ip6),
            _ => None,
        };
        self.cur.at += usize::from(family.is_some());
        self.cur.need("to")?;
        let mut addr = None;
        if let Some((part, of)) = self.address_ahead() {
            let bracket = self.cur.eat_sign("[");
            let Value::Number(n) = value::single(&mut self.cur, part)? else {
                return Err(self.cur.refused(Expected::Address));
            };
            if bracket {
                self.cur.need_sign("]")?;
            }
            addr = Some(n);
            family = family.or(Some(of));
        }
        let mut port = None;
        if self.cur.eat_sign(":") {
            match value::single(&mut self.cur, PORT)? {
                Value::Number(n) => port = Some(n as u16),
                Value::Name(_) => return Err(self.cur.refused(Expected::Port)),
            }
        }
        if addr.is_none() && port.is_none() {
            return Err(self.cur.wrong(Expected::Address));
        }
        let own = matches!(self.family, Family::Ip | Family::Ip6).then_some(self.family);
        Ok(nft(Statement::Tproxy { addr, port, family: family.or(own) }))
    }

    /// `synproxy mss 1460 wscale 7 timestamp sack-perm`, `synproxy name "s"`.
    pub(super) fn synproxy(&mut self) -> Read<Target> {
        let from = self.cur.at;
        self.cur.at += 1;
        if self.cur.eat("name") {
            let name = self.cur.name(Expected::Text)?;
            let id = self.draft.find_object(self.table, name, ObjectWord::Synproxy);
            return match id.map(|id| &self.draft.rules.object(id).kind) {
                Some(ObjectKind::Synproxy(options)) => Ok(nft(Statement::Synproxy(*options))),
                _ => Err(self.cur.wrong_at(from, self.cur.at, vec![])),
            };
        }
        Ok(nft(Statement::Synproxy(self.synproxy_options()?)))
    }

    /// The options of `synproxy`, in a rule or in a named one.
    pub(super) fn synproxy_options(&mut self) -> Read<Synproxy> {
        let mut options = Synproxy::default();
        loop {
            match self.cur.word() {
                "mss" => {
                    self.cur.at += 1;
                    options.mss = Some(self.cur.number()? as u16);
                    continue;
                }
                "wscale" => {
                    self.cur.at += 1;
                    options.wscale = Some(self.cur.number()? as u8);
                    continue;
                }
                "timestamp" => options.timestamp = true,
                "sack-perm" => options.sack_perm = true,
                _ => return Ok(options),
            }
            self.cur.at += 1;
        }
    }

    /// `dup to ADDR device DEV`; in netdev `dup to DEV`.
    pub(super) fn dup(&mut self) -> Read<Target> {
        self.cur.at += 1;
        self.cur.need("to")?;
        let mut to = None;
        let mut device = None;
        if let Some((part, _)) = self.address_ahead() {
            if let Value::Number(n) = value::single(&mut self.cur, part)? {
                to = Some(n);
            }
            if self.cur.eat("device") {
                device = Some(self.device()?);
            }
        } else {
            device = Some(self.device()?);
        }
        Ok(nft(Statement::Dup { to, device }))
    }

    /// `fwd to DEV`, `fwd ip to ADDR device DEV`.
    pub(super) fn fwd(&mut self) -> Read<Target> {
        self.cur.at += 1;
        if self.cur.eat("ip") || self.cur.eat("ip6") {
            self.cur.need("to")?;
            let Some((part, _)) = self.address_ahead() else {
                return Err(self.cur.wrong(Expected::Address));
            };
            value::single(&mut self.cur, part)?;
            self.cur.need("device")?;
        } else {
            self.cur.need("to")?;
        }
        Ok(nft(Statement::Fwd { device: self.device()? }))
    }

    /// The name of an interface, which no field or map gives.
    fn device(&mut self) -> Read<chainwalk_model::Text> {
        let field = self.cur.peek().is_some_and(|t| t.kind == Kind::Word)
            && (super::field::begins(self.cur.word()) || self.cur.word_ahead(1) == "map");
        if field {
            return Err(self.cur.wrong(Expected::Interface));
        }
        Ok(self.cur.name(Expected::Interface)?.into())
    }

    /// `ct helper set "h"`, `ct timeout set "t"`, `ct expectation set "e"`.
    pub(super) fn assign_object(&mut self) -> Read<Target> {
        let word = match self.cur.word_ahead(1) {
            "helper" => ObjectWord::Helper,
            _ => ObjectWord::Other,
        };
        self.cur.at += 3;
        let object = self.object_name(word)?;
        Ok(nft(Statement::Assign(object)))
    }
}
