//! A server of the built page that remembers what it was asked for: one request a connection.

use anyhow::Result;
use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A running server; it lasts as long as the process.
pub(crate) struct Site {
    /// Where the page is.
    pub(crate) url: String,
    shared: Arc<Shared>,
}

/// What those who answer have in common.
#[derive(Default)]
struct Shared {
    dist: PathBuf,
    asked: Mutex<Vec<String>>,
    more: Mutex<HashMap<String, More>>,
    /// Folders whose files are served, too, by the path they are below.
    folders: Mutex<Vec<(String, PathBuf)>>,
    /// Whether the page has its version, so that browsers keep it.
    ships: AtomicBool,
    /// Whether nobody answers any more.
    gone: AtomicBool,
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
        let shared = Arc::new(Shared { dist, ..Shared::default() });
        let all = Arc::clone(&shared);
        thread::spawn(move || {
            for visitor in listener.incoming().flatten() {
                let shared = Arc::clone(&all);
                // A visitor who leaves early does not concern the test.
                thread::spawn(move || drop(answer(&visitor, &shared)));
            }
        });
        Ok(Self { url, shared })
    }

    /// Serves the page as it ships: with its version, so that its service worker keeps it. Without that it is served as
    /// one that is being worked on, and a browser asks for its files and for nothing besides.
    pub(crate) fn ship(&self) {
        self.shared.ships.store(true, Ordering::Relaxed);
    }

    /// Answers nobody any more, once nobody has asked for a while: what a page fetches behind its first answer is its own.
    pub(crate) async fn leave(&self) {
        loop {
            let asked = self.asked().len();
            tokio::time::sleep(QUIET).await;
            if self.asked().len() == asked {
                break;
            }
        }
        self.shared.gone.store(true, Ordering::Relaxed);
    }

    /// A file of the page, as it was built.
    pub(crate) fn file(&self, name: &str) -> Result<String> {
        Ok(fs::read_to_string(self.shared.dist.join(name))?)
    }

    /// The address of a file of the page on the disk.
    pub(crate) fn on_disk(&self, name: &str) -> Result<String> {
        Ok(format!("file://{}", self.shared.dist.join(name).canonicalize()?.display()))
    }

    /// Serves the files below a folder, too, below a path that ends in `/`.
    pub(crate) fn mount(&self, path: &str, folder: PathBuf) {
        let mut folders = self.shared.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.push((path.to_owned(), folder));
    }

    /// Sends whoever asks for a path to another address.
    pub(crate) fn redirect(&self, path: &str, to: &str) {
        self.put(path, REDIRECT, to);
    }

    /// Serves one more page, with a content security policy; an empty one is none.
    pub(crate) fn put(&self, path: &str, policy: &str, text: &str) {
        let more = More { policy: policy.to_owned(), text: text.to_owned() };
        self.shared
            .more
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.to_owned(), more);
    }

    /// The paths asked for so far, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// So long nobody asks before a server leaves.
const QUIET: Duration = Duration::from_millis(1500);

/// In place of a policy: the text is an address that the visitor is sent to.
const REDIRECT: &str = "redirect";

fn answer(mut visitor: &TcpStream, shared: &Shared) -> io::Result<()> {
    if shared.gone.load(Ordering::Relaxed) {
        return Ok(());
    }
    let mut lines = BufReader::new(visitor).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|header| !header.is_empty()) {}
    let Some(path) = request.split(' ').nth(1).map(|p| p.trim_start_matches('/')) else {
        return Ok(());
    };
    shared.asked.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
    let path = path.split('?').next().unwrap_or_default();
    let name = if path.is_empty() { "index.html" } else { path };
    let more = shared.more.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
    if let Some(More { policy, text }) = &more
        && policy == REDIRECT
    {
        let head = format!("HTTP/1.1 302 Found\r\nLocation: {text}\r\nConnection: close\r\n\r\n");
        return visitor.write_all(head.as_bytes());
    }
    let folders = shared.folders.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let beside =
        folders.iter().find_map(|(path, folder)| Some(folder.join(name.strip_prefix(path)?)));
    let file = beside.unwrap_or_else(|| shared.dist.join(name));
    let (status, policy, mut body) = match (more, fs::read(file)) {
        (Some(more), _) => ("200 OK", more.policy, more.text.into_bytes()),
        (None, Ok(body)) => ("200 OK", String::new(), body),
        (None, Err(_)) => ("404 Not Found", String::new(), Vec::new()),
    };
    if name == "index.html" && !shared.ships.load(Ordering::Relaxed) {
        body = without_version(&body);
    }
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

/// The page as one that is being worked on.
fn without_version(page: &[u8]) -> Vec<u8> {
    const NAME: &str = "data-version=\"";
    let page = String::from_utf8_lossy(page);
    match page.split_once(NAME).and_then(|(a, b)| Some((a, b.split_once('"')?.1))) {
        Some((before, after)) => [before, NAME, "\"", after].concat().into_bytes(),
        None => page.into_owned().into_bytes(),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/json",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "text/plain; charset=utf-8",
    }
}
