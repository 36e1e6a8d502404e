//! What everybody must be able to use: an accessibility scan of every state, and the contrast of what is read.

use crate::chromium::{DESK, Look, PHONE, Page, drive, drive_from_nothing};
use crate::{DOCKER_HOST, document};
use anyhow::{Result, ensure};
use chainwalk_tests::skipped;
use std::env;

/// A tablet held upright.
const TABLET: Look = Look { name: "768-light", size: (768, 1024), ..DESK };

/// A paste with something to complain of in most lines.
const PARTLY: &str = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dprot 22 -j ACCEPT\n\
    -A INPUT -m foo --bar -j ACCEPT\n-A INPUT -j ACCPET\nCOMMIT\n";

/// The states of the page, each reached from the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Rest,
    Walk,
    End,
    Rules,
    Proposals,
    Form,
    Suggestions,
    Examples,
    Keys,
    Map,
    Paste,
    Host,
    Depends,
    Partly,
    Nonsense,
    Empty,
}

use State::*;

const STATES: [State; 16] = [
    Rest,
    Walk,
    End,
    Rules,
    Proposals,
    Form,
    Suggestions,
    Examples,
    Keys,
    Map,
    Paste,
    Host,
    Depends,
    Partly,
    Nonsense,
    Empty,
];

impl State {
    /// Goes on to this state; false where the window has no such state.
    async fn reach(self, page: &Page) -> Result<bool> {
        let narrow = page.ask("return at('tab-walk')?.checkVisibility() ?? false").await? == true;
        match self {
            Rest => {
                page.rest().await?;
                page.key("Home").await?;
            }
            Walk => {
                for _ in 0..11 {
                    page.key("ArrowRight").await?;
                }
            }
            End => page.key("End").await?,
            Rules => {
                page.ask("document.querySelector('.row.range .why').click()").await?;
                page.until("rules are shown", "return at('cards') !== null").await?;
            }
            Proposals => {
                page.click("search").await?;
                page.until("one is there", "return at('proposal') !== null").await?;
            }
            Form => {
                page.click("search").await?;
                page.click("origin").await?;
            }
            Suggestions => {
                page.press("Escape").await?;
                page.key("/").await?;
            }
            Examples => {
                page.press("Escape").await?;
                page.ask("at('examples').click()").await?;
            }
            Keys => {
                page.ask("at('examples').click()").await?;
                page.key("?").await?;
            }
            Map | Paste | Host => {
                if self == Map {
                    page.press("Escape").await?;
                }
                if !narrow {
                    return Ok(false);
                }
                page.click(&format!("tab-{self:?}").to_lowercase()).await?;
            }
            Depends => {
                page.ask("at('tab-paste')?.click()").await?;
                page.write("paste", &document(DOCKER_HOST)?).await?;
                page.send("curl 172.17.253.62:80 from 203.0.113.9 in eth0").await?;
                page.turns("depends").await?;
                page.ask("at('tab-walk')?.click()").await?;
                page.rest().await?;
                page.key("End").await?;
            }
            Partly | Nonsense | Empty => {
                let paste = match self {
                    Partly => PARTLY,
                    Nonsense => "the cat sat on the mat\n",
                    _ => "",
                };
                page.ask("at('tab-paste')?.click()").await?;
                page.write("paste", paste).await?;
                page.until(
                    "it is read",
                    &format!("return pasted().value === {paste:?} && ['idle', 'stop', 'ok', 'depends'].includes(state())"),
                )
                .await?;
                page.ask("at('tab-walk')?.click()").await?;
            }
        }
        page.calm().await?;
        Ok(true)
    }
}

/// Every state in a window, light and dark; what a scan finds in the dark beyond colours, it finds in the light.
async fn scan(page: &Page, look: Look, chinese: bool) -> Result<Vec<String>> {
    let mut found = Vec::new();
    page.wear(Look { still: true, ..look }).await?;
    page.reload("localStorage.clear()").await?;
    page.turns("stop").await?;
    if chinese {
        page.click("lang").await?;
    }
    for state in STATES {
        if !state.reach(page).await? {
            continue;
        }
        for dark in [look.dark, !look.dark] {
            page.wear(Look { still: true, dark, ..look }).await?;
            let rules: &[&str] = if dark == look.dark { &[] } else { &["color-contrast"] };
            let told = page.accessibility(rules).await?.unwrap_or_default();
            let place = format!("{state:?} {}", look.size.0);
            let shade = if dark { "dark" } else { "light" };
            found.extend(told.into_iter().map(|t| format!("{place} {shade}: {t}")));
        }
        page.wear(Look { still: true, ..look }).await?;
    }
    Ok(found)
}

