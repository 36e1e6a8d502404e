//! What `nft -j` prints, written as commands of nft: one line for each object, so that one reader knows the language.
//!
//! The words are those of `man libnftables-json`. What is not known becomes a word that the reader does not know.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// A line of commands, and which part of the JSON it is.
pub(super) struct Line<'j> {
    /// The command.
    pub(super) text: String,
    /// The object.
    pub(super) of: &'j RawValue,
}

/// The commands that a JSON text comes to, or a list of such texts; `None` where it is not nft's.
pub(super) fn lines(text: &str) -> Option<Vec<Line<'_>>> {
    #[derive(serde::Deserialize)]
    struct Whole<'j> {
        #[serde(borrow)]
        nftables: Vec<&'j RawValue>,
    }
    let wholes: Vec<Whole<'_>> = if text.starts_with('[') {
        serde_json::from_str(text).ok()?
    } else {
        vec![serde_json::from_str(text).ok()?]
    };
    let mut lines = Vec::new();
    for of in wholes.into_iter().flat_map(|w| w.nftables) {
        let Ok(Value::Object(object)) = serde_json::from_str(of.get()) else { continue };
        if let Some(text) = object.iter().next().and_then(|(name, value)| command(name, value)) {
            lines.push(Line { text, of });
        }
    }
    Some(lines)
}

/// A command, or an object that a listing shows.
fn command(name: &str, value: &Value) -> Option<String> {
    match name {
        "metainfo" => None,
        "add" | "create" | "insert" | "replace" | "delete" | "destroy" | "flush" | "rename"
        | "reset" | "list" => {
            let (kind, object) = value.as_object()?.iter().next()?;
            if kind == "ruleset" {
                return Some(format!("{name} ruleset"));
            }
            Some(added(name, kind, object.as_object()?))
        }
        kind => Some(added("add", kind, value.as_object()?)),
    }
}

/// The text of a member; empty where it is none.
fn str_of<'o>(object: &'o Map<String, Value>, name: &str) -> &'o str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn added(verb: &str, kind: &str, object: &Map<String, Value>) -> String {
    let family = str_of(object, "family");
    let (table, name) = (str_of(object, "table"), str_of(object, "name"));
    let place = format!("{verb} {kind} {family}");
    let takes = matches!(verb, "delete" | "destroy" | "flush" | "reset" | "list");
    match kind {
        "table" => {
            // nft 1.0.6 prints the family where a table's only flag stands.
            let flags = object.get("flags").map(|f| {
                let said = listed(f);
                let flags = if said == family { "dormant" } else { &*said };
                format!(" {{ flags {flags} }}")
            });
            format!("{place} {}{}", quoted(name), flags.unwrap_or_default())
        }
        "chain" => {
            let head = format!("{place} {} {}", quoted(table), quoted(name));
            if verb == "rename" {
                return format!("{head} {}", quoted(str_of(object, "newname")));
            }
            if takes || !object.contains_key("hook") {
                return head;
            }
            let device = match object.get("dev") {
                Some(Value::String(one)) => format!(" device {}", quoted(one)),
                Some(many @ Value::Array(_)) => format!(" devices = {{ {} }}", listed(many)),
                _ => String::new(),
            };
            let prio = object.get("prio").map_or_else(|| "0".to_owned(), expr);
            let policy = object.get("policy").and_then(Value::as_str);
            let policy = policy.map(|p| format!(" policy {p};")).unwrap_or_default();
            let (ty, hook) = (str_of(object, "type"), str_of(object, "hook"));
            format!("{head} {{ type {ty} hook {hook}{device} priority {prio};{policy} }}")
        }
        "rule" => rule(verb, family, object),
        "set" | "map" => {
            let head = format!("{place} {} {}", quoted(table), quoted(name));
            if takes { head } else { format!("{head} {{ {} }}", set(object)) }
        }
        "element" => {
            let elements = object.get("elem").map_or_else(String::new, elements);
            format!("{place} {} {} {{ {elements} }}", quoted(table), quoted(name))
        }
        _ if takes => format!("{place} {} {}", quoted(table), quoted(name)),
        "counter" => {
            let counts = counts(object);
            format!("{place} {} {} {{{counts} }}", quoted(table), quoted(name))
        }
        "quota" => {
            let over = if object.get("inv") == Some(&Value::Bool(true)) { "over " } else { "" };
            let number = |name| object.get(name).map_or_else(|| "0".to_owned(), expr);
            let (bytes, used) = (number("bytes"), number("used"));
            format!(
                "{place} {} {} {{ {over}{bytes} bytes used {used} bytes }}",
                quoted(table),
                quoted(name)
            )
        }
        "limit" => {
            format!("{place} {} {} {{ {} }}", quoted(table), quoted(name), limit(object))
        }
        "ct helper" => {
            let (ty, proto) = (str_of(object, "type"), str_of(object, "protocol"));
            let family = match str_of(object, "l3proto") {
                "" => String::new(),
                family => format!(" l3proto {family};"),
            };
            format!(
                "{place} {} {} {{ type {} protocol {proto};{family} }}",
                quoted(table),
                quoted(name),
                quoted(ty)
            )
        }
        "synproxy" => {
            format!("{place} {} {} {{ {} }}", quoted(table), quoted(name), synproxy(object))
        }
        _ => format!("{place} {} {} {{ }}", quoted(table), quoted(name)),
    }
}

