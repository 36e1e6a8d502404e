//! Packet lines in the words of the programs that send packets.

use super::Line;
use super::words::{MORE, is_more};
use crate::oneline::{Word, bad, did_you_mean, missing};
use chainwalk_model::{App, AskAddr, Diagnostic, DiagnosticId, Expected, Severity, proto};

/// What a program's options mean for its packet. An option of neither list is told as unknown.
struct Options {
    /// Options that stand alone and do not change where the packet goes.
    alone: &'static [&'static str],
    /// Options with a value, neither of which changes where the packet goes.
    valued: &'static [&'static str],
}

const CURL: Options = Options {
    alone: &[
        "-4",
        "-6",
        "-v",
        "-k",
        "-s",
        "-S",
        "-sS",
        "-i",
        "-I",
        "-L",
        "-f",
        "-g",
        "-O",
        "-N",
        "-vk",
        "-kv",
        "--verbose",
        "--insecure",
        "--silent",
        "--head",
        "--location",
        "--fail",
        "--include",
        "-q",
        "-O-",
        "-qO-",
    ],
    valued: &[
        "-X",
        "-H",
        "-d",
        "-o",
        "-m",
        "-u",
        "-A",
        "-e",
        "-b",
        "-w",
        "--max-time",
        "--connect-timeout",
        "--header",
        "--data",
        "--request",
        "--user",
        "--output",
        "--retry",
        "-T",
        "-t",
    ],
};
const PING: Options = Options {
    alone: &["-4", "-6", "-n", "-q", "-v", "-D", "-O", "-f", "-A"],
    valued: &["-c", "-i", "-W", "-w", "-l", "-s"],
};
const DIG: Options = Options {
    alone: &["-4", "-6", "-x", "+short", "+trace", "+noall", "+answer", "+norecurse"],
    valued: &["-t", "-c", "-q"],
};
const NC: Options = Options {
    alone: &["-4", "-6", "-v", "-vv", "-z", "-n", "-N", "-vz", "-zv", "-C"],
    valued: &["-w", "-i", "-q"],
};
const SSH: Options = Options {
    alone: &["-4", "-6", "-v", "-vv", "-vvv", "-A", "-C", "-N", "-T", "-t", "-X", "-q", "-f"],
    valued: &["-i", "-o", "-l", "-L", "-R", "-D", "-F", "-J", "-E"],
};

const CLIENT: Options = Options {
    alone: &["-w", "-W", "-v", "--verbose", "--tls", "ping", "PING"],
    valued: &["-U", "-u", "-d", "-D", "-c", "-e", "-a", "-n"],
};
const TRACEROUTE: Options =
    Options { alone: &["-4", "-6", "-n"], valued: &["-m", "-q", "-w", "-N", "-f"] };
/// The port of the first probe of `traceroute`, by its manual page.
const TRACEROUTE_PORT: u16 = 33434;

impl<'a> Line<'a> {
    /// Reads the words of a program; false where `name` is none.
    pub(super) fn app(&mut self, name: &str) -> bool {
        match name {
            "curl" | "wget" | "http" | "https" => self.curl(name == "curl"),
            "ping" | "ping6" => self.ping(),
            "dig" | "nslookup" => self.dig(),
            "nc" | "ncat" | "netcat" | "telnet" => self.nc(name != "telnet"),
            "ssh" => self.ssh(),
            "psql" => self.client(5432, "-p"),
            "mysql" | "mariadb" => self.client(3306, "-P"),
            "redis-cli" => self.client(6379, "-p"),
            "traceroute" => self.traceroute(),
            _ => return false,
        }
        true
    }

