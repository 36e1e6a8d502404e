//! Whose the next lines are: which shell they were typed to, told by prompts and by the commands that open a shell
//! elsewhere.

use crate::clean::Row;
use crate::hosts::Label;
use crate::prompt::{host_of, shell, unprompt};
use crate::shape::is_plain;

/// A prompt, as far as it tells two shells apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// It names its host.
    Host(String),
    /// It is that of a shell which names none, as in a container: the folder, or the shell's own name.
    Shell(String),
    /// `$`, `#`, `%`.
    Bare(char),
}

impl Sign {
    /// The prompt of a row.
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
        let row = row.trim();
        if let Some(name) = host_of(row) {
            return Some(Self::Host(name.to_owned()));
        }
        if let Some(end) = shell(row.text) {
            let name = if row.text.starts_with(['/', '~']) { "/" } else { &row.text[..end] };
            return Some(Self::Shell(name.to_owned()));
        }
        let first = row.text.chars().next()?;
        let known = matches!(first, '$' | '#' | '%' | '\u{27a9}' | '\u{279c}' | '\u{2514}');
        (known && unprompt(row).1).then_some(Self::Bare(first))
    }
}

/// A shell that was opened from another one.
#[derive(Debug)]
struct Nested {
    /// Whose the lines were before.
    outer: Label,
    /// The prompt before the command that opened it.
    from: Option<Sign>,
    /// Its own prompt, once it was seen.
    own: Option<Sign>,
}

/// Whose lines are read, in one document.
#[derive(Debug, Default)]
pub(crate) struct Places {
    here: Label,
    nested: Vec<Nested>,
    /// Whose the prompts were that name no host.
    known: Vec<(Sign, Label)>,
    /// Whether prompts of containers stand beside others.
    mixed: bool,
}

