//! What page and worker say to each other: small questions one way, finished pieces the other.
//!
//! A text goes over once, and then what is changed in it; everything else speaks of the text as it is by then.

use crate::class::message::{Ask, Said};
use chainwalk::model::{Goal, Span};
use chainwalk::view::{
    Banner, Chip, Compared, FactRow, FateCard, HostChip, Lang, LegView, Overview, PacketForm,
    Problem, ProposalsView, Row, RuleCard, RuleRange, Scene, Sentence, Suggestion, Timeline, Tried,
    Word,
};
use chainwalk::{Position, Scenario, Theme, Viewpoint};
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// More problems than this are counted and not shown one by one.
pub const PROBLEMS: usize = 200;

/// A question to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// This is the paste from now on. Not answered by itself.
    Paste(String),
    /// So much of the paste is replaced. Not answered by itself.
    Edit {
        /// The first byte replaced.
        at: usize,
        /// How many bytes.
        removed: usize,
        /// By what.
        text: String,
    },
    /// Walk the packets and show one of them.
    Tell(Query),
    /// Draw a stop of the view that was sent last.
    Draw(View),
    /// Open rules of the view that was sent last.
    Open(Opening),
    /// Search for changes of the fate of the packet that was shown last: the generation, and what is wanted;
    /// with nothing wanted the search that is under way ends. What else is asked is answered meanwhile.
    Search(u32, Option<Goal>),
    /// Read a packet line that is being typed, without walking it.
    Draft(String),
    /// Look at an assumption as it is typed.
    Assumption(String, Lang),
    /// The texts of the table of explained words, which `Explain` looks into. Not answered by itself.
    Words(Vec<String>),
    /// Explain the words of a place; the number comes back with the answer.
    Explain(u32, WordsAt),
    /// Read the fragment of an address.
    Link(String, Lang),
    /// Write what was played last as what it can travel in, standing at a packet and stop.
    Share(Position),
    /// The same without the names in it.
    Replace(Replacing),
    /// A question of the class.
    Class(Ask),
}

/// Names that are to be replaced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replacing {
    /// The packet and stop it stands at.
    pub at: Position,
    /// Decides what becomes of which; nobody else has it.
    pub key: String,
    /// What stays, as it is written.
    pub keep: Vec<String>,
    /// Whether private addresses go, too.
    pub private: bool,
    /// Words that go, too.
    pub words: Vec<String>,
}

/// Rules that are to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// The generation they belong to.
    pub generation: u32,
    /// Which rules.
    pub range: RuleRange,
    /// The number of the first one that is not open yet.
    pub from: u32,
}

impl Request {
    /// How many bytes of text it carries.
    pub fn weight(&self) -> usize {
        match self {
            Self::Paste(text) | Self::Edit { text, .. } => text.len(),
            Self::Draft(line) | Self::Assumption(line, _) | Self::Link(line, _) => line.len(),
            Self::Words(texts) => texts.iter().map(String::len).sum(),
            Self::Replace(what) => what.keep.iter().map(String::len).sum(),
            Self::Tell(_)
            | Self::Draw(_)
            | Self::Open(_)
            | Self::Search(..)
            | Self::Explain(..)
            | Self::Share(_)
            | Self::Class(_) => 0,
        }
    }
}

/// A place whose words are to be explained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum WordsAt {
    /// A row of the view that was sent last.
    Row(Box<Row>),
    /// The line of the text in which this place begins.
    Line(Span),
}

/// What the page wants to see.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// Counts up with every question; answers to older ones are dropped.
    pub generation: u32,
    /// What is played, but for the pasted text: the worker has that.
    pub scenario: Scenario,
    /// From where it is looked at.
    pub at: Viewpoint,
    /// What was claimed of it elsewhere.
    pub claims: Claims,
    /// The promises.
    pub goals: Vec<String>,
    /// The packet behind the one shown that is looked at, from 0; none where the one shown is.
    pub leg: Option<usize>,
}

/// What a case from elsewhere claims becomes of its packets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// A claim for each packet.
    pub ends: Vec<String>,
    /// The version that wrote them; may be empty.
    pub by: String,
}

/// A picture that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// The generation it belongs to.
    pub generation: u32,
    /// The stop of the timeline, from 0.
    pub stop: usize,
    /// Width of the space in CSS pixels.
    pub width: f64,
    /// Height of the space in CSS pixels.
    pub height: f64,
    /// Whether the small map of a phone is wanted.
    pub small: bool,
}

