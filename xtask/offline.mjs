// Makes the built page work without its server: `node xtask/offline.mjs DIST [SITE]`.
//
// DIST/chainwalk.html is the page as one file. It holds the very files that a server would send; its policy names each
// script by its digest and lets nothing be fetched. DIST/sw.js learns which files the page has, and their version.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { gzipSync } from "node:zlib";

const [dist, site = ""] = process.argv.slice(2);
const bytes = (name) => readFileSync(join(dist, name));
const text = (name) => bytes(name).toString();
const digest = (of) => `'sha256-${createHash("sha256").update(of).digest("base64")}'`;
const whole = (condition, what) => {
  if (!condition) throw new Error(`chainwalk.html: ${what}`);
};

/** The modules of the editor, each behind those that it imports; `start.js` asks for them. */
const EDITOR = ["codemirror.js", "picture.js", "editor.js"];

/** Modules as one classic script, each behind those that it imports. */
function joined(names) {
  const parts = names.map((name) => {
    const exported = [];
    const body = text(name)
      .replaceAll(/^import (\{[^}]*\}) from "\.\/([^"]+)";$/gm, (_, what, from) => `const ${what} = modules["${from}"];`)
      .replaceAll(/^export ((?:async )?function (\w+))/gm, (_, begin, what) => (exported.push(what), begin))
      .replace(/export\{([^}]*)\};?\s*$/, (_, list) => {
        for (const each of list.split(",")) exported.push(each.split(" as ").reverse().join(": "));
        return "";
      });
    return `modules["${name}"] = (() => {\n${body}\nreturn { ${exported} };\n})();`;
  });
  return `{\nconst modules = {};\n${parts.join("\n")}\n}`;
}

/** A script of the page; what is left of a module in it, or an end of it in its middle, is told here. */
const scripts = [];
function script(body) {
  new Script(body);
  whole(!/<\/script|<!--/i.test(body), "a script would end in its middle");
  scripts.push(body);
  return `<script>${body}</script>`;
}

/** What is read by name while the page runs. */
const packed = (name, inner) => {
  const wasm = name.endsWith(".wasm");
  const body = wasm ? gzipSync(bytes(inner), { level: 9 }).toString("base64") : text(inner);
  whole(!/<\/script|<!--/i.test(body), `${name} would end in its middle`);
  return `<script type="${wasm ? "application/gzip" : "text/plain"}" data-name="${name}">${body}</script>`;
};

const page = text("index.html");
const named = (pattern) => {
  const found = pattern.exec(page);
  whole(found, `index.html has no ${pattern}`);
  return found;
};
const [, sheet] = named(/<link rel="stylesheet" href="\.\/([^"]+)"[^>]*>/);
const [, app, wasm] = named(/data-app="\.\/([^"]+)" data-wasm="\.\/([^"]+)"/);

// What the page asks for by its name once it runs.
const later = ["lessons", "lexicon"].flatMap((folder) => readdirSync(join(dist, folder)).sort().map((name) => `${folder}/${name}`));

const style = text(sheet).replaceAll(/url\("?(fonts\/[^")]+)"?\)/g, (_, name) => `url("data:font/woff2;base64,${bytes(name).toString("base64")}")`);
const body = [
  packed("worker.js", "worker.js"),
  packed("worker_bg.wasm", "worker_bg.wasm"),
  packed("app_bg.wasm", wasm),
  ...later.map((name) => packed(name, name)),
  script(joined(EDITOR)),
  script(text(app)),
  script(readFileSync(new URL("../web/one-file.js", import.meta.url)).toString()),
].join("\n");
const icon = `data:image/svg+xml;base64,${bytes("icon.svg").toString("base64")}`;

/** Puts values into the attributes of the root that index.html leaves empty. */
const rooted = (html, values) =>
  Object.entries(values).reduce((html, [name, value]) => {
    const empty = ` data-${name}=""`;
    whole(html.includes(empty), `index.html has no${empty}`);
    return html.replace(empty, () => ` data-${name}="${String(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`);
  }, html);

let file = rooted(page.replace(' data-version="" data-one-file-bytes=""', ' data-one-file data-site=""'), { site })
  .replaceAll(/<link rel="(?:preload|manifest)"[^>]*>\s*/g, "")
  .replace(/href="icon\.svg"/, `href="${icon}"`)
  .replace('<script src="look.js"></script>', () => script(text("look.js")))
  .replace('<script src="opening.js"></script>', () => script(text("opening.js")))
  .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${style}</style>`)
  .replaceAll(/<script type="module" src="offline\.js"><\/script>\s*/g, "")
  .replace(/<script type="module" src="\.\/start\.js"[^>]*><\/script>/, () => body);
const policy = [
  "default-src 'none'",
  `script-src ${scripts.map(digest).join(" ")} 'wasm-unsafe-eval'`,
  `style-src ${digest(style)}`,
  "worker-src blob:",
  "font-src data:",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
file = file.replace(/(http-equiv="Content-Security-Policy"\s+content=")[^"]*"/, (_, begin) => `${begin}${policy}"`);
const [head] = file.split("<body>");
whole(!/\s(?:src|href)="(?!data:)/.test(head.replaceAll(/<(script|style)>[^]*?<\/\1>/g, "")), "its head still names a file");
whole(!/<script[^>]*\ssrc=/.test(file.replaceAll(/<script[^>]*>[^]*?<\/script>/g, (all) => all.slice(0, all.indexOf(">")))), "it still loads a script");
writeFileSync(join(dist, "chainwalk.html"), file);

// The page's own files: those that it names, its fonts, its editor, what its worker is made of, lessons and words.
const fonts = [...text(sheet).matchAll(/url\("?(fonts\/[^")]+)"?\)/g)].map(([, name]) => name);
const files = new Set([...page.matchAll(/ (?:src|href|data-app|data-wasm)="(?:\.\/)?([^"#:]+)"/g)].map(([, name]) => name));
for (const name of [...fonts, ...EDITOR, "worker.js", "worker_bg.wasm", ...later]) files.add(name);
const weighed = rooted(page, { "one-file-bytes": Buffer.byteLength(file) });
const all = createHash("sha256").update(weighed).update(text("sw.js"));
for (const name of [...files].sort()) all.update(name).update(bytes(name));
const version = all.digest("hex").slice(0, 16);
// Where it is served, a link to it has a card: that of the first example's own page, by its whole address.
const card = (html) => {
  if (!site) return html;
  const described = named(/<meta name="description" content="([^"]*)"/)[1];
  const tags = { "og:title": "Chainwalk", "og:description": described, "og:url": site, "og:image": `${site}e/01-nodeport-no-route/card.png` };
  const metas = Object.entries(tags).map(([name, value]) => `<meta property="${name}" content="${value.replaceAll('"', "&quot;")}" />\n    `);
  return html.replace("</title>\n    ", (end) => `${end}${metas.join("")}<meta name="twitter:card" content="summary_large_image" />\n    `);
};
writeFileSync(join(dist, "index.html"), card(rooted(weighed, { version })));
const worker = text("sw.js")
  .replace('VERSION = ""', `VERSION = "${version}"`)
  .replace("FILES = []", `FILES = ${JSON.stringify(["./", ...files])}`);
whole(worker.includes(version) && worker.includes('"./"'), "sw.js has no place for its version and files");
writeFileSync(join(dist, "sw.js"), worker);
