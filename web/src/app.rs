//! The page: one state, one engine, the panes.

use crate::examples;
use crate::focus::use_focus_kept;
use crate::keys::{Press, Zooming, press};
use crate::layout::{EDGES, Edge};
use crate::link::{Space, Status, use_engine};
use crate::narration::narrated;
use crate::parts::{
    BannerBar, Blank, ChangesBar, Diagram, Divider, Header, Help, HostPane, Hover, Icon, PastePane,
    Player, Revealed, Sprite, TimelineBar, WalkPane, Why, Zoom, act, duration, said as said_as,
    tone_name,
};
use crate::state::{Action, Overlay, Pane, State, Theme};
use crate::store::{self, Survives};
use crate::words::{Key, ui};
use chainwalk_model::Span;
use chainwalk_view::{Lang, Timeline};
use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use gloo::utils::{body, document, window};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// The width up to which the page is a phone's.
const NARROW: &str = "(max-width: 760px), (max-height: 480px)";
/// The smallest size the diagram is drawn for, so that its smallest letters keep 11 px; a smaller space scrolls.
const SCENE_MIN: (f64, f64) = (640.0, 512.0);

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        self.apply(action).map_or(self, Rc::new)
    }
}

/// The page.
#[component]
pub fn App() -> Html {
    let state = use_reducer_eq(store::initial);
    let examples = use_memo((), |()| examples::all().into_iter().map(Rc::new).collect::<Vec<_>>());
    let hover = use_state_eq(|| None::<usize>);
    let revealed = use_state_eq(Revealed::default);
    let zoom = use_state_eq(Zoom::default);
    let said = use_state_eq(|| None::<String>);
    let narrow = use_media(NARROW);
    let (stage, stage_size) = use_size();
    let (map, map_size) = use_size();
    let field = use_node_ref();
    let space = Space {
        scene: if stage_size.0 > 0.0 {
            (stage_size.0.max(SCENE_MIN.0), stage_size.1.max(SCENE_MIN.1))
        } else {
            (0.0, 0.0)
        },
        map: if narrow { map_size } else { (0.0, 0.0) },
    };
    let heard = use_engine(&state, space);
    let dispatch = state.dispatcher();
    let told = heard.told.clone();
    let timeline = told.as_ref().map(|told| told.timeline.clone());
    let last = told.as_ref().map_or(0, |told| told.last());
    let stop = state.stop.min(last);
    let fresh = heard.status == Status::Done;

    let survives = use_keeping(&state);
    let app = use_layout(&state);
    use_focus_kept(&app);
    use_look(
        &state,
        if fresh { told.as_ref().map(|t| tone_name(t.banner.tone)) } else { None },
        &heard.status,
    );
    use_playing(&state, fresh.then_some(last));
    let fate = told.as_ref().map(|t| fate_words(&t.banner));
    use_keys(&state, stop, timeline.clone(), field.clone(), {
        let (zoom, said, fate) = (zoom.clone(), said.clone(), fate.clone());
        Callback::from(move |press: Press| match press {
            Press::Zoom(way) => zoom.set(zoomed(*zoom, way)),
            Press::Fate => said.set(fate.clone()),
            Press::Act(_) | Press::Field => {}
        })
    });
    {
        // What was said of the fate is over as soon as the packet goes on.
        let said = said.setter();
        use_effect_with((stop, told.as_ref().map(|t| t.generation)), move |_| said.set(None));
    }
    {
        // A change of how much is read aloud is itself read aloud.
        let (said, lang, first) = (said.setter(), state.lang, use_mut_ref(|| true));
        use_effect_with(state.verbosity, move |verbosity| {
            if !first.replace(false) {
                said.set(Some(ui(lang, said_as(*verbosity).0).to_owned()));
            }
        });
    }

    let reveal = {
        let revealed = revealed.setter();
        use_callback((), move |(span, cursor): (Span, bool), ()| {
            let turn = js_sys::Math::random().to_bits() as u32;
            revealed.set(Revealed { span: Some(span), cursor, turn });
        })
    };
    let show = {
        let reveal = reveal.clone();
        use_callback((), move |span: Span, ()| reveal.emit((span, false)))
    };
    // The paste is another pane where the screen is narrow.
    let turn_to = {
        let (reveal, dispatch) = (reveal.clone(), dispatch.clone());
        use_callback(narrow, move |(span, cursor): (Span, bool), narrow| {
            if *narrow {
                dispatch.dispatch(Action::Pane(Pane::Paste));
            }
            reveal.emit((span, cursor));
        })
    };
    let reveal_fact = {
        let turn_to = turn_to.clone();
        use_callback(turn_to, |span: Span, turn_to| turn_to.emit((span, false)))
    };
    let onhover = {
        let hover = hover.clone();
        use_callback((), move |at: Hover, ()| hover.set(at))
    };
    let interfaces = use_memo(told.as_ref().map(|t| t.facts.clone()), |facts| {
        let mut names: Vec<String> = Vec::new();
        for row in facts.iter().flatten().filter(|row| row.value.contains('/')) {
            if !names.contains(&row.name) {
                names.push(row.name.clone());
            }
        }
        names
    });

    let suggestions = use_memo(told.as_ref().map(|t| t.generation), |_| {
        told.iter().flat_map(|t| t.suggestions.clone()).collect::<Vec<_>>()
    });

    let span_at =
        |stop: usize| timeline.as_ref().and_then(|t| t.spans.get(stop).copied().flatten());
    let now = span_at(stop);
    let lit = hover.and_then(span_at);
    let blank = match &told {
        _ if state.paste.is_empty() => Some(Why::Empty),
        Some(told) if told.chips.is_empty() => Some(Why::Nothing),
        _ => None,
    };
    let problems = told
        .as_ref()
        .and_then(|t| t.packet_problems.get(state.packet).cloned())
        .filter(|_| fresh)
        .unwrap_or_default();
    let narration = timeline
        .as_ref()
        .and_then(|t| t.narration.get(narrated(t, stop, state.verbosity)?).cloned())
        .filter(|_| fresh && blank.is_none());
    let narration = (*said).clone().or(narration);
    let onzoom = {
        let zoom = zoom.setter();
        use_callback((), move |next: Zoom, ()| zoom.set(next))
    };
    let pane = match state.pane {
        Pane::Walk => "show-walk",
        Pane::Map => "show-map",
        Pane::Paste => "show-paste",
        Pane::Host => "show-host",
    };
    let lang = state.lang;
    let divider = |edge: Edge| {
        html! { <Divider {lang} {edge} extent={state.layout.at(edge)} dispatch={dispatch.clone()} /> }
    };
    html! {
        <div ref={app} class={classes!("app", pane, folds(&state), blank.is_some().then_some("no-walk"),
            timeline.as_ref().is_none_or(|t| t.stops == 0).then_some("no-stops"),
            told.is_none().then_some("unanswered"))}>
            <Sprite />
            <Header {lang} theme={state.theme} draft={state.draft.clone()} origin={state.origin.clone()}
                sent={state.packets.get(state.packet).cloned().unwrap_or_else(|| Rc::from(""))}
                drafted={heard.drafted.clone()} suggestions={suggestions}
                {problems} interfaces={interfaces} open={state.open} examples={examples.clone()}
                field={field} dispatch={dispatch.clone()} />
            <div class="answer-area">
            <BannerBar {lang} banner={told.as_ref().map(|t| t.banner.clone())} status={heard.status.clone()} share={heard.share}
                reveal={reveal_fact.clone()} again={heard.again.clone()} dispatch={dispatch.clone()} />
            <ChangesBar {lang} told={told.clone().filter(|_| blank.is_none())} changes={state.changes.clone()}
                search={state.search} found={heard.found.clone()} dispatch={dispatch.clone()} />
            </div>
            <main>
            <div class="left">
                <PastePane {lang} paste={state.paste.clone()} of={heard.of.clone()} told={told.clone()} {now} {lit}
                    revealed={*revealed} reveal={reveal.clone()} onhover={onhover.clone()} reach={state.history.reach()} dispatch={dispatch.clone()} />
                {divider(Edge::Host)}
                <HostPane {lang} hosts={told.as_ref().map(|t| t.hosts.clone()).unwrap_or_default()}
                    facts={told.as_ref().map(|t| t.facts.clone()).unwrap_or_default()}
                    assumptions={state.assumptions.clone()}
                    problems={told.as_ref().map(|t| t.assumption_problems.clone()).unwrap_or_default()}
                    check={heard.check.clone()} checked={heard.checked.clone()} reveal={reveal_fact} dispatch={dispatch.clone()} />
                <p class="promise" data-testid="promise"><Icon id="i-lock" /><span>{ui(lang, Key::KeepsHere)}{match survives {
                    Survives::All => Html::default(),
                    Survives::NoPaste => html! { <em>{ui(lang, Key::KeptNoPaste)}</em> },
                    Survives::Nothing => html! { <em>{ui(lang, Key::KeptNot)}</em> },
                }}</span></p>
            </div>
            {divider(Edge::Left)}
            <section class="stage" ref={stage} aria-label={ui(lang, Key::Drawing)}>
                if let Some(why) = blank {
                    <Blank {lang} {why} examples={examples.clone()} dispatch={dispatch.clone()} />
                } else if let Some(drawn) = &heard.scene {
                    <Diagram drawn={drawn.clone()} packet={timeline.as_ref().is_some_and(|t| t.stops > 0)} speed={state.speed.factor()} hover={*hover}
                        zoom={*zoom} onzoom={onzoom.clone()}
                        onhover={onhover.clone()} reveal={show.clone()} dispatch={dispatch.clone()} />
                    {zoom_buttons(*zoom, &onzoom, lang)}
                }
            </section>
            if narrow {
                <div class="mini" ref={map}>
                    if let Some(drawn) = heard.map.as_ref().filter(|_| blank.is_none()) {
                        <Diagram class="small" drawn={drawn.clone()}
                            packet={timeline.as_ref().is_some_and(|t| t.stops > 0)} hover={*hover} onhover={onhover.clone()}
                            reveal={show.clone()} dispatch={dispatch.clone()} />
                    }
                </div>
            }
            {divider(Edge::Right)}
            <div class="right">
                <WalkPane {lang} told={told.clone().filter(|_| blank.is_none())} packets={state.packets.clone()}
                    packet={state.packet} {stop} hover={*hover} onhover={onhover.clone()}
                    opened={heard.opened.clone()} open={heard.open.clone()} raw_names={state.raw_names}
                    reveal={show} {turn_to} dispatch={dispatch.clone()} />
            </div>
            </main>
            <footer class="time">
                <Player {lang} timeline={timeline.clone().unwrap_or_else(nothing)} {stop}
                    playing={state.playing} looped={state.looped} speed={state.speed} verbosity={state.verbosity}
                    dispatch={dispatch.clone()} />
                <TimelineBar {lang} timeline={timeline.unwrap_or_else(nothing)} {stop} hover={*hover}
                    {onhover} dispatch={dispatch.clone()} />
            </footer>
            if narrow { {nav(&state, lang)} }
            <p class="sr" role="status" aria-live="polite" data-testid="narration">{narration}</p>
            if matches!(state.open, Some(Overlay::Examples | Overlay::Origin)) {
                <div class="shut" onclick={act(&dispatch, Action::Open(None))}></div>
            }
            if state.open == Some(Overlay::Help) { <Help {lang} dispatch={dispatch.clone()} /> }
        </div>
    }
}

