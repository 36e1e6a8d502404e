// A recording, looked through before anything of it is drawn: shapes and classes known here, and no others.

import { CLASSES } from "./looks.js";
import { ICONS } from "./make.js";

/** A recording may not hold more. */
const MOST = { characters: 2 * 1024 * 1024, items: 20000, stops: 2000, depth: 8 };
const ROWS = ["base", "chain", "rule", "range", "fork", "kernel", "policy", "reply", "fate"];
export const MARKS = { ok: "✓", no: "×", stop: "×", ask: "?" };

export const fail = (why) => {
  throw Object.assign(new Error(why), { why });
};
const number = (v, least = -10000, most = 10000) =>
  Number.isFinite(v) && v >= least && v <= most ? v : fail("broken");
// What steers whoever shows it, turns the direction of what follows, or is half a character, shows as unreadable.
const NONE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu;
const text = (v) => (typeof v === "string" ? v.replace(NONE, "\ufffd") : fail("broken"));
const list = (v, most = MOST.items) => (Array.isArray(v) && v.length <= most ? v : fail("broken"));
const classes = (v) => text(v).split(" ").filter((name) => CLASSES.has(name)).join(" ");
const path = (v) => (/^[MLHVQCAZmlhvqcazSsTt\d\s.,-]*$/.test(text(v)) ? v : fail("broken"));

/** The numbers that ranges stand for. */
const spread = (ranges, most) =>
  list(ranges).flatMap((r) => {
    const [a, b] = Array.isArray(r) ? r : [r, r];
    if (!Number.isInteger(a) || !Number.isInteger(b) || a < 0 || b < a || b >= most) fail("broken");
    return Array.from({ length: b - a + 1 }, (_, n) => a + n);
  });

const ITEM = {
  r: ([x, y, w, h, r, c]) => ["rect", { x: number(x), y: number(y), width: number(w, 0), height: number(h, 0), rx: number(r, 0) }, c],
  c: ([x, y, r, c]) => ["circle", { cx: number(x), cy: number(y), r: number(r, 0) }, c],
  p: ([d, c]) => ["path", { d: path(d) }, c],
  // As wide as it was measured, whatever the reader's fonts are.
  t: ([x, y, s, c, w]) => ["text", { x: number(x), y: number(y), ...(w ? { textLength: number(w, 0) } : {}) }, c, text(s)],
  i: ([id, x, y, size, c]) => [
    "path",
    { d: Object.hasOwn(ICONS, id) ? ICONS[id] : fail("broken"), transform: `translate(${number(x)} ${number(y)})scale(${number(size, 0) / 12})` },
    `i ${c}`,
  ],
};

/** A recording, looked through; what it does not need is gone. */
export function looked(value) {
  if (typeof value === "string") {
    if (value.length > MOST.characters) fail("broken");
    try {
      value = JSON.parse(value);
    } catch {
      fail("broken");
    }
  }
  if (!value || !Number.isInteger(value.chainwalk)) fail("broken");
  if (value.chainwalk > 1) fail("newer");
  const items = [];
  for (const item of list(value.items)) {
    const [kind, ...rest] = list(item, 8);
    if (kind !== "g") {
      const [name, attributes, c, words] = (Object.hasOwn(ITEM, kind) ? ITEM[kind] : fail("broken"))(rest);
      items.push({ name, attributes, class: classes(c), words, count: 1, depth: 0 });
      continue;
    }
    // A group holds what stands before it, so none holds itself.
    const of = spread(rest[1], items.length);
    const count = of.reduce((sum, n) => sum + items[n].count, 1);
    const depth = of.reduce((deep, n) => Math.max(deep, items[n].depth + 1), 1);
    if (count > MOST.items || depth > MOST.depth) fail("broken");
    items.push({ group: classes(rest[0]), of, count, depth });
  }
  const scene = (s) => {
    const all = spread(s?.items, items.length);
    if (all.reduce((sum, n) => sum + items[n].count, 0) > MOST.items) fail("broken");
    return {
      items: all,
      travel: s.travel === undefined ? "" : path(s.travel),
      rest: s.rest === undefined ? null : [number(s.rest?.[0]), number(s.rest?.[1])],
      made: s.made === true,
    };
  };
  const stops = list(value.stops, MOST.stops).map((s) => ({
    say: text(s?.say),
    wide: scene(s.wide),
    phone: scene(s.phone),
  }));
  if (!stops.length) fail("broken");
  const packet = value.packet ?? fail("broken");
  return {
    lang: value.lang === "zh" ? "zh" : "en",
    by: String(value.by ?? ""),
    title: text(value.title ?? ""),
    text: typeof value.case === "string" ? value.case : null,
    wide: [number(value.wide?.[0], 1), number(value.wide?.[1], 1)],
    phone: [number(value.phone?.[0], 1), number(value.phone?.[1], 1)],
    line: text(packet.line),
    ends: text(packet.ends),
    tone: ["stop", "ok", "ask"].includes(packet.tone) ? packet.tone : "ask",
    verdict: list(packet.verdict, 50).map(([kind, words]) => [["b", "c", "w", "x", "k"].includes(kind) ? kind : "", text(words)]),
    place: text(packet.place),
    otherwise: text(value.otherwise ?? ""),
    bits: list(value.bits, 2 * MOST.stops).map(([stop, c, made]) => [number(stop, 0, stops.length - 1), classes(c), made === 1]),
    rows: list(value.rows).map(([depth, kind, words, reason, mark, stop]) => ({
      depth: Math.min(number(depth, 0, 255), MOST.depth),
      kind: ROWS.includes(kind) ? kind : "kernel",
      words: text(words),
      reason: text(reason),
      mark: Object.hasOwn(MARKS, mark) ? mark : "",
      stop: number(stop, 0, MOST.stops),
    })),
    items,
    stops,
  };
}
