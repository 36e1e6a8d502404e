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
                Style::Plain => html! { {text} },
                Style::Strong => html! { <b>{text}</b> },
                Style::Code => html! { <code>{text}</code> },
                Style::Rewritten => html! { <code class="rewritten">{text}</code> },
                Style::Stop => html! { <b class="stop">{text}</b> },
                Style::Ok => html! { <b class="ok">{text}</b> },
            }
        })
        .collect()
}
