//! Conditions of a template around its lines: `{% if web %}`, `{{- if .Values.web }}`, `<% if web %>`. What stands within them
//! may be there.

/// The stretches of a text that stand under a condition of a template, in order and apart.
#[derive(Debug, Default)]
pub(crate) struct Conditional(Vec<(usize, usize)>);

impl Conditional {
    /// Those of a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut apart: Vec<(usize, usize)> = Vec::new();
        let mut found = stretches(text);
        found.sort_unstable();
        for (from, to) in found {
            match apart.last_mut() {
                Some((_, end)) if from <= *end => *end = to.max(*end),
                _ => apart.push((from, to)),
            }
        }
        Self(apart)
    }

    /// Whether a place lies in one of them.
    pub(crate) fn holds(&self, at: usize) -> bool {
        let next = self.0.partition_point(|(from, _)| *from <= at);
        next.checked_sub(1).is_some_and(|n| at < self.0[n].1)
    }
}

/// What each condition has around it; one may stand within another.
fn stretches(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    if !MARKS.iter().any(|mark| text.contains(mark)) {
        return found;
    }
    // Where each that is open begins, if it is a condition.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let begins = start;
        start += line.len() + 1;
        let line = line.trim();
        let Some(inner) = MARKS.iter().find_map(|mark| line.strip_prefix(mark)) else { continue };
        // A line that closes what it opens holds all of it.
        let word = inner.trim_start_matches(['-', '~', ' ']).split([' ', '-', '%', '}']).next();
        match word.unwrap_or_default() {
            "if" | "unless" if !inner.contains("end") => open.push(Some(start)),
            "for" | "range" | "with" | "block" | "macro" if !inner.contains("end") => {
                open.push(None);
            }
            word if word.starts_with("end") => {
                if let Some(from) = open.pop().flatten() {
                    found.push((from, begins));
                }
            }
            _ => {}
        }
    }
    found
}

/// How such lines begin.
const MARKS: [&str; 3] = ["{%", "{{", "<%"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_under_a_condition_is_told() {
        for (text, within) in [
            ("a\n{% if x %}\nb\n{% endif %}\nc", vec!["b\n"]),
            ("a\n{{- if .x }}\nb\n{{- end }}\nc", vec!["b\n"]),
            ("{% for p in x %}\nb\n{% endfor %}", vec![]),
            ("{{ range .x }}\n{{ if .y }}\nb\n{{ end }}\nc\n{{ end }}", vec!["b\n"]),
            (
                "{% if x %}\na\n{% if y %}\nb\n{% endif %}\n{% endif %}\nc",
                vec!["b\n", "a\n{% if y %}\nb\n{% endif %}\n"],
            ),
            ("{{ x }}\nb", vec![]),
            ("{% if x %} a {% endif %}\nb", vec![]),
        ] {
            let found = stretches(text);
            let told: Vec<&str> = found.iter().map(|(from, to)| &text[*from..*to]).collect();
            assert_eq!(told, within, "{text}");
            let conditional = Conditional::of(text);
            for at in 0..text.len() {
                let inside = found.iter().any(|(from, to)| (*from..*to).contains(&at));
                assert_eq!(conditional.holds(at), inside, "{text}: {at}");
            }
        }
    }
}
