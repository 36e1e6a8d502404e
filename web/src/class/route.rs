//! Where the class is, as the page's address tells it: `#lessons`, `#lesson=docker/2`, `#lesson=policy.nft/1&view=present`.

use chainwalk_take::{Body, Link, link};
use gloo::events::EventListener;
use gloo::utils::window;
use yew::prelude::*;

/// A place of the class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The list of lessons.
    List,
    /// A step of a lesson.
    Step {
        /// The lesson, by its key: its name, with `.nft` behind it where it is told in nft.
        lesson: String,
        /// The step, by its number from 1 or by its name.
        step: String,
        /// Whether it is shown to a room.
        present: bool,
    },
}

impl Place {
    /// A step by its number, from 0.
    pub(crate) fn step(lesson: &str, step: usize, present: bool) -> Self {
        Self::Step { lesson: lesson.to_owned(), step: (step + 1).to_string(), present }
    }

    /// The fragment that leads there, without its `#`.
    pub(crate) fn fragment(&self) -> String {
        match self {
            Self::List => "lessons".to_owned(),
            Self::Step { lesson, step, present } => {
                let view = present.then_some(link::View::Present);
                let body = Body::Lesson(format!("{lesson}/{step}"));
                Link { view, ..Link::to(body) }.write()
            }
        }
    }

    /// The place that a fragment names; none where it names another part of the page.
    pub(crate) fn of(fragment: &str) -> Option<Self> {
        if fragment == "lessons" {
            return Some(Self::List);
        }
        if !fragment.starts_with("lesson=") {
            return None;
        }
        let read = Link::read(fragment).ok()?;
        let Body::Lesson(name) = read.body else { return None };
        let (lesson, step) = name.split_once('/').unwrap_or((&name, "1"));
        Some(Self::Step {
            lesson: lesson.to_owned(),
            step: step.to_owned(),
            present: read.view == Some(link::View::Present),
        })
    }
}

/// The place that the address names.
fn now() -> Option<Place> {
    let fragment = window().location().hash().ok()?;
    Place::of(fragment.strip_prefix('#')?)
}

/// Goes to a place of the class, as a step of the browser's history.
pub(crate) fn go(place: &Place) {
    let _ = window().location().set_hash(&place.fragment());
}

/// Where the class is, now and as the address changes; none where the page shows the visitor's own.
#[hook]
pub(crate) fn use_place() -> Option<Place> {
    let place = use_state_eq(now);
    {
        let place = place.setter();
        use_effect_with((), move |()| {
            let heard = EventListener::new(&window(), "hashchange", move |_| place.set(now()));
            move || drop(heard)
        });
    }
    (*place).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_place_and_a_place_its_address() {
        let step = |lesson: &str, step: &str, present| Place::Step {
            lesson: lesson.into(),
            step: step.into(),
            present,
        };
        for (fragment, place) in [
            ("lessons", Place::List),
            ("lesson=docker/2", step("docker", "2", false)),
            ("lesson=policy.nft/1&view=present", step("policy.nft", "1", true)),
        ] {
            assert_eq!(Place::of(fragment).as_ref(), Some(&place));
            assert_eq!(place.fragment(), fragment);
        }
        assert_eq!(Place::of("lesson=docker"), Some(step("docker", "1", false)));
        assert_eq!(Place::of("lesson=docker/shut&by=0.2.0"), Some(step("docker", "shut", false)));
        for other in ["", "walk", "w1=AAAA", "example=x", "lessonsx"] {
            assert_eq!(Place::of(other), None, "{other}");
        }
    }
}
