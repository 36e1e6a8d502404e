//! Numbers that a script works out: `$((BASE + 1))`, and the steps of a loop that counts.

/// What an expression comes to; `value` tells what a name stands for. `None` where something in it is not known.
pub(super) fn evaluate(text: &str, value: &dyn Fn(&str) -> Option<i64>) -> Option<i64> {
    let mut at = Tokens { rest: text.trim(), value, depth: 0 };
    let number = at.binary(0)?;
    at.rest.trim().is_empty().then_some(number)
}

/// Operators, those that bind least first.
const LEVELS: [&[&str]; 6] = [&["|"], &["^"], &["&"], &["<<", ">>"], &["+", "-"], &["*", "/", "%"]];

/// So deep may brackets stand in each other.
const DEPTH: usize = 16;

struct Tokens<'t> {
    rest: &'t str,
    value: &'t dyn Fn(&str) -> Option<i64>,
    depth: usize,
}

impl Tokens<'_> {
    fn binary(&mut self, level: usize) -> Option<i64> {
        let Some(operators) = LEVELS.get(level) else { return self.one() };
        let mut left = self.binary(level + 1)?;
        loop {
            self.rest = self.rest.trim_start();
            let doubled =
                |o: &str| o.len() == 1 && "|&".contains(o) && self.rest[1..].starts_with(o);
            let found = operators.iter().find(|o| self.rest.starts_with(**o) && !doubled(o));
            let Some(operator) = found else { return Some(left) };
            self.rest = &self.rest[operator.len()..];
            let right = self.binary(level + 1)?;
            let shift = u32::try_from(right).ok();
            left = match *operator {
                "|" => left | right,
                "^" => left ^ right,
                "&" => left & right,
                "<<" => left.checked_shl(shift?)?,
                ">>" => left.checked_shr(shift?)?,
                "+" => left.checked_add(right)?,
                "-" => left.checked_sub(right)?,
                "*" => left.checked_mul(right)?,
                "/" => left.checked_div(right)?,
                _ => left.checked_rem(right)?,
            };
        }
    }

    fn one(&mut self) -> Option<i64> {
        self.rest = self.rest.trim_start();
        if let Some(rest) = self.rest.strip_prefix('(').filter(|_| self.depth < DEPTH) {
            (self.rest, self.depth) = (rest, self.depth + 1);
            let inner = self.binary(0)?;
            self.rest = self.rest.trim_start().strip_prefix(')')?;
            self.depth -= 1;
            return Some(inner);
        }
        let named = self.rest.strip_prefix("${").or(self.rest.strip_prefix('$'));
        let closed = self.rest.starts_with("${");
        let rest = named.unwrap_or(self.rest);
        let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        self.rest = if closed { rest[end..].strip_prefix('}')? } else { &rest[end..] };
        if named.is_none() && word.starts_with(|c: char| c.is_ascii_digit()) {
            return number(word);
        }
        (!word.is_empty()).then(|| (self.value)(word))?
    }
}

/// A number as a shell writes it.
pub(super) fn number(word: &str) -> Option<i64> {
    if let Some(hex) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        return i64::from_str_radix(hex, 16).ok();
    }
    let octal = word.len() > 1 && word.starts_with('0');
    i64::from_str_radix(word, if octal { 8 } else { 10 }).ok()
}

/// A loop that counts: `while [ $i -le 9 ]`, `until [ $i -gt 9 ]`.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    pub(super) name: String,
    first: i64,
    last: i64,
    /// By how much it goes on, and how many commands stand before that.
    pub(super) step: Option<(i64, usize)>,
}

impl Counts {
    /// By the condition of a loop.
    pub(super) fn of(
        word: &str,
        condition: &str,
        value: &dyn Fn(&str) -> Option<i64>,
    ) -> Option<Self> {
        let text = condition.trim();
        let within = |open, close| text.strip_prefix(open)?.strip_suffix(close);
        let inner = within("[[ ", " ]]")
            .or_else(|| within("[ ", " ]"))
            .or_else(|| within("((", "))"))
            .or_else(|| text.strip_prefix("test "))?;
        let apart = inner.replace("<=", " -le ").replace('<', " -lt ");
        let apart = apart.replace(">=", " -ge ").replace('>', " -gt ");
        let [name, operator, last] = apart.split_whitespace().collect::<Vec<_>>()[..] else {
            return None;
        };
        let bare = |w: &str| w.trim_matches(['"', '$', '{', '}']).to_owned();
        let name = bare(name);
        let bound = bare(last);
        let bound = number(&bound).or_else(|| value(&bound))?;
        let last = match (word, operator) {
            ("while", "-le") | ("until", "-gt") => bound,
            ("while", "-lt") | ("until", "-ge") => bound.checked_sub(1)?,
            _ => return None,
        };
        let first = value(&name)?;
        Some(Self { name, first, last, step: None })
    }

