//! What a scenario travels in, on the worker's side: links read, and what was played written for others.

use crate::message::{Claims, LinkBody, LinkView, NameView, ReplacedView, Replacing, ShareView};
use chainwalk::view::{self, Colours, Film, Lang, Load, Refused, Sentence};
use chainwalk::{Case, Head, Played, Position, Viewpoint};
use chainwalk_take::anonymise::{self, Manner, Wishes};
use chainwalk_take::picture::{Picture, told};
use chainwalk_take::{Body, Link, fence, link, names};
use std::rc::Rc;

/// The version of this program.
const HERE: &str = env!("CARGO_PKG_VERSION");
/// A walk with more stops than these is not drawn whole.
const MOST_STOPS: usize = 400;

/// What the fragment of an address opens, or why it can't be opened.
pub(crate) fn opened(fragment: &str, lang: Lang) -> Result<Box<LinkView>, String> {
    let refused = |why: &Refused| view::refused(lang, why, HERE);
    let link = Link::read(fragment).map_err(|why| refused(&why))?;
    let body = match link.body {
        Body::Case(text) => LinkBody::Case(text),
        Body::Example(name) => LinkBody::Example(name),
        Body::Src(path) => LinkBody::File(path),
        Body::Lesson(name) => return Err(refused(&Refused::Missing(name))),
    };
    Ok(Box::new(LinkView { body, at: link.at, lang: link.lang, theme: link.theme }))
}

/// What was played, as what it can travel in; nothing where nothing was pasted.
pub(crate) fn shared(
    played: &Played,
    goals: &[String],
    from: &Viewpoint,
    at: Position,
) -> Option<ShareView> {
    let scenario = played.scenario();
    let paste = scenario.paste();
    if paste.trim().is_empty() {
        return None;
    }
    let head = Head { goals: goals.to_vec(), ..Head::default() };
    let case = told(Case { scenario: scenario.clone(), head }, played, HERE);
    let fragment = |at| Link { at, by: HERE.into(), ..Link::to_case(&case) }.write();
    let (here, start) = (fragment(Some(at)), fragment(None));
    let characters = here.len();
    let fits = |fragment: String| (characters <= link::MOST_OFFERED).then_some(fragment);
    let (told, lang) = (names(&case), from.lang);
    let load = Load {
        lines: paste.lines().count(),
        packets: scenario.packets.len(),
        facts: scenario.hosts.values().map(|part| part.facts.len()).sum(),
        edits: scenario.hosts.values().map(|part| part.edits.len()).sum(),
    };
    let drawn = Picture::new(played, at, lang, from.raw_names, None);
    let moving = drawn.as_ref().filter(|one| one.stops() <= MOST_STOPS);
    Some(ShareView {
        at,
        raw_names: from.raw_names,
        link: fits(here),
        link_from_start: fits(start),
        characters,
        fence: fence(&case),
        picture: drawn.as_ref().map(|one| one.still(Colours::Both)).unwrap_or_default(),
        film: moving.map(|one| one.film(Film::default())).unwrap_or_default(),
        recording: moving
            .map(|one| one.recording(HERE, "", Some(&case)).to_string())
            .unwrap_or_default(),
        verdict: drawn.as_ref().map(Picture::verdict).unwrap_or_default(),
        words: played.explain(from, view::words),
        markdown: chainwalk_take::words::markdown(played, from),
        case,
        json: played.answer_json().to_string(),
        travels: view::travels(lang, load),
        names: view::names_others(lang, told.public, told.macs, told.hosts),
    })
}