/// An answer of the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// It runs and waits.
    Ready,
    /// The view of a [`Query`].
    Told(Box<PageView>),
    /// The rules asked to be opened.
    Opened(Opening, Vec<RuleCard>),
    /// The changes that were found, for this generation.
    Found(u32, Box<ProposalsView>),
    /// What becomes of packets that were tried by themselves, for this generation.
    Tried(u32, Vec<Tried>),
    /// What a line that is being typed says.
    Drafted(Box<Drafted>),
    /// What was asked to be drawn.
    Drawn(View, Box<Scene>),
    /// It reads a long text, and so much of it is done, from 0 to 1.
    Reading(f64),
    /// What is wrong with an assumption as it was typed; spans count in it.
    Assumption(String, Vec<Problem>),
    /// The words of the place that was asked about by this number.
    Explained(u32, Vec<Word>),
    /// The fragment that was read, and what it opens, or why it can't be opened.
    Linked(String, Result<Box<LinkView>, String>),
    /// What was played last, as what it can travel in; nothing where nothing was.
    Shared(Option<Box<ShareView>>),
    /// The same without the names in it.
    Replaced(Option<Box<ReplacedView>>),
    /// What the class asked.
    Class(Said),
    /// It met a fault of the program and is of no more use.
    Crashed(String),
}

/// Commands of the paste that are not taken as done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfferView {
    /// Where they stand, in words.
    pub label: String,
    /// Each as an edit is typed.
    pub commands: Vec<String>,
    /// Whether they are made.
    pub made: bool,
    /// How the packet fares with them; none where they are made, or can't be.
    pub after: Option<FateCard>,
    /// Their text.
    pub span: Span,
}

/// A promise, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromiseView {
    /// Its packets; the fate of the last counts.
    pub packets: Vec<String>,
    /// The fate that it should have: `through`, `stopped`, or an end.
    pub then: String,
    /// Whether it is kept.
    pub standing: Standing,
    /// What becomes of the packet; empty where it can't be sent.
    pub now: Sentence,
    /// The same as an end, to be promised.
    pub ends: String,
    /// The line of the paste that decides, from 1.
    pub line: Option<usize>,
    /// The text of what decides.
    pub span: Option<Span>,
}

/// Whether a promise is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Whatever the answer depends on.
    Kept,
    /// In no outcome.
    Broken,
    /// In some outcomes.
    Open,
    /// A packet of it can't be sent.
    Unread,
}

/// A value that the paste leaves open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlankView {
    /// Its name.
    pub name: String,
    /// What it is filled in with; may be empty.
    pub value: String,
    /// Where it stands first.
    pub span: Option<Span>,
    /// In how many places it stands.
    pub places: usize,
}

/// The moments at which the paste shows the tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MomentsView {
    /// All of it in a sentence.
    pub told: String,
    /// The text of each.
    pub spans: Vec<Span>,
    /// The one that is walked, from 1.
    pub at: usize,
}

/// A change that was made, or that could not be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EditView {
    /// The command that makes it; empty where it can't be read.
    pub command: String,
    /// What is wrong with it; spans count in its line.
    pub problems: Vec<Problem>,
}

/// What a link opens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkView {
    /// The text of a case, or the name of an example.
    pub body: LinkBody,
    /// Where it stands.
    pub at: Option<Position>,
    /// The language, for the visit.
    pub lang: Option<Lang>,
    /// Light or dark, for the visit.
    pub theme: Option<Theme>,
}

/// What a link holds or names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum LinkBody {
    /// The text of a case.
    Case(String),
    /// The name of an example.
    Example(String),
    /// A file of the page's own origin, by its path below the page's folder.
    File(String),
}

/// A case, as what it can travel in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShareView {
    /// The place it stands at.
    pub at: Position,
    /// Whether its pictures call chains by their names alone.
    pub raw_names: bool,
    /// The fragment of a link that opens it there; none where it is too long for one.
    pub link: Option<String>,
    /// The fragment of a link that opens it at the start.
    pub link_from_start: Option<String>,
    /// How many characters a link has, or would have.
    pub characters: usize,
    /// The text of the case.
    pub case: String,
    /// The case as a block of a Markdown page.
    pub fence: String,
    /// The picture of the stop it stands at, as SVG.
    pub picture: String,
    /// The picture that moves, as SVG; empty where the walk is too long for one.
    pub film: String,
    /// The recording of the packet that is shown; empty where the walk is too long for one.
    pub recording: String,
    /// The answer in words.
    pub verdict: String,
    /// The walk in words.
    pub words: String,
    /// The walk as Markdown, a table.
    pub markdown: String,
    /// The answer as JSON.
    pub json: String,
    /// What leaves with it.
    pub travels: String,
    /// That it names addresses of others, where it does.
    pub names: Option<Sentence>,
}

