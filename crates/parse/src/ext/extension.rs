//! What an extension is: its names and options, what was given of them, how it is read and written.

use crate::value::{self, Piece};
use crate::word::{Word, quote_loosely};
use chainwalk_model::{DiagnosticId, Expected, Hint, Inv, Match, Target};

/// An option of an extension.
#[derive(Debug)]
pub(crate) struct Opt {
    /// Its name as `iptables-save` writes it.
    pub(crate) name: &'static str,
    /// Its other names.
    pub(crate) also: &'static [&'static str],
    /// How many words follow it, or [`MAYBE`].
    pub(crate) args: usize,
    /// Whether it may stand several times.
    pub(crate) many: bool,
}

impl Opt {
    /// Whether this is one of its names, in full.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name || self.also.contains(&name)
    }
}

/// One word follows the option, or none.
pub(crate) const MAYBE: usize = usize::MAX;

/// An option with `args` words behind it.
pub(crate) const fn opt(name: &'static str, args: usize) -> Opt {
    Opt { name, also: &[], args, many: false }
}

/// An option that has other names.
pub(crate) const fn alias(name: &'static str, also: &'static [&'static str], args: usize) -> Opt {
    Opt { name, also, args, many: false }
}

/// An option that may stand several times.
pub(crate) const fn many(name: &'static str, args: usize) -> Opt {
    Opt { name, also: &[], args, many: true }
}

/// What is known besides the piece that is read or written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    /// Whether it is `ip6tables`'.
    pub(crate) v6: bool,
}

/// How one extension is read and written.
pub(crate) struct Ext<T: 'static> {
    /// Its name after `-m` or `-j`, and its other names.
    pub(crate) names: &'static [&'static str],
    /// Its options.
    pub(crate) options: &'static [Opt],
    /// From the options of a rule.
    pub(crate) build: fn(&Given<'_>) -> Result<T, Wrong>,
    /// From what `-L` prints; the piece may have blanks before it and ends at a blank.
    pub(crate) list: for<'a> fn(&'a str, Seen) -> Piece<'a, T>,
    /// The options as `iptables-save` writes them, if the value is of this extension.
    pub(crate) print: fn(&T, Seen) -> Option<String>,
}

/// A match extension.
pub(crate) type MatchExt = Ext<Match>;
/// A target extension.
pub(crate) type TargetExt = Ext<Target>;

/// An option as it was given.
#[derive(Clone, Debug)]
pub(crate) struct Arg<'a> {
    /// Its name as `iptables-save` writes it.
    pub(crate) name: &'static str,
    /// Whether `!` stood before it, or before its value.
    pub(crate) not: bool,
    /// The words behind it.
    pub(crate) values: Vec<Word<'a>>,
    /// Where it starts, `!` included.
    pub(crate) start: usize,
    /// Where its last value ends.
    pub(crate) end: usize,
}

/// The options given to one extension in one rule.
#[derive(Clone, Debug)]
pub(crate) struct Given<'a> {
    /// The options in the order given.
    pub(crate) args: Vec<Arg<'a>>,
    /// Whether the rule is of IPv6.
    pub(crate) v6: bool,
    /// The name it was called by.
    pub(crate) name: &'a str,
    /// Where it starts.
    pub(crate) start: usize,
    /// Where its last option ends.
    pub(crate) end: usize,
}

/// What is wrong in a rule.
#[derive(Clone, Debug)]
pub(crate) struct Wrong {
    /// What kind of problem.
    pub(crate) id: DiagnosticId,
    /// Where it starts in the clean text.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// What was expected.
    pub(crate) expected: Vec<Expected>,
    /// What to do.
    pub(crate) hint: Option<Hint>,
}

