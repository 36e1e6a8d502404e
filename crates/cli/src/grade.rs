//! `chainwalk grade`.

use chainwalk::Promised;
use chainwalk::view::steers;
use chainwalk_take::Lesson;
use chainwalk_take::lesson::{Found, Grade, HandIn, Score, grade};
use serde_json::{Value, json};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// What `grade` was asked to do.
pub(crate) struct Wanted<'a> {
    /// The lesson.
    pub(crate) lesson: &'a str,
    /// The hand-ins.
    pub(crate) hand_ins: &'a [String],
    /// Whether to print comma-separated values.
    pub(crate) csv: bool,
    /// Whether to print JSON.
    pub(crate) json: bool,
}

/// A hand-in, and what became of it.
struct Row {
    file: String,
    who: String,
    step: String,
    guessed: String,
    /// The number of the step, so that steps stand in the lesson's order.
    number: usize,
    grade: Grade,
}

/// The columns; a program may look for them by these names, so they are the same in every language.
const COLUMNS: [&str; 10] =
    ["who", "step", "goals", "met", "lets_in", "shuts_out", "commands", "par", "guessed", "note"];

/// Replays hand-ins on the lesson's own hosts, and prints them as a table.
pub(crate) fn run(wanted: &Wanted) -> io::Result<u8> {
    let named = |path: &str, e: io::Error| io::Error::new(e.kind(), format!("{path}: {e}"));
    let text = fs::read_to_string(wanted.lesson).map_err(|e| named(wanted.lesson, e))?;
    let (lesson, problems) = Lesson::read(&text);
    if let Some(problem) =
        problems.iter().find(|p| !p.found.is_warning() && p.found != Found::NoName)
    {
        let why = crate::lesson::sentence(&problem.found);
        return Err(io::Error::other(format!("{}:{}: {why}", wanted.lesson, problem.line)));
    }
    let mut rows = Vec::new();
    for path in wanted.hand_ins {
        // A hand-in of no text is a row of the table, too.
        let bytes = fs::read(path).map_err(|e| named(path, e))?;
        let hand_in = HandIn::read(&String::from_utf8_lossy(&bytes));
        let grade = grade(&lesson, hand_in.as_ref());
        let HandIn { who, step, guessed, .. } = hand_in.unwrap_or_default();
        let file = Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let number = lesson.step(&step).map_or(usize::MAX, |(number, _)| number);
        let [file, who, step, guessed] = [file, who, step, guessed].map(|text| plain(&text));
        rows.push(Row { file, who, step, guessed, number, grade });
    }
    rows.sort_by_cached_key(Row::rank);
    let mut out = crate::out::stdout();
    if wanted.json {
        let rows: Vec<Value> = rows.iter().map(|row| row.json(&lesson)).collect();
        writeln!(out, "{}", json!({ "lesson": lesson.name, "hand_ins": rows }))?;
    } else if wanted.csv {
        writeln!(out, "{}", COLUMNS.join(","))?;
        for row in &rows {
            writeln!(out, "{}", row.cells(&lesson).map(|cell| quoted(&cell)).join(","))?;
        }
    } else {
        table(&mut out, &lesson, &rows)?;
    }
    Ok(rows.iter().map(Row::exit).max().unwrap_or(0))
}

impl Row {
    fn score(&self) -> Option<&Score> {
        match &self.grade {
            Grade::Replayed { score, .. } => Some(score),
            _ => None,
        }
    }

    /// Those that are solved first, then by the rules of golf; what is no hand-in last.
    fn rank(&self) -> (usize, bool, bool, (usize, usize), String, String) {
        let score = self.score();
        let solved = score.is_some_and(Score::is_solved);
        let golf = score.map(Score::golf).unwrap_or_default();
        (self.number, score.is_none(), !solved, golf, self.who.clone(), self.file.clone())
    }

    fn exit(&self) -> u8 {
        match self.score() {
            Some(score) if score.is_solved() => 0,
            Some(score) if score.depends() => 2,
            _ => 3,
        }
    }

