//! The page: one state, one engine, the panes.

mod aloud;
mod brief;
mod full;
mod held;
mod keeping;
pub(crate) mod keyboard;
mod lesson;
mod look;
mod nav;
mod offers;
mod offline;
mod own;
pub(crate) mod playing;
mod reveal;
mod saving;
pub(crate) mod space;
mod versions;
mod visit;
mod zoom;

use crate::class::{Classroom, use_place};
use crate::examples;
use crate::focus::{to_pane, use_focus_kept};
use crate::keys::Press;
use crate::layout::Edge;
use crate::link::{Space, Stale, Status, use_engine};
use crate::message::PageView;
use crate::one_file::is_one_file;
use crate::origin::{Origin, says_itself};
use crate::pace::swept;
use crate::parts::{
    BannerBar, Blank, ChangesBar, Diagram, Divider, ExampleBar, Gloss, GuestBar, Header, Help,
    HostPane, Hover, Icon, Moments, More, Notice, Otherwise, OverviewCard, PacketsPane, PastePane,
    Player, Promises, Share, Sprite, TimelineBar, WalkPane, Why, Zoom, act, clear, hint,
    problem_beside, tone_name,
};
use crate::state::{Action, Overlay, Pane, State};
use crate::store::{self, Persisted};
use crate::words::{Key, ui};
use aloud::use_aloud;
use brief::{Brief, use_brief};
use chainwalk::Case;
use full::use_full;
use held::use_held;
use keeping::use_keeping;
use keyboard::use_keys;
use lesson::use_lessons;
use look::{folds, use_layout, use_look};
use nav::nav;
use offers::{use_interfaces, use_logged, use_suggestions};
use offline::{ask, use_offline};
use own::use_own;
use playing::use_playing;
use reveal::{Reveals, use_reveals};
use saving::{Saving, use_saving};
use space::{LOW, NARROW, SCROLLED, use_media, use_size};
use std::rc::Rc;
use versions::use_versions;
use visit::use_visits;
use yew::prelude::*;
use zoom::{zoom_buttons, zoomed};

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
    let examples = examples::all();
    let hover = use_state_eq(|| None::<usize>);
    let zoom = use_state_eq(Zoom::default);
    let narrow = use_media(NARROW);
    let low = use_media(LOW);
    let scrolled = use_media(SCROLLED);
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
    let filling = use_state_eq(|| false);
    let heard = use_engine(&state, space, *filling);
    let dispatch = state.dispatcher();
    let told = heard.told.clone();
    let timeline = told.as_ref().map(|told| told.timeline.clone());
    let last = told.as_ref().map_or(0, |told| told.last());
    let stop = state.stop.min(last);
    let fresh = heard.status == Status::Done;
    let stale = heard.behind.answer.filter(|_| !state.paste.is_empty());

    use_visits(&state, &heard);
    let survives = use_keeping(&state);
    let offline = use_offline();
    let Saving { save, saved } = use_saving(&state, &heard);
    let renew = {
        let state = state.clone();
        Callback::from(move |(): ()| {
            // What is kept a moment later would come too late.
            store::keep(&state);
            ask("chainwalk:renew");
        })
    };
    let app = use_layout(&state);
    use_focus_kept(&app);
    let (full, turn_full) = use_full(&app);
    use_held(stale.is_some());
    use_look(
        &state,
        if fresh { told.as_ref().map(|t| tone_name(t.banner.tone)) } else { None },
        &heard.status,
    );
    use_playing(&state, timeline.as_ref().filter(|_| fresh));
    let blank = match &told {
        _ if state.visit.as_ref().is_some_and(|visit| visit.opening) => None,
        _ if state.paste.is_empty() => Some(Why::Empty),
        Some(told) if told.chips.is_empty() => Some(Why::Nothing),
        _ => None,
    };
    // What the paste holds is told while no packet is asked for, or none that can be read.
    let unread = |told: &Rc<PageView>| {
        fresh && told.packet_problems.get(state.packet).is_some_and(|p| !p.is_empty())
    };
    let overview = told
        .as_ref()
        .filter(|told| blank.is_none() && (state.scenario.packets.is_empty() || unread(told)));
    let overview =
        use_memo(overview.map(|t| t.overview.clone()), |o| o.clone().flatten().map(Rc::new));
    let overview = (*overview).clone();
    let heard_of = told.as_ref().filter(|_| fresh && blank.is_none());
    let (narration, say_fate) = use_aloud(&state, heard_of, stop, stale);
    let Brief { is: brief, short, turn, reads } =
        use_brief(narrow, told.as_ref().map(|t| t.generation));
    let place = use_place();
    use_lessons(&state);
    let Reveals { at: revealed, reveal, show, turn_to, turn_to_lines } =
        use_reveals(narrow, &dispatch);
    use_keys(&state, stop, timeline.clone(), field.clone(), place.is_some(), {
        let (zoom, turn_full) = (zoom.clone(), turn_full.clone());
        let (told, turn_to) = (told.clone(), turn_to.clone());
        Callback::from(move |press: Press| match press {
            Press::Zoom(way) => zoom.set(zoomed(*zoom, way)),
            Press::Fate => say_fate.emit(()),
            Press::Full => turn_full.emit(()),
            Press::Pane(toward) => to_pane(toward),
            Press::Problem(toward) => {
                let problems = told.as_ref().map(|told| &*told.problems).unwrap_or_default();
                if let Some(span) = problem_beside(problems, revealed.cursor_span(), toward) {
                    turn_to.emit((span, true));
                }
            }
            Press::Act(_) | Press::Field => {}
        })
    });
    let onhover = {
        let hover = hover.clone();
        use_callback((), move |at: Hover, ()| hover.set(at))
    };
    let onfilling = {
        let filling = filling.setter();
        use_callback((), move |is: bool, ()| filling.set(is))
    };
    let interfaces = use_interfaces(told.as_ref());
    let suggestions = use_suggestions(told.as_ref());
    let example = use_example(&state, &examples);
    let own = use_own(&dispatch);
    use_versions(&state, example.is_none());
    use_logged(&state, told.as_ref().filter(|_| fresh));
    let span_at =
        |stop: usize| timeline.as_ref().and_then(|t| t.spans.get(stop).copied().flatten());
    let now = span_at(stop);
    let lit = hover.and_then(span_at);
    let problems = told
        .as_ref()
        .and_then(|t| t.packet_problems.get(state.packet).cloned())
        .filter(|_| fresh)
        .unwrap_or_default();
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
    let walks = timeline.as_ref().is_some_and(|t| t.stops > 0);
    let sent = state.scenario.packets.get(state.packet);
    let said = |line: &&String| state.chosen || says_itself(line);
    let elsewhere = told.as_ref().and_then(|t| t.elsewhere.clone());
    let elsewhere = elsewhere.zip(sent.filter(|line| !said(line)));
    let elsewhere = elsewhere.map(|((from, iface), line)| {
        Rc::from(Origin::wire(&from, &iface).join(&Origin::split(line).0))
    });
    let swept = timeline.as_ref().and_then(|t| swept(t, stop));
    let divider = |edge: Edge| {
        html! { <Divider {lang} {edge} extent={state.layout.at(edge)} dispatch={dispatch.clone()} /> }
    };
    html! {
        <div class={classes!("whole", place.as_ref().map(|_| "in-class"))}>
        <GuestBar {lang} visit={state.visit.clone()} refused={state.refused.clone()} dispatch={dispatch.clone()} />
        if let Some(place) = place.clone() {
            <Classroom {lang} theme={state.theme} {place} still={state.still} dispatch={dispatch.clone()} />
        }
        <div ref={app} hidden={place.is_some()} class={classes!("app", pane, folds(&state), blank.is_some().then_some("no-walk"),
            (overview.is_none() && timeline.as_ref().is_none_or(|t| t.stops == 0)).then_some("no-stops"),
            overview.as_ref().map(|_| "over"), (narrow && brief && walks).then_some("brief"),
            (narrow && (brief || short || matches!(state.pane, Pane::Paste | Pane::Host))).then_some("one-row"), state.wide.then_some("wide"),
            full.then_some("full"), told.is_none().then_some("unanswered"), stale.map(|_| "stale"),
            (stale == Some(Stale::Text)).then_some("stale-text"), heard.behind.picture.then_some("stale-picture"))}>
            <Sprite />
            <Header {lang} theme={state.theme} draft={state.draft.clone()} origin={state.origin.clone()}
                sent={state.scenario.packets.get(state.packet).map_or_else(|| Rc::from(""), |line| Rc::from(&**line))}
                drafted={heard.drafted.clone()} suggestions={suggestions}
                {problems} interfaces={interfaces} introduced={example.is_some()} open={state.open} examples={examples.clone()}
                field={field} dispatch={dispatch.clone()}>
                <More {lang} shown={state.open == Some(Overlay::More)} {offline} save={save.clone()}
                    install={Callback::from(|(): ()| ask("chainwalk:install"))} dispatch={dispatch.clone()} />
            </Header>
            <div class="above">
            if let Some(line) = state.scenario.packets.get(state.packet) {
                <p class="on-paper" aria-hidden="true">{line}</p>
            }
            if let Some((example, next)) = example.clone() {
                <ExampleBar {lang} {example} {next} {own} dispatch={dispatch.clone()} />
            }
            <div class="answer-area">
            <BannerBar {lang} banner={told.as_ref().map(|t| t.banner.clone())} status={heard.status.clone()} {stale} share={heard.share} {elsewhere}
                brief={narrow.then_some(brief)} {turn} reveal={turn_to_lines.clone()} again={heard.again.clone()} dispatch={dispatch.clone()} />
            <ChangesBar {lang} told={told.clone().filter(|_| blank.is_none())} changes={state.scenario.edits().to_vec()}
                search={state.search} found={heard.found.clone()} stale={stale.is_some()} dispatch={dispatch.clone()} />
            if let Some(moments) = told.as_ref().and_then(|told| told.moments.clone()) {
                <Moments {lang} {moments} reveal={turn_to_lines.clone()} dispatch={dispatch.clone()} />
            }
            <Otherwise {lang} told={told.as_ref().filter(|_| fresh).map(|t| t.otherwise.clone()).unwrap_or_default()} dispatch={dispatch.clone()} />
            </div>
            </div>
            <main>
            <div class="left">
                <PastePane {lang} onfilling={onfilling} paste={state.paste.clone()} fresh={example.is_some()} wide={state.wide} versions={state.open == Some(Overlay::Versions)} of={heard.of.clone()} told={told.clone()} stale={stale == Some(Stale::Text)} {now} {lit}
                    revealed={revealed} reveal={reveal.clone()} onhover={onhover.clone()} reach={state.history.reach()} dispatch={dispatch.clone()} />
                {divider(Edge::Host)}
                <HostPane {lang} folded={state.layout.at(Edge::Host).folded} brief={state.wide || low || example.is_some() || overview.is_some()} wide={state.wide} no_host={told.as_ref().and_then(|t| t.host_problem.clone())} hosts={told.as_ref().map(|t| t.hosts.clone()).unwrap_or_default()}
                    blanks={told.as_ref().map(|t| t.blanks.clone()).unwrap_or_default()}
                    facts={told.as_ref().map(|t| t.facts.clone()).unwrap_or_default()}
                    assumptions={state.scenario.facts().to_vec()}
                    problems={told.as_ref().map(|t| t.assumption_problems.clone()).unwrap_or_default()}
                    check={heard.check.clone()} checked={heard.checked.clone()} reveal={turn_to_lines} dispatch={dispatch.clone()} />
                <p class="promise" data-testid="promise"><Icon id="i-lock" /><span>{ui(lang, if is_one_file() { Key::KeepsFile } else { Key::KeepsHere })}{" "}{match survives {
                    _ if is_one_file() => html! { <em>{ui(lang, Key::KeptInNoFile)}</em> },
                    Persisted::All if state.newer => html! { <em>{ui(lang, Key::KeptNewer)}</em> },
                    Persisted::All => html! { <>{ui(lang, Key::KeptHere)}{" "}<button class="link" onclick={clear(&dispatch)}>{ui(lang, Key::ClearHere)}</button></> },
                    Persisted::NoPaste => html! { <em>{ui(lang, Key::KeptNoPaste)}</em> },
                    Persisted::Nothing => html! { <em>{ui(lang, Key::KeptNot)}</em> },
                }}</span></p>
            </div>
            {divider(Edge::Left)}
            <section class="stage" ref={stage} data-of={told.as_ref().map(|t| t.generation.to_string())} tabindex={scrolled.then_some("0")} aria-label={ui(lang, Key::Drawing)} aria-busy={heard.behind.picture.to_string()}>
                if let Some(why) = blank {
                    <Blank {lang} {why} examples={examples.clone()} dispatch={dispatch.clone()} />
                } else if let Some(drawn) = &heard.scene {
                    <Diagram {lang} drawn={drawn.clone()} packet={walks} {last} swept={swept} speed={state.speed.factor()} hover={*hover} seen={stage_size.0 > 0.0}
                        zoom={*zoom} onzoom={onzoom.clone()}
                        onhover={onhover.clone()} reveal={show.clone()} dispatch={dispatch.clone()} />
                    if example.is_some() && walks { {hint(lang, "drawing", Key::HintDrawing)} }
                    if let Some(overview) = &overview {
                        <OverviewCard {lang} overview={overview.clone()} tried={heard.tried.clone()} below={drawn.1.below / drawn.1.height.max(1.0)}
                            reveal={show.clone()} dispatch={dispatch.clone()} />
                    }
                }
            </section>
            if narrow {
                <div class="mini" ref={map}>
                    if let Some(drawn) = heard.map.as_ref().filter(|_| blank.is_none()) {
                        <Diagram {lang} class="small" drawn={drawn.clone()} packet={walks} {last} {swept} hover={*hover} onhover={onhover.clone()}
                            reveal={show.clone()} dispatch={dispatch.clone()} />
                    }
                </div>
            }
            {divider(Edge::Right)}
            <div class="right" onwheel={reads.reform(|_: WheelEvent| ())} ontouchmove={reads.reform(|_: TouchEvent| ())}>
                <Promises {lang} told={told.clone().filter(|_| blank.is_none())} stale={stale.is_some()} turn_to={turn_to.clone()}
                    dispatch={dispatch.clone()} />
                if let Some(overview) = &overview {
                    <PacketsPane {lang} overview={overview.clone()} tried={heard.tried.clone()} {narrow} dispatch={dispatch.clone()} />
                } else {
                <WalkPane {lang} told={told.clone().filter(|_| blank.is_none())} packets={state.scenario.packets.clone()}
                    packet={state.packet} {stop} fresh={example.is_some()} hover={*hover} onhover={onhover.clone()}
                    opened={heard.opened.clone()} open={heard.open.clone()} raw_names={state.raw_names} playing={state.playing} stale={stale.is_some()}
                    reveal={show} {turn_to} dispatch={dispatch.clone()} />
                }
            </div>
            </main>
            <footer class="time">
                <Player {lang} timeline={timeline.clone().unwrap_or_default()} {stop}
                    playing={state.playing} looped={state.looped} speed={state.speed} matches={state.matches} full={(!narrow).then_some((full, turn_full))}
                    dispatch={dispatch.clone()} />
                <TimelineBar {lang} timeline={timeline.unwrap_or_default()} {stop} hover={*hover}
                    {onhover} stale={stale.is_some()} dispatch={dispatch.clone()} />
                if !narrow { {zoom_buttons(*zoom, &onzoom, lang)} }
            </footer>
            if narrow { {nav(&state, lang)} }
            <Gloss {lang} told={told.clone()} of={(heard.of == state.paste).then(|| state.paste.clone())} keys_off={state.keys_off}
                explain={heard.explain.clone()} explained={heard.explained.clone()} />
            <p class="sr" role="status" aria-live="polite" data-testid="narration">{narration}</p>
            if matches!(state.open, Some(Overlay::Examples | Overlay::Origin | Overlay::More | Overlay::Versions)) {
                <div class="shut" onclick={act(&dispatch, Action::Open(None))}></div>
            }
            if state.open == Some(Overlay::Share) {
                <Share {lang} packet={state.packet} stop={(stop, last)} exported={heard.exported.clone()}
                    export={heard.export.clone()} replaced={heard.replaced.clone()} replace={heard.replace.clone()} dispatch={dispatch.clone()} />
            }
            if state.open == Some(Overlay::Help) { <Help {lang} keys_off={state.keys_off} verbosity={state.verbosity} dispatch={dispatch.clone()} /> }
        </div>
        <Notice {lang} unsaved={state.is_unsaved()} extent={(state.paste.lines(), state.scenario.packets.len())}
            {saved} {save} newer={offline.newer} {renew} />
        </div>
    }
}

/// The example that is shown as it came, and the one behind it.
#[hook]
fn use_example(state: &State, examples: &Rc<Vec<Rc<Case>>>) -> Option<(Rc<Case>, Rc<Case>)> {
    let examples = examples.clone();
    let at = use_memo((state.paste.clone(), state.visit.is_some()), move |(paste, visit)| {
        let at = |case: &Rc<Case>| {
            let text = case.scenario.paste();
            text.len() == paste.len() && *paste.rope() == *text
        };
        let at = examples.iter().position(at).filter(|_| !visit)?;
        Some((examples[at].clone(), examples[(at + 1) % examples.len()].clone()))
    });
    (*at).clone()
}
