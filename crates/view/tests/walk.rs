//! What a person reads and sees of a walk: the banner, the list, the timeline, the diagram.
#![allow(clippy::unwrap_used)]

use chainwalk_model::{
    AddrMask, AddrTypeMatch, AddrTypes, Base, Chain, ChainId, ChainKind, Cidr, Count, Counters,
    CtStates, DocId, Family, Hook, Host, IfaceMatch, Interface, Inv, IpMatch, Match, NatRange, Op,
    OpKind, Origin, PacketSpec, Policy, Range, Reading, RejectWith, Rule, RuleId, Section,
    SectionKind, Span, Statistic, Table, TableId, Target, TcpMatch,
};
use chainwalk_sim::Session;
use chainwalk_view::{
    Banner, Explained, Item, Lang, Mark, RowKind, Scene, TableMeasure, Timeline, Tone, banner,
    facts, rows, rule_cards, scene, scene_phone, svg, timeline, words,
};
use std::net::IpAddr;

const DOC: &str = "the rules stand here\n";

/// A host that is built by hand: an interface of its own, another network, and a default route.
struct Built(Host);

impl Built {
    fn new() -> Self {
        let mut host = Host::default();
        host.complete.rules = true;
        host.complete.network = true;
        host.conntrack = true;
        let on = chainwalk_model::Fact { value: "1".into(), origin: Origin::Given };
        host.sysctls.push(("net.ipv4.ip_forward".into(), on));
        for (name, addr) in [("eth0", "10.0.0.1"), ("br0", "172.18.0.1")] {
            let addr = Cidr { addr: addr.parse().unwrap(), len: 16 };
            let mut own = Interface::named(name, Origin::Given);
            own.addrs.push(chainwalk_model::Fact { value: addr, origin: Origin::Given });
            own.up = Some(true);
            host.interfaces.push(own);
        }
        Self(host)
    }

    fn chain(&mut self, table: &str, name: &str, base: Option<(Hook, i32, Policy)>) -> ChainId {
        self.chain_of(Family::Ip, table, name, base)
    }

    /// A chain of a table of iptables, or of nft's family `inet`.
    fn chain_of(
        &mut self,
        family: Family,
        table: &str,
        name: &str,
        base: Option<(Hook, i32, Policy)>,
    ) -> ChainId {
        let rules = std::rc::Rc::make_mut(&mut self.0.rules);
        let span = Span::new(DocId(0), 0, 3);
        let native = family == Family::Inet;
        let backend =
            if native { chainwalk_model::Backend::Nft } else { chainwalk_model::Backend::Legacy };
        let id = rules.find_table(family, table).unwrap_or_else(|| {
            rules.tables.push(Table {
                family,
                name: table.into(),
                backend,
                chains: Vec::new(),
                dormant: false,
                span,
            });
            TableId(rules.tables.len() as u32 - 1)
        });
        let chain = ChainId(rules.chains.len() as u32);
        rules.tables[id.0 as usize].chains.push(chain);
        let kind = if table == "nat" { ChainKind::Nat } else { ChainKind::Filter };
        let base =
            base.map(|(hook, priority, policy)| Base { policy, ..Base::new(hook, priority, kind) });
        rules.chains.push(Chain { span, ..Chain::new(id, name.into(), base) });
        chain
    }

    fn rule(&mut self, chain: ChainId, matches: Vec<Match>, target: Target) -> RuleId {
        let rules = std::rc::Rc::make_mut(&mut self.0.rules);
        let id = RuleId(rules.rules.len() as u32);
        let span = Span::new(DocId(0), 4, 9);
        let mut ops: Vec<Op> =
            matches.into_iter().map(|m| Op { what: OpKind::Match(m), span }).collect();
        ops.push(Op { what: OpKind::Target(target), span });
        let number = rules.chain(chain).rules.len() as u32 + 1;
        rules.rules.push(Rule::new(chain, number, ops, span));
        rules.chains[chain.0 as usize].rules.push(id);
        id
    }
}

fn to(addr: &str) -> Match {
    let value = AddrMask { addr: addr.parse().unwrap(), mask: "255.255.255.255".parse().unwrap() };
    Match::Ip(Box::new(IpMatch { dst: Some(Inv { not: false, value }), ..IpMatch::default() }))
}

