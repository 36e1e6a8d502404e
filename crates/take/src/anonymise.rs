//! A case without the names in it: public addresses become those of examples, cards and names are numbered, words of
//! people are taken out; and it is walked again, to see that it still shows the same.
//!
//! Kept are ports, protocols, marks, counters, private and documentation networks, and the names of interfaces and
//! chains that many machines have. Nothing is kept of what was given out: the same case with the same key gets the same.

mod listed;
mod map;
mod same;
pub(crate) mod scan;

pub use map::Manner;
pub use same::{Sameness, sameness};

use crate::names::{is_global, is_public, is_unique_local};
use chainwalk::model::Order;
use chainwalk::{Case, Doc, HostPart, Played};
use map::Given;
use scan::{Found, What, scan};
use siphasher::sip128::SipHasher13;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::IpAddr;

/// What is wanted.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Addresses and names that stay, as they are written.
    pub keep: Vec<String>,
    /// Whether private addresses are replaced, too.
    pub private: bool,
    /// Words that are replaced, too, wherever they stand and however they are capitalised. An address among them stands for
    /// [`Self::private`]: addresses are replaced all together, or their networks would no longer hold.
    pub words: Vec<String>,
    /// Decides what becomes of which; who has it can undo it.
    pub key: u128,
}

/// The key that a text stands for: the same in every version of the program.
pub fn key(text: &str) -> u128 {
    SipHasher13::new().hash(text.as_bytes()).as_u128()
}

/// Something that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// What it is: `public`, `private`, `mac`, `host`, `user`, `namespace`, `name`, `image`, `service`, `id`,
    /// `veth`, `cali`, `comment`, `log`, `word`.
    pub kind: &'static str,
    /// What stood there.
    pub old: String,
    /// What stands there now.
    pub new: String,
    /// In how many places.
    pub times: usize,
}

/// A case without its names.
#[derive(Clone, Debug)]
pub struct Anonymised {
    /// The case.
    pub case: Case,
    /// What was replaced, in the order of the kinds, then as first met.
    pub replaced: Vec<Replaced>,
    /// Lines of the paste that nobody read and that were taken out, with their numbers from 1.
    pub taken_out: Vec<(usize, String)>,
    /// How public addresses were replaced.
    pub manner: Manner,
    /// Whether the walks are the same.
    pub sameness: Sameness,
    /// Matches whose values are not looked into, and may still tell: `u32`, `string`, `bpf`.
    pub opaque: Vec<&'static str>,
    /// Names of hosts that stayed, since they are their only addresses.
    pub hosts_kept: Vec<String>,
}

impl Anonymised {
    /// Whether a word of the wishes stood somewhere: by itself, or within what was replaced or taken out.
    pub fn has_replaced(&self, word: &str) -> bool {
        let word = word.trim().to_ascii_lowercase();
        let holds = |text: &str| text.to_ascii_lowercase().contains(&word);
        self.replaced.iter().any(|r| holds(&r.old)) || self.taken_out.iter().any(|(_, l)| holds(l))
    }
}

/// One way of replacing.
#[derive(Clone, Copy)]
struct Way {
    manner: Manner,
    /// Whether lines that nobody read are taken out.
    without_prose: bool,
    /// Whether the name of a host that is its address stays one: a host without another address has that one.
    addressed: bool,
}

/// Replaces what tells whose a case is.
pub fn anonymise(case: &Case, wishes: &Wishes) -> Anonymised {
    let played = case.scenario.play();
    let addressed =
        case.scenario.docs.iter().any(|doc| {
            scan(&doc.text).iter().any(|found| matches!(found.what, What::Addressed(_)))
        });
    let mut tried = Vec::new();
    for without_prose in [true, false] {
        for addressed in if addressed { &[false, true][..] } else { &[false] } {
            for manner in [Manner::Examples, Manner::Shuffled] {
                let way = Way { manner, without_prose, addressed: *addressed };
                let Some(one) = attempt(case, &played, wishes, way) else { continue };
                if one.sameness.is_same() {
                    return one;
                }
                tried.push(one);
            }
        }
    }
    // All of them change something: the one that goes on the same for longest.
    let furthest = |one: &Anonymised| one.sameness.steps;
    let best =
        tried.iter().enumerate().rev().max_by_key(|(_, one)| furthest(one)).map(|(at, _)| at);
    tried.swap_remove(best.unwrap_or_default())
}

