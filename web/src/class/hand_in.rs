//! The dialog that hands a step in: it says what the file holds, and saves it. Nothing is sent.

use super::course::Entry;
use super::message::{Marked, Met};
use super::words::{Key, filled, ui};
use crate::parts::{Icon, save, use_copying};
use chainwalk::view::Lang;
use chainwalk_take::lesson::{Attempt, HandIn};
use std::rc::Rc;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

/// Properties of [`HandInDialog`].
#[derive(Properties, PartialEq)]
pub(super) struct HandInProps {
    /// The reader's language.
    pub(super) lang: Lang,
    /// The lesson.
    pub(super) entry: Entry,
    /// The step, from 0.
    pub(super) step: usize,
    /// The commands.
    pub(super) edits: Vec<String>,
    /// The first guess and the number of its step.
    pub(super) guessed: Option<(String, usize)>,
    /// How the commands fare.
    pub(super) marked: Option<Rc<Marked>>,
    /// It is closed.
    pub(super) close: Callback<()>,
}

/// The name of the file: lesson, number of the step, and who.
fn file_name(lesson: &str, number: usize, who: &str) -> String {
    let plain = |text: &str| -> String {
        let letters = text.chars().flat_map(char::to_lowercase);
        let mut out = String::new();
        for c in letters {
            if c.is_ascii_alphanumeric() {
                out.push(c);
            } else if !out.ends_with('-') && !out.is_empty() {
                out.push('-');
            }
        }
        out.trim_end_matches('-').chars().take(40).collect()
    };
    let parts = [plain(lesson), number.to_string(), plain(who)];
    let parts: Vec<&str> =
        parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    [&parts.join("-"), ".walk.txt"].concat()
}

/// The dialog.
#[component]
pub(super) fn HandInDialog(props: &HandInProps) -> Html {
    let HandInProps { lang, entry, step: at, edits, guessed, marked, close } = props;
    let (lang, at) = (*lang, *at);
    let who = use_state_eq(String::new);
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            let first =
                dialog.cast::<HtmlElement>().and_then(|d| d.query_selector("input").ok().flatten());
            if let Some(first) =
                first.and_then(|e| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(e).ok())
            {
                let _ = first.focus();
            }
        });
    }
    let (lesson, number) = (&entry.lesson, at + 1);
    let step = &lesson.steps[at];
    let attempt = Attempt { edits: edits.clone(), ..Attempt::default() };
    let guess = guessed.as_ref().map_or("", |(guess, _)| guess);
    let text = HandIn::write(lesson, step, &attempt, who.trim(), guess);
    let name = file_name(&entry.key, number, &who);
    let (copied, copy) = use_copying(Rc::from(text.as_str()));
    let oninput = {
        let who = who.setter();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                who.set(input.value());
            }
        })
    };
    let keep = {
        let (text, name, close) = (text.clone(), name.clone(), close.clone());
        Callback::from(move |(): ()| {
            if save(&text, &name, "text/plain").is_ok() {
                close.emit(());
            }
        })
    };
    let onkeydown = {
        let (close, dialog, keep) = (close.clone(), dialog.clone(), keep.clone());
        Callback::from(move |event: KeyboardEvent| {
            event.stop_propagation();
            match event.key().as_str() {
                "Escape" => close.emit(()),
                "Enter"
                    if !event.is_composing()
                        && event.target_dyn_into::<HtmlInputElement>().is_some() =>
                {
                    keep.emit(());
                }
                "Tab" => crate::parts::keep_inside(&dialog, &event),
                _ => {}
            }
        })
    };
    let met = marked.as_ref().map(|m| m.goals.iter().filter(|goal| goal.met == Met::Yes).count());
    let met = met.map_or_else(
        || "…".to_owned(),
        |met| {
            filled(
                ui(lang, Key::AllMet),
                &[("met", &met.to_string()), ("all", &step.goals.len().to_string())],
            )
        },
    );
    let par = marked.as_ref().is_some_and(|m| m.at_par());
    let shut = close.reform(|_: MouseEvent| ());
    html! {
        <div class="veil" onclick={shut.clone()}>
            <div class="dialog hand-in" ref={dialog} role="dialog" aria-modal="true" aria-labelledby="hand-in-title" data-testid="hand-in-dialog"
                {onkeydown} onclick={|e: MouseEvent| e.stop_propagation()}>
                <h2 id="hand-in-title">{filled(ui(lang, Key::HandInStep), &[("step", &number.to_string())])}</h2>
                <label>{ui(lang, Key::YourName)}<input type="text" {oninput} value={(*who).clone()} autocomplete="off" maxlength="80" data-testid="who" /></label>
                <dl>
                    <div><dt>{ui(lang, Key::WhatItHolds)}</dt><dd>{for edits.iter().map(|line| html! { <code>{line}</code> })}
                        if edits.is_empty() { {ui(lang, Key::NotGuessed)} }</dd></div>
                    <div><dt>{ui(lang, Key::Goals)}</dt><dd>{met}if par { {", "}{ui(lang, Key::AtPar)} }</dd></div>
                    if let Some((guess, step)) = guessed {
                        <div><dt>{ui(lang, Key::FirstGuess)}</dt><dd>{guess}{" · "}{filled(ui(lang, Key::FurtherStep), &[("step", &step.to_string())])}</dd></div>
                    }
                    <div><dt>{ui(lang, Key::FileName)}</dt><dd><code data-testid="hand-in-name">{&name}</code>{format!(" · {} B", text.len())}</dd></div>
                </dl>
                <p class="lock"><Icon id="i-lock" /><span>{ui(lang, Key::HandInNote)}</span></p>
                <div class="end-buttons">
                    <button class="button" onclick={shut}>{ui(lang, Key::Cancel)}</button>
                    <button class="button" onclick={copy} aria-live="polite" data-testid="hand-in-copy">{if copied { crate::words::ui(lang, crate::words::Key::Copied) } else { ui(lang, Key::CopyText) }}</button>
                    <button class="button go" onclick={keep.reform(|_: MouseEvent| ())} data-testid="hand-in-save">{ui(lang, Key::SaveFile)}</button>
                </div>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_file_is_called_by_what_every_disk_takes() {
        assert_eq!(file_name("docker", 4, "Jo"), "docker-4-jo.walk.txt");
        assert_eq!(
            file_name("policy.nft", 2, "  Ann-Marie O’Neil "),
            "policy-nft-2-ann-marie-o-neil.walk.txt"
        );
        assert_eq!(
            file_name("docker", 1, "../../etc/passwd\u{202e}"),
            "docker-1-etc-passwd.walk.txt"
        );
        assert_eq!(file_name("docker", 1, "小明"), "docker-1.walk.txt");
        assert!(file_name("docker", 1, &"x".repeat(300)).len() < 70);
    }
}