fn out(name: &str) -> Match {
    let value = IfaceMatch { name: name.into(), prefix: false };
    Match::Ip(Box::new(IpMatch { outiface: Some(Inv { not: false, value }), ..IpMatch::default() }))
}

fn dport(port: u16) -> Match {
    let value = Range { first: port, last: port };
    Match::Tcp(TcpMatch { dport: Some(Inv { not: false, value }), ..TcpMatch::default() })
}

fn established() -> Match {
    Match::State(Inv { not: false, value: CtStates::ESTABLISHED })
}

fn dnat(addr: &str, port: u16) -> Target {
    let addr: IpAddr = addr.parse().unwrap();
    Target::Dnat(Box::new(NatRange {
        addrs: Some(Range { first: addr, last: addr }),
        ports: Some(Range { first: port, last: port }),
        ..NatRange::default()
    }))
}

fn half() -> Match {
    Match::Statistic(Inv { not: false, value: Statistic::Random(0.5) })
}

/// A service with two endpoints behind a jump, and a FORWARD that accepts as told and rejects the rest.
fn service(first_passes: bool) -> Built {
    let mut b = Built::new();
    let pre = b.chain("nat", "PREROUTING", Some((Hook::Prerouting, -100, Policy::Accept)));
    let services = b.chain("nat", "SERVICES", None);
    let pick = b.chain("nat", "PICK", None);
    let one = b.chain("nat", "ONE", None);
    let two = b.chain("nat", "TWO", None);
    let forward = b.chain("filter", "FORWARD", Some((Hook::Forward, 0, Policy::Accept)));
    b.rule(pre, vec![], Target::Jump(services));
    for addr in ["10.9.0.1", "10.9.0.2", "10.9.0.3"] {
        b.rule(services, vec![to(addr)], Target::Jump(pick));
    }
    let local = AddrTypeMatch {
        dst: Some(Inv { not: false, value: AddrTypes(4) }),
        ..AddrTypeMatch::default()
    };
    b.rule(services, vec![Match::AddrType(local)], Target::Jump(pick));
    b.rule(pick, vec![half()], Target::Jump(one));
    b.rule(pick, vec![], Target::Jump(two));
    b.rule(
        one,
        vec![Match::Ip(Box::new(IpMatch {
            proto: Some(Inv { not: false, value: 6 }),
            ..IpMatch::default()
        }))],
        dnat("172.18.0.5", 80),
    );
    b.rule(
        two,
        vec![Match::Ip(Box::new(IpMatch {
            proto: Some(Inv { not: false, value: 6 }),
            ..IpMatch::default()
        }))],
        dnat("172.18.0.6", 80),
    );
    b.rule(forward, vec![out("br0"), established()], Target::Accept);
    if first_passes {
        b.rule(forward, vec![to("172.18.0.5")], Target::Accept);
    }
    let last = b.rule(forward, vec![], Target::Reject(RejectWith::HostProhibited));
    std::rc::Rc::make_mut(&mut b.0.rules).rules[last.0 as usize].counters =
        Some(Counters { packets: Count { value: 86, unit: 1 }, bytes: Count::default() });
    b
}

const CURL: &str = "curl 10.0.0.1:8080 from 10.0.0.9 in eth0";

/// Walks a packet line through a host and hands what is to be told to `look`.
fn told<R>(host: Host, packet: &str, lang: Lang, look: impl Fn(&Explained) -> R) -> R {
    told_of(host, &[packet], &[], lang, look)
}

/// The last of several packets, of each of which an outcome is followed.
fn told_of<R>(
    host: Host,
    packets: &[&str],
    followed: &[usize],
    lang: Lang,
    look: impl Fn(&Explained) -> R,
) -> R {
    let asks: Vec<PacketSpec> =
        chainwalk_parse::packet_lines(packets, &host).into_iter().map(|a| a.0).collect();
    let reading = Reading {
        hosts: vec![host.clone()],
        sections: vec![Section {
            host: chainwalk_model::HostId(0),
            kind: SectionKind::Routes(1),
            span: Span::new(DocId(0), 0, 3),
        }],
        ..Reading::default()
    };
    let mut session = Session::new(host);
    for ask in &asks {
        session.send(ask);
    }
    let why = |at| session.explain(at);
    look(&Explained {
        lang,
        reading: Some(&reading),
        docs: &[DOC],
        host: session.host(),
        asks: &asks,
        walks: session.walks(),
        followed,
        packet: asks.len() - 1,
        raw_names: false,
        reasons: &why,
    })
}

