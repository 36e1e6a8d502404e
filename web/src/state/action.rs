//! What a person can do.

use super::choices::{Overlay, Pane, Theme};
use super::saved::Kept;
use super::visit::Guest;
use crate::layout::Edge;
use crate::narration::Verbosity;
use crate::origin::Origin;
use crate::paste::Paste;
use chainwalk::Case;
use chainwalk::model::Goal;
use chainwalk::view::Lang;
use std::rc::Rc;

/// What a person does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// The paste was edited.
    Paste(Paste),
    /// The paste was edited, and what was done before goes on: both are taken back as one.
    Typed(Paste),
    /// The last change of paste, packets or facts is taken back.
    Undo,
    /// What was taken back last is brought again.
    Redo,
    /// The packet field was edited.
    Draft(Rc<str>),
    /// Another line was begun in the packet field: nothing is left of the one before.
    Begun(Rc<str>),
    /// A whole packet line takes the place of what is in the field.
    Line(Rc<str>),
    /// The same as the form has it: what stands there of where the packet comes from was chosen.
    Form(Rc<str>),
    /// The packet field was sent.
    Send,
    /// A packet follows the ones sent.
    Then(Rc<str>),
    /// Keys that are a character were turned off, or on.
    KeysOff(bool),
    /// No packet is asked for any more: the overview of the paste comes back.
    Unask,
    /// Another of the sent packets is shown.
    Show(usize),
    /// The last packet is taken back.
    Unsend,
    /// Where packets come from was changed.
    From(Origin),
    /// The packets walk another of the hosts; both by what chooses them.
    Host {
        /// The one walked so far.
        from: Rc<str>,
        /// The other.
        to: Rc<str>,
    },
    /// Something was said of the host.
    Assume(Rc<str>),
    /// Something said of the host was taken back.
    Forget(usize),
    /// A change is made to the host, in the words of a command.
    Change(Rc<str>),
    /// Changes that go together are made, and taken back, at once.
    Changes(Rc<[String]>),
    /// A change is taken back.
    Unchange(usize),
    /// A change is worded otherwise.
    Rechange(usize, Rc<str>),
    /// A promise is made: packets, and the fate that the last should have. One about the same packets gives way.
    Promise(Rc<str>),
    /// A promise is given up.
    Unpromise(usize),
    /// A promise becomes another: the same packets should have this fate.
    Repromise(usize, Rc<str>),
    /// The packets of a promise are sent.
    WalkPromise(usize),
    /// Changes are searched for, or no longer shown.
    Search(Option<Goal>),
    /// Something said of the host was said otherwise.
    Amend(usize, Rc<str>),
    /// Another outcome of the shown packet is followed.
    Follow(usize),
    /// The packet is set to a stop.
    Go(usize),
    /// The packet goes some stops on, or back; `last` is the last stop there is.
    Step {
        /// How many stops.
        by: isize,
        /// The last stop.
        last: usize,
    },
    /// The walk goes some stops on by itself; `last` is the last stop there is.
    Tick {
        /// How many stops.
        by: usize,
        /// The last stop.
        last: usize,
    },
    /// Play, or pause; from the last stop it plays from the start.
    Toggle {
        /// The last stop.
        last: usize,
    },
    /// The next speed.
    Faster,
    /// Another part of the walk is read aloud: the next one round, or this one.
    Say(Option<Verbosity>),
    /// Steps stop only where something matches, or everywhere again.
    Matches,
    /// The walk begins again at its end, or no longer.
    Loop,
    /// Chains are called by their names alone, or by what they stand for.
    RawNames(bool),
    /// The theme was set.
    Theme(Theme),
    /// The language was set.
    Lang(Lang),
    /// Another pane of the narrow screen.
    Pane(Pane),
    /// Something is opened over the page, or all is closed.
    Open(Option<Overlay>),
    /// The paste takes the width of the page, or gives it back.
    Wide(bool),
    /// The pane at an edge was given a size; `None` lets the page decide again.
    Resize(Edge, Option<u16>),
    /// The pane at an edge was folded away, or brought back.
    Fold(Edge),
    /// An example takes the place of paste, packets and assumptions.
    Load(Rc<Case>),
    /// A value that the paste leaves open is filled in: its name and the value, empty where it is open again.
    Fill(Rc<str>, Rc<str>),
    /// A log of the paste shows this packet, and none was asked for.
    Logged(Rc<str>),
    /// Another packet of the connection is looked at: the answer, or one behind it; none is the packet itself.
    Leg(Option<usize>),
    /// Another moment of the paste is walked, from 1.
    Moment(usize),
    /// A case from elsewhere is looked at.
    Visit(Rc<Guest>),
    /// The visitor's own work comes back.
    Own(Rc<Kept>),
    /// The case that is looked at becomes the visitor's own; what was their own can be brought back.
    Keep(Option<Rc<Kept>>),
    /// A link could not be opened, and this is why; or that was read.
    Refused(Option<Rc<str>>),
    /// What was claimed elsewhere was read.
    Agreed,
    /// What is shown was saved as a file.
    Saved,
    /// All that was pasted, sent and said is thrown away.
    Clear,
}

impl Action {
    /// Whether it changes what was opened, rather than opening something else.
    pub(super) fn touches(&self) -> bool {
        match self {
            Self::Load(_) => false,
            Self::Typed(_) | Self::Undo | Self::Redo => true,
            _ => self.is_recorded(),
        }
    }

    /// Whether it can be taken back.
    pub(super) fn is_recorded(&self) -> bool {
        matches!(
            self,
            Self::Paste(_)
                | Self::Send
                | Self::Then(_)
                | Self::Unsend
                | Self::Unask
                | Self::From(_)
                | Self::Host { .. }
                | Self::Moment(_)
                | Self::Fill(..)
                | Self::Promise(_)
                | Self::Unpromise(_)
                | Self::Repromise(..)
                | Self::WalkPromise(_)
                | Self::Assume(_)
                | Self::Forget(_)
                | Self::Change(_)
                | Self::Changes(_)
                | Self::Unchange(_)
                | Self::Rechange(..)
                | Self::Amend(..)
                | Self::Load(_)
                | Self::Clear
        )
    }
}
