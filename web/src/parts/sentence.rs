//! A sentence: runs of text, each set by its class.

use chainwalk::view::{Sentence, Style};
use yew::prelude::*;

/// Properties of [`Words`].
#[derive(Properties, PartialEq)]
pub(crate) struct WordsProps {
    /// The sentence.
    pub(crate) of: Sentence,
}

/// A sentence.
#[component]
pub(crate) fn Words(props: &WordsProps) -> Html {
    props
        .of
        .iter()
        .map(|run| {
            let text = run.text.as_str();
            match run.style {
                Style::Plain => held(text),
                Style::Strong => html! { <b>{held(text)}</b> },
                Style::Code => html! { <code>{held(text)}</code> },
                Style::Rewritten => html! { <code class="rewritten">{held(text)}</code> },
                Style::Stop => html! { <b class="stop">{held(text)}</b> },
                Style::Ok => html! { <b class="ok">{held(text)}</b> },
            }
        })
        .collect()
}

/// A text whose addresses are each held together, so that none is parted where a line ends.
fn held(text: &str) -> Html {
    // In Chinese a line would end between the word for a rule and its number.
    let text = &*text.replace("规则 ", "规则\u{a0}");
    let pieces = pieces(text);
    if !pieces.iter().any(|(_, whole)| *whole) {
        return html! { {text} };
    }
    let piece = |(piece, whole): (&str, bool)| {
        if whole {
            // The port of an address that is longer than a line goes to the next one whole.
            let end = piece.rfind("]:").map_or(piece.len(), |at| at + 1);
            let (address, port) = piece.split_at(end);
            html! { <span class="addr">{address}if !port.is_empty() { <wbr />{port} }</span> }
        } else {
            html! { {piece} }
        }
    };
    pieces.into_iter().map(piece).collect()
}

/// The addresses of a text, and what stands between them.
fn pieces(text: &str) -> Vec<(&str, bool)> {
    let of_address = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/' | '[' | ']');
    let mut pieces: Vec<(&str, bool)> = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < text.len() {
        let run = text[at..].find(|c| !of_address(c)).unwrap_or(text.len() - at);
        let word = text[at..at + run].trim_end_matches(['.', ':']);
        let alone = !text[..at].ends_with(char::is_alphanumeric)
            && !text[at + run..].starts_with(char::is_alphanumeric);
        if alone && is_address(word) {
            if from < at {
                pieces.push((&text[from..at], false));
            }
            pieces.push((word, true));
            from = at + word.len();
        }
        let next = text[at + run..].find(of_address);
        at = next.map_or(text.len(), |next| at + run + next);
    }
    if from < text.len() {
        pieces.push((&text[from..], false));
    }
    pieces
}

/// Whether a word is an address, with its port or its mask or without.
fn is_address(word: &str) -> bool {
    let dots = word.matches('.').count() == 3;
    let colons = word.matches(':').count() >= 2;
    (dots || colons) && word.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::pieces;

    fn held(text: &str) -> Vec<&str> {
        pieces(text).into_iter().filter(|(_, whole)| *whole).map(|(piece, _)| piece).collect()
    }

    #[test]
    fn addresses_are_held_together() {
        assert_eq!(held("198.51.100.7, not 192.0.2.9"), ["198.51.100.7", "192.0.2.9"]);
        assert_eq!(held("来自 10.0.0.1:80，不是 10.0.0.0/8。"), ["10.0.0.1:80", "10.0.0.0/8"]);
        assert_eq!(held("to [2001:db8::7]:443."), ["[2001:db8::7]:443"]);
        for plain in ["", "tcp dport 443", "rule 1.", "KUBE-SEP-AEX7DA47", "33.3% of 1.2.3", "a::b"]
        {
            assert!(held(plain).is_empty(), "{plain}");
        }
    }

    #[test]
    fn nothing_of_the_text_is_lost() {
        for text in ["198.51.100.7, not 192.0.2.9.", "x", "10.0.0.1", "é 10.0.0.1é ::1 z"] {
            assert_eq!(pieces(text).iter().map(|(piece, _)| *piece).collect::<String>(), text);
        }
    }
}
