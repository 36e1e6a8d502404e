//! Commands of iptables as a person types them.

/// A command of iptables in words. `table` is what it is of, where the words do not say it.
pub(super) fn typed_as<'w>(
    program: &str,
    table: Option<&str>,
    words: impl Iterator<Item = (&'w str, bool)>,
) -> String {
    let mut line = program.to_owned();
    if let Some(table) = table.filter(|t| *t != "filter") {
        line += &[" -t ", table].concat();
    }
    for (word, quoted) in words {
        let plain = !word.is_empty() && !word.contains([' ', '\t']) && !quoted;
        line += &if plain { [" ", word].concat() } else { [" \"", word, "\""].concat() };
    }
    line
}