fn plain(sentence: &[chainwalk_view::Run]) -> String {
    sentence.iter().map(|r| r.text.as_str()).collect()
}

fn evidence(b: &Banner) -> Vec<String> {
    b.evidence.iter().map(|e| plain(&e.text)).collect()
}

#[test]
fn a_rejected_connection_is_told_in_the_words_of_its_program() {
    let b = told(service(false).0, CURL, Lang::En, banner);
    assert_eq!(b.tone, Tone::Stop);
    assert_eq!(plain(&b.headline), "Rejected. curl prints No route to host");
    assert!(plain(&b.detail).contains("filter FORWARD rule 2"), "{}", plain(&b.detail));
    let all = evidence(&b);
    assert!(all.iter().any(|e| e.contains("both random branches")), "{all:?}");
    assert!(all.iter().any(|e| e.contains("86 packets")), "{all:?}");
    assert!(all.iter().any(|e| e.starts_with("INPUT never sees")), "{all:?}");
}

#[test]
fn branches_that_end_differently_make_it_depend() {
    let b = told(service(true).0, CURL, Lang::En, banner);
    assert_eq!(b.tone, Tone::Depends);
    assert!(plain(&b.headline).contains("chance"), "{}", plain(&b.headline));
    let detail = plain(&b.detail);
    assert!(detail.contains("50%: forwarded") && detail.contains("50%: rejected"), "{detail}");
}

#[test]
fn a_table_that_was_not_pasted_is_asked_for_in_one_click() {
    let mut b = service(false);
    b.0.complete.rules = false;
    let nat = b.0.rules.find_table(Family::Ip, "nat").unwrap();
    std::rc::Rc::make_mut(&mut b.0.rules).tables.truncate(nat.0 as usize + 1);
    std::rc::Rc::make_mut(&mut b.0.rules).chains.retain(|c| c.table == nat);
    let chains = b.0.rules.chains.len();
    std::rc::Rc::make_mut(&mut b.0.rules).rules.retain(|r| (r.chain.0 as usize) < chains);
    let b = told(b.0, CURL, Lang::En, banner);
    assert_eq!(b.tone, Tone::Depends);
    assert!(plain(&b.headline).contains("filter"), "{}", plain(&b.headline));
    let answers: Vec<&str> =
        b.evidence.iter().flat_map(|e| &e.answers).map(|(_, a)| a.as_str()).collect();
    assert!(answers.contains(&"table=filter:accept"), "{answers:?}");
    assert!(answers.contains(&"table=filter:drop"), "{answers:?}");
}

#[test]
fn without_rules_there_is_never_a_good_end() {
    let said = |host: Host, docs: &[&str], reading: Option<&Reading>| {
        let mut session = Session::new(host);
        let (ask, _) = chainwalk_parse::packet_line(CURL);
        let asks = [ask];
        session.send(&asks[0]);
        let why = |at| session.explain(at);
        banner(&Explained {
            lang: Lang::En,
            reading,
            docs,
            host: session.host(),
            asks: &asks,
            walks: session.walks(),
            followed: &[],
            packet: 0,
            raw_names: false,
            reasons: &why,
        })
    };
    let nothing = Reading::default();
    assert_eq!(said(Host::default(), &[], None).tone, Tone::Idle);
    assert_eq!(said(Host::default(), &["  \n"], Some(&nothing)).tone, Tone::Idle);
    assert_eq!(said(Host::default(), &["some prose"], Some(&nothing)).tone, Tone::Idle);
    let mut network = Built::new().0;
    network.complete.rules = false;
    let read = Reading {
        sections: vec![Section {
            host: chainwalk_model::HostId(0),
            kind: SectionKind::Routes(1),
            span: Span::default(),
        }],
        ..Reading::default()
    };
    assert_eq!(said(network, &["default via 10.0.0.2"], Some(&read)).tone, Tone::Idle);
}

