//! The host of a step as a text to read, with the line that the packet is at.

use super::words::{Key, ui};
use chainwalk::model::{Order, Span};
use chainwalk::view::Lang;
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

/// Properties of [`Rules`].
#[derive(Properties, PartialEq)]
pub(super) struct RulesProps {
    /// The reader's language.
    pub(super) lang: Lang,
    /// The text.
    pub(super) text: AttrValue,
    /// The place of now in it.
    #[prop_or_default]
    pub(super) now: Option<Span>,
}

/// The text, line by line.
#[component]
pub(super) fn Rules(props: &RulesProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.now, move |_| {
            let found =
                node.cast::<Element>().and_then(|e| e.query_selector(".now").ok().flatten());
            if let Some(line) = found {
                let options = ScrollIntoViewOptions::new();
                options.set_block(ScrollLogicalPosition::Nearest);
                line.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    }
    let now =
        props.now.map(|span| span.start as usize..(span.end as usize).max(span.start as usize + 1));
    let mut at = 0;
    let lines = props.text.split_inclusive('\n').map(|line| {
        let begin = at;
        at += line.len();
        let here = now.as_ref().is_some_and(|now| now.start < at && begin < now.end);
        let mut tints = crate::lines::tints(line.trim_end());
        tints.order_by_key(|(range, _)| range.start);
        let tinted = tints.first().map(|(range, tint)| {
            let class = match tint {
                crate::lines::Tint::Faint => "faint",
                crate::lines::Tint::Strong => "strong",
            };
            html! { <>{&line[..range.start]}<span {class}>{&line[range.clone()]}</span>{&line[range.end..]}</> }
        });
        html! { <span class={classes!("rule-line", here.then_some("now"))}>{tinted.unwrap_or_else(|| html! { {line} })}</span> }
    });
    let lines: Vec<Html> = lines.collect();
    html! {
        <pre class="rules-text" ref={node} tabindex="0" role="region" aria-label={ui(props.lang, Key::RulesOf)} data-testid="lesson-rules">{for lines}</pre>
    }
}