fn attempt(case: &Case, played: &Played, wishes: &Wishes, way: Way) -> Option<Anonymised> {
    let scenario = &case.scenario;
    let mut taken_out = Vec::new();
    let mut docs = Vec::new();
    let mut line_number = 0;
    for (at, doc) in scenario.docs.iter().enumerate() {
        let mut text = String::new();
        let mut place = 0;
        for line in doc.text.split_inclusive('\n') {
            line_number += 1;
            let bare = line.trim_end_matches(['\n', '\r']);
            let read = !way.without_prose || bare.trim().is_empty() || is_read(played, at, place);
            if read {
                text.push_str(line);
            } else {
                taken_out.push((line_number, bare.to_owned()));
                text.push_str(&line[bare.len()..]);
            }
            place += line.len();
        }
        docs.push(text);
    }
    let lines = scenario.hosts.values().flat_map(|part| part.facts.iter().chain(&part.edits));
    let lines = lines.chain(&scenario.packets).chain(&case.head.goals);
    let all: Vec<&str> = docs.iter().map(String::as_str).chain(lines.map(String::as_str)).collect();
    let mut work = Work::new(&all, wishes, way)?;
    let mut new = case.clone();
    let docs = docs.iter().enumerate().map(|(at, text)| Doc {
        name: if scenario.docs[at].name.is_empty() {
            String::new()
        } else {
            format!("text{}", at + 1)
        },
        text: work.replace(text).into(),
    });
    new.scenario.docs = docs.collect();
    let mut each =
        |lines: &[String]| -> Vec<String> { lines.iter().map(|l| work.replace(l)).collect() };
    new.scenario.packets = each(&scenario.packets);
    new.head.goals = each(&case.head.goals);
    new.scenario.hosts = scenario
        .hosts
        .iter()
        .map(|(name, part)| {
            let part = HostPart { facts: each(&part.facts), edits: each(&part.edits) };
            let [name] = each(std::slice::from_ref(name)).try_into().unwrap_or_default();
            (name, part)
        })
        .collect();
    new.scenario.host = scenario.host.as_ref().map(|name| work.replace(name));
    // Words of people, and what other versions wrote, may say anything.
    new.head.remarks.clear();
    new.head.title = chainwalk::Words::default();
    new.head.question = chainwalk::Words::default();
    new.head.point = chainwalk::Words::default();
    new.head.others.clear();
    new.head.ends.clear();
    let again = new.scenario.play();
    let sameness = sameness(played, &again);
    let text: String = all.join("\n");
    let opaque = [
        ("u32", "-m u32"),
        ("u32", " u32 "),
        ("string", "STRING match"),
        ("string", "-m string"),
        ("bpf", "-m bpf"),
    ];
    let mut opaque: Vec<&'static str> =
        opaque.into_iter().filter(|(_, mark)| text.contains(mark)).map(|(name, _)| name).collect();
    opaque.order();
    opaque.dedup();
    let mut hosts_kept = BTreeSet::new();
    for text in all.iter().filter(|_| way.addressed) {
        let found = scan(text).into_iter().filter(|f| matches!(f.what, What::Addressed(_)));
        let names = found.map(|f| (&text[f.at.clone()], f.what));
        hosts_kept.extend(names.filter_map(|(old, what)| {
            let stays = work.given_for(old, &what).is_some_and(|(_, new)| new == old);
            stays.then(|| old.to_owned())
        }));
    }
    Some(Anonymised {
        case: new,
        replaced: work.report(),
        taken_out,
        manner: way.manner,
        sameness,
        opaque,
        hosts_kept: hosts_kept.into_iter().collect(),
    })
}

/// Whether a line of a document is part of something that was read.
fn is_read(played: &Played, doc: usize, place: usize) -> bool {
    played.reading().sections.iter().any(|section| {
        let span = section.span;
        usize::from(span.doc.0) == doc && (span.start as usize..span.end as usize).contains(&place)
    })
}

/// The replacing of one case.
struct Work<'w> {
    wishes: &'w Wishes,
    /// The words of the wishes, in small letters.
    words: Vec<String>,
    way: Way,
    given: Given,
    /// Names that were found once are replaced wherever they stand as a word.
    everywhere: BTreeMap<String, &'static str>,
    done: Vec<Replaced>,
}

