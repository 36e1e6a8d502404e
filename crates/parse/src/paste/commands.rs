//! What the commands of a paste do: they make the state that they are typed into, may be tried where a dump shows it
//! already, or lead to what is not in the paste.

use super::Paste;
use super::typed::typed_as;
use crate::clean::{Clean, Row};
use crate::command::{self, Command};
use crate::cx::Cx;
use crate::facts::{self, By};
use crate::group::{Context, Group};
use crate::names::program;
use crate::native::{self, Listed, Nft};
use crate::nft::{Piece, Shows, Source};
use crate::part::filter;
use crate::playbook::Task;
use crate::prompt::{host_of, unprompt};
use crate::restore;
use crate::shell::{Shell, Statement, commands_of};
use crate::word::Word;
use chainwalk_model::{Family, SectionKind, Text};

impl Paste<'_> {
    /// What belongs to a command of nft and stands below it: says how many rows that are.
    pub(super) fn below(
        &mut self,
        clean: &Clean,
        row: Row<'_>,
        rows: &[Row<'_>],
        context: &mut Context,
    ) -> usize {
        if let Some(end) = context.here.take()
            && let Some(taken) = native::here(rows, &end)
        {
            let said = (Source::Script, Shows::Changes);
            self.hosts.native(Piece::of(clean, &rows[..taken], ("", ""), said));
            return taken + 1;
        }
        // Nothing is printed where there is nothing, and only the next prompt shows it.
        let next = rows.iter().find(|r| !r.text.is_empty());
        if context.native.is_some_and(|l| l.shows == Shows::All)
            && host_of(row).is_some()
            && next.is_some_and(|r| host_of(*r).is_some())
        {
            let span = clean.span(row.start, row.end());
            self.hosts.native(Piece::nothing(span));
        }
        0
    }

    /// A command of nft.
    fn nft(
        &mut self,
        clean: &Clean,
        row: Row<'_>,
        command: &Command<'_>,
        maybe: bool,
        context: &mut Context,
    ) {
        let span = clean.span(row.start, row.end());
        let shown: Text = command.name.chars().take(60).collect::<String>().into();
        match native::command(&command.words, row.text) {
            Nft::Lists(listed) => {
                let part = filter(row).is_some();
                let listed =
                    Listed { shows: if part { Shows::Part } else { listed.shows }, ..listed };
                context.native = Some(listed);
                self.hosts.section(SectionKind::Command(command.name.into()), span);
            }
            Nft::Changes(text) if self.hosts.is_native_shown() => {
                // It is of a later hour than what was printed: it may be tried.
                let kind = if maybe {
                    SectionKind::Known(shown)
                } else {
                    self.hosts.offer(vec![["nft ", &text].concat().as_str().into()], span);
                    SectionKind::Command(command.name.into())
                };
                self.hosts.section(kind, span);
            }
            Nft::Changes(_) if maybe => self.hosts.elsewhere(shown, span),
            Nft::Changes(text) => self.hosts.native(Piece::command(text, span)),
            Nft::Loads => self.hosts.loads(shown, span),
            Nft::Here(end) => context.here = Some(end),
            Nft::Other => self.hosts.section(SectionKind::Command(command.name.into()), span),
        }
    }

    /// The commands of a line of a script.
    pub(super) fn script(
        &mut self,
        clean: &Clean,
        statements: &[Statement<'_>],
        shell: &Shell,
        context: &mut Context,
    ) {
        let mut asked = Vec::new();
        for Statement { row, maybe, elsewhere, round } in statements {
            let own = Some(round).filter(|r| !r.is_empty()).map(|r| shell.in_round(r));
            let shell = own.as_ref().unwrap_or(shell);
            if *elsewhere {
                // What it does to the rules is not in the paste.
                let text: String = row.text.chars().take(60).collect();
                self.hosts.elsewhere(text.into(), clean.span(row.start, row.end()));
            } else if let Some(block) = facts::typed(clean, *row, shell).filter(|_| !*maybe) {
                self.hosts.typed(*row, block);
            } else if let Some(block) = facts::perhaps(clean, *row, shell).filter(|_| *maybe) {
                self.hosts.add(block);
            } else if let Some(command) = command::read(*row, shell) {
                self.command(clean, *row, &command, *maybe, context);
                let table = context.table.clone();
                asked.extend(context.chain.clone().zip(table));
            }
        }
        if asked.len() > 1 {
            context.asked = asked;
        }
    }

    /// A chain of another table begins where one line asked for several.
    pub(super) fn turn(
        &mut self,
        clean: &Clean,
        chain: &str,
        group: &mut Option<Group<'_>>,
        context: &mut Context,
    ) {
        let table = context.asked.iter().find(|(known, _)| known == chain).map(|(_, table)| table);
        if let Some(table) = table.filter(|t| context.table.as_ref() != Some(*t)).cloned() {
            self.flush(clean, group, context);
            context.table = Some(table);
        }
    }

    /// A task of a playbook that makes rules.
    pub(super) fn task(
        &mut self,
        clean: &Clean,
        rows: &[Row<'_>],
        task: &Task<'_>,
        context: &mut Context,
    ) {
        match task {
            Task::Runs(commands, condition) => {
                let row = condition.unwrap_or(rows[0]);
                for command in commands {
                    self.command(clean, row, command, condition.is_some(), context);
                }
            }
            Task::Other(program) => {
                let span = clean.span(rows[0].start, rows[rows.len() - 1].end());
                self.hosts.diagnostics.push(facts::not_walked(program, span, None));
                self.hosts.section(SectionKind::Unread((*program).into()), span);
            }
        }
    }

    pub(super) fn command(
        &mut self,
        clean: &Clean,
        row: Row<'_>,
        command: &Command<'_>,
        maybe: bool,
        context: &mut Context,
    ) {
        let maybe = maybe || self.templated.holds(row.start);
        if native::is_command(row) {
            *context = Context { backend: context.backend, ..Context::default() };
            self.nft(clean, row, command, maybe, context);
            return;
        }
        let span = clean.span(row.start, row.end());
        if let Some(name) = changes_elsewhere(command) {
            self.hosts.diagnostics.push(facts::not_walked(name, span, None));
            self.hosts.section(SectionKind::Known(command.name.into()), span);
            return;
        }
        // A line of a script is a part of the table that it makes.
        if !command.changes {
            self.hosts.section(SectionKind::Command(command.name.into()), span);
        }
        if changes_routing(row) {
            // What can be read of these was read before.
            self.hosts.diagnostics.push(facts::not_walked(command.name, span, None));
        }
        let lists = command.family.is_some() && !command.changes;
        *context = Context {
            table: command.table.clone(),
            family: command.family.or_else(|| of_file(command.name)),
            backend: command.backend.or(context.backend),
            ran: command.backend,
            saving: false,
            listed: lists,
            chain: lists.then(|| listed(&command.words)).flatten(),
            filter: lists.then(|| filter(row)).flatten().map(|r| r.text.to_owned()),
            ..Context::default()
        };
        let (Some(family), true) = (command.family, command.changes) else { return };
        let table = command.changed_table();
        if self.hosts.is_shown(family, table) || self.hosts.is_printed(family, table) {
            // It is of a later hour than what was printed: it may be tried.
            let words = command.words.iter().map(|w| (&*w.text, w.quoted));
            let line = typed_as(program(family), None, words);
            let commands = self.each(family, table, &line);
            if maybe || commands.is_empty() {
                self.hosts.section(SectionKind::Known(command.name.into()), span);
            } else {
                self.hosts.offer(commands, span);
                self.hosts.section(SectionKind::Command(command.name.into()), span);
            }
            return;
        }
        self.apply(clean, row, command, maybe);
    }

    /// Does what a command does to the rules of the host at hand.
    fn apply(&mut self, clean: &Clean, row: Row<'_>, command: &Command<'_>, maybe: bool) {
        let Some(family) = command.family.filter(|_| command.changes) else { return };
        let table = command.changed_table();
        let (draft, diagnostics) = self.hosts.changed(family, table, command.backend);
        let mut cx = Cx { clean, diagnostics };
        if maybe || negates_behind(&command.words) {
            restore::perhaps(&mut cx, draft, row, &command.words);
        } else {
            restore::command(&mut cx, draft, row, &command.words);
        }
    }

    /// A command as edits of one chain each. What changes no rule and no policy is none.
    pub(super) fn each(&self, family: Family, table: &str, line: &str) -> Vec<Text> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|w| matches!(*w, "-F" | "--flush"));
        if let Some(at) = at
            && words.get(at + 1).is_none_or(|w| w.starts_with('-'))
        {
            let chains = self.hosts.chains(family, table);
            return chains.iter().map(|c| format!("{line} {c}").as_str().into()).collect();
        }
        let nothing = ["-X", "--delete-chain", "-Z", "--zero", "-C", "--check", "-E"];
        if words.iter().any(|w| nothing.contains(w)) { Vec::new() } else { vec![line.into()] }
    }

    /// Runs what files have run as interfaces come up: that of a tunnel behind the dumps, of which each may be older; that of
    /// others where no dump shows what came of it.
    pub(super) fn run(&mut self, cleans: &[Clean]) {
        for (label, doc, facts::Run { start, end, by }) in std::mem::take(&mut self.runs) {
            let Some(clean) = cleans.iter().find(|c| c.doc() == doc) else { continue };
            self.hosts.enter(&label);
            let mut shell = match &by {
                By::Tunnel(name) => Shell::of_tunnel(name),
                By::Interface | By::Clock => Shell::default(),
            };
            let row = Row { text: clean.text.get(start..end).unwrap_or_default(), start };
            let alone = || vec![Statement::plain(row)];
            let statements = shell.take(row, None).unwrap_or_else(alone);
            for Statement { row, maybe, .. } in statements {
                if let Some(block) = facts::typed(clean, row, &shell).filter(|_| !maybe) {
                    if by == By::Clock {
                        self.hosts.typed(row, block);
                    } else {
                        self.hosts.add(block);
                    }
                    continue;
                }
                let Some(command) = command::read(row, &shell) else { continue };
                if by == By::Clock {
                    // It may have run since, or does soon.
                    self.command(clean, row, &command, maybe, &mut Context::default());
                    continue;
                }
                let span = clean.span(row.start, row.end());
                if native::is_command(row)
                    && !maybe
                    && let Nft::Changes(text) = native::command(&command.words, row.text)
                {
                    // What a listing shows while the tunnel is down it lacks.
                    self.hosts.native(Piece::command(text, span));
                    continue;
                }
                if self.is_there(clean, row, &command) {
                    continue;
                }
                let table = command.changed_table();
                let shown = command.family.is_some_and(|f| self.hosts.is_shown(f, table));
                if by == By::Interface && shown {
                    continue;
                }
                self.apply(clean, row, &command, maybe);
                if let (Some(family), By::Tunnel(name)) = (command.family, &by) {
                    let (draft, _) = self.hosts.changed(family, table, command.backend);
                    restore::while_up(draft, span, name);
                }
            }
        }
    }

    /// Whether a dump shows already what a command would put in.
    fn is_there(&mut self, clean: &Clean, row: Row<'_>, command: &Command<'_>) -> bool {
        let Some(family) = command.family else { return false };
        let table = command.changed_table();
        let (draft, _) = self.hosts.changed(family, table, command.backend);
        let mut unheard = Vec::new();
        let mut cx = Cx { clean, diagnostics: &mut unheard };
        restore::is_there(&mut cx, draft, row, &command.words)
    }
}