fn rule(verb: &str, family: &str, object: &Map<String, Value>) -> String {
    let (table, chain) = (str_of(object, "table"), str_of(object, "chain"));
    let mut text = format!("{verb} rule {family} {} {}", quoted(table), quoted(chain));
    let handle = object.get("handle").and_then(Value::as_u64);
    if let (Some(handle), true) = (handle, matches!(verb, "delete" | "destroy" | "replace")) {
        text += &format!(" handle {handle}");
    }
    if let (Some(index), true) = (object.get("index").and_then(Value::as_u64), verb != "delete") {
        text += &format!(" index {index}");
    }
    for one in object.get("expr").and_then(Value::as_array).into_iter().flatten() {
        text.push(' ');
        text += &statement(one);
    }
    if let Some(comment) = object.get("comment").and_then(Value::as_str) {
        text += &format!(" comment {}", string(comment));
    }
    if let (Some(handle), true) = (handle, matches!(verb, "add" | "insert" | "create")) {
        text += &format!(" # handle {handle}");
    }
    text
}

fn set(object: &Map<String, Value>) -> String {
    let mut text = String::new();
    let types = |value: &Value| match value {
        Value::Array(parts) => {
            parts.iter().map(|p| p.as_str().unwrap_or_default()).collect::<Vec<_>>().join(" . ")
        }
        Value::String(one) => one.clone(),
        other => expr(other),
    };
    if let Some(ty) = object.get("type") {
        let of = ty.as_object().and_then(|o| o.get("typeof"));
        let word = if of.is_some() { "typeof" } else { "type" };
        text += &format!("{word} {}", of.map_or_else(|| types(ty), expr));
        if let Some(map) = object.get("map") {
            let data = map.as_object().and_then(|o| o.get("typeof"));
            text += &format!(" : {}", data.map_or_else(|| types(map), expr));
        }
        text += "; ";
    }
    if let Some(flags) = object.get("flags") {
        text += &format!("flags {}; ", listed(flags));
    }
    for name in ["timeout", "gc-interval"] {
        if let Some(n) = object.get(name).and_then(Value::as_u64) {
            text += &format!("{name} {n}s; ");
        }
    }
    if let Some(size) = object.get("size").and_then(Value::as_u64) {
        text += &format!("size {size}; ");
    }
    if object.get("auto-merge") == Some(&Value::Bool(true)) {
        text += "auto-merge; ";
    }
    for one in object.get("stmt").and_then(Value::as_array).into_iter().flatten() {
        text += &format!("{}; ", statement(one));
    }
    if let Some(elem) = object.get("elem") {
        text += &format!("elements = {{ {} }}; ", elements(elem));
    }
    text
}

/// Elements, those of a map as pairs.
fn elements(value: &Value) -> String {
    let one = |value: &Value| match value {
        Value::Array(pair) if pair.len() == 2 => format!("{} : {}", expr(&pair[0]), data(&pair[1])),
        other => expr(other),
    };
    match value {
        Value::Array(many) => many.iter().map(one).collect::<Vec<_>>().join(", "),
        other => one(other),
    }
}

/// What a map holds for a key: a verdict or a value.
fn data(value: &Value) -> String {
    match value.as_object().and_then(|o| o.iter().next()).map(|(w, v)| (w.as_str(), v)) {
        Some((word @ ("accept" | "drop" | "continue" | "return"), _)) => word.to_owned(),
        Some((word @ ("jump" | "goto"), to)) => {
            let target = to.as_object().map_or("", |o| str_of(o, "target"));
            format!("{word} {}", quoted(target))
        }
        _ => expr(value),
    }
}