#[test]
fn the_list_says_why_rules_did_not_match() {
    let walk = told(service(false).0, CURL, Lang::En, rows);
    let range = walk.iter().find(|r| r.kind == RowKind::Range && r.number == "1–3").unwrap();
    assert_eq!(plain(&range.text), "10.0.0.1 is none of 3 addresses");
    let local = walk.iter().find(|r| plain(&r.text).contains("dst-type LOCAL")).unwrap();
    assert_eq!(plain(&local.reason), "10.0.0.1 is an address of this host");
    let fork = walk.iter().find(|r| r.kind == RowKind::Fork).unwrap();
    let labels: Vec<&str> = fork.branches.iter().map(|b| b.label.as_str()).collect();
    assert_eq!(labels, ["172.18.0.5:80", "172.18.0.6:80"]);
    assert!(fork.branches.iter().all(|b| b.weight == "50%" && b.fate == "rejected, FORWARD 2"));
    assert_eq!(fork.branches.iter().filter(|b| b.followed).count(), 1);
    let last = walk.iter().rfind(|r| r.kind == RowKind::Rule && r.mark == Mark::Stop).unwrap();
    assert_eq!(plain(&last.text), "REJECT host-prohibited");
    assert!(walk.iter().any(|r| r.kind == RowKind::Reply));
}

#[test]
fn each_condition_of_a_rule_has_its_own_truth() {
    let mut b = Built::new();
    let input = b.chain("filter", "INPUT", Some((Hook::Input, 0, Policy::Drop)));
    let port = |port| Some(Inv { not: false, value: Range { first: port, last: port } });
    let tcp = TcpMatch { sport: port(51000), dport: port(22), ..TcpMatch::default() };
    b.rule(input, vec![to("10.0.0.1"), Match::Tcp(tcp)], Target::Accept);
    told(b.0, CURL, Lang::En, |t| {
        let row = rows(t).into_iter().find(|r| r.kind == RowKind::Range).unwrap();
        let cards = rule_cards(t, &row.rules.unwrap(), 1);
        let said: Vec<_> =
            cards[0].conditions.iter().map(|c| (&*c.text, &*c.has, c.mark)).collect();
        let wanted = [
            ("to 10.0.0.1", "10.0.0.1", Mark::Yes),
            ("sport 51000", "51000", Mark::Yes),
            ("dport 22", "8080", Mark::No),
        ];
        assert_eq!(said, wanted);
    });
}

#[test]
fn a_reply_follows_the_branch_that_is_followed() {
    for (followed, place) in [(0, "172.18.0.5:80"), (1, "172.18.0.6:80"), (7, "172.18.0.6:80")] {
        let mut b = service(true);
        let rules = std::rc::Rc::make_mut(&mut b.0.rules);
        // FORWARD lets everything pass.
        rules.chains.last_mut().unwrap().rules.clear();
        let packets = [CURL, "reply 1"];
        told_of(b.0, &packets, &[followed, 0], Lang::En, |t| {
            let line = timeline(t);
            assert!(line.narration[0].contains(place), "{followed}: {}", line.narration[0]);
            // Both packets have their lanes, the one that is not shown by its number.
            let lanes: Vec<_> = line.lanes.iter().map(|l| (&*l.name, l.other)).collect();
            assert_eq!(lanes, [("1 SYN", Some(0)), ("2 SYN+ACK", None)]);
        });
    }
}

#[test]
fn rows_and_cells_count_the_same_stops() {
    told(service(false).0, CURL, Lang::En, |t| {
        let line: Timeline = timeline(t);
        assert_eq!(line.narration.len(), line.stops);
        assert_eq!(line.spans.len(), line.stops);
        assert_eq!(line.hooks.len(), line.stops);
        let mut steps: Vec<usize> =
            line.lanes.iter().flat_map(|l| &l.cells).map(|c| c.step).collect();
        steps.sort_unstable();
        assert_eq!(steps, (0..line.stops).collect::<Vec<_>>());
        assert_eq!(line.lanes.len(), 2, "the packet and the ICMP error");
        assert_eq!(line.lanes[1].name, "ICMP");
        assert!(line.narration.iter().all(|n| !n.is_empty()), "{:?}", line.narration);
        let walk = rows(t);
        assert!(walk.windows(2).all(|w| w[0].step <= w[1].step), "rows go forward");
        assert!(walk.iter().all(|r| r.step < line.stops));
    });
}