/// The chains that the commands of one line list, each with its table, where there are several.
pub(super) fn asked(row: Row<'_>, shell: &Shell) -> Vec<(String, String)> {
    let (bare, _) = unprompt(row);
    if !bare.text.contains([';', '&']) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for part in commands_of(bare) {
        let Some(command) = command::read(part, shell) else { continue };
        if command.family.is_some() && !command.changes {
            found.extend(listed(&command.words).zip(command.table));
        }
    }
    if found.len() > 1 { found } else { Vec::new() }
}

/// Whose tables a file holds by its name: `/etc/iptables/rules.v6`, `/etc/sysconfig/iptables`.
pub(super) fn of_file(text: &str) -> Option<Family> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ':' | ')' | '('))
        .find_map(|word| {
            let name = word.rsplit('/').next().unwrap_or(word);
            let path = word.len() > name.len();
            let ends = name.rsplit_once('.').map(|(_, end)| end);
            if ends == Some("v6") || path && name.contains("ip6tables") {
                Some(Family::Ip6)
            } else {
                (ends == Some("v4") || path && name.contains("iptables")).then_some(Family::Ip)
            }
        })
}

/// The chain that a command lists, where it names one: `-L INPUT`, `-nvL INPUT`, `-S INPUT`.
fn listed(words: &[Word<'_>]) -> Option<String> {
    let lists = |w: &str| match w.strip_prefix("--") {
        Some(long) => matches!(long, "list" | "list-rules"),
        None => w.starts_with('-') && w.ends_with(['L', 'S']),
    };
    let at = words.iter().position(|w| lists(&w.text))?;
    let name = words.get(at + 1).map(|w| &*w.text)?;
    (!name.starts_with(['-', '|', '>', '&', ';'])).then(|| name.to_owned())
}

/// Whether a command negates behind an option, `-s ! 10.0.0.0/8`, which an iptables of some years ago takes and a newer one
/// refuses.
fn negates_behind(words: &[Word<'_>]) -> bool {
    words.windows(3).any(|three| {
        let [option, not, value] = three else { return false };
        option.is_option() && not.is("!") && !value.is_option() && !option.is("-m")
    })
}

/// Whether a command changes addresses, routes or rules of routing.
fn changes_routing(row: Row<'_>) -> bool {
    let (bare, _) = unprompt(row);
    let mut words = bare.text.split_whitespace().skip_while(|w| matches!(*w, "sudo" | "doas"));
    if words.next().is_none_or(|w| w.rsplit('/').next() != Some("ip")) {
        return false;
    }
    let mut words = words.skip_while(|w| w.starts_with('-'));
    let object = words.next().is_some_and(|w| {
        ["address", "route", "rule"].iter().any(|o| o.starts_with(w)) || w == "addr"
    });
    object && words.next().is_some_and(|w| matches!(w, "add" | "del" | "delete" | "replace"))
}

/// The program whose own rules a command changes, which are not walked.
fn changes_elsewhere(command: &Command<'_>) -> Option<&'static str> {
    let words = || command.words.iter().map(|w| &*w.text);
    let first = command.name.split_whitespace().take(2);
    let named = |name: &str| first.clone().any(|w| w.rsplit('/').next() == Some(name));
    let verbs = ["allow", "deny", "reject", "limit", "route", "delete", "insert", "default"];
    if named("ufw") && words().any(|w| verbs.contains(&w)) {
        return Some("ufw");
    }
    let changes = |w: &str| {
        ["--add-", "--remove-", "--set-", "--zone", "--change-"].iter().any(|o| w.starts_with(o))
    };
    let asks = |w: &str| ["--list", "--get", "--query", "--state"].iter().any(|o| w.starts_with(o));
    (named("firewall-cmd") && words().any(changes) && !words().any(asks)).then_some("firewall-cmd")
}