impl<'w> Work<'w> {
    fn new(all: &[&str], wishes: &'w Wishes, way: Way) -> Option<Self> {
        let manner = way.manner;
        let is_addr =
            |word: &&str| word.split('/').next().is_some_and(|addr| addr.parse::<IpAddr>().is_ok());
        let words = wishes.words.iter().map(|word| word.trim());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let private = wishes.private || words.iter().any(is_addr);
        let words = words.into_iter().filter(|word| !is_addr(word));
        let words = words.map(str::to_ascii_lowercase).collect();
        let (mut nets, mut taken) = (BTreeSet::new(), HashSet::new());
        let mut everywhere = BTreeMap::new();
        for text in all {
            for Found { at, what } in scan(text) {
                let word = &text[at];
                let what = match what {
                    What::Addressed(addr) if way.addressed => What::V4(addr, 32),
                    other => other,
                };
                match what {
                    What::V4(addr, len) => {
                        let net = u32::from(addr) & 0xffff_ff00;
                        if !is_public(addr) || wishes.keep.iter().any(|k| k == word) {
                            taken.insert(net);
                        } else {
                            // Less than a /24 can't be an example.
                            if len < 24 && manner == Manner::Examples {
                                return None;
                            }
                            nets.insert(net);
                        }
                    }
                    What::Name(kind @ ("host" | "log" | "name" | "namespace" | "image"))
                        if word.trim().len() > 1 =>
                    {
                        everywhere.insert(word.to_owned(), kind);
                    }
                    _ => {}
                }
            }
        }
        let given = Given::new(manner, wishes.key, &taken, &nets)?.with_private(private);
        Some(Self { wishes, words, way, given, everywhere, done: Vec::new() })
    }

    /// The text with everything replaced; columns stay where they are as far as blanks allow.
    fn replace(&mut self, text: &str) -> String {
        let mut found = scan(text);
        for (word, kind) in &self.everywhere {
            for (at, _) in text.match_indices(word.as_str()) {
                let place = at..at + word.len();
                let edge = |c: Option<char>| {
                    !c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-')
                };
                let alone =
                    edge(text[..at].chars().next_back()) && edge(text[place.end..].chars().next());
                let free = found.iter().all(|f| f.at.end <= at || f.at.start >= place.end);
                if free && (alone || *kind == "log") {
                    found.push(Found { at: place, what: What::Name(kind) });
                }
            }
        }
        found.order_by_key(|f| f.at.start);
        let small = text.to_ascii_lowercase();
        for word in self.words.clone() {
            self.add_word(text, small.match_indices(&word), &mut found);
        }
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        // So many characters more than before stand in the line, to be taken from the next blanks.
        let mut longer = 0_isize;
        for Found { at: place, what } in found {
            longer = copy(&mut out, &text[at..place.start], longer);
            let old = &text[place.clone()];
            let new = self.new_for(old, &what);
            longer += new.len().cast_signed() - old.len().cast_signed();
            out.push_str(&new);
            at = place.end;
        }
        copy(&mut out, &text[at..], longer);
        out
    }

    /// Puts the places of a word of the wishes among what was found, which is in order. What is replaced as a whole has
    /// the word replaced with it.
    fn add_word<'t>(
        &mut self,
        text: &str,
        places: impl Iterator<Item = (usize, &'t str)>,
        found: &mut Vec<Found>,
    ) {
        let before = std::mem::take(found);
        let mut rest = &before[..];
        for (from, word) in places {
            let place = from..from + word.len();
            let ended = rest.partition_point(|f| f.at.end <= place.start);
            found.extend_from_slice(&rest[..ended]);
            rest = &rest[ended..];
            let met = rest.partition_point(|f| f.at.start < place.end);
            let goes = rest[..met].iter().any(|f| {
                let is_within = f.at.start >= place.start && f.at.end <= place.end;
                let old = &text[f.at.clone()];
                !is_within && self.given_for(old, &f.what).is_some_and(|(_, new)| new != old)
            });
            if !goes {
                found.push(Found { at: place, what: What::Name("word") });
                rest = &rest[met..];
            }
        }
        found.extend_from_slice(rest);
    }

    /// What stands in the place of something, which is counted.
    fn new_for(&mut self, old: &str, what: &What) -> String {
        let Some((kind, new)) = self.given_for(old, what).filter(|(_, new)| new != old) else {
            return old.to_owned();
        };
        if let Some(done) = self.done.iter_mut().find(|d| d.kind == kind && d.old == old) {
            done.times += 1;
        } else {
            let (old, new) = (old.to_owned(), new.clone());
            self.done.push(Replaced { kind, old, new, times: 1 });
        }
        new
    }

