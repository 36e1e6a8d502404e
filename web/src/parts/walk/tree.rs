//! The rows as a tree, and the place of it that is in sight.

use crate::motion::scrolling;
use chainwalk::view::{Row, RowKind};
use web_sys::HtmlElement;
use yew::prelude::*;

/// Where a row stands among the others.
pub(super) struct Node {
    /// Its level, from 1.
    pub(super) level: usize,
    /// The heading it stands under.
    pub(super) within: Option<usize>,
    /// Whether it is a heading that others stand under.
    pub(super) heads: bool,
}

/// The rows as a tree: what stands deeper than a heading, and behind it, belongs to it.
pub(super) fn nest(rows: &[Row]) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::with_capacity(rows.len());
    let mut open: Vec<usize> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        while open.last().is_some_and(|up| rows[*up].depth >= row.depth) {
            open.pop();
        }
        let within = open.last().copied();
        if let Some(up) = within {
            nodes[up].heads = true;
        }
        nodes.push(Node { level: open.len() + 1, within, heads: false });
        if matches!(row.kind, RowKind::Base | RowKind::Chain | RowKind::Reply) {
            open.push(at);
        }
    }
    nodes
}

/// The row of a stop: the first that tells what happens there. Behind it may stand rows of the same stop that say what
/// follows from it, before it headings of what it enters.
pub(super) fn row_at(rows: &[Row], stop: usize) -> Option<usize> {
    let last = rows.iter().rposition(|row| row.step <= stop)?;
    let first = rows[..last].iter().rposition(|row| row.step != rows[last].step);
    let first = first.map_or(0, |before| before + 1);
    let tells =
        |at: &usize| !matches!(rows[*at].kind, RowKind::Base | RowKind::Chain | RowKind::Reply);
    let found = (first..=last).find(tells).unwrap_or(last);
    // A policy behind the last rule has no stop of its own: what happens there is told by the row before it.
    let behind = rows[found].kind == RowKind::Policy && found == first && first > 0;
    Some(if behind { first - 1 } else { found })
}

/// The headings that a row stands under, the nearest first.
pub(super) fn ancestors(nodes: &[Node], at: usize) -> impl Iterator<Item = usize> {
    let up = |at: &usize| nodes.get(*at).and_then(|node| node.within);
    std::iter::successors(up(&at), up)
}

/// The rows under a heading, those of the headings among them as groups.
pub(super) fn grouped(
    nodes: &[Node],
    within: Option<usize>,
    row: &dyn Fn(usize) -> Html,
    folded: &dyn Fn(usize) -> bool,
) -> Html {
    let first = within.map_or(0, |at| at + 1);
    let last = within.map_or(nodes.len(), |up| {
        let out = |node: &Node| node.level <= nodes[up].level;
        nodes[first..].iter().position(out).map_or(nodes.len(), |n| first + n)
    });
    (first..last)
        .filter(|at| nodes[*at].within == within)
        .map(|at| {
            html! {
                <>
                    {row(at)}
                    if nodes[at].heads {
                        <div role="group" id={format!("group-{at}")} aria-labelledby={format!("row-{at}")} hidden={folded(at)}>
                            {grouped(nodes, Some(at), row, folded)}
                        </div>
                    }
                </>
            }
        })
        .collect()
}

/// Keeps the row `here` in sight as the packet moves and answers come, while it is `following`: a person who scrolls the
/// list reads elsewhere.
#[hook]
pub(super) fn use_in_sight(
    list: &NodeRef,
    here: Option<usize>,
    generation: Option<u32>,
    following: bool,
) {
    let list = list.clone();
    let before = use_mut_ref(|| None);
    use_effect_with((here, generation, following), move |(here, _, following)| {
        let went = before.replace(*here) != *here;
        let list = list.cast::<HtmlElement>().filter(|list| went || !held_in(list));
        if let Some(list) = list.filter(|_| *following) {
            bring_into_view(&list);
        }
    });
}

/// Whether a control of the list has the focus, which is not to be scrolled out of sight.
fn held_in(list: &HtmlElement) -> bool {
    list.query_selector(".row :focus").ok().flatten().is_some()
}

