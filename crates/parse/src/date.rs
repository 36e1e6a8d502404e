//! Dates and times of day in ISO 8601, by the Gregorian calendar and without leap seconds.

const DAY: u64 = 86_400;

/// `YYYY[-MM[-DD[Thh[:mm[:ss]]]]]` as seconds since 1970. A `Z` at the end says UTC, which it is anyway.
pub(crate) fn read(text: &str) -> Option<u64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = text.split_once('T').map_or((text, None), |(d, t)| (d, Some(t)));
    let mut parts = date.split('-');
    let year = number(parts.next()?, 1970, 9999)?;
    let month = parts.next().map_or(Some(1), |m| number(m, 1, 12))?;
    let day = parts.next();
    if parts.next().is_some() || (time.is_some() && day.is_none()) {
        return None;
    }
    let day = day.map_or(Some(1), |d| number(d, 1, month_days(year, month)))?;
    let seconds = time.map_or(Some(0), daytime)?;
    Some(days(year, month, day) * DAY + u64::from(seconds))
}

/// `hh[:mm[:ss]]` as seconds of the day.
pub(crate) fn daytime(text: &str) -> Option<u32> {
    let mut parts = text.split(':');
    let hour = number(parts.next()?, 0, 23)?;
    let minute = parts.next().map_or(Some(0), |m| number(m, 0, 59))?;
    let second = parts.next().map_or(Some(0), |s| number(s, 0, 59))?;
    parts.next().is_none().then_some((hour * 3600 + minute * 60 + second) as u32)
}

/// `2007-12-24T00:00:00`.
pub(crate) fn text(seconds: u64) -> String {
    let (mut year, mut day) = (1970, seconds / DAY);
    while day >= year_days(year) {
        day -= year_days(year);
        year += 1;
    }
    let mut month = 1;
    while day >= month_days(year, month) {
        day -= month_days(year, month);
        month += 1;
    }
    let time = daytime_text((seconds % DAY) as u32);
    format!("{year}-{month:02}-{:02}T{time}", day + 1)
}

/// `23:59:59`.
pub(crate) fn daytime_text(seconds: u32) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn number(text: &str, least: u64, most: u64) -> Option<u64> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|n| digits && (least..=most).contains(n))
}

fn days(year: u64, month: u64, day: u64) -> u64 {
    let years: u64 = (1970..year).map(year_days).sum();
    let months: u64 = (1..month).map(|m| month_days(year, m)).sum();
    years + months + day - 1
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn year_days(year: u64) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn month_days(year: u64, month: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_and_its_seconds_say_the_same() {
        for (date, seconds) in [
            ("1970-01-01T00:00:00", 0),
            ("2000-02-29T12:00:00", 951_825_600),
            ("2026-11-22T10:00:00", 1_795_341_600),
            ("2038-01-19T03:14:07", 0x7fff_ffff),
        ] {
            assert_eq!(read(date), Some(seconds), "{date}");
            assert_eq!(text(seconds), date);
        }
        assert_eq!(read("2007"), read("2007-01-01T00:00:00Z"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for bad in [
            "",
            "1969",
            "2007-13",
            "2007-02-29",
            "2007-1T5",
            "2007-01-01T24",
            "12345",
            "2007-01-01-1",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!((daytime("6:3"), daytime("23:59:60")), (Some(21_780), None));
    }
}