#[test]
fn a_long_chain_stays_short_to_show() {
    let mut b = Built::new();
    let input = b.chain("filter", "INPUT", Some((Hook::Input, 0, Policy::Drop)));
    for n in 0..5_000 {
        b.rule(input, vec![dport(10_000 + n)], Target::Accept);
    }
    told(b.0, CURL, Lang::En, |t| {
        let line = timeline(t);
        assert!(line.stops < 20, "{}", line.stops);
        assert!(rows(t).len() < 20);
        assert_eq!(banner(t).tone, Tone::Stop);
    });
}

fn inside(items: &[Item], w: f64, h: f64, at: &str) {
    for item in items {
        match item {
            Item::Rect { x, y, w: rw, h: rh, .. } => {
                assert!(*x >= -0.5 && *y >= -0.5, "{at}: {item:?}");
                assert!(x + rw <= w + 0.5 && y + rh <= h + 0.5, "{at}: {item:?}");
            }
            Item::Circle { x, y, .. } | Item::Text { x, y, .. } | Item::Icon { x, y, .. } => {
                assert!((0.0..=w).contains(x) && (0.0..=h).contains(y), "{at}: {item:?}");
            }
            Item::Path { d, .. } => assert!(!d.contains("NaN") && !d.contains("inf"), "{at}: {d}"),
            Item::Group { items, .. } => inside(items, w, h, at),
        }
    }
}

/// The last point of path data that ends in a line.
fn end_of(d: &str) -> (f64, f64) {
    let last = d.rsplit(['L', 'M']).next().unwrap();
    let (x, y) = last.split_once(' ').unwrap();
    (x.parse().unwrap(), y.parse().unwrap())
}

#[test]
fn the_diagram_stays_in_its_frame_and_the_packet_arrives_where_it_rests() {
    for lang in [Lang::En, Lang::Zh] {
        for packet in
            [CURL, "ping 10.0.0.1", "curl 172.18.0.9:80", "dig @10.0.0.1 x from 10.0.0.9 in eth0"]
        {
            told(service(true).0, packet, lang, |t| {
                for size in [(640.0, 480.0), (808.0, 668.0), (1288.0, 848.0), (3200.0, 1900.0)] {
                    for stop in 0..timeline(t).stops {
                        let s: Scene = scene(t, stop, size, &TableMeasure);
                        let at = format!("{packet}, stop {stop} at {size:?}");
                        inside(&s.items, s.width, s.height, &at);
                        let ratio = s.width / s.height - size.0 / size.1;
                        assert!(ratio.abs() < 0.01, "{at}");
                        if !s.travel.is_empty() {
                            let (x, y) = end_of(&s.travel);
                            let off = (x - s.rest.0).hypot(y - s.rest.1);
                            assert!(off < 0.2, "{at}: {} not at {:?}", s.travel, s.rest);
                        }
                        let small = scene_phone(t, stop, (358.0, 80.0), &TableMeasure);
                        inside(&small.items, small.width, small.height, &at);
                    }
                }
            });
        }
    }
}

#[test]
fn a_name_from_the_paste_cannot_break_the_picture_or_the_sentence() {
    let mut b = Built::new();
    let forward = b.chain("filter", "FORWARD", Some((Hook::Forward, 0, Policy::Accept)));
    let bad = b.chain("filter", "<script>&\"'\u{1}{ $x }</c>", None);
    b.rule(forward, vec![], Target::Jump(bad));
    b.rule(bad, vec![], Target::Drop);
    told(b.0, "curl 172.18.0.9:80 from 10.0.0.9 in eth0", Lang::En, |t| {
        assert!(words(t).contains("<script>&\"'"));
        for stop in 0..timeline(t).stops {
            let text = svg(&scene(t, stop, (808.0, 668.0), &TableMeasure));
            assert!(!text.contains("<script"), "stop {stop}");
            assert!(!text.contains('\u{1}'), "stop {stop}");
            assert_eq!(text.matches("<g").count(), text.matches("</g>").count());
        }
    });
}

