//! Names that people gave, in what Docker and Kubernetes print and in the commands that ask them: columns of listings,
//! fields of JSON, manifests.

use std::ops::Range;

/// A place of a line, and the kind of its name.
pub(super) type Named = (Range<usize>, &'static str);

/// Columns that hold names, by their titles.
const TITLES: [(&str, &str); 5] = [
    ("NAMESPACE", "namespace"),
    ("NAME", "name"),
    ("NAMES", "name"),
    ("NODE", "name"),
    ("IMAGE", "image"),
];
/// Fields of JSON that hold them.
const FIELDS: [(&str, &str); 7] = [
    ("Name", "name"),
    ("Hostname", "name"),
    ("Image", "image"),
    ("nodeName", "name"),
    ("com.docker.compose.project", "name"),
    ("com.docker.compose.service", "name"),
    ("com.docker.compose.network", "name"),
];
/// The same of what a manifest says of itself.
const METADATA: [(&str, &str); 2] = [("name", "name"), ("namespace", "namespace")];
/// Names that many machines have, and words that mean more than a name where they stand.
const COMMON: [&str; 62] = [
    "accept",
    "all",
    "any",
    "arp",
    "bridge",
    "chain",
    "coredns",
    "default",
    "docker",
    "docker0",
    "down",
    "drop",
    "egress",
    "filter",
    "forward",
    "from",
    "host",
    "icmp",
    "icmpv6",
    "in",
    "inet",
    "ingress",
    "input",
    "ip",
    "ip6",
    "iptables",
    "ip6tables",
    "jump",
    "kube-node-lease",
    "kube-public",
    "kube-system",
    "kubernetes",
    "local",
    "mangle",
    "map",
    "nat",
    "netdev",
    "new",
    "nft",
    "none",
    "null",
    "out",
    "output",
    "overlay",
    "policy",
    "postrouting",
    "prerouting",
    "queue",
    "raw",
    "reject",
    "return",
    "root",
    "rule",
    "security",
    "set",
    "state",
    "table",
    "tcp",
    "to",
    "udp",
    "up",
    "via",
];
/// So begin the names of what Kubernetes brings along.
const FAMILIES: [&str; 6] = ["kube-", "coredns-", "calico-", "cilium-", "etcd-", "flannel-"];

/// Whether a name tells nothing.
fn is_common(name: &str) -> bool {
    let small = name.to_ascii_lowercase();
    name.len() < 2
        || COMMON.contains(&small.as_str())
        || FAMILIES.iter().any(|family| small.starts_with(family))
        || !name.starts_with(|c: char| c.is_ascii_alphanumeric())
        // A number, an address, an id, or what is put where there is none.
        || name.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b':' | b'/'))
        || (name.len() >= 12 && name.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// What was read so far of the text that the lines are of.
#[derive(Default)]
pub(super) struct Lists {
    columns: Option<Columns>,
    /// How far in the `metadata` stands whose fields follow.
    metadata: Option<usize>,
}

/// The columns of a listing.
struct Columns {
    /// Where the names stand, counted from 0, and their kinds.
    names: Vec<(usize, &'static str)>,
    count: usize,
    /// Whether one blank parts them.
    narrow: bool,
}

impl Lists {
    /// The names in the next line.
    pub(super) fn line(&mut self, line: &str) -> Vec<Named> {
        let mut found = self.row(line);
        found.extend(self.fields(line));
        found.extend(asked(line));
        found.retain(|(at, _)| !is_common(&line[at.clone()]));
        found
    }

    /// A row below the titles of a listing.
    fn row(&mut self, line: &str) -> Vec<Named> {
        if let Some(columns) = Columns::titled(line) {
            self.columns = Some(columns);
            return Vec::new();
        }
        let Some(columns) = &self.columns else { return Vec::new() };
        let cells = cells(line, columns.narrow);
        // A prompt, or what else stands behind a listing.
        if cells.len() < 2
            || line.starts_with(['[', '#', '$', '*', ':', '-'])
            || line.contains("# ")
        {
            self.columns = None;
            return Vec::new();
        }
        let cell = |(at, kind): &(usize, &'static str)| {
            // A cell may be empty, as that of the ports is; the first ones and the last never are.
            let is_last = *at + 1 == columns.count;
            let at = if is_last { cells.len() - 1 } else { *at };
            let is_sure = is_last || at < 2 || cells.len() == columns.count;
            cells.get(at).filter(|_| is_sure).map(|place| (place.clone(), *kind))
        };
        columns.names.iter().filter_map(cell).collect()
    }

    fn fields(&mut self, line: &str) -> Vec<Named> {
        let indent = line.len() - line.trim_start().len();
        let bare = line.trim();
        if matches!(bare, "metadata:" | "\"metadata\": {" | "- metadata:") {
            self.metadata = Some(indent);
            return Vec::new();
        }
        if self.metadata.is_some_and(|stands| indent <= stands && !bare.is_empty()) {
            self.metadata = None;
        }
        let own = METADATA.iter().filter(|_| self.metadata.is_some());
        FIELDS.iter().chain(own).filter_map(|(name, kind)| field(line, name, kind)).collect()
    }
}

impl Columns {
    fn titled(line: &str) -> Option<Self> {
        let is_title = |c: char| c.is_ascii_uppercase() || matches!(c, ' ' | '-' | '(' | ')' | '/');
        let bare = line.trim();
        if bare.is_empty() || !bare.chars().all(|c| is_title(c) || c == '\t') {
            return None;
        }
        let narrow = !bare.contains("  ") && !bare.contains('\t');
        let titles: Vec<&str> = cells(line, narrow).into_iter().map(|at| &line[at]).collect();
        let kind = |title: &str| TITLES.iter().find(|(name, _)| *name == title).map(|(_, k)| *k);
        let names: Vec<_> =
            titles.iter().enumerate().filter_map(|(at, title)| Some((at, kind(title)?))).collect();
        (titles.len() > 2 && !names.is_empty()).then_some(Self {
            names,
            count: titles.len(),
            narrow,
        })
    }
}

/// The cells of a row, which two blanks part or a tab does; of a narrow one each blank.
fn cells(line: &str, narrow: bool) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for word in line.split([' ', '\t', '\n', '\r']) {
        let place = at..at + word.len();
        at = place.end + 1;
        if word.is_empty() {
            continue;
        }
        match out.last_mut() {
            Some(last) if !narrow && &line[last.end..place.start] == " " => last.end = place.end,
            _ => out.push(place),
        }
    }
    out
}

/// The value of a field of JSON, or of a line of YAML.
fn field(line: &str, name: &str, kind: &'static str) -> Option<Named> {
    let quoted = ["\"", name, "\":"].concat();
    let from = if let Some(at) = line.find(&quoted) {
        at + quoted.len()
    } else {
        let bare = line.trim_start().trim_start_matches("- ");
        let value = bare.strip_prefix(name)?.strip_prefix(": ")?;
        line.len() - value.len()
    };
    let value = line[from..].trim_start_matches([' ', '"', '/']);
    let start = line.len() - value.len();
    let end = value.find(['"', ',', '\n', '\r', ' ']).unwrap_or(value.len());
    (end > 0).then_some((start..start + end, kind))
}

/// What a command asks Docker or Kubernetes for.
fn asked(line: &str) -> Vec<Named> {
    let words: Vec<Range<usize>> = cells(line, true);
    let word = |at: usize| words.get(at).map_or("", |place| &line[place.clone()]);
    let Some(program) =
        (0..words.len()).find(|at| matches!(word(*at), "docker" | "podman" | "kubectl"))
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut verb = "";
    let mut at = program + 1;
    while at < words.len() {
        let (one, place) = (word(at), words[at].clone());
        match one {
            "-n" | "--namespace" if word(program) == "kubectl" => {
                found.extend(words.get(at + 1).map(|place| (place.clone(), "namespace")));
                at += 1;
            }
            "--name" | "--network" | "--net" => {
                found.extend(words.get(at + 1).map(|place| (place.clone(), "name")));
                at += 1;
            }
            // What runs inside, and what is done with the output.
            "--" | "|" | ">" | "&&" | ";" => break,
            _ if one.starts_with('-') => {
                for flag in ["--name=", "--network=", "--namespace="] {
                    if one.starts_with(flag) {
                        found.push((place.start + flag.len()..place.end, "name"));
                    }
                }
            }
            "network" | "container" if verb.is_empty() => {}
            _ if verb.is_empty() => verb = one,
            _ if matches!(verb, "exec" | "inspect" | "logs" | "port" | "top") => {
                found.push((place, "name"));
                // Behind it stands the command that runs inside.
                if verb == "exec" {
                    break;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let mut lists = Lists::default();
        let of = |line: &str| {
            let found = lists.line(line);
            found.into_iter().map(|(at, kind)| format!("{kind} {}", &line[at])).collect::<Vec<_>>()
        };
        text.split_inclusive('\n').flat_map(of).collect()
    }

    #[test]
    fn columns_of_listings_hold_names() {
        assert_eq!(
            names(
                "NAMESPACE     NAME         READY   STATUS    RESTARTS   IP           NODE\n\
                 acme-prod     billing-x2   1/1     Running   2 (3d ago) 10.244.1.5   worker-1\n\
                 kube-system   coredns-5d   1/1     Running   0          10.244.1.6   worker-1\n\
                 # iptables -S    and more\n-A INPUT   -j DROP\n"
            ),
            ["namespace acme-prod", "name billing-x2", "name worker-1", "name worker-1"]
        );
        assert_eq!(names("NAME TYPE CLUSTER-IP\nbilling NodePort 10.99.1.2\n"), ["name billing"]);
        assert_eq!(
            names(
                "CONTAINER ID   IMAGE             COMMAND   STATUS   PORTS   NAMES\n\
                 2f4fa04cd374   acme/billing:1    \"run\"     Up 3d            acme_billing_1\n"
            ),
            ["image acme/billing:1", "name acme_billing_1"]
        );
        assert_eq!(names("num   pkts bytes target\n1     18 1080 DROP\n"), [""; 0]);
    }

    #[test]
    fn fields_and_manifests_hold_names() {
        assert_eq!(
            names(
                "  \"Name\": \"/acme_web_1\",\n  \"Name\": \"bridge\",\n \"com.docker.network.bridge.name\": \"docker0\",\n\
                 \"Hostname\": \"2f4fa04cd374\",\n{\"chain\": {\"name\": \"in-acme\"}}\n"
            ),
            ["name acme_web_1"]
        );
        assert_eq!(
            names(
                "kind: Service\nmetadata:\n  name: billing\n  namespace: acme-prod\nspec:\n  ports:\n  - name: http-acme\n"
            ),
            ["name billing", "namespace acme-prod"]
        );
        assert_eq!(
            names(
                "{\n  \"metadata\": {\n    \"name\": \"billing\",\n  },\n  \"name\": \"port-a\"\n}\n"
            ),
            ["name billing"]
        );
    }

    #[test]
    fn commands_name_what_they_ask_for() {
        assert_eq!(
            names(
                "[jo@gw ~]# docker exec -it acme-web sh -c ls\n$ docker network inspect acme_default bridge\n\
                 $ kubectl get pods -n acme-prod -o wide\n$ kubectl exec -it billing-x2 -- ip addr\n\
                 $ docker run --name acme-db -p 80:80 image\n$ iptables -N acme\n"
            ),
            [
                "name acme-web",
                "name acme_default",
                "namespace acme-prod",
                "name billing-x2",
                "name acme-db"
            ]
        );
    }
}
