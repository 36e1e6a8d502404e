//! Packets of a goal and the end that it wants, in the reader's words.

use super::words::{Key, filled, ui};
use chainwalk::view::Lang;

/// The packets of a goal, one a line: what follows an earlier one is said in words, the others are packet lines.
pub(super) fn packet_words(lang: Lang, lines: &[String]) -> Vec<String> {
    let told = |(at, line): (usize, &String)| follows(lang, line, at);
    lines.iter().enumerate().map(told).collect()
}

/// The same of packets in one line, as a stray is told.
pub(super) fn sequence_words(lang: Lang, line: &str) -> String {
    let lines: Vec<String> = line.split(" ; ").map(str::to_owned).collect();
    packet_words(lang, &lines).join(", ")
}

/// A packet line; `reply 1` and `error 1 type 3` in words, which name the packet before as “it”.
fn follows(lang: Lang, line: &str, at: usize) -> String {
    let mut words = line.split_whitespace();
    let (it, other) = match words.next() {
        Some("reply") => (Key::AnswerToIt, Key::AnswerTo),
        Some("error") => (Key::ErrorAboutIt, Key::ErrorAbout),
        _ => return line.to_owned(),
    };
    let Some(number) = words.next().and_then(|word| word.parse::<usize>().ok()) else {
        return line.to_owned();
    };
    let said = if number == at {
        ui(lang, it).to_owned()
    } else {
        filled(ui(lang, other), &[("number", &number.to_string())])
    };
    let more: Vec<&str> = words.collect();
    if more.is_empty() { said } else { format!("{said} ({})", more.join(" ")) }
}

/// What a goal wants: a fate as a lesson writes it. What has no word here, such as headers, stays as it is.
pub(super) fn fate_words(lang: Lang, fate: &str) -> String {
    let between = if lang == Lang::Zh { "，" } else { ", " };
    fate.split(", ").map(|part| part_words(lang, part)).collect::<Vec<_>>().join(between)
}

fn part_words(lang: Lang, part: &str) -> String {
    let by = |key: Key, by: &str| filled(ui(lang, key), &[("by", by)]);
    let (word, rest) = part.split_once(' ').unwrap_or((part, ""));
    let whole = |key: Key| ui(lang, key).to_owned();
    match (word, rest) {
        ("through", "") => whole(Key::WantedThrough),
        ("stopped", "") => whole(Key::WantedStopped),
        ("forwarded", "") => whole(Key::FateForwarded),
        ("sent", "") => whole(Key::FateSent),
        ("local", "") => whole(Key::FateLocal),
        ("out", iface) => by(Key::FateOut, iface),
        ("with", answer) => by(Key::FateWith, answer),
        ("dropped" | "rejected", place) => {
            let key = if word == "dropped" { Key::FateDropped } else { Key::FateRejected };
            let fate = ui(lang, key);
            let told = |key: Key, by: &str| filled(ui(lang, key), &[("fate", fate), ("by", by)]);
            match (place.strip_prefix("by the policy of "), place.strip_prefix("by ")) {
                (Some(chain), _) => told(Key::FateByPolicy, chain),
                (None, Some(rule)) => told(Key::FateBy, rule),
                (None, None) if place.is_empty() => fate.to_owned(),
                _ => part.to_owned(),
            }
        }
        _ => part.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_packet_is_said_in_words() {
        let told = |lang, line| sequence_words(lang, line);
        assert_eq!(
            told(Lang::En, "curl 192.0.2.80 ; reply 1"),
            "curl 192.0.2.80, the answer to it"
        );
        assert_eq!(
            told(Lang::En, "ping a ; ping b ; reply 1"),
            "ping a, ping b, the answer to packet 1"
        );
        assert_eq!(
            told(Lang::Zh, "ping a ; error 1 type 3"),
            "ping a, 关于它的 ICMP 错误 (type 3)"
        );
        assert_eq!(told(Lang::En, "reply"), "reply");
    }

    #[test]
    fn a_fate_is_told_in_both_languages() {
        for (fate, en, zh) in [
            ("through", "gets through", "能通过"),
            ("dropped by filter INPUT", "dropped by filter INPUT", "被 filter INPUT 丢弃"),
            (
                "dropped by the policy of filter INPUT",
                "dropped by the policy of filter INPUT",
                "被 filter INPUT 的默认策略丢弃",
            ),
            ("rejected, with tcp-reset", "rejected, with tcp-reset", "拒绝，回 tcp-reset"),
            (
                "forwarded, out eth1, tcp * > 10.0.0.5:80",
                "forwarded, out of eth1, tcp * > 10.0.0.5:80",
                "转发，从 eth1 出去，tcp * > 10.0.0.5:80",
            ),
            ("routing_drop: rp_filter", "routing_drop: rp_filter", "routing_drop: rp_filter"),
        ] {
            assert_eq!(
                (fate_words(Lang::En, fate).as_str(), fate_words(Lang::Zh, fate).as_str()),
                (en, zh)
            );
        }
    }
}
