//! A server of the built page that remembers what it was asked for: one request a connection.

use anyhow::Result;
use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A running server; it lasts as long as the process.
pub(crate) struct Site {
    /// Where the page is.
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<String>>>,
    more: Arc<Mutex<HashMap<String, More>>>,
}

/// A page that is not among the files: its policy, and its text.
#[derive(Clone)]
struct More {
    policy: String,
    text: String,
}

impl Site {
    /// Serves the files below `dist` on a free port of this machine.
    pub(crate) fn serve(dist: PathBuf) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}/", listener.local_addr()?);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let more: Arc<Mutex<HashMap<String, More>>> = Arc::default();
        let pages = Arc::clone(&more);
        thread::spawn(move || {
            for visitor in listener.incoming().flatten() {
                let (dist, log) = (dist.clone(), Arc::clone(&log));
                let pages = Arc::clone(&pages);
                // A visitor who leaves early does not concern the test.
                thread::spawn(move || drop(answer(&visitor, &dist, &log, &pages)));
            }
        });
        Ok(Self { url, asked, more })
    }

    /// Serves one more page, with a content security policy; an empty one is none.
    pub(crate) fn put(&self, path: &str, policy: &str, text: &str) {
        let more = More { policy: policy.to_owned(), text: text.to_owned() };
        self.more.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), more);
    }

    /// The paths asked for so far, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn answer(
    mut visitor: &TcpStream,
    dist: &Path,
    log: &Mutex<Vec<String>>,
    pages: &Mutex<HashMap<String, More>>,
) -> io::Result<()> {
    let mut lines = BufReader::new(visitor).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|header| !header.is_empty()) {}
    let Some(path) = request.split(' ').nth(1).map(|p| p.trim_start_matches('/')) else {
        return Ok(());
    };
    log.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
    let name = if path.is_empty() { "index.html" } else { path };
    let more = pages.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
    let (status, policy, body) = match (more, fs::read(dist.join(name))) {
        (Some(more), _) => ("200 OK", more.policy, more.text.into_bytes()),
        (None, Ok(body)) => ("200 OK", String::new(), body),
        (None, Err(_)) => ("404 Not Found", String::new(), Vec::new()),
    };
    write!(visitor, "HTTP/1.1 {status}\r\n")?;
    if !policy.is_empty() {
        write!(visitor, "Content-Security-Policy: {policy}\r\n")?;
    }
    write!(
        visitor,
        "Content-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        content_type(name),
        body.len()
    )?;
    visitor.write_all(&body)
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "text/plain; charset=utf-8",
    }
}