    /// What there is to say beside the numbers.
    fn note(&self) -> String {
        match &self.grade {
            Grade::NoHandIn => {
                "no hand-in: a case that names a lesson and a step was expected".into()
            }
            Grade::OtherLesson(name) => format!("of the lesson “{}”", plain(name)),
            Grade::NoSuchStep(name) => format!("the lesson has no step “{}”", plain(name)),
            Grade::Replayed { score, other_paste, other_facts } => {
                let unread = match score.unread.len() {
                    1 => "1 command can't be read".to_owned(),
                    many => format!("{many} commands can't be read"),
                };
                let notes = [
                    (*other_paste, "its paste is another, and was not used"),
                    (*other_facts, "its facts are not allowed, and were not used"),
                    (score.depends(), "a goal depends"),
                    (!score.unread.is_empty(), unread.as_str()),
                ];
                let notes = notes.into_iter().filter(|(is, _)| *is).map(|(_, note)| note);
                notes.collect::<Vec<_>>().join("; ")
            }
        }
    }

    /// A cell for each of the columns; what means nothing while goals are missed is a dash.
    fn cells(&self, lesson: &Lesson) -> [String; 10] {
        let who = if self.who.is_empty() { self.file.clone() } else { self.who.clone() };
        let dash = || "−".to_owned();
        let score = self.score();
        let of = |tell: &dyn Fn(&Score) -> usize| score.map_or_else(dash, |s| tell(s).to_string());
        let solved = score.filter(|score| score.is_solved());
        let golf =
            |tell: &dyn Fn(&Score) -> usize| solved.map_or_else(dash, |s| tell(s).to_string());
        let par = lesson.step(&self.step).map(|(_, step)| step.solution.edits.len().to_string());
        [
            who,
            self.step.clone(),
            of(&|score| score.goals.len()),
            of(&|score| score.goals.iter().filter(|goal| goal.is_met()).count()),
            golf(&|score| score.beyond.let_in),
            golf(&|score| score.beyond.shut_out),
            golf(&|score| score.commands),
            par.filter(|_| score.is_some()).unwrap_or_else(dash),
            self.guessed.clone(),
            self.note(),
        ]
    }

    fn json(&self, lesson: &Lesson) -> Value {
        let score = self.score().map(|score| {
            let goals = score.goals.iter().map(|goal: &Promised| {
                json!({ "wanted": goal.then, "now": goal.now, "met": goal.is_met(), "depends": goal.depends() })
            });
            json!({
                "solved": score.is_solved(),
                "goals": goals.collect::<Vec<_>>(),
                "lets_in": score.beyond.let_in,
                "shuts_out": score.beyond.shut_out,
                "commands": score.commands,
                "characters": score.characters,
            })
        });
        let par = lesson.step(&self.step).map(|(_, step)| step.solution.edits.len());
        json!({
            "file": self.file, "who": self.who, "step": self.step, "guessed": self.guessed,
            "par": par, "score": score, "note": self.note(),
        })
    }
}

/// Who wrote a file may have put anything into it: what steers a terminal is shown as U+FFFD.
fn plain(text: &str) -> String {
    let harms = |c: char| steers(c) || c.is_control() || matches!(c, '\u{200e}'..='\u{200f}');
    text.replace(harms, "\u{fffd}")
}

/// A cell of comma-separated values, which no program takes for a formula.
fn quoted(cell: &str) -> String {
    let cell = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

fn table(out: &mut impl Write, lesson: &Lesson, rows: &[Row]) -> io::Result<()> {
    const HEADS: [&str; 9] =
        ["who", "step", "goals", "lets in", "shuts out", "commands", "par", "first guess", "note"];
    let mut lines = vec![HEADS.map(str::to_owned)];
    for row in rows {
        let [who, step, goals, met, lets_in, shuts_out, commands, par, guessed, note] =
            row.cells(lesson);
        let goals = if goals == "−" { goals } else { format!("{met} of {goals}") };
        lines.push([who, step, goals, lets_in, shuts_out, commands, par, guessed, note]);
    }
    let wide = |text: &str| {
        text.chars()
            .map(|c| if ('\u{1100}'..='\u{ffdc}').contains(&c) { 2 } else { 1 })
            .sum::<usize>()
    };
    let width =
        |column: usize| lines.iter().map(|line| wide(&line[column])).max().unwrap_or_default();
    let widths: Vec<usize> = (0..HEADS.len()).map(width).collect();
    for line in &lines {
        let mut text = String::new();
        for (column, cell) in line.iter().enumerate() {
            let gap = " ".repeat(widths[column] - wide(cell));
            // Numbers stand to the right.
            let parts = if (2..7).contains(&column) {
                [gap.as_str(), cell.as_str()]
            } else {
                [cell.as_str(), &gap]
            };
            text.extend(parts);
            text.push_str("  ");
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}