/// Scrolls the list, and only the list, so that the row of now stands in its upper half. Where a keyboard is at a
/// control of the list it stays as it is: the control would be scrolled out of sight under the packet that goes on.
pub(super) fn bring_into_view(list: &HtmlElement) {
    if list.query_selector(":focus-visible:not([role=tree])").ok().flatten().is_some() {
        return;
    }
    let Ok(Some(row)) = list.query_selector(".row.here") else { return };
    let (outer, inner) = (list.get_bounding_client_rect(), row.get_bounding_client_rect());
    let top = inner.top() - outer.top();
    let bottom = inner.bottom() - outer.top();
    if top < 40.0 || bottom > outer.height() - 60.0 {
        let to = f64::from(list.scroll_top()) + top - outer.height() * 0.38;
        let options = web_sys::ScrollToOptions::new();
        options.set_top(to.max(0.0));
        options.set_behavior(scrolling());
        list.scroll_to_with_scroll_to_options(&options);
    }
}

#[cfg(test)]
mod tests {
    use super::row_at;
    use chainwalk::Viewpoint;
    use chainwalk::view::{Item, Lang, RuleRange, Scene, TableMeasure, rows, scene, timeline};

    /// How far the packet rests from what stands for a stop in the picture; `None` where nothing does.
    fn away(scene: &Scene, items: &[Item], stop: usize, inside: bool) -> Option<f64> {
        let to = |x: f64, y: f64| (scene.rest.0 - x).hypot(scene.rest.1 - y);
        let of = |item: &Item| match item {
            Item::Group { link, items, .. } => {
                away(scene, items, stop, inside || link.step == Some(stop))
            }
            Item::Circle { x, y, .. } if inside => Some(to(*x, *y)),
            _ => None,
        };
        items.iter().filter_map(of).reduce(f64::min)
    }

    /// What is said of a stop names a rule: row, cell, lines of the paste and the packet in the picture are of that rule.
    #[test]
    fn row_cell_lines_and_packet_of_a_stop_are_of_the_rule_that_is_said() {
        let mut rules = 0;
        for case in crate::examples::all().iter() {
            let played = case.scenario.play();
            for packet in 0..case.scenario.packets.len() {
                let at = Viewpoint { packet, lang: Lang::En, raw_names: false };
                let (rows, timeline) = played.explain(&at, |t| (rows(t), timeline(t)));
                for (stop, said) in timeline.narration.iter().enumerate() {
                    let words: Vec<&str> = said.split([' ', ':', ',']).collect();
                    let number = words.windows(2).find(|w| w[0] == "rule").map(|w| w[1]);
                    let Some(number) = number.filter(|_| said.contains("match")) else { continue };
                    let row = &rows[row_at(&rows, stop).unwrap_or_default()];
                    let number: u32 = number.parse().unwrap_or_default();
                    let within = |range: RuleRange| range.first <= number && number <= range.last;
                    // A chain that does nothing is folded into the rule that calls it.
                    let reason: String = row.reason.iter().map(|run| run.text.as_str()).collect();
                    let folded = said.split(' ').next().is_some_and(|name| reason.contains(name));
                    let own = row.number == number.to_string();
                    let shown = row.rules.is_some_and(within) || own || folded;
                    let what = format!("{:?} {stop}: {said}", case.head.title);
                    assert!(shown, "{what}: {row:?}");
                    let cells =
                        timeline.lanes.iter().filter(|l| l.other.is_none()).flat_map(|l| &l.cells);
                    let cell =
                        cells.clone().find(|cell| cell.step == stop).map(|cell| &*cell.label);
                    let ends = cell.map(|c| c.split_once('–').unwrap_or((c, c)));
                    let ends = ends.and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
                    let held = ends.is_some_and(|(a, b): (u32, u32)| a <= number && number <= b);
                    assert!(held, "{what}: the cell says {cell:?}");
                    if let Some(range) = row.rules.filter(|range| !folded && within(*range)) {
                        let rules = &played.host().rules;
                        let rule = rules.chain(range.chain).rules[number as usize - 1];
                        let lines = timeline.spans[stop];
                        assert_eq!(lines, Some(rules.rule(rule).span), "{what}: other lines");
                    }
                    let drawn =
                        played.explain(&at, |t| scene(t, stop, (808.0, 668.0), &TableMeasure));
                    let far = away(&drawn, &drawn.items, stop, false);
                    assert!(
                        far.is_none_or(|far| far < 32.0),
                        "{what}: the packet rests {far:?} away"
                    );
                    rules += 1;
                }
            }
        }
        assert!(rules > 100, "only {rules} stops are of rules");
    }
}