/// Words behind commas.
fn listed(value: &Value) -> String {
    match value {
        Value::Array(many) => many.iter().map(expr).collect::<Vec<_>>().join(","),
        other => expr(other),
    }
}

/// A string between quotes, which nft has no way to put into one.
fn string(text: &str) -> String {
    format!("\"{}\"", text.replace(['"', '\n'], "'"))
}

/// A name, quoted where it would not be one word.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts && text.chars().all(plain) { text.to_owned() } else { string(text) }
}

/// An expression.
fn expr(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "exists".to_owned(),
        Value::Bool(false) => "missing".to_owned(),
        Value::Number(n) => n.to_string(),
        Value::String(text) => match text.strip_prefix('@') {
            Some(name) => format!("@{}", quoted(name)),
            None if text == "*" => "*".to_owned(),
            None => word(text),
        },
        // Bits side by side.
        Value::Array(many) => many.iter().map(expr).collect::<Vec<_>>().join(","),
        Value::Object(object) => {
            object.iter().next().map_or_else(String::new, |(name, value)| of_object(name, value))
        }
    }
}

/// A constant, quoted where it would not be one word.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:*".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { string(text) }
}

fn of_object(name: &str, value: &Value) -> String {
    let object = value.as_object().cloned().unwrap_or_default();
    let member = |name: &str| object.get(name).map_or_else(String::new, expr);
    let list = || value.as_array().map_or(&[][..], Vec::as_slice);
    match name {
        "payload" => match object.get("base") {
            Some(base) => format!("@{},{},{}", expr(base), member("offset"), member("len")),
            None => format!("{} {}", str_of(&object, "protocol"), str_of(&object, "field")),
        },
        "exthdr" => match object.get("field") {
            Some(field) => format!("{} {}", str_of(&object, "name"), expr(field)),
            None => format!("exthdr {}", str_of(&object, "name")),
        },
        "tcp option" | "ip option" | "dccp option" | "sctp chunk" => {
            format!("{name} {} {}", member("name"), member("field"))
        }
        "meta" => format!("meta {}", str_of(&object, "key")),
        "ct" => {
            let (dir, family) = (str_of(&object, "dir"), str_of(&object, "family"));
            format!("ct {dir} {family} {}", str_of(&object, "key"))
        }
        "rt" => format!("rt {} {}", str_of(&object, "family"), str_of(&object, "key")),
        "socket" => format!("socket {}", str_of(&object, "key")),
        "fib" => {
            let flags = match object.get("flags") {
                Some(Value::Array(many)) => many.iter().map(expr).collect::<Vec<_>>().join(" . "),
                Some(one) => expr(one),
                None => String::new(),
            };
            format!("fib {flags} {}", str_of(&object, "result"))
        }
        "numgen" => {
            let offset = object.get("offset").and_then(Value::as_u64).unwrap_or(0);
            format!("numgen {} mod {} offset {offset}", str_of(&object, "mode"), member("mod"))
        }
        "jhash" => {
            let seed = object.get("seed").map(|s| format!(" seed {}", expr(s)));
            let offset = object.get("offset").map(|o| format!(" offset {}", expr(o)));
            let of = member("expr");
            let (seed, offset) = (seed.unwrap_or_default(), offset.unwrap_or_default());
            format!("jhash {of} mod {}{seed}{offset}", member("mod"))
        }
        "symhash" => {
            let offset = object.get("offset").and_then(Value::as_u64).unwrap_or(0);
            format!("symhash mod {} offset {offset}", member("mod"))
        }
        "prefix" => format!("{}/{}", member("addr"), member("len")),
        "range" => list().iter().map(expr).collect::<Vec<_>>().join("-"),
        "concat" => list().iter().map(expr).collect::<Vec<_>>().join(" . "),
        "set" => format!("{{ {} }}", elements(value)),
        "map" => {
            let data = object.get("data").map_or_else(String::new, expr);
            format!("{} map {data}", member("key"))
        }
        "elem" => {
            let mut text = member("val");
            for name in ["timeout", "expires"] {
                if let Some(n) = object.get(name).and_then(Value::as_u64) {
                    text += &format!(" {name} {n}s");
                }
            }
            if let Some(Value::Object(counter)) = object.get("counter") {
                text += &format!(" counter{}", counts(counter));
            }
            if let Some(comment) = object.get("comment").and_then(Value::as_str) {
                text += &format!(" comment {}", string(comment));
            }
            text
        }
        "|" | "&" | "^" | "<<" | ">>" => {
            let mut parts = Vec::new();
            joined(name, value, &mut parts);
            format!("({})", parts.join(&format!(" {name} ")))
        }
        "accept" | "drop" | "continue" | "return" | "jump" | "goto" => {
            let (name, value) = (name.to_owned(), value.clone());
            data(&Value::Object(Map::from_iter([(name, value)])))
        }
        other => format!("{other} {}", expr(value)),
    }
}