impl<'a> Given<'a> {
    /// An option that was given.
    pub(crate) fn get(&self, name: &str) -> Option<&Arg<'a>> {
        self.args.iter().find(|a| a.name == name)
    }

    /// The value of an option that `!` may invert.
    pub(crate) fn value<T>(
        &self,
        name: &str,
        piece: impl FnMut(&str) -> Piece<'_, T>,
        expected: Expected,
    ) -> Result<Option<Inv<T>>, Wrong> {
        let Some(arg) = self.get(name) else { return Ok(None) };
        let value = arg.read(0, piece, expected)?;
        Ok(Some(Inv { not: arg.not, value }))
    }

    /// The value of an option that must not be inverted.
    pub(crate) fn plain<T>(
        &self,
        name: &str,
        piece: impl FnMut(&str) -> Piece<'_, T>,
        expected: Expected,
    ) -> Result<Option<T>, Wrong> {
        let Some(arg) = self.get(name) else { return Ok(None) };
        if arg.not {
            return Err(arg.wrong(DiagnosticId::BadValue, Expected::Literal(name.into())));
        }
        arg.read(0, piece, expected).map(Some)
    }

    /// The text of an option's value.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.values.first().map(|w| w.text.as_ref())
    }

    /// Whether an option without a value was given; `!` before it is wrong.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Wrong> {
        match self.get(name) {
            Some(arg) if arg.not => {
                Err(arg.wrong(DiagnosticId::BadValue, Expected::Literal(name.into())))
            }
            arg => Ok(arg.is_some()),
        }
    }

    /// An option without a value that `!` may invert.
    pub(crate) fn inv_flag(&self, name: &str) -> Option<Inv<()>> {
        self.get(name).map(|arg| Inv { not: arg.not, value: () })
    }

    /// The problem that this extension lacks an option.
    pub(crate) fn missing(&self, name: &str) -> Wrong {
        Wrong {
            id: DiagnosticId::Missing,
            start: self.start,
            end: self.end,
            expected: vec![Expected::Literal(name.into())],
            hint: None,
        }
    }

    /// The options named, as `iptables-save` would write them, in the order of `names`.
    pub(crate) fn rest(&self, names: &[&str]) -> String {
        let mut text = String::new();
        for name in names {
            if let Some(arg) = self.get(name) {
                let sep = if text.is_empty() { "" } else { " " };
                let not = if arg.not { "! " } else { "" };
                text += &format!("{sep}{not}{name}");
                for value in &arg.values {
                    text += " ";
                    text += &quote_loosely(&value.text);
                }
            }
        }
        text
    }
}

impl Arg<'_> {
    /// The value at a place, read as a whole.
    pub(crate) fn read<T>(
        &self,
        at: usize,
        mut piece: impl FnMut(&str) -> Piece<'_, T>,
        expected: Expected,
    ) -> Result<T, Wrong> {
        let Some(word) = self.values.get(at) else {
            return Err(self.wrong(DiagnosticId::Missing, expected));
        };
        match piece(&word.text) {
            Ok(("", value)) => Ok(value),
            _ => Err(Wrong {
                id: DiagnosticId::BadValue,
                start: word.start,
                end: word.end,
                expected: vec![expected],
                hint: None,
            }),
        }
    }

    /// A problem with this option.
    pub(crate) fn wrong(&self, id: DiagnosticId, expected: Expected) -> Wrong {
        Wrong { id, start: self.start, end: self.end, expected: vec![expected], hint: None }
    }
}

/// `! --name value`, or nothing.
pub(crate) fn put<T>(
    out: &mut String,
    name: &str,
    value: Option<Inv<T>>,
    text: impl Fn(T) -> String,
) {
    if let Some(inv) = value {
        let text = text(inv.value);
        let not = if inv.not { " !" } else { "" };
        let sep = if text.is_empty() { "" } else { " " };
        *out += &format!("{not} {name}{sep}{text}");
    }
}

/// `--name`, if it is set.
pub(crate) fn put_flag(out: &mut String, name: &str, set: bool) {
    if set {
        *out += " ";
        *out += name;
    }
}

/// A range as `a` or as `a:b`.
pub(crate) fn range_text<T: Copy + PartialEq + std::fmt::Display>(
    range: chainwalk_model::Range<T>,
    sep: char,
) -> String {
    if range.first == range.last {
        range.first.to_string()
    } else {
        format!("{}{sep}{}", range.first, range.last)
    }
}

/// A hexadecimal value, and its mask where not every bit counts.
pub(crate) fn hex_mask(m: chainwalk_model::Masked<u32>) -> String {
    if m.mask == u32::MAX {
        format!("{:#x}", m.value)
    } else {
        format!("{:#x}/{:#x}", m.value, m.mask)
    }
}

/// An extension that prints nothing of its own in a listing.
pub(crate) fn prints_nothing<T>(i: &str, _: Seen) -> Piece<'_, T> {
    value::fail(i)
}