    /// The words of the program itself: its options go to `option`, which says whether it knew the
    /// option; the others are given back.
    fn own_words(
        &mut self,
        known: &Options,
        mut option: impl FnMut(&mut Self, &str) -> bool,
    ) -> Vec<Word<'a>> {
        let mut plain = Vec::new();
        while let Some(word) = self.peek() {
            // A program's own words end where the line says more; no host is called `from` or `in`.
            if is_more(word.text) && (!plain.is_empty() || matches!(word.text, "from" | "in")) {
                break;
            }
            self.at += 1;
            let is_option = word.text.len() > 1 && word.text.starts_with(['-', '+']);
            if !is_option {
                plain.push(word);
            } else if option(self, word.text) || known.alone.contains(&word.text) {
            } else if known.valued.contains(&word.text) {
                self.value(Expected::Text);
            } else {
                self.complain(Diagnostic {
                    id: DiagnosticId::UnknownOption,
                    severity: Severity::Warning,
                    ..bad(word, vec![Expected::Option])
                });
            }
        }
        plain
    }

    fn port_option(&mut self, option: &str, name: &str) -> bool {
        if option == name {
            self.ask.dport = self.numeric(Expected::Port);
        }
        option == name
    }

    /// Tells of the first word that a program's line has too many; what is meant by it is not known.
    fn too_many(&mut self, words: &[Word<'a>]) {
        if let Some(word) = words.first() {
            self.complain(Diagnostic {
                id: DiagnosticId::UnknownOption,
                hint: did_you_mean(word.text, &MORE),
                ..bad(*word, vec![Expected::Option, Expected::EndOfLine])
            });
        }
    }

    /// The first of a program's words, which is where it sends to; its absence is told.
    fn first(&mut self, words: &[Word<'a>]) -> Option<Word<'a>> {
        if words.is_empty() {
            self.no_host();
        }
        words.first().copied()
    }

    /// Sends to the address that is the first of a program's words.
    fn send_to(&mut self, words: &[Word<'a>]) {
        if let Some(host) = self.first(words) {
            let addr = self.address(host);
            self.target((addr, None));
        }
    }

    fn no_host(&mut self) {
        let program = self.words.first().map_or("", |word| word.text);
        let at_end = missing(self.end, vec![Expected::Address]);
        self.complain(Diagnostic { found: program.into(), ..at_end });
    }

    fn curl(&mut self, named: bool) {
        self.ask.app = named.then_some(App::Curl);
        self.ask.proto = Some(proto::TCP);
        let plain = self.own_words(&CURL, |line, option| {
            let binds = option == "--interface";
            if binds {
                line.ask.bind = line.value(Expected::Interface).map(|w| w.text.into());
            }
            binds
        });
        if let Some(url) = self.first(&plain) {
            self.url(url);
            self.too_many(&plain[1..]);
        }
    }

    /// The host and port of a URL; the scheme may be left out.
    pub(super) fn url(&mut self, word: Word<'a>) {
        self.ask.proto = Some(proto::TCP);
        let word = Word {
            text: word.text.trim_matches(['"', '\'']),
            ..word.from(usize::from(word.text.starts_with(['"', '\''])))
        };
        let (scheme, rest) = match word.text.find("://") {
            Some(at) => (word.until(at), word.from(at + 3)),
            None => (word.until(0), word),
        };
        let usual = match scheme.text.to_ascii_lowercase().as_str() {
            "" | "http" | "ws" => 80,
            "https" | "wss" => 443,
            "ftp" => 21,
            "ssh" => 22,
            "redis" => 6379,
            "mysql" => 3306,
            "postgres" | "postgresql" => 5432,
            _ => {
                let known = ["http", "https"].map(|s| Expected::Literal(s.into()));
                self.complain(bad(scheme, known.into()));
                80
            }
        };
        let mut host = rest.until(rest.text.find(['/', '?', '#']).unwrap_or(rest.text.len()));
        if let Some(at) = host.text.rfind('@') {
            host = host.from(at + 1);
        }
        if host.text.is_empty() {
            self.complain(bad(word, vec![Expected::Address]));
            return;
        }
        let (addr, port) = self.endpoint(host);
        self.target((addr, port.or(Some(usual))));
    }

    fn ping(&mut self) {
        self.ask.app = Some(App::Ping);
        self.ask.proto = Some(proto::ICMP);
        self.ask.icmp_type = Some(8);
        let plain = self.own_words(&PING, |line, option| {
            match option {
                "-I" => {
                    let Some(word) = line.value(Expected::Interface) else { return true };
                    match word.text.parse() {
                        Ok(addr) => line.ask.src = Some(AskAddr::Ip(addr)),
                        Err(_) => line.ask.bind = Some(word.text.into()),
                    }
                }
                "-t" => line.ask.ttl = line.numeric(Expected::Number),
                "-Q" => line.ask.tos = line.numeric(Expected::Number),
                "-m" => line.ask.mark = line.numeric(Expected::Mark),
                _ => return false,
            }
            true
        });
        self.send_to(&plain);
        self.too_many(plain.get(1..).unwrap_or_default());
    }

    fn dig(&mut self) {
        self.ask.app = Some(App::Dig);
        self.ask.proto = Some(proto::UDP);
        self.ask.dport = Some(53);
        let plain = self.own_words(&DIG, |line, option| {
            if option == "+tcp" {
                line.ask.proto = Some(proto::TCP);
                return true;
            }
            line.port_option(option, "-p")
        });
        let server = plain.iter().find(|w| w.text.starts_with('@'));
        if let Some(word) = server {
            let addr = self.address(word.from(1));
            self.target((addr, None));
        } else {
            // Which server a resolver would ask stands in no paste.
            let at = self.peek().map_or(self.end, |w| w.start);
            self.complain(missing(at, vec![Expected::Literal("@SERVER".into())]));
        }
    }

    fn nc(&mut self, named: bool) {
        self.ask.app = named.then_some(App::Nc);
        self.ask.proto = Some(proto::TCP);
        let plain = self.own_words(&NC, |line, option| {
            let letters = option.strip_prefix('-').unwrap_or_default();
            if letters.contains('u') && letters.chars().all(|c| "uvzn46".contains(c)) {
                line.ask.proto = Some(proto::UDP);
                return true;
            }
            if option == "-p" {
                line.ask.sport = line.numeric(Expected::Port);
            }
            option == "-p"
        });
        let mut rest = plain.into_iter();
        let Some(host) = rest.next() else {
            self.no_host();
            return;
        };
        let target = self.endpoint(host);
        let has_port = target.1.is_some();
        self.target(target);
        if has_port {
            return;
        }
        match rest.next() {
            Some(port) => {
                self.ask.dport = port.text.parse().ok();
                if self.ask.dport.is_none() {
                    self.complain(bad(port, vec![Expected::Port]));
                }
            }
            None if self.ask.app.is_none() => self.ask.dport = Some(23),
            None => {
                let at = self.peek().map_or(self.end, |w| w.start);
                self.complain(missing(at, vec![Expected::Port]));
            }
        }
        let rest: Vec<_> = rest.collect();
        self.too_many(&rest);
    }

    /// A program that takes its server behind `-h` and its port behind `port`.
    fn client(&mut self, usual: u16, port: &str) {
        self.ask.proto = Some(proto::TCP);
        self.ask.dport = Some(usual);
        let mut host = None;
        self.own_words(&CLIENT, |line, option| {
            if matches!(option, "-h" | "--host") {
                host = line.value(Expected::Address);
                return true;
            }
            line.port_option(option, port)
        });
        self.send_to(host.as_slice());
    }

    fn traceroute(&mut self) {
        self.ask.proto = Some(proto::UDP);
        self.ask.dport = Some(TRACEROUTE_PORT);
        let plain = self.own_words(&TRACEROUTE, |line, option| {
            match option {
                "-I" => {
                    line.ask.proto = Some(proto::ICMP);
                    line.ask.icmp_type = Some(8);
                    line.ask.dport = None;
                }
                "-T" => {
                    line.ask.proto = Some(proto::TCP);
                    line.ask.dport = Some(80);
                }
                _ => return line.port_option(option, "-p"),
            }
            true
        });
        self.send_to(&plain);
    }

    fn ssh(&mut self) {
        self.ask.app = Some(App::Ssh);
        self.ask.proto = Some(proto::TCP);
        self.ask.dport = Some(22);
        let plain = self.own_words(&SSH, |line, option| line.port_option(option, "-p"));
        if let Some(word) = self.first(&plain) {
            let host = word.from(word.text.find('@').map_or(0, |at| at + 1));
            let target = self.endpoint(host);
            self.target(target);
        }
    }
}