/// The operands of a sign, those of the same sign within them in line.
fn joined(sign: &str, value: &Value, parts: &mut Vec<String>) {
    for (n, one) in value.as_array().into_iter().flatten().enumerate() {
        match one.as_object().and_then(|o| o.get(sign)) {
            Some(inner) if n == 0 || sign == "|" => joined(sign, inner, parts),
            // Bits side by side are one operand.
            None if one.is_array() => parts.push(format!("({})", expr(one).replace(',', " | "))),
            _ => parts.push(expr(one)),
        }
    }
}

fn counts(object: &Map<String, Value>) -> String {
    let number = |name| object.get(name).and_then(Value::as_u64);
    match (number("packets"), number("bytes")) {
        (Some(packets), Some(bytes)) => format!(" packets {packets} bytes {bytes}"),
        _ => String::new(),
    }
}

fn limit(object: &Map<String, Value>) -> String {
    let unit = |name: &str| match str_of(object, name) {
        "" | "packets" => "",
        unit => unit,
    };
    let number = |name: &str| object.get(name).and_then(Value::as_u64);
    let over = if object.get("inv") == Some(&Value::Bool(true)) { "over " } else { "" };
    let per = if str_of(object, "per").is_empty() { "second" } else { str_of(object, "per") };
    let rate = number("rate").unwrap_or_default();
    let mut text = format!("rate {over}{rate} {}/{per}", unit("rate_unit"));
    if let Some(burst) = number("burst").filter(|b| *b > 0) {
        let unit = if unit("burst_unit").is_empty() { "packets" } else { unit("burst_unit") };
        text += &format!(" burst {burst} {unit}");
    }
    text
}

fn synproxy(object: &Map<String, Value>) -> String {
    let mut text = String::new();
    for name in ["mss", "wscale"] {
        if let Some(n) = object.get(name).and_then(Value::as_u64) {
            text += &format!("{name} {n} ");
        }
    }
    match object.get("flags") {
        Some(Value::Array(flags)) => flags.iter().for_each(|f| text += &format!("{} ", expr(f))),
        Some(flag) => text += &expr(flag),
        None => {}
    }
    text
}

