//! Numbers and ranges as the header matches write them: `5`, `5:9`, `5:`, and `spi:5`, `spis:!5:9` where
//! they are listed. A range whose end lies before its start is taken as it stands: it holds nothing.

use super::extension::{Given, Wrong};
use crate::value::{self, Piece, lead};
use chainwalk_model::{Expected, Inv, Range};

/// Every number.
const ALL: Range<u32> = Range { first: 0, last: u32::MAX };

/// `a`, `a:b`, `a:`, `:b`.
pub(super) fn spread(i: &str) -> Piece<'_, Range<u32>> {
    let (rest, first) = match value::u32n(i) {
        Ok((rest, n)) => (rest, Some(n)),
        Err(_) => (i, None),
    };
    let Some(behind) = rest.strip_prefix(':') else {
        return first.map_or_else(|| value::fail(i), |n| Ok((rest, Range { first: n, last: n })));
    };
    let (rest, last) = value::u32n(behind).unwrap_or((behind, u32::MAX));
    Ok((rest, Range { first: first.unwrap_or(0), last }))
}

/// A range that an option asks for; one that every number lies in asks nothing.
pub(super) fn given_spread(
    given: &Given<'_>,
    name: &str,
) -> Result<Option<Inv<Range<u32>>>, Wrong> {
    Ok(given.value(name, spread, Expected::Number)?.filter(|r| r.not || r.value != ALL))
}

/// A number that an option asks for.
pub(super) fn given_number(given: &Given<'_>, name: &str) -> Result<Option<Inv<u32>>, Wrong> {
    given.value(name, value::u32n, Expected::Number)
}

/// `spi:5`, `spi:!5`, `spis:5:9`, with `name` `spi`.
pub(super) fn listed_spread<'a>(name: &'static str, i: &'a str) -> Piece<'a, Inv<Range<u32>>> {
    let (i, ()) = lead(name)(i)?;
    let (i, ()) = lead(":")(i.strip_prefix('s').unwrap_or(i))?;
    let (i, not) = value::bang(i)?;
    let (i, value) = spread(i)?;
    Ok((i, Inv { not, value }))
}

/// `length:8`, `length:!8`, with `name` `length`.
pub(super) fn listed_number<'a>(name: &'static str, i: &'a str) -> Piece<'a, Inv<u32>> {
    let (i, ()) = lead(name)(i)?;
    let (i, ()) = lead(":")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, value) = value::u32n(i)?;
    Ok((i, Inv { not, value }))
}

/// What a listing may say next, and the rest; nothing is taken where it does not.
pub(super) fn maybe<'a, T>(
    i: &'a str,
    piece: impl FnOnce(&'a str) -> Piece<'a, T>,
) -> (&'a str, Option<T>) {
    match piece(i) {
        Ok((rest, value)) => (rest, Some(value)),
        Err(_) => (i, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_may_be_open_and_run_backwards() {
        let range = |first, last| Some(Range { first, last });
        assert_eq!(value::whole(spread, "0x10"), range(16, 16));
        assert_eq!(value::whole(spread, "5:"), range(5, u32::MAX));
        assert_eq!(value::whole(spread, ":5"), range(0, 5));
        assert_eq!(value::whole(spread, "9:5"), range(9, 5));
        assert_eq!(value::whole(spread, "x"), None);
    }
}
