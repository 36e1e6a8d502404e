// How long the page keeps a person waiting: the longest task of its main thread and the frames it draws, from a
// trace of Chromium, and the time until an answer. Usage: node xtask/bench.mjs DIST [NAME …]. A name that is a file's is
// a paste, and how long it takes is told, too. Figures, not a test: a busy machine has worse ones, so its load stands above.

import { existsSync, readFileSync, rmdirSync } from "node:fs";
import { loadavg } from "node:os";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { page as blank, quota } from "./chromium.mjs";
import { serve } from "./site.mjs";

const [dist, ...names] = process.argv.slice(2);
const files = names.filter(existsSync);
const only = names.filter((name) => !files.includes(name));
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const site = await serve(dist);

/** A filter table; `count` rules, none of which a packet to port 1 matches. */
function rules(count) {
  const lines = ["*filter", ":INPUT DROP [0:0]", ":FORWARD DROP [0:0]", ":OUTPUT ACCEPT [0:0]"];
  for (let n = 0; n < count; n++) {
    const from = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}/32`;
    lines.push(`-A INPUT -s ${from} -p tcp -m tcp --dport ${2 + (n % 60000)} -m comment --comment "rule ${n}" -j ACCEPT`);
  }
  return `${lines.join("\n")}\nCOMMIT\n`;
}

/** Opens the page in a browser of its own, prepares, then traces `act` and prints what it took. */
async function measure(name, prepare, act) {
  if (only.length && !only.some((word) => name.includes(word))) return;
  const { send, tell, ask, until, size, close, hear } = await blank();
  const type = async (text, every) => {
    for (const letter of text) {
      await tell("Input.dispatchKeyEvent", { type: "char", text: letter });
      await sleep(every);
    }
  };
  const key = async (key, code, every = 0) => {
    for (const type of ["rawKeyDown", "keyUp"]) await tell("Input.dispatchKeyEvent", { type, key, code: key, windowsVirtualKeyCode: code });
    await sleep(every);
  };
  const copy = async (text) => {
    await ask(`window.copied = ''`);
    // By pieces: one message of all of it would be a long task of its own.
    for (let at = 0; at < text.length; at += 1 << 20) await ask(`copied += ${JSON.stringify(text.slice(at, at + (1 << 20)))}`);
    await ask("await navigator.clipboard.writeText(copied); delete window.copied");
  };
  /** What is in the clipboard, in place of the text: the browser's own command, as a key gives it. */
  const paste = async () => {
    await ask("const editor = document.querySelector('rule-text'); editor.focus(); editor.select()");
    await tell("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "v", code: "KeyV", modifiers: 2, commands: ["paste"] });
    await tell("Input.dispatchKeyEvent", { type: "keyUp", key: "v", code: "KeyV", modifiers: 2 });
  };
  const page = { tell, ask, until, type, key, copy, paste };
  const events = [];
  let traced = () => {};
  hear(({ method, params }) => {
    if (method === "Tracing.dataCollected") events.push(...params.value);
    if (method === "Tracing.tracingComplete") traced();
  });
  try {
    await size(1440, 900);
    await send("Browser.grantPermissions", { permissions: ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    await tell("Page.navigate", { url: site.url });
    await until("['ok', 'stop', 'depends'].includes(document.body?.dataset.state) && document.querySelector('rule-text')?.running");
    await ask(`window.idle = () => document.querySelector('[data-testid=banner]')?.getAttribute('aria-busy') !== 'true' && !document.querySelector('[data-testid=filling]')`);
    await prepare(page);
    await sleep(1500);
    const categories = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline.frame", "disabled-by-default-devtools.timeline", "blink.user_timing"];
    await send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: categories } });
    await ask("performance.mark('begin'); window.frames_ = []; let last = performance.now(); const tick = (now) => { frames_.push(now - last); last = now; window.ticking = requestAnimationFrame(tick); }; window.ticking = requestAnimationFrame(tick)");
    await act(page);
    const frames = await ask("cancelAnimationFrame(window.ticking); return frames_.slice(1)");
    const done = new Promise((end) => (traced = end));
    await send("Tracing.end");
    await done;
    report(name, events, frames);
  } catch (error) {
    console.log(`${name}: ${error.message}`);
  } finally {
    await close();
  }
}

function report(name, events, frames) {
  const mark = events.find((e) => e.cat.includes("blink.user_timing") && e.name === "begin");
  const mine = (e) => e.pid === mark.pid && e.tid === mark.tid && e.ts >= mark.ts && e.dur;
  const all = events.filter((e) => mine(e) && /RunTask$/.test(e.name));
  // A task is traced by two names, one inside the other.
  const tasks = all.filter((e) => !all.some((o) => o !== e && o.name !== e.name && o.ts <= e.ts && o.ts + o.dur >= e.ts + e.dur));
  tasks.sort((a, b) => b.dur - a.dur);
  const ms = (us) => (us / 1000).toFixed(1);
  const over = tasks.filter((e) => e.dur > 50_000);
  const own = over.filter((e) => e.tdur > 50_000).length;
  frames.sort((a, b) => a - b);
  const at = (share) => frames[Math.min(Math.floor(frames.length * share), frames.length - 1)]?.toFixed(1);
  console.log(`${name}`);
  const told = (e) => `${ms(e.dur)} (${ms(e.tdur ?? 0)})`;
  console.log(`  longest tasks in ms, and what of it is their own CPU time: ${tasks.slice(0, 4).map(told).join(", ")}; ${over.length} over 50 ms, ${own} of them by their own CPU time`);
  const late = frames.filter((frame) => frame > 25).length;
  console.log(`  ${frames.length} frames: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms; ${late} over 25 ms`);
  const within = (task) => events.filter((e) => mine(e) && e !== task && e.ts >= task.ts && e.ts + e.dur <= task.ts + task.dur && e.dur > task.dur / 5);
  for (const task of tasks.slice(0, 2).filter((e) => e.dur > 30_000)) {
    console.log(`    ${ms(task.dur)}: ${within(task).map((e) => `${e.name}${e.args?.data?.type ? `(${e.args.data.type})` : ""}${e.args?.data?.functionName ? `[${e.args.data.functionName}]` : ""} ${ms(e.dur)}`).slice(0, 10).join(", ")}`);
  }
}

const settled = (page) => page.until("window.idle()", 300);
async function put(page, text) {
  await page.copy(text);
  await page.paste();
  await sleep(800);
  await settled(page);
}
async function send(page, line) {
  await page.ask("const field = document.querySelector('[data-testid=packet]'); field.focus(); field.select()");
  await page.tell("Input.insertText", { text: line });
  await page.ask("document.querySelector('[data-testid=send]').click()");
}

const TYPED = "# what is typed here goes on for a while\n-A INPUT -p tcp --dport 443 -j ACCEPT\n";
async function typing(page) {
  await page.ask("document.querySelector('rule-text').go(200)");
  await page.type(TYPED, 60);
  await sleep(2500);
}

/** So many keys are typed, one after the other's answer. */
const KEYS = 25;

/** The time from a key until the answer to the text with it is painted: the middle one of many, and the longest. */
async function keystrokes(page) {
  await page.ask(`const editor = document.querySelector('rule-text');
    editor.focus();
    editor.go(editor.value.lastIndexOf(' -m comment'));
    window.answered_ = () => new Promise((done) => {
      let begun;
      addEventListener("beforeinput", () => (begun = performance.now()), { once: true, capture: true });
      new MutationObserver((_, watch) => {
        watch.disconnect();
        // Behind the frame that paints it.
        requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); port1.onmessage = () => done(performance.now() - begun); port2.postMessage(0); });
      }).observe(document.querySelector('.stage'), { attributes: true, attributeFilter: ['data-of'] });
    })`);
  const took = [];
  for (let n = 0; n < KEYS; n++) {
    await page.ask("window.next_ = answered_()");
    await page.tell("Input.dispatchKeyEvent", { type: "char", text: n % 2 ? " " : "1" });
    took.push(await page.ask("return await next_"));
    await sleep(300);
  }
  took.sort((a, b) => a - b);
  console.log(`  from a key to its answer, painted: ${took[KEYS >> 1].toFixed(1)} ms, at most ${took.at(-1).toFixed(1)} ms`);
}

/** A line of 10 Mbit/s. */
const LINE = { offline: false, latency: 40, downloadThroughput: 10e6 / 8, uploadThroughput: 10e6 / 8 };
/** How often a page is opened; the figures are the middle ones. */
const TIMES = 5;

/**
 * How long a newcomer waits for the first paint, for the answer to the first example and for its picture. `slow` may hold a
 * `line`, a `rate` by which Chromium itself slows its main thread, and a `part` of one core for the whole browser.
 */
async function opening(name, url, slow = {}) {
  if (only.length && !only.some((word) => name.includes(word))) return;
  const group = slow.part && quota(slow.part);
  if (slow.part && !group) return console.log(`${name}\n  not measured: no CPU group can be made here`);
  const runs = [];
  for (let n = 0; n < TIMES; n++) runs.push(await opened(url, slow, group));
  // What was in it has ended a moment later.
  for (let n = 0; group && n < 20; n++) {
    try {
      rmdirSync(group);
      break;
    } catch {
      await sleep(200);
    }
  }
  const middle = (of) => runs.map((run) => run[of]).sort((a, b) => a - b)[TIMES >> 1];
  console.log(`${name}\n  painted after ${middle("paint")} ms${middle("shown") ? " with the first answer" : ""}, runs after ${middle("runs")} ms, answers after ${middle("answers")} ms, drawn after ${middle("drawn")} ms`);
}

async function opened(url, { line, rate }, group) {
  const { tell, size, close } = await blank(group);
  await size(1440, 900);
  await tell("Network.enable");
  if (line) await tell("Network.emulateNetworkConditions", line);
  if (rate) await tell("Emulation.setCPUThrottlingRate", { rate });
  await tell("Page.enable");
  const watch = `window.marks_ = {}; new MutationObserver((_, watch) => {
    if (document.querySelector("#opening .scene")) marks_.shown ??= Math.round(performance.now());
    const state = document.body?.dataset.state;
    if (state) marks_[state === "reading" ? "runs" : "answers"] ??= Math.round(performance.now());
    if (marks_.answers && document.querySelector("#page .stage .scene")) { watch.disconnect(); marks_.drawn = Math.round(performance.now()); }
  }).observe(document, { childList: true, attributes: true, subtree: true, attributeFilter: ["data-state"] })`;
  await tell("Page.addScriptToEvaluateOnNewDocument", { source: watch });
  await tell("Page.navigate", { url });
  let marks = {};
  for (let n = 0; n < 300 && !marks.drawn; n++) {
    await sleep(200);
    const expression = "({ ...window.marks_, paint: Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime) })";
    marks = (await tell("Runtime.evaluate", { expression, returnByValue: true })).result.value;
  }
  await close();
  return marks;
}

/** What moved on the page without anybody's doing, from its opening through its first walk: the sum of all shifts, and the largest. */
async function shifts(name, width, height) {
  if (only.length && !only.some((word) => name.includes(word))) return;
  const { tell, ask, until, size, close } = await blank();
  await size(width, height);
  await tell("Page.enable");
  const watch = `window.shifts_ = []; new PerformanceObserver((list) => {
    for (const e of list.getEntries()) if (!e.hadRecentInput) shifts_.push({ at: Math.round(e.startTime), value: e.value, of: e.sources.map(({ node }) => (node?.nodeType === 1 ? node : node?.parentElement)?.outerHTML.slice(0, 60)) });
  }).observe({ type: "layout-shift", buffered: true })`;
  await tell("Page.addScriptToEvaluateOnNewDocument", { source: watch });
  await tell("Page.navigate", { url: site.url });
  await until("['ok', 'stop', 'depends'].includes(document.body?.dataset.state)", 300);
  await sleep(14_000);
  const seen = await ask("return shifts_");
  await close();
  seen.sort((a, b) => b.value - a.value);
  console.log(`${name}\n  ${seen.length} shifts, ${seen.reduce((sum, shift) => sum + shift.value, 0).toFixed(4)} in all`);
  for (const shift of seen.slice(0, 5)) console.log(`    ${shift.value.toFixed(4)} at ${shift.at} ms: ${shift.of.join(" | ")}`);
}

console.log(`this machine's load: ${loadavg()[0].toFixed(1)}`);
const FILE = pathToFileURL(resolve(dist, "chainwalk.html")).href;
await opening("opening the page over 10 Mbit/s and 40 ms", site.url, { line: LINE });
await opening("opening the page, its main thread at a quarter", site.url, { rate: 4 });
await opening("opening the page with a quarter of one core", site.url, { part: 0.25 });
await opening("opening the one file", FILE);
await opening("opening the one file, its main thread at a quarter", FILE, { rate: 4 });
await opening("opening the one file with a quarter of one core", FILE, { part: 0.25 });
await shifts("what moves by itself, 1440 wide", 1440, 900);
await shifts("what moves by itself, 390 wide", 390, 844);
await measure("an empty page", (page) => page.tell("Page.navigate", { url: "about:blank" }), () => sleep(9000));
await measure("playing the first example", (page) => page.key("Home", 36, 500), async (page) => {
  await page.key(" ", 32);
  await sleep(9000);
});
await measure("typing in a paste of 1,000 rules", (page) => put(page, rules(1000)), typing);
await measure("a key in a paste of 1,000 rules", async (page) => {
  await put(page, rules(1000));
  await send(page, "tcp 10.0.3.231:5000 > 10.0.0.1:22 in eth0");
  await sleep(800);
  await settled(page);
}, keystrokes);
await measure("typing in a paste of 100,000 lines", (page) => put(page, rules(100_000)), typing);
await measure(
  "reading a paste of 15 MB",
  (page) => page.copy(rules(2000).repeat(100).slice(0, 15e6)),
  async (page) => { await page.paste(); await sleep(2000); await settled(page); await sleep(500); },
);
for (const file of files) {
  await measure(
    `pasting ${basename(file)}`,
    (page) => page.copy(readFileSync(file, "utf8")),
    async (page) => {
      const began = performance.now();
      const of = await page.ask("return document.querySelector('.stage').dataset.of");
      await page.paste();
      await page.until(`document.querySelector('.stage').dataset.of !== ${JSON.stringify(of)} && window.idle()`, 300, 20);
      console.log(`  it is read and answered after ${Math.round(performance.now() - began)} ms`);
    },
  );
}
await measure(
  "playing through 10,000 rules",
  async (page) => {
    await put(page, rules(10_000));
    await send(page, "tcp 192.0.2.1:5000 > 10.0.0.1:1 in eth0");
    await sleep(800);
    await settled(page);
    await page.ask("document.activeElement.blur()");
  },
  async (page) => {
    await page.key("Home", 36, 100);
    await page.key(" ", 32);
    await sleep(6000);
    for (let n = 0; n < 10; n++) await page.key("ArrowRight", 39, 150);
    await page.key("End", 35, 1000);
  },
);
await measure(
  "sending a packet while changes are searched for in 50,000 rules",
  async (page) => {
    await put(page, rules(50_000));
    await send(page, "tcp 192.0.2.1:5000 > 10.0.0.1:1 in eth0");
    await sleep(800);
    await settled(page);
  },
  async (page) => {
    const answer = async (line) => {
      const began = performance.now();
      await page.ask("window.answered_ = new Promise((done) => new MutationObserver((_, watch) => { if (idle()) { watch.disconnect(); done(); } }).observe(document.querySelector('[data-testid=banner]'), { attributes: true, attributeFilter: ['aria-busy'] }))");
      await send(page, line);
      await page.ask("await answered_");
      return `${Math.round(performance.now() - began)} ms`;
    };
    const alone = await answer("tcp 192.0.2.1:5000 > 10.0.0.1:22 in eth0");
    await page.ask("document.querySelector('[data-testid=search]').click()");
    await sleep(300);
    const searching = await page.ask("return !!document.querySelector('#proposals [aria-busy]')");
    const during = await answer("tcp 192.0.2.1:5000 > 10.0.0.1:23 in eth0");
    const began = performance.now();
    await page.until("document.querySelector('[data-testid=proposal]')");
    const search = Math.round(performance.now() - began);
    console.log(`answered after ${alone}; while it searched${searching ? "" : " (it had ended)"} after ${during}; a search takes ${search} ms`);
  },
);
site.close();
