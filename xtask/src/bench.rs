//! What the engine costs beside its peers: one table, made by running the command line as it ships.
//!
//! A figure is processor time, user and system together, of whole processes, the least of some runs: it hangs less on
//! how busy a machine is than the clock on the wall. Peers load into a network namespace of their own, or load nothing.

mod inputs;
mod measure;

use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use measure::{Cost, Row, cost, least};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use xshell::cmd;

/// A doubling of an input may take so many times longer.
const MOST_GROWTH: f64 = 2.5;
/// Below so many seconds a growth says nothing: the clock goes by hundredths.
const LEAST_S: f64 = 0.1;

/// So many packets of a case are walked to learn what one costs: fewer are lost in what reading the rules takes.
const PACKETS: usize = 100_000;
/// As many to the last of very many services.
const PACKETS_TO_SERVICES: usize = 20_000;

/// How often that is measured again which seems to grow too fast.
const AGAIN: usize = 3;

/// The marks between which docs/performance.md holds the table.
const MARKS: [&str; 2] = ["<!-- cargo xtask bench -->", "<!-- end -->"];

/// Prints the table, of `ours` or of the command line as it ships. With `keep` it goes into docs/performance.md, with
/// the machine it was made on.
///
/// # Errors
///
/// Where something can't be run, and where a doubling of an input takes more than [`MOST_GROWTH`] times as long.
pub(crate) fn bench(
    house: &Workspace,
    keep: bool,
    most: usize,
    ours: Option<PathBuf>,
) -> Result<()> {
    if ours.is_none() {
        cmd!(house.sh, "cargo build --release --locked -p chainwalk-cli").run()?;
    }
    let ours = ours.unwrap_or_else(|| house.target.join("release/chainwalk"));
    let dir = house.target.join("bench");
    fs::create_dir_all(&dir)?;
    let bench = Bench { ours, dir, most };
    let rows = bench.rows()?;
    let mut text = machine(house)?;
    text += "\n\n";
    text += &measure::table(&rows);
    let grown: Vec<&Row> =
        rows.iter().filter(|r| r.growth.is_some_and(|g| g > MOST_GROWTH)).collect();
    println!("{text}");
    let dist = house.dist();
    if dist.join("index.html").is_file() && house.which("node").is_some() {
        let paste = bench.dir.join("paste");
        fs::write(&paste, inputs::kube(100_000.min(most)))?;
        cmd!(house.sh, "node xtask/bench.mjs {dist} {paste}").run()?;
    } else {
        println!("passed over, the page: it is not built, or there is no node");
    }
    if keep {
        let page = house.root.join("docs/performance.md");
        fs::write(&page, put(&fs::read_to_string(&page)?, &text)?)?;
    }
    if let Some(row) = grown.first() {
        bail!("{}: twice as much takes {:.1} times as long", row.what, row.growth.unwrap_or(0.0));
    }
    Ok(())
}

/// A page with the text between its marks.
fn put(page: &str, text: &str) -> Result<String> {
    let [begin, end] = MARKS;
    let (before, rest) = page.split_once(begin).context("docs/performance.md has no mark")?;
    let (_, after) = rest.split_once(end).context("docs/performance.md has no second mark")?;
    Ok(format!("{before}{begin}\n{text}{end}{after}"))
}

/// The machine that the figures are of.
fn machine(house: &Workspace) -> Result<String> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let model = info.lines().find_map(|l| l.strip_prefix("model name")?.split_once(": "));
    let cores = info.lines().filter(|l| l.starts_with("processor")).count();
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let rustc = cmd!(house.sh, "rustc --version").quiet().read()?;
    Ok(format!(
        "Machine: {cores} cores of {}, Linux {}, {rustc}; load {} as it began.",
        model.map_or("an unnamed processor", |(_, name)| name),
        kernel.trim(),
        load.split(' ').next().unwrap_or_default(),
    ))
}

