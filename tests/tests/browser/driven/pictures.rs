//! The page as it should look: six states beside their reference pictures in `tests/pictures`.
//!
//! The fonts are the page's own; the one label that needs another is left blank. With `CHAINWALK_PICTURES=accept`
//! the references become what the page shows now.

use crate::chromium::{DESK, DESK_DARK, Look, PHONE, Page, drive};
use crate::likeness::Picture;
use crate::{DOCKER_HOST, document};
use anyhow::{Context, Result, ensure};
use std::env;
use std::fs;
use std::path::Path;

/// A state of the page and how it is reached from the page as it opens, at rest.
struct Shot {
    name: &'static str,
    look: Look,
    state: State,
}

/// What is on the page.
#[derive(Clone, Copy)]
enum State {
    /// The first document, this many steps on.
    Step(usize),
    /// The first document's end.
    End,
    /// The second document, whose filter table was not pasted.
    Depends,
    /// A paste in which nothing is understood.
    Nonsense,
}

const SHOTS: &[Shot] = &[
    Shot { name: "rest-light", look: DESK, state: State::Step(0) },
    Shot { name: "walk-dark", look: DESK_DARK, state: State::Step(11) },
    Shot { name: "end-light", look: DESK, state: State::End },
    Shot { name: "depends-dark", look: DESK_DARK, state: State::Depends },
    Shot { name: "nonsense-light", look: DESK, state: State::Nonsense },
    Shot { name: "walk-phone-light", look: PHONE, state: State::Step(11) },
];

impl State {
    async fn reach(self, page: &Page) -> Result<()> {
        page.turns("stop").await?;
        begin(page).await?;
        match self {
            Self::Step(steps) => {
                for _ in 0..steps {
                    page.key("ArrowRight").await?;
                }
            }
            Self::End => page.key("End").await?,
            Self::Depends => {
                let all = document(DOCKER_HOST)?;
                let plain: Vec<_> = all.lines().filter(|line| line.is_ascii()).collect();
                page.write("paste", &plain.join("\n")).await?;
                page.send("curl 172.17.253.62:80 from 203.0.113.9 in eth0").await?;
                page.turns("depends").await?;
                begin(page).await?;
                page.key("End").await?;
            }
            Self::Nonsense => {
                page.write("paste", "the cat sat on the mat\n$ ls -la\n").await?;
                page.turns("idle").await?;
            }
        }
        Ok(())
    }
}

/// Goes to the start of the walk, and to the top of what it scrolled on its way: it plays by itself at first, and
/// how far it came depends on the machine.
async fn begin(page: &Page) -> Result<()> {
    page.rest().await?;
    page.key("Home").await?;
    page.settled().await?;
    page.ask(
        "for (const sheet of document.querySelectorAll('.cm-scroller, .scroller, .lanes, .stage')) sheet.scrollTo(0, 0)",
    )
    .await?;
    Ok(())
}

/// Lets nothing be seen that is drawn in a font of the system: the other language's name.
const OWN_FONTS: &str = "document.activeElement?.blur();
    for (const label of document.querySelectorAll('[data-testid=lang]')) label.style.visibility = 'hidden'";

/// Compares the page with its reference; the words for what differs, if anything does.
async fn compare(page: &Page, name: &str) -> Result<Option<String>> {
    page.ask(OWN_FONTS).await?;
    let now = Picture::read(&page.settled().await?)?;
    let foreign = page.foreign_letters().await?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pictures");
    let [reference, came, marked] =
        ["", ".new", ".difference"].map(|part| folder.join(format!("{name}{part}.png")));
    let told = match fs::read(&reference) {
        Ok(bytes) => match Picture::read(&bytes)?.difference(&now) {
            Ok(None) => None,
            Ok(Some(difference)) => {
                fs::write(&marked, difference.picture.write()?)?;
                Some(format!("{difference}: {}", marked.display()))
            }
            Err(error) => Some(error.to_string()),
        },
        Err(error) => Some(format!("no reference: {error}")),
    };
    let accept = env::var_os("CHAINWALK_PICTURES").is_some_and(|v| v == "accept");
    ensure!(foreign.is_empty(), "{name}: drawn in fonts of the system: {foreign:?}");
    match told {
        Some(told) if !accept => {
            fs::write(&came, now.write()?)?;
            Ok(Some(format!("{name}: {told}\n  the page now: {}", came.display())))
        }
        told => {
            if told.is_some() {
                fs::create_dir_all(&folder)?;
                fs::write(&reference, now.write()?).context("the reference is not written")?;
            }
            for left in [came, marked] {
                // It is there only after a failure.
                let _gone = fs::remove_file(left);
            }
            Ok(None)
        }
    }
}

mod in_chromium {
    use super::*;

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn six_states_look_as_they_should() -> Result<()> {
        drive(DESK, async |page| {
            let mut differ = Vec::new();
            for shot in SHOTS {
                page.wear(Look { still: true, ..shot.look }).await?;
                page.reload("localStorage.clear()").await?;
                shot.state.reach(page).await.context(shot.name)?;
                differ.extend(compare(page, shot.name).await?);
            }
            ensure!(
                differ.is_empty(),
                "{}\nWhere that is meant, CHAINWALK_PICTURES=accept takes the new ones.",
                differ.join("\n")
            );
            Ok(())
        })
    }
}
