//! Where a packet would end if a misconception were so, and what undoes it.

use crate::played::{Played, Viewpoint};
use chainwalk_model::{Mistake, Walk};
use chainwalk_sim::mistaken;
use chainwalk_view::answer::packets;
use chainwalk_view::{ChoiceView, Explained, NoExplainer, Sentence, choice, ends, undone};

/// A misconception about a packet, replayed.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistaken {
    /// Which.
    pub mistake: Mistake,
    /// Where the packet would end, in the words of claims.
    pub ends: String,
    /// The same as a choice.
    pub choice: ChoiceView,
    /// Why it does not.
    pub undone: Sentence,
}

impl Played {
    /// The misconceptions by which the packet shown would end otherwise than it does, no two of them alike, in the order
    /// of [`Mistake::ALL`]. None where its end, or the other one, depends on something.
    pub fn mistakes(&self, at: &Viewpoint) -> Vec<Mistaken> {
        let Some((truth, shown)) = self.certain_end(at) else { return Vec::new() };
        let mut seen = vec![truth];
        let mut told = vec![shown.line()];
        let mut out = Vec::new();
        let asks = self.asks().get(..=at.packet).unwrap_or_default();
        for (_, mistake) in Mistake::ALL {
            let session = mistaken(self.host(), asks, mistake);
            let walks = session.walks();
            let Some(end) = certain(walks, at.packet) else { continue };
            let packet = packets(session.host(), walks, |_, _| None).nth(at.packet);
            let ends = end(&packet.map(|packet| packet.value()).unwrap_or_default());
            let choice = self.explain(at, |t| {
                let host = session.host();
                let reasons = &NoExplainer;
                choice(&Explained { host, walks, followed: &[], reasons, ..*t })
            });
            // Two that read alike are one to whoever chooses.
            if seen.contains(&ends) || told.contains(&choice.line()) {
                continue;
            }
            let undone = self.explain(at, |t| undone(t, mistake));
            seen.push(ends.clone());
            told.push(choice.line());
            out.push(Mistaken { mistake, ends, choice, undone });
        }
        out
    }

    /// What becomes of the packet shown, and the same as a choice; none where that depends on something.
    pub fn certain_end(&self, at: &Viewpoint) -> Option<(String, ChoiceView)> {
        let end = certain(self.walks(), at.packet)?;
        let told = end(&self.answer_json()["packets"][at.packet]);
        Some((told, self.explain(at, choice)))
    }
}

/// What tells the end of a packet, where it has one.
fn certain(walks: &[Walk], packet: usize) -> Option<fn(&serde_json::Value) -> String> {
    let walk = walks.get(packet)?;
    let decided = walk.outcomes.iter().all(|o| o.trace.fate.is_through().is_some());
    (walk.outcomes.len() == 1 && decided).then_some(ends)
}
