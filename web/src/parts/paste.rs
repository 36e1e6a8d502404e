//! The paste: what was recognised, the text itself, a search in it, and what could not be read.

use super::act::{Dispatch, Hover, act};
use super::editor::{Editor, Heard, Revealed, RuleText, Untaken};
use super::icon::Icon;
use super::problems::Problems;
use super::seek::{Found, SeekBar, focus_bar};
use super::versions::Versions;
use crate::focus::{in_page, to_walk};
use crate::message::PageView;
use crate::paste::Paste;
use crate::state::{Action, Overlay};
use crate::words::{Key, ui};
use chainwalk::model::Span;
use chainwalk::view::{Chip, Lang, Problem};
use gloo::events::{EventListener, EventListenerOptions};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`PastePane`].
#[derive(Properties, PartialEq)]
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct PasteProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The text.
    pub(crate) paste: Paste,
    /// The text that was read.
    pub(crate) of: Paste,
    /// Whether the text is an example as it came.
    pub(crate) fresh: bool,
    /// Whether it has the width of the page.
    pub(crate) wide: bool,
    /// Whether its earlier versions lie open.
    pub(crate) versions: bool,
    /// The view of that.
    pub(crate) told: Option<Rc<PageView>>,
    /// Whether that is long another text.
    pub(crate) stale: bool,
    /// The lines of the stop the packet rests at.
    pub(crate) now: Option<Span>,
    /// The lines of what is pointed at.
    pub(crate) lit: Option<Span>,
    /// A place to show.
    pub(crate) revealed: Revealed,
    /// Asks to show a place, with the cursor in it or without.
    pub(crate) reveal: Callback<(Span, bool)>,
    /// A long text is filled in piece by piece, or no longer.
    pub(crate) onfilling: Callback<bool>,
    /// The line that is pointed at belongs to a stop.
    pub(crate) onhover: Callback<Hover>,
    /// Whether there is something to take back, and something to bring again.
    pub(crate) reach: (bool, bool),
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The pane.
#[component]
pub(crate) fn PastePane(props: &PasteProps) -> Html {
    let PasteProps { lang, paste, of, told, reveal, dispatch, .. } = props;
    let lang = *lang;
    let node = use_node_ref();
    let picker = use_node_ref();
    let dropping = use_state_eq(|| false);
    let seeking = use_state_eq(|| false);
    let found = use_state_eq(|| None::<Found>);
    let filling = use_state_eq(|| None::<f64>);
    let untaken = use_state_eq(|| None::<Untaken>);
    let added = use_state_eq(|| None::<usize>);
    let pointed = use_state_eq(|| None::<(usize, usize)>);
    let unfolding = use_state_eq(|| None::<bool>);
    {
        let unfolding = unfolding.setter();
        use_effect_with((props.wide, serious_of(told.as_deref())), move |_| unfolding.set(None));
    }
    {
        // What was read is another text while somebody types; no line of it is pointed at then.
        let stop = pointed.filter(|_| of == paste).and_then(|(from, to)| {
            told.as_ref().and_then(|told| stop_of(told, of.byte_at(from), of.byte_at(to)))
        });
        let onhover = props.onhover.clone();
        let before = use_mut_ref(|| None);
        use_effect_with(stop, move |stop| {
            if before.replace(*stop) != *stop {
                onhover.emit(*stop);
            }
        });
    }

    let heard = {
        let (seeking, found) = (seeking.setter(), found.setter());
        let pointed = pointed.setter();
        let (filling, untaken, added) = (filling.setter(), untaken.setter(), added.setter());
        let onfilling = props.onfilling.clone();
        let dispatch = dispatch.clone();
        // The element hears one callback for good, so how the page stands is looked for when it is called.
        use_callback((), move |heard: Heard, ()| match heard {
            Heard::Leave if in_page(".app.wide").is_some() => {
                dispatch.dispatch(Action::Wide(false));
            }
            Heard::Leave => to_walk(),
            Heard::Seek => {
                seeking.set(true);
                focus_bar("find");
            }
            Heard::Found(what) => found.set(Some(what)),
            Heard::Filling(share) => {
                untaken.set(None);
                filling.set(Some(share).filter(|share| *share < 1.0));
                onfilling.emit(share < 1.0);
            }
            Heard::Untaken(why) => untaken.set(Some(why)),
            Heard::Added(lines) => added.set(Some(lines)),
            Heard::Point(line) => pointed.set(line),
        })
    };
    let element = {
        let node = node.clone();
        move || node.cast::<RuleText>()
    };
    let take = {
        let element = element.clone();
        move |files: Option<web_sys::FileList>| {
            let files = files.filter(|files| files.length() > 0);
            if let (Some(element), Some(files)) = (element(), files) {
                element.take(&files);
            }
        }
    };
    use_drops(&dropping, take.clone());
    {
        // What was added is one with the text once that is changed again.
        let added = added.setter();
        use_effect_with(props.fresh, move |_| added.set(None));
    }
    let pick = {
        let picker = picker.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(picker) = picker.cast::<HtmlInputElement>() {
                picker.click();
            }
        })
    };
    let picked = Callback::from(move |e: Event| {
        let input: HtmlInputElement = e.target_unchecked_into();
        take(input.files());
        input.set_value("");
    });
    let seek = {
        let seeking = seeking.clone();
        Callback::from(move |_: MouseEvent| {
            seeking.set(true);
            focus_bar("find");
        })
    };
    let stop = {
        let element = element.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(element) = element() {
                element.stop();
            }
        })
    };
    let close = {
        let (element, seeking, found) = (element.clone(), seeking.clone(), found.clone());
        Callback::from(move |()| {
            seeking.set(false);
            found.set(None);
            if let Some(element) = element() {
                element.find("");
                let _ = element.focus();
            }
        })
    };

    let (alone, shut) = {
        let element = element.clone();
        let (one, other) = (added.setter(), added.setter());
        let alone = Callback::from(move |_: MouseEvent| {
            if let Some(element) = element() {
                element.alone();
            }
            one.set(None);
        });
        (alone, Callback::from(move |_: MouseEvent| other.set(None)))
    };

    let problems: &[Problem] = told.as_ref().map_or(&[], |t| &t.problems);
    let serious = told.as_ref().map_or(0, |t| t.serious);
    // What is wrong is told at once; what is only remarked, when it is asked for.
    let unfolded = unfolding.unwrap_or(serious > 0 && !props.wide);
    let unfold = {
        let unfolding = unfolding.setter();
        Callback::from(move |_: MouseEvent| unfolding.set(Some(!unfolded)))
    };
    let chips: &[Chip] = told.as_ref().map_or(&[], |t| &t.chips);
    let hosts = told.as_ref().map_or(&[][..], |t| &t.hosts);
    let host_of = |chip: &Chip| hosts.get(usize::from(chip.host.0)).map(|host| &host.name);
    let jump = |span: Span, cursor: bool| reveal.reform(move |_: MouseEvent| (span, cursor));
    let tool = |key: Key,
                id: &'static str,
                test: &'static str,
                on: Callback<MouseEvent>,
                off: bool| {
        html! {
            <button class="ghost tool" onclick={on} title={ui(lang, key)} aria-label={ui(lang, key)}
                data-testid={test} aria-disabled={off.to_string()}><Icon {id} size={14} /></button>
        }
    };
    let (back, on) = props.reach;
    let widen = if props.wide { Key::NarrowPaste } else { Key::WidenPaste };
    html! {
        <section class="pane paste-pane" aria-labelledby="paste-title">
            <div class="ph"><h2 id="paste-title">{ui(lang, Key::Paste)}</h2>
                <span class="tools">
                    <button class="ghost tool widen" onclick={act(dispatch, Action::Wide(!props.wide))} title={ui(lang, widen)} aria-label={ui(lang, widen)}
                        aria-pressed={props.wide.to_string()} data-testid="wide"><Icon id={if props.wide { "i-narrow" } else { "i-wide" }} size={14} />
                        if props.wide { <span>{ui(lang, Key::NarrowPaste)}</span><kbd>{"Esc"}</kbd> }</button>
                    {tool(Key::Undo, "i-undo", "undo", act(dispatch, Action::Undo), !back)}
                    {tool(Key::Redo, "i-redo", "redo", act(dispatch, Action::Redo), !on)}
                    {tool(Key::Find, "i-find", "find", seek, false)}
                    {tool(Key::OpenFile, "i-file", "open", pick, false)}
                    <button class="ghost tool" onclick={act(dispatch, Action::Open((!props.versions).then_some(Overlay::Versions)))} title={ui(lang, Key::Versions)}
                        aria-label={ui(lang, Key::Versions)} aria-expanded={props.versions.to_string()} aria-controls="versions" data-testid="versions"><Icon id="i-clock" size={14} /></button>
                    {tool(Key::ClearHint, "i-trash", "clear", clear(dispatch), false)}
                </span>
                if props.versions { <Versions {lang} dispatch={dispatch.clone()} /> }
                <input type="file" multiple=true class="hidden" ref={picker} onchange={picked} tabindex="-1"
                    aria-hidden="true" data-testid="file" />
            </div>
            if props.fresh && !props.wide {
                <p class="slot" data-testid="slot"><Icon id="i-paste" size={18} />
                    <span><b>{ui(lang, Key::SlotTitle)}</b>{" "}{ui(lang, Key::SlotDetail)}</span></p>
            }
            if !paste.is_empty() {
                <p class="summary" data-testid="summary">{summary(props)}</p>
            }
            if !chips.is_empty() {
                <div class="chips">
                    {for chips.iter().map(|chip| html! {
                        <button class="chip" onclick={jump(chip.span, false)} data-testid="chip">
                            <i class={classes!("dot", chip.class.clone())}></i><b>{&chip.name}</b>{&chip.detail}
                            if let Some(host) = host_of(chip) { <em>{host}</em> }
                        </button>
                    })}
                </div>
            }
            if *seeking {
                <FindBar {lang} found={*found} node={node.clone()} {close} />
            }
            if let Some(share) = *filling {
                <div class="filling" role="status" data-testid="filling">
                    <progress max="1" value={share.to_string()} aria-label={ui(lang, Key::Filling)}></progress>
                    <span>{ui(lang, Key::Filling)}</span>
                    <button class="yn" onclick={stop}>{ui(lang, Key::Stop)}</button>
                </div>
            }
            if let Some(lines) = *added {
                <p class="added" role="status" data-testid="added">
                    <span>{ui(lang, Key::Added).replace("{lines}", &lines.to_string())}</span>
                    <button class="yn" onclick={alone} data-testid="replace-instead">{ui(lang, Key::ReplaceInstead)}</button>
                    <button class="ghost" onclick={shut} aria-label={ui(lang, Key::Close)}><Icon id="i-x" size={12} /></button>
                </p>
            }
            if let Some(why) = *untaken {
                <p class="too-long" role="alert" data-testid="too-long">
                    {match why {
                        Untaken::TooLong(limit) => ui(lang, Key::TooLong).replace("{limit}", &format!("{} MB", limit as u64 / 1_048_576)),
                        Untaken::Bare => ui(lang, Key::BarePicture).to_owned(),
                    }}
                </p>
            }
            <div class="sheet-of-text">
                <Editor {lang} {node} paste={paste.clone()} fresh={props.fresh} wide={props.wide} of={of.clone()} told={told.clone()} now={props.now}
                    lit={props.lit} revealed={props.revealed} {heard} dispatch={dispatch.clone()} />
            </div>
            if !problems.is_empty() {
                <div class="remarks">
                <button class="remarks-line" onclick={unfold} aria-expanded={unfolded.to_string()} data-testid="remarks">
                    <Icon id={if unfolded { "i-dn" } else { "i-rt" }} /><Icon id="i-warn" class={classes!((serious > 0).then_some("stop"))} />
                    <b>{said_of(lang, serious, problems.len())}</b>
                    if !unfolded { <span>{problems.iter().map(|p| &*p.text).collect::<Vec<_>>().join(" · ")}</span> }
                </button>
                if unfolded {
                if let Some(told) = told.clone() { <Problems {lang} {told} of={of.clone()} reveal={reveal.clone()} /> }
                }
                </div>
            }
            if *dropping {
                <div class="drop" data-testid="drop"><p><Icon id="i-file" size={24} />
                    <b>{ui(lang, Key::DropHere)}</b>
                    if props.fresh { <span>{ui(lang, Key::DropInstead)}</span> }
                </p></div>
            }
        </section>
    }
}

