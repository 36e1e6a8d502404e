//! What could not be read, or is remarked, line by line; what says the same of many lines is one entry.

use super::icon::Icon;
use crate::keys::Toward;
use crate::message::PageView;
use crate::paste::Paste;
use crate::words::{Key, ui};
use chainwalk::model::{Order, Span};
use chainwalk::view::{Lang, Problem};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Problems`].
#[derive(Properties, PartialEq)]
pub(crate) struct ProblemsProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// What holds them, in the order of the text.
    pub(crate) told: Rc<PageView>,
    /// The text they are about.
    pub(crate) of: Paste,
    /// A place of the text is to be shown, with the cursor on it.
    pub(crate) reveal: Callback<(Span, bool)>,
}

/// The list.
#[component]
pub(crate) fn Problems(props: &ProblemsProps) -> Html {
    let ProblemsProps { lang, told, of, reveal } = props;
    let (lang, told) = (*lang, &told.problems);
    // The entries that were opened, by the first of their problems.
    let opened = use_state(Vec::<usize>::new);
    let entry = |problem: &Problem| {
        let line = of.line_of(problem.span.start as usize) + 1;
        let span = problem.span;
        let jump = reveal.reform(move |_: MouseEvent| (span, true));
        html! {
            <li class={problem.class.clone()}><button onclick={jump}>
                <Icon id="i-warn" /><span class="at">{line}</span>
                <span>{&problem.text}
                    if let Some(hint) = &problem.hint { <em>{hint}</em> }
                </span>
            </button></li>
        }
    };
    html! {
        <ul class="problems" data-testid="problems">
            {for groups(told).into_iter().map(|group| {
                let (first, more) = (group[0], group.len() - 1);
                let is_open = more == 0 || opened.contains(&first);
                let open = {
                    let opened = opened.clone();
                    Callback::from(move |_: MouseEvent| opened.set([&**opened, &[first]].concat()))
                };
                let shown = if is_open { &group[..] } else { &group[..1] };
                html! { <>
                    {for shown.iter().map(|at| entry(&told[*at]))}
                    if !is_open {
                        <li class={classes!("alike", told[first].class.clone())}>
                            <button onclick={open} data-testid="alike"><Icon id="i-rt" />
                                {ui(lang, Key::MoreAlike).replace("{count}", &more.to_string())}</button>
                        </li>
                    }
                </> }
            })}
        </ul>
    }
}

/// The problem beside a place, or at the other end of the list; without a place the first, or the last.
pub(crate) fn problem_beside(
    problems: &[Problem],
    at: Option<Span>,
    toward: Toward,
) -> Option<Span> {
    let mut spans: Vec<Span> = problems.iter().map(|problem| problem.span).collect();
    spans.order_by_key(|span| span.start);
    let at = at.map(|span| span.start);
    let found = match toward {
        Toward::Next => spans.iter().find(|s| at.is_none_or(|at| s.start > at)).or(spans.first()),
        Toward::Before => spans.iter().rfind(|s| at.is_none_or(|at| s.start < at)).or(spans.last()),
    };
    found.copied()
}

/// Problems that say the same but for what they quote, by their places in the list; the order is that of the first of each.
fn groups(problems: &[Problem]) -> Vec<Vec<usize>> {
    /// Two of a kind are not worth a press.
    const FEW: usize = 3;
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (at, problem) in problems.iter().enumerate() {
        let kind = kind(problem);
        match groups.iter_mut().find(|(other, _)| *other == kind) {
            Some((_, group)) => group.push(at),
            None => groups.push((kind, vec![at])),
        }
    }
    let apart = |group: Vec<usize>| match group.len() {
        ..=FEW => group.into_iter().map(|at| vec![at]).collect(),
        _ => vec![group],
    };
    let mut groups: Vec<_> = groups.into_iter().flat_map(|(_, group)| apart(group)).collect();
    groups.order_by_key(|group| group[0]);
    groups
}

/// What a problem says without what it quotes.
fn kind(problem: &Problem) -> String {
    let mut quoted = 0_u32;
    let outside = |letter: &char| {
        let opens = matches!(letter, '“' | '「');
        quoted += u32::from(opens);
        let inside = quoted > 0;
        quoted -= u32::from(matches!(letter, '”' | '」') && inside);
        !inside
    };
    let text: String = problem.text.chars().filter(outside).collect();
    [&problem.class, &text].into_iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk::model::DocId;

    fn problem_at(text: &str, start: usize) -> Problem {
        let span = Span::new(DocId(0), start, start + 1);
        Problem { class: "warning".into(), text: text.into(), hint: None, span }
    }

    #[test]
    fn the_next_problem_is_behind_the_one_that_was_shown_and_the_first_behind_the_last() {
        let all = [problem_at("a", 4), problem_at("b", 30), problem_at("c", 9)];
        let beside = |at: Option<usize>, toward| {
            let at = at.map(|start| Span::new(DocId(0), start, start + 1));
            problem_beside(&all, at, toward).map(|span| span.start)
        };
        assert_eq!(beside(None, Toward::Next), Some(4));
        assert_eq!(beside(Some(4), Toward::Next), Some(9));
        assert_eq!(beside(Some(30), Toward::Next), Some(4));
        assert_eq!(beside(Some(9), Toward::Before), Some(4));
        assert_eq!(beside(Some(4), Toward::Before), Some(30));
        assert_eq!(problem_beside(&[], None, Toward::Next), None);
    }

    #[test]
    fn what_says_the_same_of_many_lines_is_one() {
        let problem = |text: &str| problem_at(text, 0);
        let unknown = |name: &str| problem(&format!("The match “{name}” is not known."));
        let all = [unknown("a"), problem("Other."), unknown("b"), unknown("c"), unknown("d")];
        assert_eq!(groups(&all), [vec![0, 2, 3, 4], vec![1]]);
        assert_eq!(groups(&all[..4]), [[0], [1], [2], [3]], "few stand by themselves");
    }
}