/// What was played, without the names in it; nothing where nothing was pasted.
pub(crate) fn replaced(
    played: &Played,
    goals: &[String],
    from: &Viewpoint,
    how: &Replacing,
) -> Option<ReplacedView> {
    let head = Head { goals: goals.to_vec(), ..Head::default() };
    let case = Case { scenario: played.scenario().clone(), head };
    let wishes = Wishes {
        keep: how.keep.clone(),
        private: how.private,
        words: how.words.clone(),
        key: anonymise::key(&how.key),
    };
    let done = anonymise::anonymise(&case, &wishes);
    let same = done.sameness;
    let words = how.words.iter().map(|word| (word.clone(), done.has_replaced(word))).collect();
    let names = done.replaced.into_iter().map(|r| NameView {
        kind: r.kind.to_owned(),
        old: r.old,
        new: r.new,
        times: r.times,
    });
    Some(ReplacedView {
        share: Rc::new(shared(&done.case.scenario.play(), &done.case.head.goals, from, how.at)?),
        said: view::replaced(from.lang, same.steps, same.of, same.is_same()),
        is_same: same.is_same(),
        names: names.collect(),
        taken_out: done.taken_out,
        is_shuffled: done.manner == Manner::Shuffled,
        opaque: done.opaque.into_iter().map(str::to_owned).collect(),
        hosts_kept: done.hosts_kept,
        kept: how.keep.clone(),
        private: how.private,
        words,
    })
}

/// For each packet that ends otherwise than was claimed, that it does.
pub(crate) fn otherwise(played: &Played, claims: &Claims, lang: Lang) -> Vec<Sentence> {
    if claims.ends.is_empty() || !played.is_recognised() {
        return Vec::new();
    }
    let head = Head { ends: claims.ends.clone(), by: claims.by.clone(), ..Head::default() };
    let case = Case { scenario: played.scenario().clone(), head };
    let claimed = case.claimed(played).into_iter().filter(|c| !c.holds());
    claimed.map(|c| view::ended_otherwise(lang, c.packet, &c.then, &claims.by)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk::Scenario;

    const PASTE: &str = "*filter\n:INPUT DROP [0:0]\n-A INPUT -s 8.8.8.8/32 -j ACCEPT\nCOMMIT\n";

    fn played() -> Played {
        let packets = vec!["ping 10.0.0.1 from 8.8.8.8 in eth0".into()];
        let mut scenario = Scenario { packets, ..Scenario::pasted(PASTE) };
        scenario.change_part(|part| part.facts.push("eth0=10.0.0.1/24".into()));
        scenario.play()
    }

    #[test]
    fn what_is_shared_opens_as_it_was() {
        let played = played();
        let at = Position { packet: 0, stop: chainwalk::Stop::At(2) };
        let goals = ["ping 10.0.0.1 from 8.8.8.8 in eth0 => through".to_owned()];
        let shared = shared(&played, &goals, &Viewpoint::default(), at)
            .unwrap_or_else(|| panic!("nothing to share"));
        assert_eq!(shared.travels, "the pasted text (4 lines), 1 packet, 1 fact");
        assert!(shared.names.is_some());
        assert!(shared.picture.starts_with("<svg") && shared.film.contains("@keyframes"));
        assert!(shared.recording.starts_with('{') && shared.fence.starts_with("```chainwalk\n"));
        let opened = opened(&shared.link.clone().unwrap_or_default(), Lang::En);
        let Ok(opened) = opened else { panic!("{opened:?}") };
        assert_eq!((opened.body, opened.at), (LinkBody::Case(shared.case.clone()), Some(at)));
        let read = Case::read(&shared.case).map(|(case, problems)| {
            assert_eq!(case.head.goals, goals);
            (case.scenario, problems)
        });
        assert_eq!(read, Ok((played.scenario().clone(), Vec::new())));
    }

    #[test]
    fn an_end_that_is_no_longer_so_is_told() {
        let played = played();
        let claims = |end: String| Claims { ends: vec![end], by: "0.0.1".into() };
        let now = played.ends().remove(0);
        assert_eq!(otherwise(&played, &claims(now), Lang::En), Vec::<Sentence>::new());
        let told = otherwise(&played, &claims("rejected".into()), Lang::En);
        assert_eq!(told.len(), 1);
        assert_eq!(otherwise(&played, &Claims::default(), Lang::En), Vec::<Sentence>::new());
    }

    #[test]
    fn what_cannot_be_opened_says_why() {
        for fragment in ["w1=AAAA", "w9=AAAA", "src=//x", "src=../a.txt", "lesson=docker/9"] {
            assert!(opened(fragment, Lang::En).is_err_and(|why| !why.is_empty()), "{fragment}");
        }
    }
}