#[test]
fn both_languages_tell_the_whole_walk() {
    for lang in [Lang::En, Lang::Zh] {
        let text = told(service(false).0, CURL, lang, words);
        assert!(!text.contains("{ $") && !text.contains("{$"), "{text}");
        assert!(text.contains("FORWARD") && text.contains("172.18.0.5:80"), "{text}");
    }
}

#[test]
fn a_guess_is_told_as_a_guess() {
    let mut b = Built::new();
    b.0.interfaces[1].addrs[0].origin = Origin::Default;
    let rows = facts(&b.0, Lang::En, &[DOC]);
    let of = |name: &str| rows.iter().find(|r| r.name == name).unwrap();
    assert!(!of("eth0").guess);
    assert!(of("br0").guess);
    assert_eq!(of("br0").assume.as_deref(), Some("br0=172.18.0.1/16"));
    assert_eq!((of("forward").value.as_str(), of("forward").guess), ("on", false));
    b.0.sysctls.clear();
    let rows = facts(&b.0, Lang::En, &[DOC]);
    assert!(rows.iter().any(|r| r.name == "forward" && r.guess), "nobody told");
}

/// The labels of the stations that are drawn, each with the classes of its circle.
fn stations(items: &[Item]) -> Vec<(String, String)> {
    let station = |item: &Item| match item {
        Item::Group { class, label, items, .. } if class == "gst" => match items.first() {
            Some(Item::Circle { class, .. }) => Some((label.clone(), class.clone())),
            _ => None,
        },
        _ => None,
    };
    items.iter().filter_map(station).collect()
}

#[test]
fn tables_of_one_name_have_stations_of_their_own() {
    let mut b = Built::new();
    let own = b.chain("filter", "FORWARD", Some((Hook::Forward, 0, Policy::Accept)));
    let inet = b.chain_of(Family::Inet, "filter", "fwd", Some((Hook::Forward, 5, Policy::Drop)));
    b.chain_of(Family::Inet, "filter", "late", Some((Hook::Forward, 20, Policy::Accept)));
    b.chain_of(Family::Inet, "early", "pre", Some((Hook::Prerouting, -310, Policy::Accept)));
    b.chain_of(Family::Inet, "mangle", "marks", Some((Hook::Prerouting, -320, Policy::Accept)));
    b.rule(own, vec![dport(1)], Target::Drop);
    b.rule(inet, vec![dport(2)], Target::Drop);
    b.rule(inet, vec![dport(3)], Target::Drop);
    told(b.0, "curl 172.18.0.9:80 from 10.0.0.9 in eth0", Lang::En, |t| {
        let drawn = stations(&scene(t, 0, (1288.0, 848.0), &TableMeasure).items);
        let class = |label: &str| {
            let found: Vec<_> = drawn.iter().filter(|(l, _)| l == label).collect();
            assert_eq!(found.len(), 1, "{label}: {drawn:?}");
            found[0].1.as_str()
        };
        assert_eq!(class("filter FORWARD, 1 rule"), "st full filter");
        assert_eq!(class("inet filter FORWARD, 2 rules"), "st full filter");
        assert_eq!(class("inet filter late FORWARD, 0 rules"), "st hollow filter");
        assert_eq!(class("early PREROUTING, 0 rules"), "st hollow raw");
        assert_eq!(class("nat PREROUTING, not pasted"), "st dash nat");
        assert_eq!(class("inet mangle PREROUTING, 0 rules"), "st hollow raw");
    });
}

#[test]
fn as_text_the_reason_of_a_row_stands_behind_it_and_nothing_where_there_is_none() {
    let b = service(true);
    told(b.0, CURL, Lang::En, |t| {
        let text = words(t);
        let mut seen = [0, 0];
        for row in rows(t).iter().filter(|r| r.aside.is_empty() && r.kind != RowKind::Range) {
            let reason = plain(&row.reason);
            let told = plain(&row.text);
            let behind =
                if reason.is_empty() { "\n".to_owned() } else { format!(" — {reason}\n") };
            assert!(text.contains(&[&*told, &*behind].concat()), "{told}{behind}{text}");
            seen[usize::from(reason.is_empty())] += 1;
        }
        assert!(seen[0] >= 1 && seen[1] >= 2, "{seen:?}");
    });
}
