//! A case as it is written in JSON, and why a text is none.

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::fmt;
use std::net::IpAddr;

/// Why a text is no case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseError {
    /// The field, as a path (`packets[2].dport`); empty for the whole.
    pub at: String,
    /// What is wrong with it, in the words of the JSON reader or as the text found there.
    pub found: String,
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at.as_str() {
            "" => f.write_str(&self.found),
            at => write!(f, "{at}: {}", self.found),
        }
    }
}

impl std::error::Error for CaseError {}

impl CaseError {
    /// The same of a case that holds, in that field, what the error is of.
    pub(super) fn within(self, field: &str) -> Self {
        let at = if self.at.is_empty() { field.to_owned() } else { format!("{field}.{}", self.at) };
        Self { at, ..self }
    }
}

pub(super) fn wrong(at: impl Into<String>, found: impl fmt::Display) -> CaseError {
    CaseError { at: at.into(), found: found.to_string() }
}

/// A line of cases with its packets apart: they may be very many, and are read one by one.
#[derive(Deserialize)]
pub(super) struct Line<'a> {
    /// The case itself, where the line tells more of it.
    #[serde(borrow)]
    pub(super) case: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) packets: Vec<&'a RawValue>,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Lines {
    One(String),
    Many(Vec<String>),
}

impl Default for Lines {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Lines {
    pub(super) fn into_lines(self) -> Vec<String> {
        match self {
            Self::One(text) => text.lines().map(str::to_owned).collect(),
            Self::Many(lines) => lines,
        }
    }

    pub(super) fn into_text(self) -> String {
        match self {
            Self::One(text) => text,
            Self::Many(lines) => lines.join("\n"),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Rules {
    Save(String),
    Tables(Map<String, Value>),
}

pub(super) enum Scalar {
    Bool(bool),
    Number(i64),
    Text(String),
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a truth, a whole number or a text")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar::Number(value))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Scalar, E> {
                let unexpected = |_| E::invalid_value(Unexpected::Unsigned(value), &self);
                i64::try_from(value).map(Scalar::Number).map_err(unexpected)
            }

            fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(value.to_owned()))
            }
        }
        from.deserialize_any(Any)
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => write!(f, "{}", u8::from(*b)),
            Self::Number(n) => write!(f, "{n}"),
            Self::Text(t) => f.write_str(t),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Iface {
    pub(super) name: String,
    #[serde(default)]
    pub(super) addrs: Vec<String>,
    pub(super) mtu: Option<u32>,
    pub(super) group: Option<u32>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) ports: Vec<String>,
    #[serde(default)]
    pub(super) hairpin: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Listener {
    pub(super) proto: String,
    pub(super) addr: Option<IpAddr>,
    pub(super) port: u16,
    #[serde(default)]
    pub(super) transparent: bool,
}

/// The case as it is written. Fields about how it was made are passed over.
#[derive(Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    pub(super) id: Value,
    pub(super) interfaces: Option<Vec<Iface>>,
    #[serde(default)]
    pub(super) routes: Vec<String>,
    #[serde(default)]
    pub(super) ip_rules: Vec<String>,
    #[serde(default)]
    pub(super) sysctls: Map<String, Value>,
    pub(super) ipsets: Option<Lines>,
    pub(super) rules: Option<Rules>,
    pub(super) rules6: Option<Rules>,
    pub(super) nft: Option<Lines>,
    #[serde(default)]
    pub(super) bridge_hosts: Map<String, Value>,
    #[serde(default)]
    pub(super) listen: Vec<Listener>,
    pub(super) conntrack: Option<bool>,
    pub(super) clock: Option<u64>,
    pub(super) local_stack: Option<String>,
    pub(super) paste: Option<Lines>,
    #[serde(default)]
    pub(super) assume: Vec<String>,
    #[serde(default)]
    pub(super) packets: Vec<Value>,
}