/// The answer in one sentence, for those who hear it.
fn fate_words(banner: &chainwalk_view::Banner) -> String {
    let words = |s: &chainwalk_view::Sentence| s.iter().map(|r| &*r.text).collect::<String>();
    let sure = banner.evidence.first().filter(|e| e.certain).map(|e| words(&e.text));
    format!("{} {} {}", words(&banner.headline), words(&banner.detail), sure.unwrap_or_default())
}

fn zoomed(zoom: Zoom, way: Zooming) -> Zoom {
    match way {
        Zooming::In => zoom.by(1.4, (0.5, 0.5)),
        Zooming::Out => zoom.by(1.0 / 1.4, (0.5, 0.5)),
        Zooming::Fit => Zoom::default(),
    }
}

fn zoom_buttons(zoom: Zoom, onzoom: &Callback<Zoom>, lang: Lang) -> Html {
    let button = |way: Zooming, sign: Html, key: Key| {
        let off = way != Zooming::In && zoom.fits();
        let onclick = onzoom.reform(move |_: MouseEvent| zoomed(zoom, way));
        html! {
            <button {onclick} aria-label={ui(lang, key)} title={ui(lang, key)} aria-disabled={off.to_string()}>{sign}</button>
        }
    };
    html! {
        <div class="zoom" role="group" aria-label={ui(lang, Key::ZoomFit)} data-testid="zoom">
            {button(Zooming::Out, "−".into(), Key::ZoomOut)}
            {button(Zooming::Fit, html! { <Icon id="i-fit" size={14} /> }, Key::ZoomFit)}
            {button(Zooming::In, "+".into(), Key::ZoomIn)}
        </div>
    }
}