    /// What was given out for something, with its kind; none where it is to be kept.
    fn given_for(&mut self, old: &str, what: &What) -> Option<(&'static str, String)> {
        if self.wishes.keep.iter().any(|k| k == old) {
            return None;
        }
        Some(match what {
            What::V4(addr, len) => {
                let kind = if is_public(*addr) { "public" } else { "private" };
                (kind, self.given.v4(*addr, *len).to_string())
            }
            What::V6(addr, len) => {
                let new = self.given.v6(*addr, *len);
                if new == *addr {
                    return None;
                }
                let kind = match addr {
                    addr if is_global(*addr) => "public",
                    addr if is_unique_local(*addr) && new.octets()[..8] != addr.octets()[..8] => {
                        "private"
                    }
                    _ => "mac",
                };
                (kind, new.to_string())
            }
            What::Addressed(addr) if self.way.addressed => {
                let addr = self.given.v4(*addr, 32).to_string();
                ("host", ["ip-", &addr.replace('.', "-")].concat())
            }
            What::Addressed(_) => ("host", self.name("host", old)),
            What::Mac => ("mac", self.macs(old)),
            What::Name(kind) => (*kind, self.name(kind, old)),
        })
    }

    /// One address, or the two that the kernel's log writes with a type behind them.
    fn macs(&mut self, old: &str) -> String {
        let bytes: Vec<u8> =
            old.split(':').filter_map(|p| u8::from_str_radix(p, 16).ok()).collect();
        let mut new = Vec::new();
        for chunk in bytes.chunks(6) {
            match <[u8; 6]>::try_from(chunk) {
                Ok(mac) => new.extend(self.given.mac(mac)),
                Err(_) => new.extend_from_slice(chunk),
            }
        }
        new.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(":")
    }

    fn name(&mut self, kind: &'static str, old: &str) -> String {
        // A long id begins with its short one.
        let key = if kind == "id" { &old[..old.len().min(12)] } else { old };
        let number = self.given.number(kind, key);
        match kind {
            "service" => letters(number),
            "id" => {
                let short = format!("{number:012x}");
                if old.len() > 12 { short + &"0".repeat(old.len() - 12) } else { short }
            }
            "veth" => format!("{number:07x}"),
            "cali" => format!("{number:011x}"),
            "namespace" => format!("ns{number}"),
            "host" | "user" | "word" | "name" | "image" => format!("{kind}{number}"),
            // What parts a prefix of the log from what follows stays.
            "log" => {
                let word = old.trim_end_matches(|c: char| !c.is_alphanumeric());
                format!("log{number}{}", &old[word.len()..])
            }
            _ => format!("{kind} {number}"),
        }
    }

    fn report(self) -> Vec<Replaced> {
        let order = [
            "public",
            "private",
            "mac",
            "host",
            "user",
            "namespace",
            "name",
            "image",
            "word",
            "service",
            "id",
            "veth",
            "cali",
            "log",
            "comment",
        ];
        let mut done = self.done;
        done.order_by_key(|d| order.iter().position(|k| *k == d.kind));
        done
    }
}

/// A number as the sixteen letters of a service's chain.
fn letters(number: usize) -> String {
    let mut out = [b'A'; 16];
    let mut left = number;
    for place in out.iter_mut().rev() {
        *place = b'A' + (left % 26) as u8;
        left /= 26;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Copies what stands between two places, and makes up in its first run of blanks for what the line is too long or too
/// short by. Returns what is left of that.
fn copy(out: &mut String, text: &str, mut longer: isize) -> isize {
    let mut rest = text;
    while longer != 0 {
        let line_end = rest.find('\n').unwrap_or(rest.len());
        let Some(at) = rest[..line_end].find("  ") else { break };
        let blanks = rest[at..].len() - rest[at..].trim_start_matches(' ').len();
        out.push_str(&rest[..at]);
        let wanted = (blanks.cast_signed() - longer).max(1);
        out.extend(std::iter::repeat_n(' ', wanted.cast_unsigned()));
        longer -= blanks.cast_signed() - wanted;
        rest = &rest[at + blanks..];
        if wanted > 1 || longer == 0 {
            break;
        }
    }
    out.push_str(rest);
    if rest.contains('\n') { 0 } else { longer }
}

/// Whether a text still names what a case was to be freed of: its public addresses and cards, but for those of
/// `replaced` that stand in their places, and those in `keep`.
pub fn leftovers(text: &str, replaced: &[Replaced], keep: &[String]) -> Vec<String> {
    let new: HashSet<&str> = replaced.iter().map(|r| r.new.as_str()).collect();
    let left = scan(text).into_iter().filter_map(|f| {
        let word = &text[f.at];
        let tells = match f.what {
            What::V4(addr, _) | What::Addressed(addr) => is_public(addr),
            What::V6(addr, _) => is_global(addr),
            What::Mac => true,
            What::Name(_) => false,
        };
        (tells && !new.contains(word) && !keep.iter().any(|k| k == word)).then(|| word.to_owned())
    });
    left.collect()
}
