//! The page's end of the conversation with the worker, as a hook.
//!
//! Answers to questions that are no longer asked are dropped by their generation.

mod asks;
mod line;
mod queue;
mod stale;

pub use asks::Space;
pub use line::Status;
pub use stale::{Behind, Stale};

use crate::class::message::{Ask, Heard};
use crate::message::{
    Answer, Drafted, LinkView, Opening, PageView, ReplacedView, Replacing, Request, ShareView,
    View, WordsAt,
};
use crate::paste::Paste;
use crate::state::State;
use crate::worker::Event;
use asks::{use_drafting, use_drawing, use_searching, use_telling};
use chainwalk::Position;
use chainwalk::view::{Lang, Problem, ProposalsView, RuleCard, RuleRange, Scene, Tried, Word};
use line::Line;
use stale::use_behind;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use yew::prelude::*;

/// A fragment, and what it opens, or why it can't be opened.
pub type Linked = Rc<(String, Result<Box<LinkView>, String>)>;

/// A fact as it was typed, and what is wrong with it.
pub type Checked = Rc<(String, Vec<Problem>)>;

/// The words of a place, and the number by which they were asked for.
pub type Worded = Rc<(u32, Vec<Word>)>;

/// What the worker answered, as far as it is still asked for.
#[derive(Clone, PartialEq)]
pub struct EngineState {
    /// The view that came last.
    pub told: Option<Rc<PageView>>,
    /// The text it is of.
    pub of: Paste,
    /// The picture drawn last.
    pub scene: Option<Rc<(View, Scene)>>,
    /// The small map drawn last.
    pub map: Option<Rc<(View, Scene)>>,
    /// The rules that were opened in it.
    pub opened: Rc<HashMap<RuleRange, Vec<RuleCard>>>,
    /// What became of the packets that were tried while none is asked for, by their lines.
    pub tried: Rc<HashMap<String, Tried>>,
    /// The changes that were found, while they are searched for.
    pub found: Option<Rc<ProposalsView>>,
    /// What the line in the packet field says.
    pub drafted: Option<Rc<Drafted>>,
    /// Opens rules: which, and from which number on.
    pub open: Callback<(RuleRange, u32)>,
    /// How the worker fares.
    pub status: Status,
    /// How far what is shown, and drawn, lies behind what is there by now.
    pub behind: Behind,
    /// Which share of a long text is read, from 0 to 1, until its answer is there.
    pub share: Option<f64>,
    /// Asks once more after it died, or stops it.
    pub again: Callback<bool>,
    /// Asks what the fragment of an address opens.
    pub follow: Callback<(String, Lang)>,
    /// The fragment that was asked about last, and what it opens, or why it can't be opened.
    pub linked: Option<Linked>,
    /// Asks for what is shown as what it can travel in.
    pub export: Callback<Position>,
    /// What is shown, as what it can travel in.
    pub exported: Option<Rc<ShareView>>,
    /// Asks for the same without the names in it.
    pub replace: Callback<Replacing>,
    /// What is shown, without the names in it.
    pub replaced: Option<Rc<ReplacedView>>,
    /// Asks what is wrong with an assumption as it is typed.
    pub check: Callback<(String, Lang)>,
    /// The assumption that was looked at last, and what is wrong with it.
    pub checked: Option<Checked>,
    /// Asks for the words of a place, by a number.
    pub explain: Callback<(u32, WordsAt)>,
    /// The words that came last, and the number by which they were asked for.
    pub explained: Option<Worded>,
    /// Asks for the class.
    pub ask: Callback<Ask>,
    /// What the class heard.
    pub class: Rc<Heard>,
}

/// What becomes other as the worker answers.
#[derive(Clone)]
struct Hears {
    told: UseStateHandle<Option<Rc<PageView>>>,
    of: UseStateHandle<Paste>,
    scene: UseStateHandle<Option<Rc<(View, Scene)>>>,
    map: UseStateHandle<Option<Rc<(View, Scene)>>>,
    opened: UseStateHandle<Rc<Cards>>,
    tried: UseStateHandle<Rc<Tries>>,
    drafted: UseStateHandle<Option<Rc<Drafted>>>,
    found: UseStateHandle<Option<(u32, Rc<ProposalsView>)>>,
    status: UseStateHandle<Status>,
    share: UseStateHandle<Option<f64>>,
    checked: UseStateHandle<Option<Checked>>,
    linked: UseStateHandle<Option<Linked>>,
    shared: UseStateHandle<Option<Rc<ShareView>>>,
    replaced: UseStateHandle<Option<Rc<ReplacedView>>>,
    explained: UseStateHandle<Option<Worded>>,
    class: UseStateHandle<Rc<Heard>>,
}

