//! The examples: a case text each, in which the tests hold every walk to what its `ends` claim.

use chainwalk::Case;
use std::rc::Rc;

const TEXTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

thread_local! {
    // A test reads each of them.
    static ALL: Rc<Vec<Rc<Case>>> =
        Rc::new(TEXTS.iter().filter_map(|(_, text)| Some(Rc::new(Case::read(text).ok()?.0))).collect());
}

/// All examples, in the order of their file names.
pub fn all() -> Rc<Vec<Rc<Case>>> {
    ALL.with(Rc::clone)
}

/// The example of that name, which is its file's, with or without its number.
pub fn named(name: &str) -> Option<Case> {
    let bare = |file: &'static str| file.split_once('-').map_or(file, |(_, bare)| bare);
    let (_, text) = TEXTS.iter().find(|(file, _)| *file == name || bare(file) == name)?;
    Case::read(text).ok().map(|(case, _)| case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_whole() {
        assert!(!TEXTS.is_empty());
        for (_, text) in TEXTS {
            let (case, problems) = Case::read(text).unwrap_or_else(|e| panic!("{e:?}: {text}"));
            assert_eq!(problems, [], "{text}");
            let Case { scenario, head } = &case;
            for words in [&head.title, &head.question, &head.point] {
                assert!(!words.en.is_empty() && !words.zh.is_empty(), "{:?}", head.title);
            }
            assert!(
                !scenario.paste().is_empty() && !scenario.packets.is_empty(),
                "{:?}",
                head.title
            );
            assert_eq!(head.ends.len(), scenario.packets.len(), "{:?}", head.title);
            assert!(case.write() == *text, "{:?} is not written as a case is", head.title);
        }
    }

    #[test]
    fn every_packet_and_assumption_is_understood() {
        for case in all().iter() {
            let played = case.scenario.play();
            assert!(!played.problems().spoil_the_answer(), "{:?}", case.head.title);
            assert_eq!(played.walks().len(), case.scenario.packets.len());
        }
    }
}
