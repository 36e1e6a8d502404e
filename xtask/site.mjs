// Serves a built page on a free port of this machine, packed as a server of the net would send it.

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Serves the folder `dist`; resolves to `{ url, close }`. Each file is read and packed once. */
export async function serve(dist) {
  const packed = new Map();
  const site = createServer((asked, answer) => {
    const path = new URL(asked.url, "http://x").pathname;
    const file = join(dist, path === "/" ? "index.html" : path);
    if (!packed.has(file)) packed.set(file, existsSync(file) ? gzipSync(readFileSync(file)) : null);
    const body = packed.get(file);
    if (!body) return answer.writeHead(404).end();
    const type = TYPES[extname(file)] ?? "text/plain";
    answer.writeHead(200, { "content-type": type, "content-encoding": "gzip", "content-length": body.length });
    answer.end(body);
  });
  await new Promise((ready) => site.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${site.address().port}/`, close: () => site.close() };
}
