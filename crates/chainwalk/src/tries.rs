//! Packets that are tried one by one, each alone on the host: nobody asked for them yet.

use crate::played::{Played, Viewpoint, Walked};
use chainwalk_model::Severity;
use chainwalk_parse::packet_lines;
use chainwalk_view::{Explained, Tried, tried};
use std::collections::VecDeque;

/// Packets still to be tried, and the host that they are tried on.
pub struct Tries {
    walked: Walked,
    lines: VecDeque<String>,
}

impl Played {
    /// Packets to try on the host that is walked.
    pub fn tries(&self, lines: Vec<String>) -> Tries {
        Tries { walked: Walked::on(self.host().clone()), lines: lines.into() }
    }
}

impl Tries {
    /// Tries the next packet; `None` once all were. One that can't be read is passed over, with no fate.
    pub fn step(&mut self, played: &Played, at: &Viewpoint) -> Option<Tried> {
        while let Some(line) = self.lines.pop_front() {
            let read = packet_lines(&[line.as_str()], played.host()).into_iter().next();
            let Some((ask, problems)) = read else { continue };
            if problems.iter().any(|p| p.severity == Severity::Error) {
                continue;
            }
            self.walked.truncate(0);
            self.walked.session.send(&ask);
            let asks = [ask];
            let walked = &self.walked;
            return Some(played.explain(at, |t| {
                let host = walked.session.host();
                let walks = walked.session.walks();
                let alone = Explained {
                    host,
                    walks,
                    asks: &asks,
                    followed: &[],
                    packet: 0,
                    reasons: walked,
                    ..*t
                };
                tried(&alone, &line)
            }));
        }
        None
    }
}
