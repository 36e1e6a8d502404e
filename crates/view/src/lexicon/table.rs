//! The table of explained words: options, targets, statements, states, codes, marks, chains and fates, in every language.
//!
//! It is `i18n/lexicon`: below a heading with the manual pages, an entry is its keys, the sentence in English and the
//! sentence in Chinese. A key is a word as it stands (`--ctstate`), behind the extension that it is of where another has
//! the same (`recent --set`), or behind what it is (`state NEW`, `chain DOCKER-USER`). `*` stands for anything. `list`,
//! `short`, `prose` and `nft` name the language in which it is a word: what `iptables -L` prints, our short words, our
//! sentences, nft.

use std::collections::HashMap;
use std::sync::OnceLock;

/// An entry, as an index into the table.
pub(crate) type EntryId = u16;

/// What explains a word.
pub(crate) struct Entry {
    /// Manual pages: for iptables, and for nft; may be empty.
    pub(crate) man: [&'static str; 2],
    /// In English. What stands between backticks is code.
    pub(crate) en: &'static str,
    /// In Chinese.
    pub(crate) zh: &'static str,
}

struct Table {
    entries: Vec<Entry>,
    exact: HashMap<&'static str, EntryId>,
    /// Keys with a `*`, the narrower before the wider.
    open: Vec<(&'static str, EntryId)>,
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// The files of the table, in the order in which keys with `*` are tried.
        pub const LEXICON: &[&str] = &[$($name),*];

        /// Their texts. A page does without them until it has answered: [`learn_words`].
        #[cfg(not(target_family = "wasm"))]
        pub(crate) const TEXTS: &[&str] = &[$(include_str!(concat!("../../i18n/lexicon/", $name))),*];
    };
}

files!["matches.txt", "targets.txt", "values.txt", "nft.txt", "chains.txt"];

static TABLE: OnceLock<Table> = OnceLock::new();

/// The table, where its texts were learned.
fn table() -> Option<&'static Table> {
    #[cfg(not(target_family = "wasm"))]
    TABLE.get_or_init(|| Table::read(TEXTS));
    TABLE.get()
}

/// Takes the texts of the files of [`LEXICON`], in their order. What was learned first stays.
pub fn learn_words(texts: &[&'static str]) {
    TABLE.get_or_init(|| Table::read(texts));
}

impl Table {
    fn read(texts: &[&'static str]) -> Self {
        let (mut entries, mut exact, mut open) = (Vec::new(), HashMap::new(), Vec::new());
        let mut man = [""; 2];
        for block in texts.iter().flat_map(|text| text.split("\n\n")) {
            let mut lines = block.trim().lines();
            let Some(keys) = lines.next() else { continue };
            if let Some(pages) = keys.strip_prefix("# ") {
                let mut pages = pages.split(' ').filter(|word| word.contains('('));
                let first = pages.next().unwrap_or_default();
                man = [first, pages.next().unwrap_or(first)];
                continue;
            }
            let at = entries.len() as EntryId;
            let mut next = || lines.next().unwrap_or_default();
            entries.push(Entry { man, en: next(), zh: next() });
            for key in keys.split(" | ") {
                // `chain *` and `mark *` are any other, and are asked for by name.
                let is_any = key.ends_with(" *") && key.matches(' ').count() == 1;
                if key.contains('*') && !is_any {
                    open.push((key, at));
                } else {
                    exact.entry(key).or_insert(at);
                }
            }
        }
        Self { entries, exact, open }
    }
}

impl Entry {
    /// An entry of the table.
    pub(crate) fn of(id: EntryId) -> &'static Self {
        // Whoever has an id has it from the table.
        const NONE: &Entry = &Entry { man: [""; 2], en: "", zh: "" };
        table().and_then(|table| table.entries.get(usize::from(id))).unwrap_or(NONE)
    }
}

/// The entry of a key.
pub(crate) fn entry(key: &str) -> Option<EntryId> {
    table()?.exact.get(key).copied()
}

/// The entry of a key, or of one with `*` that takes it in.
pub(crate) fn entry_like(key: &str) -> Option<EntryId> {
    let open = || table()?.open.iter().find(|(open, _)| fits(open, key)).map(|(_, at)| *at);
    entry(key).or_else(open)
}

/// The entry of a chain: a built-in one, one of a known program, or, where `own`, any.
pub(crate) fn chain(name: &str, own: bool) -> Option<EntryId> {
    let of = |kind: &str| [kind, " ", name].concat();
    let known = entry(&of("hook")).or_else(|| entry_like(&of("chain")));
    known.or_else(|| entry("chain *").filter(|_| own))
}

/// Whether a key with `*` takes a word in.
fn fits(open: &str, word: &str) -> bool {
    let Some((start, rest)) = open.split_once('*') else { return open == word };
    let Some(word) = word.strip_prefix(start) else { return false };
    let (inner, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    if !inner.is_empty() || rest.contains('*') {
        return word.find(inner).is_some_and(|at| word[at + inner.len()..].ends_with(end));
    }
    word.ends_with(end)
}
