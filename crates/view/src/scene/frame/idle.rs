//! What the frame says before a packet is asked for: the policies, what INPUT opens, how much is published.

use super::layout::{Frame, Station};
use crate::explained::Explained;
use crate::overview::{NAMED, Openings, openings, published};
use crate::places::policy_word;
use crate::say::text;
use crate::scene::pen::{Area, Pen, tenth};
use chainwalk_model::{Hook, Policy};

impl Station {
    /// Whether the policy of its chain accepts, where that is told. An empty chain that accepts says nothing, save in the
    /// filter, where one looks for it.
    pub(super) fn policy(&self, t: &Explained) -> Option<bool> {
        let policy = t.rules().chain(self.chain()?).base.as_ref()?.policy;
        let tells = policy == Policy::Drop || policy == Policy::Accept && self.class == "filter";
        tells.then_some(policy == Policy::Accept)
    }
}

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
        let Some((chain, accepts)) = s.chain().zip(s.policy(t)) else { return };
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
                // The count stands before it; both stay within the box.
                let count = s.rules.filter(|n| *n > 0).map_or_else(String::new, |n| n.to_string());
                let before = pen.width(&count, "s11");
                let before = if count.is_empty() { 0.0 } else { before + 6.0 };
                let most = area.right() - w - 5.0;
                let x = (s.at.x - f64::midpoint(before, w) + before)
                    .min(most)
                    .max(area.x + 5.0 + before);
                pen.text(x - 6.0, s.at.y + 25.0, count, "s11 t3 end");
                Area { x, y: s.at.y + 13.5, w, h: 15.0 }
            }
        };
        pen.rect(place, 5.0, &format!("policy {tone}"));
        let middle = place.x + w / 2.0;
        pen.text(middle, place.y + 11.5, word, &format!("s11 w7 {tone} mid"));
    }

    /// What the filters at INPUT open, beside the hook.
    fn draw_openings(&self, t: &Explained, pen: &mut Pen) {
        self.draw_any_ports(t, pen);
        let Openings { ports, to_some, drops } = openings(t);
        if ports.is_empty() && to_some.is_empty() && !drops {
            return;
        }
        let area = self.hook_area(Hook::Input);
        let right = area.x - 26.0;
        let most = (right - 12.0).min(220.0);
        let mut y = area.y + self.y(36.0);
        let top = y;
        let named = |ports: &[String]| {
            let more = (ports.len() > NAMED).then_some("…");
            let list: Vec<&str> = ports.iter().take(NAMED).map(|p| &**p).chain(more).collect();
            list.join(", ")
        };
        let mut said = Vec::new();
        if !ports.is_empty() {
            said.push(text!(t.lang, OverOpens, ports = named(&ports)));
        }
        if !to_some.is_empty() {
            said.push(text!(t.lang, OverOpensSome, ports = named(&to_some)));
        }
        for words in said {
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

    /// Where no interface is known, packets come from anywhere.
    fn draw_any_ports(&self, t: &Explained, pen: &mut Pen) {
        for (right, names) in [(false, &self.ins), (true, &self.outs)] {
            if names.is_empty() {
                let a = self.port_area(right, 0);
                pen.rect(a, 7.0, "port any");
                pen.text(a.x + a.w / 2.0, a.y + 16.0, text!(t.lang, OverAny), "s11 t2 mid");
            }
        }
    }
}
