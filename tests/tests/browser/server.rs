//! A server of the built page that remembers what it was asked for.

use anyhow::{Result, anyhow};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use tiny_http::{Header, Response, Server};

/// A running server; it ends with the test.
pub(crate) struct Site {
    /// Where the page is.
    pub(crate) url: String,
    server: Arc<Server>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// Serves the files below `dist` on a free port of this machine.
    pub(crate) fn serve(dist: PathBuf) -> Result<Self> {
        let server = Arc::new(Server::http("127.0.0.1:0").map_err(|e| anyhow!("no port: {e}"))?);
        let url = format!("http://{}/", server.server_addr());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (listener, log) = (Arc::clone(&server), Arc::clone(&asked));
        thread::spawn(move || {
            for request in listener.incoming_requests() {
                let path = request.url().trim_start_matches('/').to_owned();
                log.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
                let name = if path.is_empty() { "index.html" } else { &path };
                // A visitor who has left does not concern the test.
                let _gone = match fs::read(dist.join(name)) {
                    Ok(bytes) => {
                        request.respond(Response::from_data(bytes).with_header(content_type(name)))
                    }
                    Err(_) => request.respond(Response::empty(404)),
                };
            }
        });
        Ok(Self { url, server, asked })
    }

    /// The paths asked for so far, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

fn content_type(name: &str) -> Header {
    let kind = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "text/plain; charset=utf-8",
    };
    Header { field: "Content-Type".parse().unwrap(), value: kind.parse().unwrap() }
}
