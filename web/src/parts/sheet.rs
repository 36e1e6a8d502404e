//! The text behind the paste's glass, in pieces of a few lines each: a key redraws only the piece it is in.

use crate::lines::{Flaw, Tint, lines, pieces};
use chainwalk_model::Span;
use chainwalk_view::Problem;
use std::ops::Range;
use std::rc::Rc;
use yew::prelude::*;

/// Lines in a piece.
const PIECE: usize = 50;

/// Properties of [`Sheet`].
#[derive(Properties, PartialEq)]
pub(crate) struct SheetProps {
    /// The text.
    pub(crate) text: Rc<str>,
    /// Its lines, as byte ranges.
    pub(crate) index: Rc<Vec<Range<usize>>>,
    /// What is wrong with it.
    pub(crate) problems: Vec<Problem>,
    /// The lines of the stop the packet rests at.
    pub(crate) now: Option<Span>,
    /// The lines of what is pointed at.
    pub(crate) lit: Option<Span>,
}

/// The text with numbers, tints and underlines.
#[component]
pub(crate) fn Sheet(props: &SheetProps) -> Html {
    let SheetProps { text, index, problems, now, lit } = props;
    let pieces = index.chunks(PIECE).enumerate().map(|(at, lines)| {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return Html::default();
        };
        let bytes = first.start..last.end;
        let within = |span: &Span| {
            let (start, end) = (span.start as usize, span.end as usize);
            let inside = start.clamp(bytes.start, bytes.end)..end.clamp(bytes.start, bytes.end);
            let touches = start <= bytes.end && end > bytes.start;
            touches.then(|| inside.start - bytes.start..inside.end - bytes.start)
        };
        let flaws: Vec<Flaw> = problems
            .iter()
            .filter_map(|p| Some(Flaw { at: within(&p.span)?, class: p.class.clone() }))
            .collect();
        html! {
            <Lines key={at} text={Rc::<str>::from(&text[bytes.clone()])} first={at * PIECE} {flaws}
                now={now.as_ref().and_then(within)} lit={lit.as_ref().and_then(within)} />
        }
    });
    html! { <div class="lines" aria-hidden="true">{for pieces}</div> }
}

/// Properties of [`Lines`]. Offsets count in its own text.
#[derive(Properties, PartialEq)]
struct LinesProps {
    /// The lines.
    text: Rc<str>,
    /// How many lines stand before them.
    first: usize,
    /// What is wrong with them.
    flaws: Vec<Flaw>,
    /// What the packet meets now.
    now: Option<Range<usize>>,
    /// What is pointed at.
    lit: Option<Range<usize>>,
}

/// A few lines.
#[component]
fn Lines(props: &LinesProps) -> Html {
    let LinesProps { text, first, flaws, now, lit } = props;
    let touches = |line: &Range<usize>, place: &Option<Range<usize>>| {
        place.as_ref().is_some_and(|place| place.start <= line.end && place.end > line.start)
    };
    let view = |(at, line): (usize, &Range<usize>)| {
        let class = classes!(
            "ln",
            touches(line, now).then_some("now"),
            touches(line, lit).then_some("lit"),
        );
        let pieces = pieces(text, line, flaws);
        html! {
            <div {class} data-testid="line"><i>{first + at + 1}</i><span>
                {for pieces.iter().map(|piece| {
                    let tint = match piece.tint {
                        Tint::Plain => None,
                        Tint::Faint => Some("faint"),
                        Tint::Strong => Some("strong"),
                    };
                    let problem = piece.problem.map(|class| format!("bad {class}"));
                    if tint.is_none() && problem.is_none() {
                        html! { {piece.text} }
                    } else {
                        html! { <s class={classes!(tint, problem)}>{piece.text}</s> }
                    }
                })}
                {"\u{200b}"}
            </span></div>
        }
    };
    html! { <>{for lines(text).iter().enumerate().map(view)}</> }
}