/// A case without the names in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplacedView {
    /// What it can travel in.
    pub share: Rc<ShareView>,
    /// Whether it walks as before, in words.
    pub said: Sentence,
    /// Whether it does.
    pub is_same: bool,
    /// What was replaced.
    pub names: Vec<NameView>,
    /// The lines that nobody read and that were taken out: their numbers, from 1, and their texts.
    pub taken_out: Vec<(usize, String)>,
    /// Whether its addresses no longer read as examples.
    pub is_shuffled: bool,
    /// Matches that are not looked into and may still tell.
    pub opaque: Vec<String>,
    /// Names of hosts that stayed, since they are their only addresses.
    pub hosts_kept: Vec<String>,
    /// What was asked to stay.
    pub kept: Vec<String>,
    /// Whether private addresses were to go, too.
    pub private: bool,
    /// Words that were to go, too, and whether each stood somewhere.
    pub words: Vec<(String, bool)>,
}

/// A name that was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameView {
    /// Its kind, as `anonymise` calls it.
    pub kind: String,
    /// What stood there.
    pub old: String,
    /// What stands there now.
    pub new: String,
    /// In how many places.
    pub times: usize,
}

/// A packet line that is being typed, read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drafted {
    /// The line.
    pub line: String,
    /// Its fields; none where it follows up another packet.
    pub form: Option<PacketForm>,
    /// What is wrong with it; spans count in the line.
    pub problems: Vec<Problem>,
}

/// Everything the page shows but the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageView {
    /// The generation it answers.
    pub generation: u32,
    /// The hosts that the paste speaks of; none where there is one.
    pub hosts: Vec<HostChip>,
    /// What was recognised.
    pub chips: Vec<Chip>,
    /// The host's facts.
    pub facts: Vec<FactRow>,
    /// What could not be read: the first [`PROBLEMS`] of it.
    pub problems: Vec<Problem>,
    /// How much of it is more than a note, shown or not.
    pub serious: usize,
    /// What is wrong with each packet line; spans count in that line.
    pub packet_problems: Vec<Vec<Problem>>,
    /// What is wrong with each assumption; empty where it is understood.
    pub assumption_problems: Vec<Vec<Problem>>,
    /// That there is no host of the name that was chosen.
    pub host_problem: Option<Problem>,
    /// The changes made, one for each line.
    pub changes: Vec<EditView>,
    /// The packet's fate without the changes and with them; `None` where none was made.
    pub compared: Option<Compared>,
    /// What the paste holds, while no packet is asked for.
    pub overview: Option<Overview>,
    /// Packets worth sending.
    pub suggestions: Vec<Suggestion>,
    /// From where, and by which interface, the packet would come if not this host sent it, which nobody said.
    pub elsewhere: Option<(String, String)>,
    /// The values that the paste leaves open.
    pub blanks: Vec<BlankView>,
    /// The packets that a log in the paste shows, as packet lines.
    pub logged: Vec<String>,
    /// Commands of the paste that may be tried.
    pub offers: Vec<OfferView>,
    /// The moments that the paste shows; none where it shows one.
    pub moments: Option<MomentsView>,
    /// The packets behind the one shown: its answer, and what follows that.
    pub legs: Vec<LegView>,
    /// The one of them that rows and timeline are of, from 0.
    pub leg: Option<usize>,
    /// For each packet that ends otherwise than was claimed, that it does.
    pub otherwise: Vec<Sentence>,
    /// The promises, and what came of them.
    pub promises: Vec<PromiseView>,
    /// The answer.
    pub banner: Banner,
    /// The walk.
    pub rows: Vec<Row>,
    /// The scrubber.
    pub timeline: Timeline,
}

impl PageView {
    /// The last stop there is.
    pub fn last(&self) -> usize {
        self.timeline.stops.saturating_sub(1)
    }
}