fn nothing() -> Timeline {
    Timeline {
        lanes: Vec::new(),
        stops: 0,
        narration: Vec::new(),
        spans: Vec::new(),
        hooks: Vec::new(),
    }
}

/// The panes of a narrow screen.
fn nav(state: &UseReducerHandle<State>, lang: Lang) -> Html {
    let panes = [
        (Pane::Walk, "i-walk", Key::Walk, "tab-walk"),
        (Pane::Map, "i-map", Key::Map, "tab-map"),
        (Pane::Paste, "i-paste", Key::Paste, "tab-paste"),
        (Pane::Host, "i-host", Key::ThisHost, "tab-host"),
    ];
    html! {
        <nav>
            {for panes.into_iter().map(|(pane, id, key, hook)| {
                let on = state.pane == pane;
                html! {
                    <button class={classes!(on.then_some("on"))} aria-pressed={on.to_string()} data-testid={hook}
                        onclick={act(&state.dispatcher(), Action::Pane(pane))}>
                        <Icon {id} size={20} />{ui(lang, key)}
                    </button>
                }
            })}
        </nav>
    }
}

/// The classes of the panes that are folded away.
fn folds(state: &State) -> Classes {
    EDGES.iter().filter(|edge| state.layout.at(**edge).folded).map(|edge| edge.names().1).collect()
}