fn statement(value: &Value) -> String {
    if let Some(word) = value.as_str() {
        return word.to_owned();
    }
    let Some((name, value)) = value.as_object().and_then(|o| o.iter().next()) else {
        return String::new();
    };
    let object = value.as_object().cloned().unwrap_or_default();
    let member = |name: &str| object.get(name).map_or_else(String::new, expr);
    match name.as_str() {
        "accept" | "drop" | "continue" | "return" | "jump" | "goto" => {
            let (name, value) = (name.clone(), value.clone());
            data(&Value::Object(Map::from_iter([(name, value)])))
        }
        "match" => {
            let op = str_of(&object, "op");
            let op = if op == "in" { "" } else { op };
            format!("{} {op} {}", member("left"), member("right"))
        }
        "counter" | "limit" | "quota" | "synproxy" if value.get("map").is_some() => {
            format!("{name} name {}", expr(value))
        }
        "counter" => match value.as_str() {
            Some(named) => format!("counter name {}", string(named)),
            None => format!("counter{}", counts(&object)),
        },
        "limit" => match value.as_str() {
            Some(named) => format!("limit name {}", string(named)),
            None => format!("limit {}", limit(&object)),
        },
        "quota" => {
            if let Some(named) = value.as_str() {
                format!("quota name {}", string(named))
            } else {
                let over = if object.get("inv") == Some(&Value::Bool(true)) { "over " } else { "" };
                let used = object.get("used").and_then(Value::as_u64).unwrap_or(0);
                let unit = |name| match str_of(&object, name) {
                    "" => "bytes",
                    unit => unit,
                };
                let (val, val_unit, used_unit) =
                    (member("val"), unit("val_unit"), unit("used_unit"));
                format!("quota {over}{val} {val_unit} used {used} {used_unit}")
            }
        }
        "mangle" => format!("{} set {}", member("key"), member("value")),
        "vmap" => format!("{} vmap {}", member("key"), member("data")),
        "ct count" => {
            let over = if object.get("inv") == Some(&Value::Bool(true)) { "over " } else { "" };
            format!("ct count {over}{}", member("val"))
        }
        "ct helper" | "ct timeout" | "ct expectation" => format!("{name} set {}", expr(value)),
        "log" => {
            let mut text = "log".to_owned();
            if let Some(prefix) = object.get("prefix").and_then(Value::as_str) {
                text += &format!(" prefix {}", string(prefix));
            }
            for name in ["level", "group", "snaplen", "queue-threshold"] {
                if object.contains_key(name) {
                    text += &format!(" {name} {}", member(name));
                }
            }
            if let Some(flags) = object.get("flags") {
                text += &format!(" flags {}", listed(flags).replace('"', ""));
            }
            text
        }
        "reject" => match (str_of(&object, "type"), object.get("expr")) {
            ("", _) => "reject".to_owned(),
            ("tcp reset", _) => "reject with tcp reset".to_owned(),
            (ty, Some(code)) => format!("reject with {ty} {}", expr(code)),
            (ty, None) => format!("reject with {ty} port-unreachable"),
        },
        "snat" | "dnat" | "masquerade" | "redirect" => {
            let mut text = name.clone();
            let family = str_of(&object, "family");
            if object.contains_key("addr") && !family.is_empty() {
                text += &format!(" {family}");
            }
            let prefix = object.get("type_flags").is_some_and(|f| listed(f).contains("prefix"));
            if prefix {
                text += " prefix";
            }
            let addr = member("addr");
            // An address of IPv6 before a port stands in brackets.
            let bare = addr.contains(':') && !addr.contains(' ');
            let addr = if bare { format!("[{}]", addr.replace('-', "]-[")) } else { addr };
            let port = object.get("port").map(|p| format!(":{}", expr(p))).unwrap_or_default();
            if !(addr.is_empty() && port.is_empty()) {
                text += &format!(" to {addr}{port}");
            }
            if let Some(flags) = object.get("flags") {
                // `netmap` is what `prefix` says.
                let flags = listed(flags);
                let flags: Vec<_> = flags.split(',').filter(|f| *f != "netmap").collect();
                text += &format!(" {}", flags.join(","));
            }
            text
        }
        "tproxy" => {
            let (family, addr) = (str_of(&object, "family"), member("addr"));
            let addr = if addr.contains(':') { format!("[{addr}]") } else { addr };
            let port = object.get("port").map(|p| format!(":{}", expr(p))).unwrap_or_default();
            let family = if addr.is_empty() { "" } else { family };
            format!("tproxy {family} to {addr}{port}")
        }
        "synproxy" => match value.as_str() {
            Some(named) => format!("synproxy name {}", string(named)),
            None => format!("synproxy {}", synproxy(&object)),
        },
        "dup" => {
            let dev = object.get("dev").map(|d| format!(" device {}", expr(d)));
            match object.get("addr") {
                Some(addr) => format!("dup to {}{}", expr(addr), dev.unwrap_or_default()),
                None => format!("dup to {}", member("dev")),
            }
        }
        "fwd" => match object.get("addr") {
            Some(addr) => {
                let family = str_of(&object, "family");
                format!("fwd {family} to {} device {}", expr(addr), member("dev"))
            }
            None => format!("fwd to {}", member("dev")),
        },
        "queue" => {
            let flags = object.get("flags").map(|f| format!(" {}", listed(f)));
            format!("queue num {}{}", member("num"), flags.unwrap_or_default())
        }
        "set" | "map" => {
            let op = if object.contains_key("op") { str_of(&object, "op") } else { "add" };
            let mut inner = member("elem");
            for one in object.get("stmt").and_then(Value::as_array).into_iter().flatten() {
                inner += &format!(" {}", statement(one));
            }
            if object.contains_key("data") {
                inner += &format!(" : {}", member("data"));
            }
            let named = if name == "set" { member("set") } else { member("map") };
            format!("{op} {named} {{ {inner} }}")
        }
        "meter" => {
            let size = object.get("size").map(|s| format!(" size {}", expr(s))).unwrap_or_default();
            let stmt = object.get("stmt").map(statement).unwrap_or_default();
            format!(
                "meter {}{size} {{ {} {stmt} }}",
                quoted(str_of(&object, "name")),
                member("key")
            )
        }
        "flow" => format!("flow add {}", member("flowtable")),
        "xt" => format!("xt {} {}", str_of(&object, "type"), string(str_of(&object, "name"))),
        "last" | "notrack" => name.clone(),
        other => format!("{other} {}", string(&value.to_string())),
    }
}
