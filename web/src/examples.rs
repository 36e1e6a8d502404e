//! The examples: one text file each, a head of `name: value` lines and, after `---`, the paste.
//!
//! Heads: `title`, `question`, `point` (each with a `.zh` twin), `packet` and `assume` (as often as needed), and
//! for each packet an `ends`, what becomes of it, which the tests hold the walk to.

use chainwalk_view::Lang;

/// An example.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Example {
    /// A few words for the menu, by language: English, Chinese.
    pub title: [String; 2],
    /// What somebody asked.
    pub question: [String; 2],
    /// What it shows.
    pub point: [String; 2],
    /// The packet lines.
    pub packets: Vec<String>,
    /// What is said of the host beyond the paste.
    pub assumptions: Vec<String>,
    /// What becomes of each packet, in a short line for the tests.
    pub ends: Vec<String>,
    /// The text as it was printed.
    pub paste: String,
}

const TEXTS: &[&str] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// All examples, in the order of their file names.
pub fn all() -> Vec<Example> {
    TEXTS.iter().map(|text| parse(text)).collect()
}

/// The text of a pair in a language.
pub fn pick(pair: &[String; 2], lang: Lang) -> &str {
    match lang {
        Lang::En => &pair[0],
        Lang::Zh => &pair[1],
    }
}

fn parse(text: &str) -> Example {
    let (head, paste) = text.split_once("\n---\n").unwrap_or((text, ""));
    let mut example = Example { paste: paste.to_owned(), ..Example::default() };
    for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
        let value = value.trim().to_owned();
        match name {
            "title" => example.title[0] = value,
            "title.zh" => example.title[1] = value,
            "question" => example.question[0] = value,
            "question.zh" => example.question[1] = value,
            "point" => example.point[0] = value,
            "point.zh" => example.point[1] = value,
            "packet" => example.packets.push(value),
            "assume" => example.assumptions.push(value),
            "ends" => example.ends.push(value),
            _ => {}
        }
    }
    example
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_whole() {
        assert!(!all().is_empty());
        for example in all() {
            for pair in [&example.title, &example.question, &example.point] {
                assert!(pair.iter().all(|text| !text.is_empty()), "{:?}", example.title);
            }
            assert!(!example.paste.is_empty(), "{:?}", example.title);
            assert!(!example.packets.is_empty(), "{:?}", example.title);
            assert_eq!(example.ends.len(), example.packets.len(), "{:?}", example.title);
        }
    }

    #[test]
    fn every_line_of_every_head_is_read() {
        for text in TEXTS {
            let head = text.split_once("\n---\n").map_or("", |(head, _)| head);
            let example = parse(text);
            let texts = [&example.title, &example.question, &example.point];
            let read = texts.iter().flat_map(|pair| pair.iter()).filter(|t| !t.is_empty()).count()
                + example.packets.len()
                + example.assumptions.len()
                + example.ends.len();
            assert_eq!(head.lines().count(), read, "{head}");
        }
    }

    #[test]
    fn every_packet_and_assumption_is_understood() {
        for example in all() {
            for packet in &example.packets {
                assert_eq!(chainwalk_parse::packet_line(packet).1, [], "{packet}");
            }
            for text in &example.assumptions {
                assert!(chainwalk_parse::assumption(text).is_ok(), "{text}");
            }
        }
    }
}
