//! What waits to be sent to the worker: one question at a time, and the text before it.

use crate::message::Request;
use crate::paste::Paste;
use crate::worker::Worker;

/// The question that is being answered, and the newest one behind it: those between are never asked.
#[derive(Default)]
pub(super) struct Queue {
    asked: Option<Paste>,
    next: Option<(Request, Paste)>,
}

impl Queue {
    /// Asks a question about a text; returns it where it can be sent at once.
    pub(super) fn ask(&mut self, request: Request, text: Paste) -> Option<Request> {
        self.next = Some((request, text));
        self.next()
    }

    /// The answer has come; returns the text it is about.
    pub(super) fn answered(&mut self) -> Option<Paste> {
        self.asked.take()
    }

    /// The question to send now, if any.
    pub(super) fn next(&mut self) -> Option<Request> {
        if self.asked.is_some() {
            return None;
        }
        let (request, text) = self.next.take()?;
        self.asked = Some(text);
        Some(request)
    }
}

/// Bytes of text that go over at once.
const PIECE: usize = 256 * 1024;

/// Lets the worker have a text: what changed since the one it has, or all of it, piece by piece.
pub(super) fn bring(worker: &Worker, known: Option<&Paste>, paste: &Paste) {
    if let Some(edits) = known.and_then(|known| known.edits_to(paste)) {
        for edit in edits {
            let (at, removed) = (edit.at, edit.removed.byte_len());
            worker.send(Request::Edit { at, removed, text: edit.inserted.to_string() });
        }
        return;
    }
    worker.send(Request::Paste(String::new()));
    let (mut at, mut text) = (0, String::new());
    for chunk in paste.rope().chunks() {
        text.push_str(chunk);
        if text.len() >= PIECE {
            let size = text.len();
            worker.send(Request::Edit { at, removed: 0, text: std::mem::take(&mut text) });
            at += size;
        }
    }
    worker.send(Request::Edit { at, removed: 0, text });
}