/// The rules that were opened.
type Cards = HashMap<RuleRange, Vec<RuleCard>>;
/// What became of packets that were tried, by their lines.
type Tries = HashMap<String, Tried>;

/// What belongs to the answer of now and came after it.
#[derive(Default)]
struct Kept {
    cards: Cards,
    tries: Tries,
}

/// What grows with the answers: what came after the answer of now, and what the class heard.
#[derive(Default)]
struct Known {
    kept: RefCell<Kept>,
    class: RefCell<Heard>,
}

/// Asks the worker whatever `state` makes necessary, and returns what it answered. A long text is `filling` in piece by
/// piece.
#[hook]
pub fn use_engine(state: &State, space: Space, filling: bool) -> EngineState {
    let line = use_mut_ref(Line::default).borrow().clone();
    let hears = Hears {
        told: use_state_eq(|| None),
        of: use_state_eq(Paste::default),
        scene: use_state_eq(|| None),
        map: use_state_eq(|| None),
        opened: use_state_eq(Rc::default),
        tried: use_state_eq(Rc::default),
        drafted: use_state_eq(|| None),
        found: use_state_eq(|| None),
        status: use_state_eq(|| Status::Asked),
        share: use_state_eq(|| None),
        checked: use_state_eq(|| None),
        // The same link can be followed twice.
        linked: use_state(|| None),
        shared: use_state_eq(|| None),
        replaced: use_state_eq(|| None),
        explained: use_state_eq(|| None),
        class: use_state_eq(Rc::default),
    };
    let attempt = use_state_eq(|| 0_u32);
    let told = hears.told.as_ref();
    let generation = told.map(|t| t.generation);

    // The listener lives as long as the page; it reaches the setters, which never change.
    {
        let (line, hears) = (line.clone(), hears.clone());
        use_effect_with((), move |()| {
            let known = Known::default();
            let opened = line.clone();
            opened.open({
                let line = line.clone();
                move |event| hears.hear(event, &line, &known)
            });
            move || line.close()
        });
    }
    use_telling(state, *attempt, filling, &line, hears.status.setter());
    use_drawing(told, state.stop, space, &line);
    use_drafting(state, generation, &line);
    use_searching(generation, state.search, &line);

    let pictures = [(*hears.scene).as_ref(), (*hears.map).as_ref()];
    let behind = use_behind(generation, &hears.status, &hears.of, &state.paste, pictures, space);

    let open = {
        let line = line.clone();
        use_callback(generation, move |(range, from): (RuleRange, u32), generation| {
            if let Some(generation) = *generation {
                line.send(Request::Open(Opening { generation, range, from }));
            }
        })
    };
    let again = {
        let (line, attempt) = (line.clone(), attempt.clone());
        let (status, share) = (hears.status.setter(), hears.share.setter());
        use_callback((), move |stop: bool, ()| {
            share.set(None);
            line.forget();
            if stop {
                line.restart();
                line.settle();
                status.set(Status::Stopped);
            } else {
                attempt.set(js_sys::Math::random().to_bits() as u32);
            }
        })
    };
    let check = {
        let line = line.clone();
        use_callback((), move |(text, lang): (String, Lang), ()| {
            line.send(Request::Assumption(text, lang));
        })
    };
    let follow = {
        let line = line.clone();
        use_callback((), move |(fragment, lang): (String, Lang), ()| {
            line.send(Request::Link(fragment, lang));
        })
    };
    let explain = {
        let line = line.clone();
        use_callback((), move |(number, at): (u32, WordsAt), ()| {
            line.explain(Request::Explain(number, at));
        })
    };
    let export = {
        let (line, shared) = (line.clone(), hears.shared.setter());
        let replaced = hears.replaced.setter();
        use_callback((), move |at: Position, ()| {
            shared.set(None);
            replaced.set(None);
            line.send(Request::Share(at));
        })
    };
    let replace = {
        let line = line.clone();
        use_callback((), move |how: Replacing, ()| line.send(Request::Replace(how)))
    };
    let ask = {
        let line = line.clone();
        use_callback((), move |ask: Ask, ()| line.send(Request::Class(ask)))
    };
    let is_sought = |(of, found): &&(u32, Rc<ProposalsView>)| {
        generation == Some(*of) && state.search == Some(found.want)
    };
    EngineState {
        told: told.cloned(),
        of: (*hears.of).clone(),
        scene: (*hears.scene).clone(),
        map: (*hears.map).clone(),
        opened: (*hears.opened).clone(),
        tried: (*hears.tried).clone(),
        found: hears.found.as_ref().filter(is_sought).map(|(_, found)| found.clone()),
        drafted: (*hears.drafted).clone(),
        open,
        status: (*hears.status).clone(),
        behind,
        share: *hears.share,
        again,
        follow,
        linked: (*hears.linked).clone(),
        export,
        exported: (*hears.shared).clone(),
        replace,
        replaced: (*hears.replaced).clone(),
        check,
        checked: (*hears.checked).clone(),
        explain,
        explained: (*hears.explained).clone(),
        ask,
        class: (*hears.class).clone(),
    }
}