    /// Notes that a command behind so many others counts on; whether it does.
    pub(super) fn goes_on(&mut self, command: &str, behind: usize) -> bool {
        let sign = |c: char| c.is_whitespace() || "\"'$(){}[]`".contains(c);
        let text = command.replace(sign, "");
        let text = text.strip_prefix("let").unwrap_or(&text).trim_start_matches(':');
        let by = |text: &str| -> Option<i64> {
            let rest = text.strip_prefix("++");
            if rest.is_some_and(|rest| rest == self.name) {
                return Some(1);
            }
            let rest = text.strip_prefix(&*self.name)?;
            let more = match rest.strip_prefix('=') {
                _ if rest == "++" => return Some(1),
                Some(value) => {
                    let value = value.strip_prefix("expr").unwrap_or(value);
                    value.strip_prefix(&*self.name)?.strip_prefix('+')?
                }
                None => rest.strip_prefix("+=")?,
            };
            number(more)
        };
        let Some(by) = by(text) else { return false };
        // Where it does so twice nobody counts along.
        let step = if self.step.is_some() { 0 } else { by };
        self.step = Some((step, behind));
        true
    }

    /// The numbers of its rounds, which have so many commands; `None` where it is not known.
    pub(super) fn rounds(&self, commands: usize) -> Option<(i64, i64, i64)> {
        let (step, behind) = self.step.filter(|(step, _)| *step > 0)?;
        match behind {
            _ if behind == commands => Some((self.first, self.last, step)),
            0 => Some((self.first.checked_add(step)?, self.last.checked_add(step)?, step)),
            _ => None,
        }
    }
}

/// So many commands of all rounds of a loop, or of one call, are told one by one.
pub(super) const MOST_ROUNDS: usize = 1000;

/// The numbers from one to another, each so many digits wide. `None` where there are too many.
pub(super) fn series(first: i64, last: i64, step: i64, wide: usize) -> Option<Vec<String>> {
    if last.checked_sub(first)?.checked_div(step)? >= i64::try_from(MOST_ROUNDS).ok()? {
        return None;
    }
    let goes = |n: &i64| if step > 0 { *n <= last } else { *n >= last };
    let numbers = std::iter::successors(Some(first), |n| n.checked_add(step)).take_while(goes);
    Some(numbers.map(|n| format!("{n:0wide$}")).collect())
}

/// The variable of `((i = 1; i <= 3; i++))`, and what it goes through.
pub(super) fn stepped(text: &str) -> Option<(String, Vec<String>)> {
    let inner = text.trim().strip_prefix("((")?.strip_suffix("))")?;
    let [start, goes, step] = inner.split(';').collect::<Vec<_>>()[..] else { return None };
    let (name, first) = start.split_once('=')?;
    let (name, first) = (name.trim(), first.trim().parse::<i64>().ok()?);
    let rest = goes.trim().strip_prefix(name)?.trim();
    let (last, equal) = match rest.strip_prefix("<=") {
        Some(last) => (last, true),
        None => (rest.strip_prefix('<')?, false),
    };
    let last = last.trim().parse::<i64>().ok()?.checked_sub(i64::from(!equal))?;
    let step: String = step.chars().filter(|c| !c.is_whitespace()).collect();
    let by = match step.replace(name, "").as_str() {
        "++" => 1,
        by => by.strip_prefix("+=")?.parse().ok()?,
    };
    Some((name.to_owned(), series(first, last, by, 0)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_expression_comes_to_a_number() {
        let value = |name: &str| (name == "A").then_some(8000);
        for (text, expect) in [
            ("0x10 | 1", Some(17)),
            ("A + 2 * 3", Some(8006)),
            ("($A+2)*3", Some(24006)),
            ("${A} - 1", Some(7999)),
            ("1 << 4", Some(16)),
            ("7 / 0", None),
            ("B + 1", None),
            ("1 +", None),
            ("A && 1", None),
        ] {
            assert_eq!(evaluate(text, &value), expect, "{text}");
        }
    }

    #[test]
    fn a_loop_counts_on() {
        let value = |name: &str| (name == "i").then_some(1);
        for step in ["i=$((i+1))", "i=`expr $i + 1`", "((i++))", "let i+=1", "i=$(( $i + 1 ))"] {
            let mut counts = Counts::of("while", "[ $i -le 3 ]", &value).unwrap();
            assert!(counts.goes_on(step, 2), "{step}");
            assert_eq!(counts.rounds(2), Some((1, 3, 1)));
            assert_eq!(counts.rounds(3), None);
        }
        let counts = Counts::of("while", "(( i < 3 ))", &value).unwrap();
        assert_eq!(counts.rounds(1), None);
        let mut counts = Counts::of("until", "[ $i -gt 3 ]", &value).unwrap();
        assert!(counts.goes_on("i=$[i+2]", 0));
        assert_eq!(counts.rounds(1), Some((3, 5, 2)));
        assert!(Counts::of("while", "[ $j -le 3 ]", &value).is_none());
    }
}