struct Bench {
    ours: PathBuf,
    dir: PathBuf,
    /// No input has more rules than this.
    most: usize,
}

impl Bench {
    fn rows(&self) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.reading(&mut rows)?;
        self.walking(&mut rows)?;
        self.editing(&mut rows)?;
        self.answering(&mut rows)?;
        Ok(rows)
    }

    /// A file that holds a text.
    fn file(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.dir.join(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    fn ours(&self, args: &[&str], file: &Path) -> Result<Option<Cost>> {
        let mut line = vec![self.ours.display().to_string()];
        line.extend(args.iter().map(|a| (*a).to_owned()));
        line.push(file.display().to_string());
        // 1 is of a text in which nothing is recognised, 2 of an answer that depends on something.
        cost(&line, &[0, 1, 2])
    }

    /// A peer, in a network namespace of its own; `None` where it is not there or does not take the text.
    fn peer(args: &[&str], file: &Path) -> Result<Option<Cost>> {
        // As root without a user namespace: in one of those nft is refused what is long.
        let root = fs::metadata("/proc/self")?.uid() == 0;
        let apart = ["unshare", if root { "-n" } else { "-rn" }];
        let mut line: Vec<String> = apart.map(str::to_owned).to_vec();
        line.extend(args.iter().map(|a| (*a).to_owned()));
        line.push(file.display().to_string());
        cost(&line, &[0])
    }

    /// A row of an input of `count` things, and how it grows to that from half of it.
    fn grown(
        &self,
        what: &str,
        count: usize,
        args: &[&str],
        make: impl Fn(usize) -> String,
    ) -> Result<(Row, PathBuf)> {
        let half = self.file("half", &make(count / 2))?;
        let file =
            self.file(&what.replace(|c: char| !c.is_ascii_alphanumeric(), "-"), &make(count))?;
        let (mut small, mut large) = (self.ours(args, &half)?, self.ours(args, &file)?);
        let grown = |small: Option<Cost>, large: Option<Cost>| {
            let (small, large) = small.zip(large)?;
            (large.seconds > LEAST_S).then(|| large.seconds / small.seconds.max(0.005))
        };
        let mut growth = grown(small, large);
        // What a busy machine made look so is measured again.
        for _ in 0..AGAIN {
            if growth.is_none_or(|g| g <= MOST_GROWTH) {
                break;
            }
            small = least(small, self.ours(args, &half)?);
            large = least(large, self.ours(args, &file)?);
            growth = grown(small, large);
        }
        Ok((Row { what: format!("{what}, {count}"), ours: large, growth, ..Row::default() }, file))
    }

    fn reading(&self, rows: &mut Vec<Row>) -> Result<()> {
        for count in [10_000, 100_000, 1_000_000] {
            if count > self.most {
                continue;
            }
            let (row, file) =
                self.grown("read rules of kube-proxy", count, &["read"], inputs::kube)?;
            // A million takes it minutes.
            let legacy = count <= 100_000;
            let peer = if legacy {
                Self::peer(&["iptables-legacy-restore", "--test"], &file)?
            } else {
                None
            };
            rows.push(Row { beside: "iptables-legacy-restore --test", peer, ..row });
        }
        let count = 50_000.min(self.most);
        let (row, _) = self.grown("read rules of iptables", count, &["read"], inputs::chain)?;
        let same = row.ours;
        rows.push(row);
        let (row, file) =
            self.grown("read the same as nft", count, &["read"], inputs::nft_chain)?;
        rows.push(Row { beside: "the same of iptables", peer: same, ..row.clone() });
        let peer = Self::peer(&["nft", "-c", "-f"], &file)?;
        rows.push(Row { beside: "nft -c -f", peer, growth: None, ..row });
        let count = 100_000.min(self.most);
        let (row, file) = self.grown("read elements of ipset", count, &["read"], inputs::ipset)?;
        let same = row.ours;
        let peer = Self::peer(&["ipset", "restore", "-file"], &file)?;
        rows.push(Row { beside: "ipset restore", peer, ..row });
        let (row, file) = self.grown("read the same as nft", count, &["read"], inputs::nft_set)?;
        rows.push(Row { beside: "the same of ipset", peer: same, ..row.clone() });
        let peer = Self::peer(&["nft", "-c", "-f"], &file)?;
        rows.push(Row { beside: "nft -c -f", peer, growth: None, ..row });
        let count = 20_000.min(self.most);
        for (what, make) in inputs::MANY {
            rows.push(self.grown(&format!("read {what}"), count, &["read"], make)?.0);
        }
        let bytes = 10_000_000.min(100 * self.most);
        rows.push(self.grown("read one line, bytes", bytes, &["read"], inputs::one_line)?.0);
        rows.push(
            self.grown("read garbage, lines", 100_000.min(self.most), &["read"], inputs::garbage)?
                .0,
        );
        Ok(())
    }

    fn walking(&self, rows: &mut Vec<Row>) -> Result<()> {
        let count = 100_000.min(self.most);
        let packet = inputs::kube_packet(count);
        let args = ["walk", "--packet", &packet];
        rows.push(self.grown("walk past rules of kube-proxy", count, &args, inputs::kube)?.0);
        // What a packet costs by itself: many of it in one case, less the case with one.
        for (what, make) in [
            ("a packet past rules of one chain of iptables", inputs::chain as fn(usize) -> String),
            ("a packet past rules of one chain of nft", inputs::nft_chain),
        ] {
            let count = 12_500.min(self.most);
            rows.push(
                self.each(&format!("{what}, {count}"), PACKETS, |n| inputs::past(&make(count), n))?,
            );
        }
        let packet = ["walk", "--packet", "curl 203.0.113.5:80 from 198.51.100.9 in eth0"];
        let count = 20_000.min(self.most);
        rows.push(self.grown("walk past a set for each rule", count, &packet, inputs::sets)?.0);
        let what = "a packet to the last of services, 12500";
        let kube = |n| inputs::past_kube(100_000.min(self.most), n);
        rows.push(self.each(what, PACKETS_TO_SERVICES, kube)?);
        rows.push(self.each("a packet through a Docker host", PACKETS, inputs::docker)?);
        Ok(())
    }

    /// What one of `many` packets of a case costs, its answer printed.
    fn each(&self, what: &str, many: usize, case: impl Fn(usize) -> String) -> Result<Row> {
        let one = self.ours(&["answer", "--conntrack", "last"], &self.file("one", &case(1))?)?;
        let all =
            self.ours(&["answer", "--conntrack", "last"], &self.file("all", &case(many + 1))?)?;
        let each = one.zip(all).map(|(one, all)| Cost {
            seconds: (all.seconds - one.seconds).max(0.0) / many as f64,
            kilobytes: all.kilobytes,
        });
        Ok(Row { what: what.to_owned(), ours: each, ..Row::default() })
    }

    fn editing(&self, rows: &mut Vec<Row>) -> Result<()> {
        let count = 100_000.min(self.most);
        let (row, _) =
            self.grown("read -I at the end", count, &["read"], |n| inputs::inserts(n, false))?;
        let end = row.ours;
        rows.push(row);
        let (row, _) =
            self.grown("read -I into the middle", count, &["read"], |n| inputs::inserts(n, true))?;
        rows.push(Row { beside: "at the end", peer: end, ..row });
        Ok(())
    }

    fn answering(&self, rows: &mut Vec<Row>) -> Result<()> {
        let last = ["answer", "--conntrack", "last"];
        rows.push(self.grown("answer new flows, the table last", 1000, &last, inputs::flows)?.0);
        // Each answer holds the whole table: its bytes grow with the square.
        let (row, _) =
            self.grown("answer new flows, the table each time", 1000, &["answer"], inputs::flows)?;
        rows.push(Row { growth: None, ..row });
        Ok(())
    }
}