/// Gives the page the sizes that a person set, as custom properties of the element returned.
#[hook]
fn use_layout(state: &State) -> NodeRef {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(state.layout, move |layout| {
            let Some(style) = node.cast::<HtmlElement>().map(|app| app.style()) else { return };
            for edge in EDGES {
                let (name, _) = edge.names();
                let _ = match layout.at(edge).size {
                    Some(size) => style.set_property(name, &format!("{size}px")),
                    None => style.remove_property(name).map(|_| ()),
                };
            }
        });
    }
    node
}

/// Keeps what survives a reload, and tells how much that is.
#[hook]
fn use_keeping(state: &State) -> Survives {
    let survives = use_state_eq(Survives::default);
    // Where the walk stands does not survive, so it is left out of what is compared.
    let mut kept = state.clone();
    (kept.stop, kept.playing, kept.open) = (0, false, None);
    {
        let survives = survives.setter();
        use_effect_with(kept, move |kept| {
            let kept = kept.clone();
            let later = Timeout::new(300, move || survives.set(store::keep(&kept)));
            move || drop(later)
        });
    }
    *survives
}

/// Theme, language and the answer's tone, as attributes that the stylesheet and a test can see.
#[hook]
fn use_look(state: &State, tone: Option<&'static str>, status: &Status) {
    let tone = match status {
        Status::Died(_) => "crashed",
        Status::Missing(_) => "missing",
        Status::Stopped => "stopped",
        _ => tone.unwrap_or("reading"),
    };
    use_effect_with((state.theme, state.lang, tone), |(theme, lang, tone)| {
        if let Some(root) = document().document_element() {
            let _ = match theme {
                Theme::System => root.remove_attribute("data-theme"),
                Theme::Light => root.set_attribute("data-theme", "light"),
                Theme::Dark => root.set_attribute("data-theme", "dark"),
            };
            let code = match lang {
                Lang::En => "en",
                Lang::Zh => "zh-Hans",
            };
            let _ = root.set_attribute("lang", code);
        }
        let _ = body().set_attribute("data-state", tone);
    });
}