/// Throws everything away, earlier versions too: what is cleared is nowhere in this browser any more.
pub(crate) fn clear(dispatch: &Dispatch) -> Callback<MouseEvent> {
    let dispatch = dispatch.clone();
    Callback::from(move |_: MouseEvent| {
        crate::versions::forget();
        dispatch.dispatch(Action::Clear);
    })
}

/// Takes files that are dropped anywhere on the page; `over` says whether one is held above it.
#[hook]
fn use_drops(over: &UseStateHandle<bool>, take: impl Fn(Option<web_sys::FileList>) + 'static) {
    let over = over.setter();
    use_effect_with((), move |()| {
        let options = EventListenerOptions::enable_prevent_default();
        let listen = |name: &'static str, heard: Box<dyn FnMut(&Event)>| {
            EventListener::new_with_options(&gloo::utils::window(), name, options, heard)
        };
        let files = |event: &Event| {
            let data = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer);
            data.filter(|data| data.types().includes(&"Files".into(), 0))
        };
        let (on, off) = (over.clone(), over.clone());
        let listeners = [
            listen(
                "dragover",
                Box::new(move |event| {
                    if files(event).is_some() {
                        event.prevent_default();
                        on.set(true);
                    }
                }),
            ),
            // Leaving one element for another has the other as its relative; leaving the page has none.
            listen(
                "dragleave",
                Box::new(move |event| {
                    let to = event.dyn_ref::<DragEvent>().and_then(|event| event.related_target());
                    if to.is_none() {
                        off.set(false);
                    }
                }),
            ),
            listen(
                "drop",
                Box::new(move |event| {
                    over.set(false);
                    if let Some(data) = files(event) {
                        event.prevent_default();
                        take(data.files());
                    }
                }),
            ),
        ];
        move || drop(listeners)
    });
}

