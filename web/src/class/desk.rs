//! The class's questions, answered on the worker's side.

use super::message::{AddressCode, Ask, GoalTold, Marked, Marking, Met, Said, StepChoices};
use chainwalk::view::{self, Lang, Scene};
use chainwalk::{Promised, Scenario, Viewpoint};
use chainwalk_take::lesson::{Goal, Step};
use chainwalk_take::{Lesson, code};
use std::rc::Rc;

/// The lesson that was asked about last.
#[derive(Default)]
pub(crate) struct Desk {
    text: Rc<str>,
    lesson: Lesson,
}

impl Desk {
    /// Answers a question; nothing where the lesson has no such step. `draw` draws a stop of what was played last.
    pub(crate) fn answer(
        &mut self,
        ask: Ask,
        draw: impl FnOnce(usize, bool) -> Scene,
    ) -> Option<Said> {
        Some(match ask {
            Ask::Score(marking) => {
                self.read(&marking.text);
                let step = self.lesson.steps.get(marking.step)?;
                Said::Score(Box::new(marked(step, *marking)))
            }
            Ask::Choices(text, step, lang) => {
                self.read(&text);
                let all = self.lesson.steps.get(step)?.choices(&self.lesson, lang);
                Said::Choices(StepChoices { text, step, lang, all })
            }
            Ask::Code(address) => {
                let modules = code(&address).map(|code| (code.side, code.path));
                Said::Code(AddressCode { address, modules })
            }
            Ask::Draw(slide) => Said::Drawn(slide, Box::new(draw(slide.stop, slide.veiled))),
        })
    }

    fn read(&mut self, text: &Rc<str>) {
        if self.text != *text {
            self.lesson = Lesson::read(text).0;
            self.text = text.clone();
        }
    }
}

fn marked(step: &Step, of: Marking) -> Marked {
    let (attempt, lang) = (of.attempt(), of.lang);
    let score = step.score(&attempt);
    let host = step.host(&attempt);
    let played = host.play();
    let chain = played.commands().last().and_then(|command| chain_of(command)).unwrap_or_default();
    let goals = step.goals.iter().zip(&score.goals);
    let goals = goals.map(|(goal, found)| told(goal, found, &host, &chain, lang)).collect();
    let found = played.problems().edits;
    let own = found.iter().zip(host.edits()).rev().take(of.edits.len()).rev();
    let problems = own.map(|(found, line)| {
        let told = view::packet_problems(found, line, lang).into_iter().next();
        told.map(|problem| with_hint(lang, problem)).unwrap_or_default()
    });
    Marked {
        goals,
        solved: score.is_solved(),
        let_in: score.beyond.let_in,
        shut_out: score.beyond.shut_out,
        strays: score.strays.iter().map(|(_, stray)| stray.told(lang)).collect(),
        characters: score.characters,
        par: step.solution.edits.len(),
        problems: problems.collect(),
        chain,
        of,
    }
}

fn told(goal: &Goal, found: &Promised, host: &Scenario, chain: &str, lang: Lang) -> GoalTold {
    let packets = Promised::parts(&goal.text).0;
    let at = Viewpoint { lang, packet: packets.len().saturating_sub(1), raw_names: true };
    let played = Scenario { packets, ..host.clone() }.play();
    // Where headers are wanted, it is told which they are.
    let whole = found.then.contains(" > ");
    let (now, meets) = played.explain(&at, |t| {
        let now = if whole { view::choice(t).line() } else { view::outcome_line(t) };
        (now, chain.is_empty() || view::meets(t, chain))
    });
    let met = match found {
        found if found.is_met() => Met::Yes,
        found if found.depends() => Met::Depends,
        _ => Met::No,
    };
    GoalTold { met, now, wanted: found.then.clone(), meets }
}

/// A problem, and what helps.
fn with_hint(lang: Lang, problem: view::Problem) -> String {
    let end = if lang == Lang::Zh { "。" } else { ". " };
    match problem.hint {
        Some(hint) => [&problem.text, end, &hint].concat(),
        None => problem.text,
    }
}

/// The chain that a command changes: behind `-A`, `-I`, `-R`, `-D` or `-P`, or behind `rule FAMILY TABLE`.
fn chain_of(command: &str) -> Option<String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let behind = |at: usize, by: usize| words.get(at + by).map(|word| (*word).to_owned());
    if let Some(at) = words.iter().position(|w| ["-A", "-I", "-R", "-D", "-P"].contains(w)) {
        return behind(at, 1);
    }
    let at = words.iter().position(|word| *word == "rule")?;
    behind(at, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_its_chain() {
        let check = |command: &str, chain: Option<&str>| {
            assert_eq!(chain_of(command).as_deref(), chain, "{command}");
        };
        check("iptables -t nat -I PREROUTING 1 -j ACCEPT", Some("PREROUTING"));
        check("nft add rule inet filter input accept", Some("input"));
        check("sysctl -w net.ipv4.ip_forward=1", None);
        check("iptables -A", None);
    }
}
