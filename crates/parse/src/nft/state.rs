//! What keeps a state: counters, limits, quotas, numbers of flows.

use super::cursor::Read;
use super::reader::Reader;
use chainwalk_model::nft::{Limit, Stateful};
use chainwalk_model::{Count, Counters, Expected};

/// A limit of which nothing is known.
pub(super) fn no_limit() -> Limit {
    Limit { rate: 0, per_s: 1, burst: 5, bytes: false, over: false }
}

/// How many bytes a unit has.
fn unit(word: &str) -> Option<u64> {
    Some(match word {
        "bytes" | "byte" => 1,
        "kbytes" => 1 << 10,
        "mbytes" => 1 << 20,
        "gbytes" => 1 << 30,
        _ => return None,
    })
}

impl Reader<'_, '_> {
    /// `counter`, `limit rate …`, `quota …`, `ct count …`, `last`.
    pub(super) fn stateful(&mut self) -> Read<Stateful> {
        let word = self.cur.word();
        self.cur.at += 1;
        match word {
            "counter" => self.counts().map(Stateful::Counter),
            "limit" => self.limit().map(Stateful::Limit),
            "quota" => self.quota(),
            "ct" => {
                self.cur.need("count")?;
                let over = self.cur.eat("over");
                Ok(Stateful::Count { most: self.cur.number()? as u32, over })
            }
            "last" => {
                if self.cur.eat("used") && !self.cur.eat("never") {
                    self.time()?;
                }
                Ok(Stateful::Last)
            }
            _ => {
                self.cur.at -= 1;
                Err(self.cur.wrong(Expected::Literal("counter".into())))
            }
        }
    }

    /// `packets 1 bytes 60`, where it stands there.
    pub(super) fn counts(&mut self) -> Read<Option<Counters>> {
        if !self.cur.eat("packets") {
            return Ok(None);
        }
        let count = |value| Count { value, unit: 1 };
        let packets = count(self.cur.number()?);
        self.cur.need("bytes")?;
        Ok(Some(Counters { packets, bytes: count(self.cur.number()?) }))
    }

    /// What stands behind `limit`, or in the braces of a named one.
    pub(super) fn limit(&mut self) -> Read<Limit> {
        self.cur.eat("rate");
        let over = self.cur.eat("over");
        self.cur.eat("until");
        let mut rate = self.cur.number()?;
        // `bytes/hour` is one word.
        let word = self.cur.word();
        let (word, joined) = word.split_once('/').map_or((word, None), |(w, per)| (w, Some(per)));
        let bytes = unit(word).is_some();
        if let Some(n) = unit(word) {
            rate = rate.saturating_mul(n);
        }
        self.cur.at += usize::from(bytes || word == "packets");
        let per = if let Some(per) = joined {
            per
        } else {
            self.cur.need_sign("/")?;
            self.cur.at += 1;
            self.cur.word_at(self.cur.at - 1)
        };
        let per_s = match per {
            "second" => 1,
            "minute" => 60,
            "hour" => 3_600,
            "day" => 86_400,
            "week" => 604_800,
            _ => {
                self.cur.at -= 1;
                return Err(self.cur.wrong(Expected::Rate));
            }
        };
        let mut burst = if bytes { 0 } else { 5 };
        if self.cur.eat("burst") {
            burst = self.cur.number()?;
            match unit(self.cur.word()) {
                Some(n) => {
                    burst = burst.saturating_mul(n);
                    self.cur.at += 1;
                }
                None => _ = self.cur.eat("packets"),
            }
        }
        Ok(Limit { rate, per_s, burst, bytes, over })
    }

    /// What stands behind `quota`, or in the braces of a named one.
    pub(super) fn quota(&mut self) -> Read<Stateful> {
        let over = self.cur.eat("over");
        self.cur.eat("until");
        let bytes = self.bytes()?;
        let used = if self.cur.eat("used") { self.bytes()? } else { 0 };
        Ok(Stateful::Quota { bytes, used, over })
    }

    fn bytes(&mut self) -> Read<u64> {
        let n = self.cur.number()?;
        let Some(weight) = unit(self.cur.word()) else {
            return Err(self.cur.wrong(Expected::Literal("bytes".into())));
        };
        self.cur.at += 1;
        Ok(n.saturating_mul(weight))
    }
}
