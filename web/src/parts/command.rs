//! A command as it is shown: where it has no room it goes on in the next line between words, never within an option.

use yew::prelude::*;

/// The words of a command, each of which stands in one line.
pub(super) fn command(words: &str) -> Html {
    let parts = words.split_inclusive(' ').map(|part| {
        let word = part.trim_end_matches(' ');
        html! { <><span class="word">{word.to_owned()}</span>{part[word.len()..].to_owned()}</> }
    });
    html! { <code class="by-word">{for parts}</code> }
}
