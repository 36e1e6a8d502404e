//! What the frame says before a packet is asked for: the policies, what INPUT opens, how much is published.

use super::layout::{Frame, Station};
use crate::explained::Explained;
use crate::overview::{openings, published};
use crate::places::policy_word;
use crate::say::text;
use crate::scene::pen::{Area, Pen, tenth};
use chainwalk_model::{Hook, Policy};

/// So many ports are named in the note beside INPUT.
const PORTS: usize = 8;

impl Frame {
    /// Draws it.
    pub(super) fn draw_idle(&self, t: &Explained, pen: &mut Pen) {
        for station in &self.stations {
            self.draw_policy(t, pen, station);
        }
        self.draw_openings(t, pen);
        let count = published(t);
        if let Some(nat) = self.nat(Hook::Prerouting).filter(|_| count > 0) {
            let words = text!(t.lang, OverPublishes, count = count);
            let area = self.hook_area(Hook::Prerouting);
            let y = area.y - 10.0;
            pen.text(nat.at.x + 4.0, y, words, "s12 w6 nat end");
            let x = nat.at.x + 10.0;
            pen.path(format!("M{} {}V{}", tenth(x), tenth(y - 4.0), tenth(area.y)), "stub nat");
        }
    }

    /// The policy of a base chain, as a pill beside its name or its count.
    fn draw_policy(&self, t: &Explained, pen: &mut Pen, s: &Station) {
        let Some(chain) = s.chain() else { return };
        let Some(base) = &t.rules().chain(chain).base else { return };
        // An empty chain that accepts says nothing, save in the filter, where one looks for it.
        let tells = base.policy == Policy::Drop || s.class == "filter";
        if base.policy == Policy::Unknown || !tells {
            return;
        }
        let accepts = base.policy == Policy::Accept;
        let word = policy_word(t.rules(), chain, accepts);
        let tone = if accepts { "ok" } else { "stop" };
        let w = pen.width(word, "s11 w7") + 12.0;
        let area = self.hook_area(s.hook);
        let place = match s.hook {
            Hook::Input | Hook::Output => {
                let name = pen.width(&s.name, "s11").min(s.most);
                let x = (s.at.x + 11.0 + name + 7.0).min(area.right() - w - 5.0);
                Area { x, y: s.at.y - 7.5, w, h: 15.0 }
            }
            _ => {
                let count = s.rules.filter(|n| *n > 0).map_or(0.0, |n| {
                    pen.width(&text!(t.lang, ShortRules, count = n), "s11") / 2.0 + 6.0
                });
                let x = if count > 0.0 { s.at.x + count } else { s.at.x - w / 2.0 };
                let x = x.min(area.right() - w - 5.0);
                Area { x, y: s.at.y + 13.5, w, h: 15.0 }
            }
        };
        pen.rect(place, 5.0, &format!("policy {tone}"));
        let middle = place.x + w / 2.0;
        pen.text(middle, place.y + 11.5, word, &format!("s11 w7 {tone} mid"));
    }

    /// What the filters at INPUT open, beside the hook.
    fn draw_openings(&self, t: &Explained, pen: &mut Pen) {
        let (ports, drops) = openings(t);
        if ports.is_empty() && !drops {
            return;
        }
        let area = self.hook_area(Hook::Input);
        let right = area.x - 26.0;
        let most = (right - 12.0).min(220.0);
        let mut y = area.y + self.y(36.0);
        let top = y;
        if !ports.is_empty() {
            let mut list: Vec<String> = ports.iter().take(PORTS).cloned().collect();
            if ports.len() > PORTS {
                list.push("…".into());
            }
            let words = text!(t.lang, OverOpens, ports = list.join(", "));
            for line in pen.wrap(&words, most, 3, "s12 w6") {
                pen.text(right, y, line, "s12 w6 end");
                y += 17.0;
            }
        }
        if drops {
            for line in pen.wrap(&text!(t.lang, OverOpensRest), most, 2, "s12") {
                pen.text(right, y, line, "s12 t2 end");
                y += 17.0;
            }
        }
        pen.path(
            format!("M{} {}H{}", tenth(right + 6.0), tenth(top - 4.0), tenth(area.x - 3.0)),
            "stub",
        );
    }
}