/// The stop that comes from the fewest bytes around a line, if one does.
fn stop_of(told: &PageView, from: usize, to: usize) -> Hover {
    let touches = |span: &Span| {
        (span.start as usize) <= to && (span.end as usize) > from && span.start < span.end
    };
    let stops = told.timeline.spans.iter().enumerate();
    let around = stops.filter_map(|(stop, span)| span.filter(touches).map(|span| (stop, span)));
    around.min_by_key(|(_, span)| span.end - span.start).map(|(stop, _)| stop)
}

/// How much of what is told of the text is more than a note.
fn serious_of(told: Option<&PageView>) -> usize {
    told.map_or(0, |told| told.serious)
}

/// How many problems or remarks there are.
fn said_of(lang: Lang, serious: usize, all: usize) -> String {
    if serious > 0 {
        format!("{serious} {}", ui(lang, Key::Problems))
    } else {
        format!("{all} {}", ui(lang, if all == 1 { Key::Remark } else { Key::Remarks }))
    }
}

/// How long the text is, and how much of it is understood.
fn summary(props: &PasteProps) -> String {
    let PasteProps { lang, paste, told, stale, .. } = props;
    if paste.is_empty() {
        return String::new();
    }
    let count = match paste.lines() {
        1 => ui(*lang, Key::OneLine).to_owned(),
        n => format!("{n} {}", ui(*lang, Key::Lines)),
    };
    match told {
        Some(told) if *stale || told.chips.is_empty() => count,
        None => count,
        Some(told) if told.problems.is_empty() => {
            format!("{count} · {}", ui(*lang, Key::AllUnderstood))
        }
        Some(told) if told.serious == 0 => {
            format!("{count} · {}", said_of(*lang, 0, told.problems.len()))
        }
        Some(told) => format!("{count} · {}", said_of(*lang, told.serious, told.problems.len())),
    }
}

/// Properties of [`FindBar`].
#[derive(Properties, PartialEq)]
struct FindProps {
    /// The reader's language.
    lang: Lang,
    /// What was found.
    found: Option<Found>,
    /// The element that is searched.
    node: NodeRef,
    /// Closes the bar.
    close: Callback<()>,
}

/// A search in the whole text, which the browser's own can't do: it sees the lines in sight alone.
#[component]
fn FindBar(props: &FindProps) -> Html {
    let FindProps { lang, found, node, close } = props;
    let typed = {
        let node = node.clone();
        Callback::from(move |text: String| {
            if let Some(element) = node.cast::<RuleText>() {
                element.find(&text);
            }
        })
    };
    let hop = {
        let node = node.clone();
        Callback::from(move |by: i32| {
            if let Some(element) = node.cast::<RuleText>() {
                element.hop(by);
            }
        })
    };
    html! {
        <SeekBar lang={*lang} label={Key::Find} name="find" found={*found} {typed} {hop} close={close.clone()} />
    }
}
