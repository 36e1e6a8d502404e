//! The sprite, and a symbol of it. The diagram's icons name the same symbols.

use yew::prelude::*;

/// Properties of [`Icon`].
#[derive(Properties, PartialEq)]
pub(crate) struct IconProps {
    /// The symbol's id.
    pub(crate) id: &'static str,
    /// Width and height in CSS pixels.
    #[prop_or(12)]
    pub(crate) size: u8,
    /// Further classes.
    #[prop_or_default]
    pub(crate) class: Classes,
    /// What it says to those who do not see it; empty where words beside it do.
    #[prop_or_default]
    pub(crate) label: &'static str,
}

/// A symbol of the sprite.
#[component]
pub(crate) fn Icon(props: &IconProps) -> Html {
    let size = props.size.to_string();
    let class = classes!("ic", props.class.clone());
    let href = format!("#{}", props.id);
    if props.label.is_empty() {
        html! { <svg {class} width={size.clone()} height={size} aria-hidden="true"><use href={href} /></svg> }
    } else {
        html! {
            <svg {class} width={size.clone()} height={size} role="img" aria-label={props.label}><use href={href} /></svg>
        }
    }
}

/// The sprite itself, drawn once, invisible.
#[component]
pub(crate) fn Sprite() -> Html {
    html! {
        <svg width="0" height="0" class="sprite" aria-hidden="true"><defs>
            <symbol id="i-ok" viewBox="0 0 12 12"><path class="k18" d="M2.2 6.4l2.6 2.6 5-5.8" /></symbol>
            <symbol id="i-no" viewBox="0 0 12 12"><path class="k17" d="M3 3l6 6M9 3l-6 6" /></symbol>
            <symbol id="i-x" viewBox="0 0 12 12"><path class="k15" d="M3 3l6 6M9 3l-6 6" /></symbol>
            <symbol id="i-go" viewBox="0 0 12 12"><path class="k15" d="M2 6h7.4M6.600 3.200L9.600 6 6.600 8.800" /></symbol>
            <symbol id="i-back" viewBox="0 0 12 12"><path class="k15" d="M10 9.400V6.200c0-1-.8-1.800-1.800-1.800H2.400M4.600 2L2.200 4.400l2.400 2.400" /></symbol>
            <symbol id="i-dn" viewBox="0 0 12 12"><path class="k17" d="M3 4.600L6 7.600l3-3" /></symbol>
            <symbol id="i-rt" viewBox="0 0 12 12"><path class="k17" d="M4.600 3l3 3-3 3" /></symbol>
            <symbol id="i-fork" viewBox="0 0 12 12"><path class="k15" d="M6 1.400v2.400M6 3.800C6 6.400 2 5.800 2 9.600M6 3.800v5.800M6 3.800c0 2.600 4 2 4 5.800" /></symbol>
            <symbol id="i-lock" viewBox="0 0 12 12"><path class="k12" d="M3 5.400h6v4.800H3zM4.200 5.200V3.800a1.800 1.800 0 013.6 0v1.400" /></symbol>
            <symbol id="i-copy" viewBox="0 0 12 12"><path class="k12" d="M4.400 4.400h5.400v5.400H4.400zM2.200 7.600V2.200h5.400" /></symbol>
            <symbol id="i-unknown" viewBox="0 0 12 12"><path class="k15" d="M4 4.300c0-1.200.9-2 2.050-2s2.050.8 2.050 1.850c0 1.500-2.050 1.500-2.050 3.050M6.050 9.500v.1" /></symbol>
            <symbol id="i-half" viewBox="0 0 12 12"><circle class="k12" cx="6" cy="6" r="4.800" /><path class="solid" d="M6 1.200a4.800 4.800 0 000 9.600z" /></symbol>
            <symbol id="i-same" viewBox="0 0 12 12"><path class="k15" d="M2 3h8M2 6h8M2 9h8" /></symbol>
            <symbol id="i-differs" viewBox="0 0 12 12"><path class="k15" d="M2 4.200h8M2 7.800h8M8.400 1.400L3.600 10.600" /></symbol>
            <symbol id="i-unseen" viewBox="0 0 12 12"><circle class="solid" cx="6" cy="6" r="1.300" /></symbol>
            <symbol id="i-matches" viewBox="0 0 14 14"><path class="k15" d="M1.800 8.200l2.400 2.400 3.600-5.200M9.400 4h3M9.400 7.200h3M9.400 10.400h3" /></symbol>
            <symbol id="i-flow" viewBox="0 0 12 12"><circle class="k15" cx="6" cy="6" r="4" /><circle class="solid" cx="6" cy="6" r="1.500" /></symbol>
            <symbol id="i-pass" viewBox="0 0 12 12"><path class="k15" d="M2 6h8" /></symbol>
            <symbol id="i-kernel" viewBox="0 0 12 12"><path class="k15" d="M3.200 3.200h5.600v5.600H3.200z" /></symbol>
            <symbol id="i-theme" viewBox="0 0 16 16"><circle class="k15" cx="8" cy="8" r="6" /><path class="solid" d="M8 2a6 6 0 010 12z" /></symbol>
            <symbol id="i-warn" viewBox="0 0 12 12"><path class="k15" d="M6 1.800l4.800 8.400H1.200zM6 5v2.300M6 8.700v.1" /></symbol>
            <symbol id="i-file" viewBox="0 0 12 12"><path class="k12" d="M3 1.600h4l2.400 2.400v6.400H3zM7 1.600V4h2.400" /></symbol>
            <symbol id="i-undo" viewBox="0 0 14 14"><path class="k15" d="M4.600 2.400L2 5l2.600 2.600M2.200 5h6.200a3.300 3.300 0 010 6.600H5" /></symbol>
            <symbol id="i-redo" viewBox="0 0 14 14"><path class="k15" d="M9.400 2.400L12 5 9.400 7.600M11.800 5H5.600a3.300 3.300 0 000 6.600H9" /></symbol>
            <symbol id="i-find" viewBox="0 0 14 14"><circle class="k15" cx="6" cy="6" r="3.800" /><path class="k15" d="M9 9l3.200 3.200" /></symbol>
            <symbol id="i-trash" viewBox="0 0 14 14"><path class="k15" d="M2.400 4h9.200M5.400 3.800V2.400h3.200v1.400M3.600 4l.6 8h5.600l.6-8M6 6.400v3.400M8 6.400v3.400" /></symbol>
            <symbol id="i-pencil" viewBox="0 0 12 12"><path class="k12" d="M2 10l.6-2.400L8.400 1.800l1.800 1.800-5.800 5.800z" /></symbol>
            <symbol id="i-share" viewBox="0 0 14 14"><path class="k15" d="M7 8.600V1.800M4.400 4.200L7 1.600l2.600 2.600M4 6.200H2.600v6h8.800v-6H10" /></symbol>
            <symbol id="i-save" viewBox="0 0 12 12"><path class="k15" d="M6 1.600v5.600M3.600 5L6 7.400 8.400 5M2 10h8" /></symbol>
            <symbol id="i-install" viewBox="0 0 16 16"><path class="k15" d="M2.500 3h11v8h-11zM5.500 13.500h5M8 5v3.600M6.300 7L8 8.700 9.700 7" /></symbol>
            <symbol id="i-more" viewBox="0 0 16 16"><circle class="solid" cx="3.200" cy="8" r="1.300" /><circle class="solid" cx="8" cy="8" r="1.300" /><circle class="solid" cx="12.800" cy="8" r="1.300" /></symbol>
            <symbol id="i-wide" viewBox="0 0 14 14"><path class="k15" d="M8.200 2H12v3.800M12 2L8 6M5.800 12H2V8.200M2 12l4-4" /></symbol>
            <symbol id="i-narrow" viewBox="0 0 14 14"><path class="k15" d="M12 6H8.200V2M8.200 5.800L12 2M2 8h3.800v3.800M5.800 8.200L2 12" /></symbol>
            <symbol id="i-link" viewBox="0 0 14 14"><path class="k15" d="M5.800 8.200l2.400-2.400M6.400 3.800l1-1a2.700 2.700 0 013.800 3.800l-1 1M7.600 10.200l-1 1a2.700 2.700 0 01-3.800-3.800l1-1" /></symbol>
            <symbol id="i-clock" viewBox="0 0 14 14"><circle class="k15" cx="7" cy="7" r="5" /><path class="k15" d="M7 4.200V7l2 1.400" /></symbol>
            <symbol id="i-play" viewBox="0 0 16 16"><path class="solid" d="M4.500 2.400v11.200L13.500 8z" /></symbol>
            <symbol id="i-pause" viewBox="0 0 16 16"><path class="solid" d="M4 2.500h3v11H4zM9 2.500h3v11H9z" /></symbol>
            <symbol id="i-loop" viewBox="0 0 14 14"><path class="k15" d="M11.500 5.500A5 5 0 0 0 2.500 4.500M2.500 8.500a5 5 0 0 0 9 1M2.300 1.800v2.900h2.900M11.700 12.200V9.300H8.800" /></symbol>
            <symbol id="i-fit" viewBox="0 0 14 14"><path class="k15" d="M2 5V2h3M9 2h3v3M12 9v3H9M5 12H2V9" /></symbol>
            <symbol id="i-prev" viewBox="0 0 14 14"><path class="k17" d="M9 2L4 7l5 5" /></symbol>
            <symbol id="i-next" viewBox="0 0 14 14"><path class="k17" d="M5 2l5 5-5 5" /></symbol>
            <symbol id="i-prev-hook" viewBox="0 0 14 14"><path class="k17" d="M7 2L2 7l5 5M12 2L7 7l5 5" /></symbol>
            <symbol id="i-next-hook" viewBox="0 0 14 14"><path class="k17" d="M2 2l5 5-5 5M7 2l5 5-5 5" /></symbol>
            <symbol id="i-walk" viewBox="0 0 20 20"><path class="k18" d="M5 3v5c0 3 10 1 10 5v4" /><circle class="solid" cx="5" cy="3.600" r="2" /><circle class="solid" cx="15" cy="16.400" r="2" /></symbol>
            <symbol id="i-map" viewBox="0 0 20 20"><path class="k17" d="M2 14h16M6 14V8c0-2 1-3 3-3h2c2 0 3 1 3 3v6" /></symbol>
            <symbol id="i-paste" viewBox="0 0 20 20"><path class="k15" d="M6 4h8v13H6zM8 8h4M8 11h4M8 2.600h4v2.600H8z" /></symbol>
            <symbol id="i-host" viewBox="0 0 20 20"><path class="k15" d="M3 4h14v5H3zM3 11h14v5H3zM6 6.500h.1M6 13.500h.1" /></symbol>
        </defs></svg>
    }
}
