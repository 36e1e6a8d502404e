//! The packet's fields: the same packet as the line, as a form. Typing in one rewrites the other.

use super::act::{Dispatch, act};
use crate::message::Drafted;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::view::{Lang, PacketForm};
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// What a packet line may begin with, as far as a form knows it.
const KINDS: [&str; 7] = ["curl", "ping", "tcp", "udp", "icmp", "icmpv6", "sctp"];

/// Properties of [`Fields`].
#[derive(Properties, PartialEq)]
pub(crate) struct FieldsProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The line, read.
    pub(crate) drafted: Option<Rc<Drafted>>,
    /// The interfaces that are known.
    pub(crate) interfaces: Rc<Vec<String>>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The form.
#[component]
pub(crate) fn Fields(props: &FieldsProps) -> Html {
    let FieldsProps { lang, drafted, interfaces, dispatch } = props;
    let lang = *lang;
    // What is typed here stands at once; the line that comes back says the same.
    let form = use_state_eq(PacketForm::default);
    let written = use_mut_ref(String::new);
    {
        let (form, written) = (form.setter(), written.clone());
        use_effect_with(drafted.clone(), move |drafted| {
            if let Some(drafted) = drafted
                && *written.borrow() != drafted.line
                && let Some(read) = &drafted.form
            {
                form.set(read.clone());
            }
        });
    }
    let set = |change: fn(&mut PacketForm, String)| {
        let (form, dispatch, written) = (form.clone(), dispatch.clone(), written.clone());
        Callback::from(move |value: String| {
            let mut next = (*form).clone();
            change(&mut next, value.trim().to_owned());
            let line = next.line();
            written.borrow_mut().clone_from(&line);
            form.set(next);
            dispatch.dispatch(Action::Form(Rc::from(line)));
        })
    };
    let typed = |set: Callback<String>| {
        set.reform(|e: InputEvent| e.target_unchecked_into::<HtmlInputElement>().value())
    };
    let entry = |key: Key, value: &str, test: &'static str, set: Callback<String>| {
        let list = (test == "origin-iface").then_some("interfaces");
        html! {
            <label class="entry">{ui(lang, key)}
                <input type="text" value={value.to_owned()} oninput={typed(set)} {list} data-testid={test}
                    placeholder={ui(lang, Key::AddressPlaceholder)} autocomplete="off" spellcheck="false" />
            </label>
        }
    };
    let kind = set(|form, verb| form.verb = verb)
        .reform(|e: Event| e.target_unchecked_into::<HtmlSelectElement>().value());
    let wire = interfaces.iter().find(|i| *i != "lo").cloned().unwrap_or_else(|| "eth0".into());
    let outside = {
        let set = set(|form, iface| (form.outside, form.iface) = (true, iface));
        Callback::from(move |_: MouseEvent| set.emit(wire.clone()))
    };
    let local = set(|form, _| {
        (form.outside, form.iface, form.src) = (false, String::new(), String::new());
    })
    .reform(|_: MouseEvent| String::new());
    let ports = form.has_ports();
    let tcp = matches!(form.verb.as_str(), "curl" | "tcp");
    let icmp = matches!(form.verb.as_str(), "icmp" | "icmpv6");
    let outside_now = form.outside || !form.iface.is_empty();
    html! {
        <fieldset class="sheet from" id="fields" aria-label={ui(lang, Key::FormFields)} data-testid="fields">
            <label class="choice">
                <input type="radio" name="entry" checked={outside_now} onclick={outside} />
                {ui(lang, Key::FormOutside)}
            </label>
            <label class="choice">
                <input type="radio" name="entry" checked={!outside_now} onclick={local} />
                {ui(lang, Key::FormLocal)}
            </label>
            <div class="entries">
                <label class="entry">{ui(lang, Key::FormKind)}
                    <select onchange={kind} data-testid="form-kind">
                        {for KINDS.iter().map(|k| html! { <option value={*k} selected={form.verb == *k}>{*k}</option> })}
                        if !KINDS.contains(&form.verb.as_str()) {
                            <option value={form.verb.clone()} selected=true>{form.verb.clone()}</option>
                        }
                    </select>
                </label>
                if outside_now { {entry(Key::FormInterface, &form.iface, "origin-iface", set(|f, v| { f.outside |= !v.is_empty(); f.iface = v; }))} }
                {entry(Key::FormAddress, &form.src, "origin-from", set(|f, v| f.src = v))}
                if ports { {entry(Key::FormSport, &form.sport, "form-sport", set(|f, v| f.sport = v))} }
                {entry(Key::FormDestination, &form.dst, "form-dst", set(|f, v| f.dst = v))}
                if ports { {entry(Key::FormDport, &form.dport, "form-dport", set(|f, v| f.dport = v))} }
                if tcp { {entry(Key::FormFlags, &form.flags, "form-flags", set(|f, v| f.flags = v))} }
                if icmp { {entry(Key::FormIcmp, &form.icmp, "form-icmp", set(|f, v| f.icmp = v))} }
                {entry(Key::FormTtl, &form.ttl, "form-ttl", set(|f, v| f.ttl = v))}
                {entry(Key::FormMark, &form.mark, "form-mark", set(|f, v| f.mark = v))}
                {entry(Key::FormMore, &form.rest, "form-rest", set(|f, v| f.rest = v))}
            </div>
            <datalist id="interfaces">
                {for interfaces.iter().map(|i| html! { <option value={i.clone()} /> })}
            </datalist>
            <div class="row-end">
                <button class="ghost" type="button" onclick={act(dispatch, Action::Open(None))}>{ui(lang, Key::Close)}</button>
                <button class="send" type="submit">{ui(lang, Key::Send)}</button>
            </div>
        </fieldset>
    }
}
