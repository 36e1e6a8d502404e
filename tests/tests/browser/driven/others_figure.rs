//! The figure and the moving picture in Firefox and `WebKit`: what Chromium is asked, and what only these can be asked.

use super::figure::{self, FIRST, SIXTH, block, page_of, until};
use super::generators;
use crate::likeness::Picture;
use crate::reader::Reader;
use crate::visitor::{Browser, Elsewhere, Visitor, elsewhere};
use anyhow::{Context, Result, ensure};
use chainwalk::view::{Colours, Film, Lang};
use chainwalk::{Case, Position, Stop};
use chainwalk_take::picture::Picture as Drawing;
use fantoccini::wd::PrintConfiguration;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn figures_play_in_firefox_and_webkit() -> Result<()> {
    elsewhere(async |there| {
        there
            .visit(false, async |reader| {
                figure::plays_twice(reader).await.context("twice on a page")?;
                figure::changes(reader).await.context("changed")?;
                figure::plays_in_a_frame(reader).await.context("in a frame")?;
                figure::obeys(reader).await.context("with attributes")?;
                figure::takes_no_harm(reader).await.context("of recordings that mean harm")?;
                figure::waits_to_be_pressed(reader).await.context("on a press")?;
                figure::tells_then_and_now(reader).await.context("with claims")
            })
            .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn fences_become_figures_in_firefox_and_webkit() -> Result<()> {
    elsewhere(async |there| {
        there.visit(false, async |reader| generators::becomes_figures(reader).await).await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn fences_of_built_sites_become_figures_in_firefox_and_webkit() -> Result<()> {
    elsewhere(async |there| {
        there
            .visit(false, async |reader| generators::becomes_figures_in_whole_sites(reader).await)
            .await
    })
}

/// A walk of few stops: its picture as it moves, once, and as it is at its end.
fn pictures() -> Result<[String; 2]> {
    let (case, _) = Case::headed(SIXTH).context("no case")?;
    let played = case.scenario.play();
    let at = Position { packet: 0, stop: Stop::End };
    let drawing = Drawing::new(&played, at, Lang::En, false, None).context("no packet")?;
    let film = Film { rounds: 1, ..Film::default() };
    Ok([drawing.film(film), drawing.still(Colours::Both)])
}

/// Opens a page of one image, and returns what it shows.
async fn shown(reader: &Visitor<'_>, image: &str) -> Result<Picture> {
    let body = format!("<img src=\"{image}\" width=\"720\">");
    reader.site.put(
        "picture.html",
        "",
        &format!("<!doctype html><link rel=\"icon\" href=\"data:,\">{body}"),
    );
    reader.goto("picture.html").await?;
    reader
        .until(
            "it is there",
            "return document.images[0].complete && document.images[0].naturalWidth > 0",
        )
        .await?;
    Picture::read(&reader.drawn("img").await?)
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_picture_moves_as_an_image_and_rests_in_firefox_and_webkit() -> Result<()> {
    let [film, still] = pictures()?;
    elsewhere(async |there| {
        there.site.put("film.svg", "", &film);
        there.site.put("still.svg", "", &still);
        let mut whole = None;
        there
            .visit(true, async |reader| {
                let wish = "return matchMedia('(prefers-reduced-motion: reduce)').matches";
                ensure!(reader.ask(wish).await? == true, "the browser does not hear the wish");
                let last = shown(reader, "still.svg").await?;
                for _ in 0..3 {
                    let seen = shown(reader, "film.svg").await?;
                    tokio::time::sleep(Duration::from_millis(900)).await;
                    same(&last, &seen).context("it does not rest as the whole last picture")?;
                    same(&last, &Picture::read(&reader.drawn("img").await?)?)
                        .context("it moves")?;
                }
                whole = Some(last);
                Ok(())
            })
            .await?;
        let whole = whole.context("no picture")?;
        there
            .visit(false, async |reader| {
                let before = reader.site.asked().len();
                shown(reader, "film.svg").await?;
                let mut frames = Vec::new();
                for _ in 0..6 {
                    frames.push(reader.drawn("img").await?);
                    tokio::time::sleep(Duration::from_millis(700)).await;
                }
                frames.sort();
                frames.dedup();
                ensure!(frames.len() > 2, "{} pictures of six", frames.len());
                let began = Instant::now();
                while same(&whole, &Picture::read(&reader.drawn("img").await?)?).is_err() {
                    ensure!(began.elapsed() < Duration::from_mins(1), "it never rests");
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                let asked = reader.site.asked();
                ensure!(asked[before..] == ["picture.html", "film.svg"], "{:?}", &asked[before..]);
                Ok(())
            })
            .await
    })
}

/// Asks that a picture looks as another.
fn same(expect: &Picture, seen: &Picture) -> Result<()> {
    match expect.difference(seen)? {
        Some(difference) => anyhow::bail!("{difference}"),
        None => Ok(()),
    }
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_figure_prints_every_step_in_firefox_and_webkit() -> Result<()> {
    elsewhere(async |there| {
        // Behind so much of a page that its steps go on over the page's end.
        let body = format!(
            "<p style=\"height: 20em\">Before it.</p><chain-walk loading=\"eager\" at=\"10\">{}</chain-walk><p>After it.</p>",
            block(FIRST)?
        );
        there.site.put("post.html", "", &page_of(&body));
        there.visit(false, async |reader| prints(there, reader).await).await
    })
}

async fn prints(there: &Elsewhere, reader: &Visitor<'_>) -> Result<()> {
    reader.goto("post.html").await?;
    until(reader, "it is there", "return place(0) === '10 / 29'").await?;
    let look = "const figure = document.querySelector('chain-walk'), root = figure.shadowRoot;";
    let listen = "window.printed = ''; addEventListener('afterprint', () => (window.printed = root.querySelector('.count').innerText));
        addEventListener('beforeprint', () => (window.printing = root.querySelector('.count').innerText))";
    reader.ask(&[look, listen].concat()).await?;
    let pdf = if there.browser == Browser::WebKit {
        eprintln!("WebKitWebDriver prints nothing: of paper, only what is prepared for it is seen");
        let events =
            "dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('afterprint'))";
        reader.ask(events).await?;
        None
    } else {
        Some(reader.client.print(PrintConfiguration::default()).await?)
    };
    reader
        .until(
            "the last picture is printed, and this one is back",
            "return window.printing === '29 / 29' && window.printed === '10 / 29'",
        )
        .await?;
    let Some(pdf) = pdf else { return Ok(()) };
    let steps = "return [...root.querySelectorAll('.steps li')].map(li => li.textContent)";
    let steps: Vec<String> = serde_json::from_value(reader.ask(&[look, steps].concat()).await?)?;
    ensure!(steps.len() == 29, "{} steps", steps.len());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("figure.pdf");
    fs::write(&file, pdf)?;
    let paper = read_pdf(reader, &file).await?;
    for step in steps.iter().map(String::as_str).chain(["Before it.", "After it."]) {
        let step: String = step.split_whitespace().collect();
        ensure!(paper.contains(&step), "{step} is not on the paper: {paper}");
    }
    for word in ["Change", "OpeninChainwalk"] {
        ensure!(!paper.contains(word), "{word} is on the paper");
    }
    Ok(())
}

/// What a PDF says, without blanks, as Firefox reads it.
async fn read_pdf(reader: &Visitor<'_>, file: &Path) -> Result<String> {
    reader.client.goto(&format!("file://{}", file.display())).await?;
    reader
        .until("it is open", "return document.querySelectorAll('#viewer .page').length > 0")
        .await?;
    let count = reader.ask("return document.querySelectorAll('#viewer .page').length").await?;
    let mut paper = String::new();
    for page in 0..count.as_u64().context("no pages")? {
        let page = format!("const page = document.querySelectorAll('#viewer .page')[{page}];");
        // It reads a page once that is seen.
        reader.until("a page is read", &[&page, "page.scrollIntoView(); return (page.querySelector('.textLayer .endOfContent') !== null)"].concat()).await?;
        paper += &reader.text(&[&page, "return page.querySelector('.textLayer').innerText.normalize('NFKC').replace(/\\s+/g, '')"].concat()).await?;
    }
    Ok(paper)
}