mod in_chromium {
    use super::*;

    fn scanned(look: Look, chinese: bool) -> Result<()> {
        if env::var_os("CHAINWALK_AXE").is_none() {
            skipped("CHAINWALK_AXE names no axe-core");
            return Ok(());
        }
        drive_from_nothing(look, async |page| {
            let found = scan(page, look, chinese).await?;
            ensure!(found.is_empty(), "{}", found.join("\n"));
            Ok(())
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_scan_finds_nothing_at_a_desk() -> Result<()> {
        scanned(DESK, false)
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_scan_finds_nothing_on_a_tablet_in_chinese() -> Result<()> {
        scanned(Look { dark: true, ..TABLET }, true)
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_scan_finds_nothing_on_a_phone() -> Result<()> {
        scanned(PHONE, false)
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_scan_finds_nothing_in_forced_colours() -> Result<()> {
        drive(Look { still: true, ..DESK }, async |page| {
            page.media("", &[("forced-colors", "active")]).await?;
            page.key("End").await?;
            page.calm().await?;
            let found = page.accessibility(&[]).await?.unwrap_or_default();
            ensure!(found.is_empty(), "{}", found.join("\n"));
            Ok(())
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn text_of_rules_stands_out_by_seven_to_one() -> Result<()> {
        // Each text with the colours it is drawn in; behind a word of the drawing lies what was painted last there.
        const CONTRAST: &str = "
            const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
            const rgb = colour => {
                canvas.clearRect(0, 0, 1, 1);
                canvas.fillStyle = colour;
                canvas.fillRect(0, 0, 1, 1);
                return [...canvas.getImageData(0, 0, 1, 1).data];
            };
            const light = colour => {
                const [r, g, b] = rgb(colour).map(v => v / 255)
                    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const ratio = (a, b) => {
                const [less, more] = [light(a), light(b)].sort((x, y) => x - y);
                return (more + 0.05) / (less + 0.05);
            };
            const ground = box => {
                for (let at = box; at; at = at.parentElement) {
                    const fill = getComputedStyle(at).backgroundColor;
                    if (rgb(fill)[3] === 255) return fill;
                }
                return 'Canvas';
            };
            const painted = text => {
                const box = text.getBBox(), x = box.x + box.width / 2, y = box.y + box.height / 2;
                const under = [...text.closest('svg').querySelectorAll('rect, circle')].filter(shape => {
                    const b = shape.getBBox();
                    return text.compareDocumentPosition(shape) & Node.DOCUMENT_POSITION_PRECEDING
                        && b.x <= x && x <= b.x + b.width && b.y <= y && y <= b.y + b.height
                        && rgb(getComputedStyle(shape).fill)[3] === 255;
                });
                return under.length ? getComputedStyle(under.at(-1)).fill : ground(text.closest('svg'));
            };
            const low = [], seen = new Set();
            const words = [...document.querySelectorAll('[data-testid=rows] *, rule-text .cm-line, rule-text .cm-line *')]
                .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.checkVisibility());
            for (const e of words) note(e, getComputedStyle(e).color, ground(e));
            const drawn = [...document.querySelectorAll('.stage svg text')].filter(e => !e.closest('.gst, .gsw'));
            for (const e of drawn) note(e, getComputedStyle(e).fill, painted(e));
            function note(e, ink, paper) {
                const there = ratio(ink, paper);
                if (there < 7) low.push(`${there.toFixed(2)} ${ink} on ${paper}: ${e.textContent.slice(0, 40)}`);
                seen.add(e.tagName);
            }
            if (words.length < 30 || drawn.length < 10) low.push(`only ${words.length} and ${drawn.length} texts`);
            return low";
        drive(Look { still: true, ..DESK }, async |page| {
            page.turns("stop").await?;
            page.rest().await?;
            let mut low = Vec::new();
            for dark in [false, true] {
                page.wear(Look { still: true, dark, ..DESK }).await?;
                for state in [Rest, Walk, End] {
                    state.reach(page).await?;
                    let told = page.ask(CONTRAST).await?;
                    let told = told.as_array().into_iter().flatten();
                    low.extend(told.map(|t| format!("{state:?} dark {dark}: {t}")));
                }
            }
            ensure!(low.is_empty(), "{}", low.join("\n"));
            Ok(())
        })
    }
}