/// Lets the walk go on by itself while it plays; `last` is `None` while there is no answer to walk.
#[hook]
fn use_playing(state: &UseReducerHandle<State>, last: Option<usize>) {
    let dispatch = state.dispatcher();
    use_effect_with(
        (state.playing, state.stop, state.speed, last),
        move |(playing, _, speed, last)| {
            let tick = last.filter(|_| *playing).map(|last| {
                let wait = duration("--stay") / speed.factor();
                Timeout::new(wait as u32, move || dispatch.dispatch(Action::Tick { last }))
            });
            move || drop(tick)
        },
    );
}

/// The keys of the page, while nothing is being typed.
#[hook]
fn use_keys(
    state: &UseReducerHandle<State>,
    stop: usize,
    timeline: Option<Timeline>,
    field: NodeRef,
    other: Callback<Press>,
) {
    let dispatch = state.dispatcher();
    use_effect_with((stop, timeline, state.open, other), move |(stop, timeline, open, other)| {
        let (stop, timeline, open, other) = (*stop, timeline.clone(), *open, other.clone());
        let heard = move |event: &Event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if event.default_prevented()
                || event.is_composing()
                || event.ctrl_key()
                || event.meta_key()
                || event.alt_key()
            {
                return;
            }
            let key = event.key();
            let typing =
                within(event, "input:not([type=radio]), textarea, select, [contenteditable=true]");
            // A button takes the space bar, a radio group the arrows.
            let taken = (key == " " && within(event, "button, a, summary, [role=button]"))
                || (key.starts_with("Arrow")
                    && within(event, "input[type=radio], [role=separator]"));
            if (typing && key != "Escape")
                || taken
                || (open == Some(Overlay::Help) && key != "Escape")
            {
                return;
            }
            match press(&key, event.shift_key(), stop, timeline.as_ref()) {
                Some(Press::Act(action)) => dispatch.dispatch(action),
                Some(Press::Field) => {
                    if let Some(field) = field.cast::<HtmlElement>() {
                        let _ = field.focus();
                    }
                }
                Some(press) => other.emit(press),
                None => return,
            }
            if key != "Escape" {
                event.prevent_default();
            }
        };
        let options = EventListenerOptions::enable_prevent_default();
        let listener = EventListener::new_with_options(&window(), "keydown", options, heard);
        move || drop(listener)
    });
}

/// Whether an event comes from within an element of this selector.
fn within(event: &KeyboardEvent, selector: &str) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|t| t.closest(selector).ok().flatten().is_some())
}

/// Whether a media query holds, now and later.
#[hook]
fn use_media(query: &'static str) -> bool {
    let matches = move || window().match_media(query).ok().flatten().is_some_and(|m| m.matches());
    let state = use_state_eq(matches);
    {
        let state = state.setter();
        use_effect_with((), move |()| {
            let listener = EventListener::new(&window(), "resize", move |_| state.set(matches()));
            move || drop(listener)
        });
    }
    *state
}

/// An element, and the size of the space in it in CSS pixels.
#[hook]
fn use_size() -> (NodeRef, (f64, f64)) {
    let node = use_node_ref();
    let size = use_state_eq(|| (0.0, 0.0));
    {
        let (node, set) = (node.clone(), size.setter());
        let element = node.get();
        use_effect_with(element, move |_| {
            let element = node.cast::<HtmlElement>();
            let measured = element.clone();
            let measure = Closure::<dyn Fn()>::new(move || {
                if let Some(e) = &measured {
                    set.set((f64::from(e.client_width()), f64::from(e.client_height())));
                }
            });
            let observer = web_sys::ResizeObserver::new(measure.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(element)) = (&observer, &element) {
                observer.observe(element);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(measure);
            }
        });
    }
    (node, *size)
}
