// Serves a built page on a free port of this machine, packed as a server of the net would send it.

import { readFileSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, sep } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Serves the folder `dist`; resolves to `{ url, close }`. Its files are read and packed before the first is asked for. */
export async function serve(dist) {
  const names = readdirSync(dist, { recursive: true }).filter((name) => statSync(join(dist, name)).isFile());
  const packed = new Map(names.map((name) => [`/${name.split(sep).join("/")}`, gzipSync(readFileSync(join(dist, name)))]));
  const site = createServer((asked, answer) => {
    const path = new URL(asked.url, "http://x").pathname.replace(/\/$/, "/index.html");
    const body = packed.get(path);
    if (!body) return answer.writeHead(404).end();
    const type = TYPES[extname(path)] ?? "text/plain";
    answer.writeHead(200, { "content-type": type, "content-encoding": "gzip", "content-length": body.length });
    answer.end(body);
  });
  await new Promise((ready) => site.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${site.address().port}/`, close: () => site.close() };
}