impl Hears {
    /// Hears of the worker.
    fn hear(&self, event: Event, line: &Line, known: &Known) {
        match event {
            Event::Answer(answer) => self.take(answer, line, known),
            Event::Missing(why) => {
                self.lose(line, Status::Missing(why));
            }
            Event::Died(why) => {
                line.restart();
                self.lose(line, Status::Died(why));
            }
        }
    }

    /// The worker is gone, and with it what it had.
    fn lose(&self, line: &Line, status: Status) {
        self.share.set(None);
        line.forget();
        line.settle();
        self.status.set(status);
    }

    fn take(&self, answer: Answer, line: &Line, known: &Known) {
        match answer {
            Answer::Told(answer) => {
                let asked = line.answered();
                self.share.set(None);
                if line.is_asked(answer.generation) {
                    line.settle();
                    if let Some(text) = asked {
                        self.of.set(text);
                    }
                    known.kept.take();
                    self.opened.set(Rc::default());
                    self.tried.set(Rc::default());
                    self.told.set(Some(Rc::from(answer)));
                    self.status.set(Status::Done);
                    line.teach();
                }
                line.go_on();
            }
            Answer::Drawn(view, drawn) if line.is_asked(view.generation) => {
                let place = if view.small { &self.map } else { &self.scene };
                place.set(Some(Rc::new((view, *drawn))));
            }
            Answer::Opened(what, more) if line.is_asked(what.generation) => {
                let cards = &mut known.kept.borrow_mut().cards;
                let open = cards.entry(what.range).or_default();
                // The same question twice has one answer.
                open.retain(|card| card.number < what.from);
                open.extend(more);
                self.opened.set(Rc::new(cards.clone()));
            }
            Answer::Tried(of, more) if line.is_asked(of) => {
                let tries = &mut known.kept.borrow_mut().tries;
                tries.extend(more.into_iter().map(|tried| (tried.line.clone(), tried)));
                self.tried.set(Rc::new(tries.clone()));
            }
            Answer::Found(of, changes) => self.found.set(Some((of, Rc::from(changes)))),
            Answer::Reading(done) => self.share.set(Some(done)),
            Answer::Drafted(draft) => self.drafted.set(Some(Rc::from(draft))),
            Answer::Linked(fragment, opened) => self.linked.set(Some(Rc::new((fragment, opened)))),
            Answer::Explained(number, words) => {
                self.explained.set(Some(Rc::new((number, words))));
            }
            Answer::Shared(view) => self.shared.set(view.map(Rc::from)),
            Answer::Replaced(view) => self.replaced.set(view.map(Rc::from)),
            Answer::Assumption(text, problems) => {
                self.checked.set(Some(Rc::new((text, problems))));
            }
            Answer::Class(said) => {
                let now = known.class.take().with(said);
                self.class.set(Rc::new(now.clone()));
                known.class.replace(now);
            }
            Answer::Ready
            | Answer::Crashed(_)
            | Answer::Drawn(..)
            | Answer::Opened(..)
            | Answer::Tried(..) => {}
        }
    }
}
