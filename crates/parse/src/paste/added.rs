//! What `iptables-restore` reads from the paste. It is no dump of a table: what stands below it is done after it. With
//! `--noflush` it is put behind the rules that are there.

use super::Paste;
use super::loose::here;
use super::typed::typed_as;
use crate::clean::{Clean, Row};
use crate::cx::Cx;
use crate::group::Group;
use crate::names::{program, tables};
use crate::restore;
use crate::word;
use chainwalk_model::{Backend, Family, SectionKind, Text, is_builtin};
use std::collections::{HashMap, HashSet};

/// The files that a paste loads in this way.
#[derive(Debug, Default)]
pub(super) struct Added {
    any: bool,
    files: HashMap<String, Family>,
    /// Those that empty their tables first.
    loaded: HashMap<String, Family>,
}

/// Lines for `iptables-restore` begin: of which family they are, the line that ends them, and whether they keep the rules that
/// are there.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) family: Family,
    pub(super) end: String,
    pub(super) keeps: bool,
}

/// A call of `iptables-restore`: of which family, whether it keeps the rules that are there, and the file that it reads.
struct Call<'a> {
    family: Family,
    keeps: bool,
    file: Option<&'a str>,
}

impl Added {
    pub(super) fn of(clean: &Clean, rows: &[Row<'_>]) -> Self {
        if !clean.text.contains("tables-") || !clean.text.contains("-restore") {
            return Self::default();
        }
        let calls: Vec<Call<'_>> = rows.iter().filter_map(|row| call(*row)).collect();
        let read =
            |keeps: bool| calls.iter().filter(move |c| c.keeps == keeps).filter_map(|c| c.file);
        let emptied: HashSet<&str> = read(false).collect();
        let kept = calls.iter().filter(|c| c.keeps);
        let files = kept.filter_map(|c| Some((c.file?.to_owned(), c.family)));
        let files = files.filter(|(file, _)| !emptied.contains(&**file)).collect();
        let others = calls.iter().filter(|c| !c.keeps);
        let loaded = others.filter_map(|c| Some((c.file?.to_owned(), c.family))).collect();
        Self { any: !calls.is_empty(), files, loaded }
    }

    /// What a row opens, of which the lines stand below it.
    pub(super) fn opened(&self, row: Row<'_>) -> Option<Opened> {
        if !self.any {
            return None;
        }
        let here = here(row.text);
        if let Some(Call { family, keeps, .. }) = call(row) {
            return here.map(|end| Opened { family, end, keeps });
        }
        let sign = |c: char| c.is_whitespace() || matches!(c, ':' | '`' | '"' | '\'' | '>');
        let of = |files: &HashMap<String, Family>| {
            row.text.split(sign).find_map(|w| files.get(w)).copied()
        };
        if let Some(family) = of(&self.files) {
            return Some(Opened { family, end: here.unwrap_or_default(), keeps: true });
        }
        // A script that writes a file loads it too.
        let end = here?;
        of(&self.loaded).map(|family| Opened { family, end, keeps: false })
    }
}

fn call(row: Row<'_>) -> Option<Call<'_>> {
    if !row.text.contains("-restore") {
        return None;
    }
    let mut words = row.text.split_whitespace();
    let restores =
        |w: &str| tables(w.rsplit('/').next().unwrap_or(w)).filter(|_| w.ends_with("-restore"));
    let (family, ..) = words.find_map(restores)?;
    let own: Vec<&str> = words.take_while(|w| !matches!(*w, "|" | ";" | "&&" | "||")).collect();
    let flag = |w: &&str| {
        *w == "--noflush" || w.starts_with('-') && !w.starts_with("--") && w.contains('n')
    };
    let value =
        |at: usize| at > 0 && matches!(own[at - 1], "-T" | "--table" | "-w" | "--wait" | "-M");
    let file = (0..own.len()).rev().find(|at| !own[*at].starts_with('-') && !value(*at));
    let file = file.map(|at| own[at].trim_start_matches('<')).filter(|f| !f.is_empty());
    let reads = own.iter().any(|w| w.starts_with("<<"));
    Some(Call { family, keeps: own.iter().any(flag), file: file.filter(|_| !reads) })
}

impl Paste<'_> {
    /// Puts the lines of a group behind the rules that are there, or offers it where a dump shows these.
    pub(super) fn add(&mut self, clean: &Clean, group: &Group<'_>, backend: Option<Backend>) {
        let family = group.family.unwrap_or(Family::Ip);
        let table = group.table_name();
        let rows = group.lines().into_iter().filter(|r| r.text.starts_with(['-', ':', '[']));
        if !self.hosts.is_shown(family, &table) {
            let (draft, diagnostics) = self.hosts.changed(family, &table, backend);
            let mut cx = Cx { clean, diagnostics };
            for row in rows {
                restore::line(&mut cx, draft, row);
            }
            return;
        }
        let known = self.hosts.chains(family, &table);
        let own =
            Some(&*table).filter(|t| *t != "filter").map_or(String::new(), |t| format!(" -t {t}"));
        let mut commands: Vec<Text> = Vec::new();
        for row in rows {
            let Some(declared) = row.text.strip_prefix(':') else {
                let words = word::words(row);
                let words = words.iter().map(|w| (&*w.text, w.quoted));
                let line = typed_as(program(family), Some(&*table), words);
                commands.extend(self.each(family, &table, &line));
                continue;
            };
            let mut words = declared.split_whitespace();
            let Some(name) = words.next() else { continue };
            let verb = match words.next() {
                Some(policy) if is_builtin(name) && policy != "-" => format!("-P {name} {policy}"),
                _ if is_builtin(name) => continue,
                // A chain that is named is emptied all the same.
                _ if known.iter().any(|k| **k == *name) => format!("-F {name}"),
                _ => format!("-N {name}"),
            };
            commands.push(format!("{}{own} {verb}", program(family)).as_str().into());
        }
        let lines = group.lines();
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return };
        let span = clean.span(first.start, last.end());
        self.hosts.section(SectionKind::Command("iptables-restore --noflush".into()), span);
        if !commands.is_empty() {
            self.hosts.offer(commands, span);
        }
    }
}