impl Places {
    /// `rows` are those of the document that are no comments.
    pub(crate) fn of<'a>(rows: impl Iterator<Item = Row<'a>>) -> Self {
        let (mut shells, mut others) = (false, false);
        for row in rows.filter(|r| r.text.len() < 400 && !is_plain(r.text)) {
            match Sign::of(row) {
                Some(Sign::Shell(_)) => shells = true,
                Some(Sign::Host(_)) => others = true,
                Some(Sign::Bare(c)) => others |= c != '%',
                None => {}
            }
            if shells && others {
                break;
            }
        }
        Self { mixed: shells && others, ..Self::default() }
    }

    /// Whose the next lines are.
    pub(crate) fn here(&self) -> &Label {
        &self.here
    }

    /// The lines of this document are of a host that an output names.
    pub(crate) fn named(&mut self, label: Label) {
        self.here = label;
    }

    /// A title says whose the lines below it are.
    pub(crate) fn titled(&mut self, label: Label) {
        self.nested.clear();
        self.here = label;
    }

    /// A prompt was seen.
    pub(crate) fn prompt(&mut self, sign: Sign) {
        let Some(top) = self.nested.last_mut() else {
            let known = self.known.iter().find(|(s, _)| *s == sign).map(|(_, l)| l.clone());
            match (known, sign) {
                (Some(label), _) => self.here = label,
                (None, Sign::Host(name)) => self.here = Label::machine(&name),
                (None, sign @ Sign::Shell(_)) if self.mixed => {
                    // Nobody's name is told, but it is another one's.
                    let name = if let Sign::Shell(name) = &sign { name } else { "" };
                    self.nested.push(Nested {
                        outer: self.here.clone(),
                        from: None,
                        own: Some(sign.clone()),
                    });
                    self.here = Label::Part(format!("{name} #"));
                }
                _ => {}
            }
            return;
        };
        match &top.own {
            None => {
                if Some(&sign) != top.from.as_ref() {
                    self.known.push((sign.clone(), self.here.clone()));
                    // A machine is called as it calls itself.
                    if let (Label::Machine(_), Sign::Host(name)) = (&self.here, &sign) {
                        self.here = Label::machine(name);
                    }
                }
                top.own = Some(sign);
            }
            Some(own) if *own == sign => {}
            Some(_) => {
                let level = self.nested.iter().rposition(|n| {
                    n.from.as_ref() == Some(&sign)
                        || n.from.is_none() && !matches!(sign, Sign::Shell(_))
                });
                match (level, &sign) {
                    (Some(level), _) => {
                        self.leave_to(level);
                        if let Sign::Host(name) = &sign {
                            self.here = Label::machine(name);
                        }
                    }
                    (None, Sign::Host(name)) => {
                        let known = self.known.iter().find(|(s, _)| *s == sign);
                        self.here = known.map_or_else(|| Label::machine(name), |(_, l)| l.clone());
                        self.nested.clear();
                    }
                    // Another folder, or another user of the same shell.
                    (None, _) => {}
                }
            }
        }
    }

    /// A command opened a shell elsewhere.
    pub(crate) fn enter(&mut self, label: Label, from: Option<Sign>) {
        let outer = std::mem::replace(&mut self.here, label);
        self.nested.push(Nested { outer, from, own: None });
    }

    /// The shell was left; whether there was one to leave.
    pub(crate) fn leave(&mut self) -> bool {
        let any = !self.nested.is_empty();
        if any {
            self.leave_to(self.nested.len() - 1);
        }
        any
    }

    /// A block of code ended, and with it what was typed there.
    pub(crate) fn close(&mut self) {
        if !self.nested.is_empty() {
            self.leave_to(0);
        }
    }

    fn leave_to(&mut self, level: usize) {
        if let Some(nested) = self.nested.drain(level..).next() {
            if let Some(own) = nested.own.filter(|own| Some(own) != nested.from.as_ref())
                && !self.known.iter().any(|(s, _)| *s == own)
            {
                self.known.push((own, self.here.clone()));
            }
            self.here = nested.outer;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Row<'_> {
        Row { text, start: 0 }
    }

    fn part(name: &str) -> Label {
        Label::Part(name.to_owned())
    }

    #[test]
    fn a_shell_elsewhere_lasts_until_it_is_left_or_the_outer_prompt_is_back() {
        let sign = |text| Sign::of(row(text));
        for (outer, inner) in [
            ("$ a", "/ # a"),
            ("# a", "bash-5.1# a"),
            ("root@gw:~# a", "root@3f2a1b:/# a"),
            ("[u@gw ~]$ a", "# a"),
        ] {
            let mut places = Places::default();
            places.prompt(sign(outer).unwrap_or(Sign::Bare('?')));
            let home = places.here().clone();
            places.enter(part("web"), sign(outer));
            places.prompt(sign(inner).unwrap_or(Sign::Bare('?')));
            assert_eq!(places.here(), &part("web"), "{inner}");
            places.prompt(sign(outer).unwrap_or(Sign::Bare('?')));
            assert_eq!(places.here(), &home, "{outer}");
            assert!(!places.leave());
            // Its prompt is known from now on.
            if inner != "# a" {
                places.prompt(sign(inner).unwrap_or(Sign::Bare('?')));
                assert_eq!(places.here(), &part("web"), "{inner}");
            }
        }
    }

    #[test]
    fn where_both_prompts_look_alike_only_leaving_ends_it() {
        let mut places = Places::default();
        let gw = || Sign::Host("gw".to_owned());
        places.prompt(gw());
        places.enter(part("blue"), Some(gw()));
        places.prompt(gw());
        places.prompt(gw());
        assert_eq!(places.here(), &part("blue"));
        assert!(places.leave());
        places.prompt(gw());
        assert_eq!(places.here(), &Label::machine("gw"));
    }

    #[test]
    fn a_machine_is_called_as_its_prompt_calls_it() {
        let mut places = Places::default();
        places.prompt(Sign::Bare('$'));
        places.enter(Label::machine("db"), Some(Sign::Bare('$')));
        places.prompt(Sign::Host("db-01".to_owned()));
        assert_eq!(places.here(), &Label::machine("db-01"));
        places.prompt(Sign::Bare('$'));
        assert_eq!(places.here(), &Label::Unsaid);
    }

    #[test]
    fn the_prompt_of_a_container_beside_others_is_another_host() {
        let rows = |lines: &[&'static str]| lines.iter().map(|l| row(l)).collect::<Vec<_>>();
        let told = |lines: &[&'static str]| {
            let mut places = Places::of(rows(lines).into_iter());
            let mut out = Vec::new();
            for line in lines {
                if let Some(sign) = Sign::of(row(line)) {
                    places.prompt(sign);
                }
                out.push(!matches!(places.here(), Label::Part(_)));
            }
            out
        };
        assert_eq!(told(&["/ # a", "/ # b"]), [true, true]);
        assert_eq!(told(&["$ a", "/ # a", "/ # b", "$ c"]), [true, false, false, true]);
        assert_eq!(told(&["/ # a", "root@gw:~# b"]), [false, true]);
    }
}
