// The element <chain-walk>: a packet's walk as a figure in a page of anybody's.
//
// It plays a recording, which needs no WebAssembly; *Change* loads the engine. A script for both worlds, module and
// classic: no import, no export. It writes no HTML and no inline style, so that the strictest policy lets it play.
// What a recording holds is looked through before anything of it is drawn: shapes and classes known here, and no others.

(() => {
  "use strict";
  if (customElements.get("chain-walk")) return;

  /** The colours and shapes of `crates/view/src/svg`, put in by the build. */
  const SHAPES = `/*shapes*/`;

  const STYLE = `
:host{display:block;container-type:inline-size;position:relative;margin-block:1em}
:host([hidden]){display:none}
:host([theme=light]){color-scheme:light}:host([theme=dark]){color-scheme:dark}
:host{--live:var(--chainwalk-accent,light-dark(#2450d8,#8fb0ff));--sunk:light-dark(#f2efe8,#201e1b);--ok-bg:light-dark(#ebf6ee,#16281c)}
*{box-sizing:border-box}
[hidden]{display:none!important}
.figure{margin:0;border:1px solid var(--line-2);border-radius:var(--chainwalk-radius,12px);overflow:hidden;background:var(--bg);display:flex;flex-direction:column;font:14px/20px var(--chainwalk-font,Inter,ui-sans-serif,"Segoe UI",Roboto,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif);letter-spacing:normal;word-spacing:normal;text-transform:none;text-indent:0;text-align:start;text-shadow:none;white-space:normal;hyphens:manual;color:var(--ink)}
.verdict{min-height:42px;display:flex;align-items:center;gap:10px;padding:6px 14px;background:var(--sunk);border-bottom:1px solid var(--line);font-size:15px}
.verdict.stop{background:var(--stop-bg)}.verdict.ok{background:var(--ok-bg)}
.verdict p{margin:0;flex:1;font-weight:600;min-width:0}.verdict span.place{color:var(--ink-2);font-size:13px;flex:none}
.verdict svg{flex:none}.b{font-weight:600}.x{color:var(--stop);font-weight:700}.k{color:var(--ok);font-weight:700}.w{color:var(--nat-t)}
code,.w{font-family:"JetBrains Mono","SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.94em}
.stage{position:relative;cursor:pointer}
.diagram{display:block;width:100%;height:auto}.map{display:none;width:100%;height:auto}
.rows,.steps{display:none;margin:0;padding:0;list-style:none}
.foot{display:flex;align-items:center;gap:4px;min-height:45px;padding:0 12px 0 4px;background:var(--card);border-top:1px solid var(--line)}
button,.open{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-decoration:none}
button:disabled{opacity:.4;cursor:default}
:focus-visible{outline:2px solid var(--live);outline-offset:1px;border-radius:8px}
.icon{width:36px;height:44px;display:grid;place-items:center;flex:none}.icon svg{width:14px;height:14px}
.play{width:44px}.play i{width:34px;height:34px;border-radius:50%;background:var(--live);color:var(--card);display:grid;place-items:center}
.scrub{position:relative;flex:1;min-width:60px;height:44px;margin:0 8px;display:flex;align-items:center;gap:1px;touch-action:none;cursor:pointer}
.scrub b{flex:1;max-width:9px;height:10px;border-radius:2px;background:var(--line-2)}
.scrub b.past{background:var(--c,var(--ink-3))}.scrub b.track{--c:var(--ct)}.scrub b.stop.past{--c:var(--stop)}
.scrub b.fork{background:none;border:1px dashed var(--ink-3)}.scrub b.made{height:6px}
.scrub b.now{height:24px;border-radius:3px;background:var(--live);border:0;max-width:6px}
.count{flex:none;font-variant-numeric:tabular-nums;color:var(--ink-2);font-size:13px}.count b{color:var(--ink)}
.brk{display:none}
.push{flex:none;border:1px solid var(--line-2);border-radius:8px;padding:5px 12px;font-weight:560;font-size:13px;margin-left:8px}
.open{flex:none;white-space:nowrap;padding:6px 0;color:var(--live);font-weight:560;font-size:13px;margin-left:8px}
.field{flex:1;min-width:0;font:500 13px/20px "JetBrains Mono",Menlo,Consolas,monospace;color:var(--ink);background:var(--bg);border:1px solid var(--line-2);border-radius:8px;padding:6px 10px;margin-left:8px}
.rules{position:absolute;inset:0;width:100%;height:100%;font:12px/18px "JetBrains Mono",Menlo,Consolas,monospace;color:var(--ink);background:var(--card);border:0;padding:12px 16px;resize:none;cursor:text;white-space:pre}
.start{display:flex;align-items:center;gap:8px;min-height:44px;margin-bottom:8px;padding:0 16px 0 12px;border:1px solid;border-radius:8px;font:560 14px/20px var(--chainwalk-font,Inter,ui-sans-serif,"Segoe UI",Roboto,sans-serif)}.start svg{width:14px;height:14px}
p.note{margin:0;padding:8px 14px;background:var(--card);border-top:1px solid var(--line);color:var(--ink-2);font-size:13px}
.aloud{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap;margin:0}
::slotted([slot=caption]){display:block;margin:8px 2px 0;opacity:.75;font-size:13px}
@container (max-width:639px){
.figure{height:560px}
.verdict{align-items:flex-start;padding:10px 12px;font-size:14px;flex-wrap:wrap;column-gap:10px;row-gap:0}.verdict span.place{width:100%;padding-left:30px;font-size:12px}
.diagram{display:none}.stage{flex:1;min-height:0;display:flex;flex-direction:column}
.map{display:block;flex:none;max-height:96px;padding:6px 4px;border-bottom:1px solid var(--line);overflow:visible}.brk{display:block!important;flex-basis:100%}.push,.open{flex:1}.push{flex:none}
.rows{display:block;flex:1;min-height:0;overflow:auto;padding:8px 10px 24px;font-size:13px;line-height:18px;scrollbar-width:thin}
.foot{flex-wrap:wrap;padding:0 8px 6px}.scrub{min-width:90px}.push{min-height:44px;margin:0}.open{flex:1;text-align:center;border:1px solid var(--line-2);border-radius:8px;line-height:30px;margin:0}
.field{flex:1 1 100%;min-height:44px;margin:6px 0}
}
.rows li{display:flex;gap:8px;align-items:baseline;padding:4px 8px;border:1.5px solid transparent;border-radius:8px}
.rows li>span{flex:1;min-width:0;overflow-wrap:anywhere}.rows small{display:block;color:var(--ink-2);font-size:12px}
.rows .ahead{color:var(--ink-3)}.rows .ahead small{color:var(--ink-3)}
.rows .now{background:var(--live-bg);border-color:var(--live);color:var(--ink)}
.rows .base,.rows .fate,.rows .reply{font-weight:600}.rows .fate.stop{color:var(--stop)}.rows .fate.ok{color:var(--ok)}
.rows .mark{flex:none;font-weight:600}.rows .mark.ok{color:var(--ok)}.rows .mark.stop{color:var(--stop)}.rows .mark.no,.rows .mark.ask{color:var(--ink-3)}
${Array.from({ length: 9 }, (_, n) => `.rows .d${n}{margin-left:${n * 12}px}`).join("")}
@media (hover:none){.icon{width:44px}}
@media (prefers-reduced-motion:no-preference){.figure.playing .now{transition:background .2s}}
@media print{
:host{color-scheme:light;break-inside:avoid-page}.foot,p.note,.rows,.rules{display:none!important}
.figure{height:auto!important}.diagram{display:block!important}.map{display:none!important}
.steps{display:block;columns:2;column-gap:24px;padding:10px 14px;font-size:12.5px;line-height:18px;border-top:1px solid var(--line);background:#fff}
.steps li{break-inside:avoid;display:flex;gap:8px}.steps li b{flex:none;width:22px;color:var(--ink-3);font-weight:400}
.steps li.stop{color:var(--stop);font-weight:600}.steps a{color:inherit}
}`;

  const WORDS = {
    en: {
      play: "Play", pause: "Pause", again: "Play again", back: "Previous step", next: "Next step", step: "Step",
      change: "Change", rules: "Rules", restore: "As it came", close: "Close", open: "Open in Chainwalk",
      packet: "Packet", figure: "A packet’s walk",
      wrong: "This figure can’t be shown: ", newer: "it was made by a later Chainwalk.", broken: "it is no recording.",
      missing: "its file could not be read.", html: "put the text into <script type=\"text/x-chainwalk\">.",
      engine: "This page lets no engine run here.", loading: "Loading the engine …",
      nothing: "it names no packet that could be walked.",
    },
    zh: {
      play: "播放", pause: "暂停", again: "重放", back: "上一步", next: "下一步", step: "步骤",
      change: "修改", rules: "规则", restore: "恢复原样", close: "关闭", open: "在 Chainwalk 中打开",
      packet: "数据包", figure: "数据包的路径",
      wrong: "无法显示此图形：", newer: "它由更新的 Chainwalk 制作。", broken: "它不是录制内容。",
      missing: "无法读取其文件。", html: "请把文本放进 <script type=\"text/x-chainwalk\">。",
      engine: "此页面不允许运行引擎。", loading: "正在加载引擎……",
      nothing: "其中没有可走的数据包。",
    },
  };

  /** Milliseconds at a stop, on the way to the next, at the end; and a letter, beyond forty of them. */
  const [STAY, TRAVEL, LAST, LETTER, LETTERS] = [980, 520, 4000, 60, 40];
  /** A recording may not hold more. */
  const MOST = { characters: 2 * 1024 * 1024, items: 20000, stops: 2000, depth: 8 };
  const SVG = "http://www.w3.org/2000/svg";
  const ICONS = {
    "i-ok": "M2.2 6.4l2.6 2.6 5-5.8",
    "i-no": "M3 3l6 6M9 3l-6 6",
    "i-fork": "M6 1.4v2.4M6 3.8C6 6.4 2 5.8 2 9.6M6 3.8v5.8M6 3.8c0 2.6 4 2 4 5.8",
    "i-half": "M6 1.2a4.8 4.8 0 000 9.6M6 1.2a4.8 4.8 0 010 9.6zM6 2v8M8 2.5v7M9.5 4v4",
  };
  const SIGNS = {
    play: "M3 1.500l8 5.500-8 5.500z",
    pause: "M3 1.500h2.500v11H3zM8.500 1.500H11v11H8.500z",
    again: "M11.500 7a4.500 4.500 0 11-1.500-3.400M10.500 .8v3h-3",
    back: "M9 2L4 7l5 5",
    next: "M5 2l5 5-5 5",
  };
  const ROWS = ["base", "chain", "rule", "range", "fork", "kernel", "policy", "reply", "fate"];
  const MARKS = { ok: "✓", no: "×", stop: "×", ask: "?" };
  /** The classes that the style knows. */
  const CLASSES = new Set([...SHAPES.matchAll(/\.([a-z][\w-]*)/g)].map((m) => m[1]));
  ["tag", "gst", "gsw", "gn", "gc", "gp", "gr"].forEach((name) => CLASSES.add(name));

  const script = document.currentScript ?? document.querySelector('script[src*="chain-walk.js"]');
  const HERE = script?.src || document.baseURI;
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  let sheet;
  const style = () => {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(SHAPES + STYLE);
    }
    return sheet;
  };

  // -- Recordings ---------------------------------------------------------------------------------------------

  const fail = (why) => {
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
  function looked(value) {
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

  // -- Making elements ----------------------------------------------------------------------------------------

  const make = (name, attributes = {}, ...children) => {
    const one = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) one.setAttribute(key, "");
      else if (value !== false && value !== undefined) one.setAttribute(key, value);
    }
    one.append(...children);
    return one;
  };
  const draw = (name, attributes = {}, ...children) => {
    const one = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    one.append(...children);
    return one;
  };
  const sign = (name) =>
    draw("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" },
      draw("path", { d: SIGNS[name], ...(["play", "pause"].includes(name) ? { fill: "currentColor" } : { fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round" }) }));

  let playing = null;

  // -- The element --------------------------------------------------------------------------------------------

  class ChainWalk extends HTMLElement {
    static observedAttributes = ["src", "packet", "at", "lang", "controls"];

    #root = this.attachShadow({ mode: "open" });
    #recording = null;
    #came = null;
    #shapes = [];
    #stop = 0;
    #timer = 0;
    #rounds = 0;
    #heard = false;
    #read = false;
    #parts = null;
    #engine = null;
    #settle;
    /** Fulfilled once there is something to see, or nothing can be. */
    ready = new Promise((done) => (this.#settle = done));

    constructor() {
      super();
      this.#root.adoptedStyleSheets = [style()];
      this.#root.append(make("slot"), make("slot", { name: "caption" }));
    }

    /** Whether the page lets this figure have an engine. */
    get #live() {
      return !!Engine && !["text", "picture", "recording"].includes(this.getAttribute("level"));
    }

    connectedCallback() {
      this.#seen = new IntersectionObserver(([entry]) => this.#sight(entry.isIntersecting, entry.intersectionRatio), {
        rootMargin: "200px",
        threshold: [0, 0.5],
      });
      this.#seen.observe(this);
      addEventListener("beforeprint", this.#print);
      addEventListener("afterprint", this.#printed);
      const loading = this.getAttribute("loading");
      if (loading === "eager") this.#begin();
      else if (loading === "click" && !this.#read) this.#offer();
    }

    #seen;

    disconnectedCallback() {
      this.pause();
      this.#seen?.disconnect();
      removeEventListener("beforeprint", this.#print);
      removeEventListener("afterprint", this.#printed);
      this.#engine?.end();
      this.#engine = null;
    }

    attributeChangedCallback(name, before, now) {
      if (before === now || !this.#read) return;
      if (name === "at") this.go(this.#place());
      else if (name !== "controls") this.#begin(true);
    }

    #print = () => this.#recording && this.#show(this.#recording.stops.length - 1, false);
    #printed = () => this.#recording && this.#show(this.#stop, false);

    /** Offers to play, and loads nothing before that is taken. */
    #offer() {
      if (this.#root.querySelector(".start")) return;
      const start = make("button", { type: "button", class: "start", part: "button" }, sign("play"), this.#words.play);
      start.addEventListener("click", async () => {
        this.#user();
        await this.#begin();
        start.remove();
        this.#parts?.play.focus({ preventScroll: true });
        this.play();
      });
      this.#root.prepend(start);
    }

    /** Comes into sight, or leaves it. */
    #sight(near, share) {
      if (near && this.getAttribute("loading") !== "click") this.#begin();
      if (!this.#recording) return;
      if (share < 0.5 && near === false) this.pause();
      else if (share >= 0.5 && this.hasAttribute("autoplay") && !this.#rounds && !still.matches) this.play();
    }

    // -- Where the text comes from ----

    async #begin(again = false) {
      if (this.#read && !again) return;
      this.#read = true;
      // What stands in it for others is all that is wanted.
      if (["text", "picture"].includes(this.getAttribute("level"))) return this.#settle();
      // As a classic script it may run before the parser has read what stands in the element.
      if (document.readyState === "loading") {
        await new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }));
      }
      try {
        const [kind, held] = await this.#source();
        this.#take(kind === "recording" ? looked(held) : await this.#played(held), true);
      } catch (error) {
        this.#wrong(error);
      }
      this.#settle();
    }

    async #source() {
      const src = this.getAttribute("src");
      const child = (selector) => this.querySelector(`:scope > ${selector}`);
      const recorded = child('script.recording[type="application/json"]');
      if (src) {
        let answer;
        try {
          answer = await fetch(new URL(src, document.baseURI), { redirect: "error" });
        } catch {
          fail("missing");
        }
        if (!answer.ok) fail("missing");
        const body = await answer.text();
        return [/\.json([?#]|$)/.test(src) ? "recording" : "text", body];
      }
      if (recorded) return ["recording", recorded.textContent];
      const held = child('script[type="text/x-chainwalk"]') ?? child("pre");
      if (held) return ["text", plain(held).replace(/^\n/, "")];
      if (this.children.length && ![...this.children].every((c) => c.slot || c.matches("a, img, p, figcaption"))) fail("html");
      const own = [...this.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data).join("").trim();
      return own ? ["text", own] : fail("missing");
    }

    /** A text, played by the engine. */
    async #played(text, packet = this.getAttribute("packet")) {
      if (!this.#live) fail("engine");
      this.#engine ??= await Engine.start(this.getAttribute("engine"));
      return looked(await this.#engine.record(text, packet, this.#lang()));
    }

    #lang() {
      const near = this.closest("[lang]")?.lang || document.documentElement.lang || navigator.language;
      return near.startsWith("zh") ? "zh" : "en";
    }

    get #words() {
      return WORDS[this.#recording?.lang ?? this.#lang()];
    }

    #wrong(error) {
      const why = WORDS[this.#lang()];
      const said = why[error.why] ?? why.broken;
      this.#note?.remove();
      this.#note = make("p", { class: "note", role: "status" }, error.why === "engine" ? said : why.wrong + said);
      (this.#parts?.figure ?? this.#root).append(this.#note);
      this.#tell("error", { message: said });
    }

    #note;
    #woken = false;

    // -- What is shown ----

    #take(recording, fresh = false) {
      if (fresh) this.#came = recording;
      this.pause();
      this.#note?.remove();
      this.#recording = recording;
      this.#shapes = [];
      this.#rounds = 0;
      this.#build();
      const rests = this.hasAttribute("autoplay") && !still.matches && fresh ? 0 : this.#place();
      this.#show(rests, false);
      if (fresh && recording.otherwise) {
        this.#woken = true;
        this.#note = make("p", { class: "note", role: "status" }, recording.otherwise);
        this.#parts.head.after(this.#note);
      }
      this.#tell("ready", {});
      if (!fresh) this.#tell("ends", { ends: recording.ends, then: this.#came?.ends ?? "" });
      if (fresh && this.hasAttribute("autoplay")) {
        const box = this.getBoundingClientRect();
        if (box.top < innerHeight && box.bottom > 0) this.#sight(true, 1);
      }
    }

    #place() {
      const at = this.getAttribute("at") ?? /^at: \d+\/(\w+)$/m.exec(this.#recording?.text?.split("\n---")[0] ?? "")?.[1] ?? "1";
      return at === "end" ? Infinity : (parseInt(at, 10) || 1) - 1;
    }

    #build() {
      const r = this.#recording;
      const w = this.#words;
      const stage = (kind, size) => {
        const layer = draw("g");
        const over = draw("g");
        const packet = draw("g", {}, draw("circle", { class: "halo", r: kind === "map" ? 10 : 15 }), draw("circle", { class: "core", r: kind === "map" ? 6.5 : 9.5 }));
        const svg = draw("svg", { class: kind, viewBox: `0 0 ${size[0]} ${size[1]}`, "aria-hidden": "true" }, layer, packet, over);
        return { svg, layer, over, packet };
      };
      const verdict = make("p", {}, ...r.verdict.map(([kind, words]) =>
        kind ? make(kind === "c" ? "code" : "span", { class: kind }, words) : words));
      const badge = draw("svg", { width: 20, height: 20, viewBox: "0 0 20 20", "aria-hidden": "true" },
        draw("circle", { cx: 10, cy: 10, r: 9.5, fill: r.tone === "ask" ? "none" : `var(--${r.tone})`, stroke: `var(--${r.tone === "ask" ? "ink-3" : r.tone})` }),
        draw("path", { transform: "translate(4 4)", d: ICONS[{ stop: "i-no", ok: "i-ok", ask: "i-half" }[r.tone]], fill: "none", stroke: r.tone === "ask" ? "var(--ink-2)" : "var(--card)", "stroke-width": 1.8, "stroke-linecap": "round" }));
      const wide = stage("diagram", r.wide);
      const phone = stage("map", r.phone);
      const rows = make("ol", { class: "rows", "aria-label": w.figure, tabindex: "0" }, ...r.rows.map((row) => {
        const mark = row.mark && make("b", { class: `mark ${row.mark}`, "aria-hidden": "true" }, MARKS[row.mark]);
        const words = make("span", {}, row.words, ...(row.reason ? [make("small", {}, row.reason)] : []));
        const tone = row.kind === "fate" ? ` ${r.tone}` : "";
        return make("li", { class: `d${row.depth} ${row.kind}${tone}` }, words, ...(mark ? [mark] : []));
      }));
      const steps = make("ol", { class: "steps" }, ...r.stops.map((s, n) =>
        make("li", { class: r.bits.some(([at, c]) => at === n && c.includes("stop")) ? "stop" : "" }, make("b", {}, String(n + 1)), s.say)));
      const button = (name, act, ...inside) => {
        const one = make("button", { type: "button", class: "icon", part: "button", "aria-label": w[name] }, ...inside);
        one.addEventListener("click", act);
        return one;
      };
      const play = button("play", () => this.#toggle(), make("i"));
      play.classList.add("play");
      const back = button("back", () => this.step(-1), sign("back"));
      const next = button("next", () => this.step(1), sign("next"));
      const scrub = make("div", { class: "scrub", role: "slider", tabindex: "0", "aria-label": w.step, "aria-valuemin": "1", "aria-valuemax": String(r.stops.length) },
        ...r.stops.map((_, n) => {
          const [, c = "", made = false] = r.bits.find(([at]) => at === n) ?? [];
          return make("b", { class: `${c}${made ? " made" : ""}` });
        }));
      const count = make("span", { class: "count" });
      const parts = [play, back, next, scrub, count];
      if (r.text !== null) {
        const change = this.#live ? [make("button", { type: "button", class: "push", part: "button" }, w.change)] : [];
        change.forEach((one) => one.addEventListener("click", () => this.change()));
        const open = make("a", { class: "open", target: "_blank", rel: "noopener", href: "#" }, w.open);
        const aim = () => (open.href = this.#address());
        ["pointerdown", "focus", "click"].forEach((name) => open.addEventListener(name, aim, true));
        parts.push(make("span", { class: "brk" }), ...change, open);
      }
      const bar = make("div", { class: "foot", part: "bar" }, ...parts);
      const live = make("p", { class: "aloud", "aria-live": "polite" });
      const scene = make("div", { class: "stage", part: "diagram" }, wide.svg, phone.svg, rows);
      const head = make("div", { class: `verdict ${r.tone}`, part: "verdict" }, badge, verdict,
        ...(r.place ? [make("span", { class: "place" }, r.place)] : []));
      const figure = make("div", { class: "figure", part: "figure", role: "group", "aria-label": w.figure }, head, scene, steps, bar, live);
      if (this.getAttribute("controls") === "none") bar.hidden = true;
      if (this.getAttribute("controls") === "bar") [...bar.querySelectorAll(".push, .open")].forEach((e) => (e.hidden = true));
      scene.addEventListener("click", (event) => event.target.closest("textarea, .rows") || this.#toggle());
      scrub.addEventListener("keydown", (event) => this.#key(event));
      const slide = (event) => {
        const box = [...scrub.children];
        const at = box.findIndex((b) => event.clientX < b.getBoundingClientRect().right);
        this.#user();
        this.go(at < 0 ? Infinity : at);
      };
      scrub.addEventListener("pointerdown", (event) => {
        scrub.setPointerCapture(event.pointerId);
        slide(event);
      });
      scrub.addEventListener("pointermove", (event) => scrub.hasPointerCapture(event.pointerId) && slide(event));
      this.#parts?.figure.remove();
      this.#root.prepend(figure);
      this.#root.querySelector("slot:not([name])").hidden = true;
      this.#parts = { figure, wide, phone, rows, steps, play, back, next, scrub, count, live, bar, scene, head };
    }

    /** The element of an item, kept once it was shown. */
    #shape(n) {
      return (this.#shapes[n] ??= this.#made(n));
    }

    #made(n) {
      const r = this.#recording.items[n];
      if (r.group !== undefined) return draw("g", { class: r.group }, ...r.of.map((i) => this.#made(i)));
      return draw(r.name, { ...r.attributes, class: r.class }, ...(r.words === undefined ? [] : [r.words]));
    }

    #show(stop, travel) {
      const r = this.#recording;
      const at = Math.max(0, Math.min(stop, r.stops.length - 1));
      const p = this.#parts;
      const narrow = getComputedStyle(p.wide.svg).display === "none";
      const [scene, look] = narrow ? [r.stops[at].phone, p.phone] : [r.stops[at].wide, p.wide];
      const isLabel = (n) => r.items[n].group === "tag";
      look.layer.replaceChildren(...scene.items.filter((n) => !isLabel(n)).map((n) => this.#shape(n)));
      look.over.replaceChildren(...scene.items.filter(isLabel).map((n) => this.#shape(n)));
      look.packet.setAttribute("class", scene.made ? "made" : "");
      look.packet.toggleAttribute("hidden", !scene.rest);
      look.packet.getAnimations().forEach((a) => a.cancel());
      if (scene.rest) look.packet.setAttribute("transform", `translate(${scene.rest[0]} ${scene.rest[1]})`);
      if (travel && scene.rest && scene.travel && !still.matches) {
        const way = draw("path", { d: scene.travel });
        const long = way.getTotalLength();
        const frames = Array.from({ length: 25 }, (_, n) => {
          const { x, y } = way.getPointAtLength((long * n) / 24);
          return { transform: `translate(${x}px, ${y}px)` };
        });
        look.packet.animate(frames, { duration: TRAVEL / this.#speed, easing: "ease-in-out" });
      }
      [...p.scrub.children].forEach((b, n) => {
        b.classList.toggle("past", n <= at);
        b.classList.toggle("now", n === at);
      });
      p.scrub.setAttribute("aria-valuenow", String(at + 1));
      p.scrub.setAttribute("aria-valuetext", r.stops[at].say);
      p.count.replaceChildren(make("b", {}, String(at + 1)), ` / ${r.stops.length}`);
      p.back.disabled = at === 0;
      p.next.disabled = at === r.stops.length - 1;
      let now = null;
      [...p.rows.children].forEach((row, n) => {
        const mine = r.rows[n].stop;
        row.classList.toggle("ahead", mine > at);
        row.classList.remove("now");
        if (mine <= at) now = row;
      });
      now?.classList.add("now");
      if (narrow && now) {
        const to = now.offsetTop - p.rows.offsetTop - p.rows.clientHeight * 0.45;
        p.rows.scrollTo({ top: to, behavior: still.matches ? "instant" : "smooth" });
      }
      if (this.#heard) p.live.textContent = r.stops[at].say;
      this.#sign();
    }

    /** The play button as it is to be pressed next. */
    #sign() {
      const { play, figure } = this.#parts;
      const over = this.#stop >= this.#recording.stops.length - 1;
      const name = this.playing ? "pause" : over ? "again" : "play";
      if (play.dataset.sign !== name) {
        play.dataset.sign = name;
        play.firstChild.replaceChildren(sign(name));
        play.setAttribute("aria-label", this.#words[name]);
      }
      figure.classList.toggle("playing", this.playing);
    }

    /** The address that opens what is shown. */
    #address() {
      const site = new URL(this.getAttribute("site") ?? ".", this.hasAttribute("site") ? document.baseURI : HERE);
      const text = encodeURIComponent(this.#recording.text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
      const packet = (this.#recording.text.split("\n---")[0].match(/^packet: .*$/gm) ?? []).indexOf(`packet: ${this.#recording.line}`);
      const by = this.#recording.by ? `&by=${encodeURIComponent(this.#recording.by)}` : "";
      site.hash = `text=${text}&at=${Math.max(packet, 0) + 1}/${this.#stop + 1}${by}`;
      return site.href;
    }

    // -- Playing ----

    get #speed() {
      return Math.min(Math.max(parseFloat(this.getAttribute("speed")) || 1, 0.1), 10);
    }

    /** The reader does something: from now on steps are told aloud. */
    #user() {
      this.#heard = true;
    }

    #toggle() {
      this.#user();
      if (this.playing) this.pause();
      else this.play();
    }

    #key(event) {
      const r = this.#recording;
      const hook = (by) => {
        const kinds = r.bits.map(([, c]) => c);
        let at = this.#stop + by;
        while (at > 0 && at < r.stops.length - 1 && kinds[at] === kinds[at - 1]) at += by;
        return at;
      };
      const to = {
        ArrowLeft: event.shiftKey ? hook(-1) : this.#stop - 1,
        ArrowRight: event.shiftKey ? hook(1) : this.#stop + 1,
        Home: 0,
        End: Infinity,
      }[event.key];
      if (event.key === " ") this.#toggle();
      else if (to === undefined) return;
      else {
        this.#user();
        this.go(to);
      }
      event.preventDefault();
    }

    /** Plays from here; from the beginning where it is over. */
    play() {
      if (!this.#recording) return;
      if (playing && playing !== this) playing.pause();
      playing = this;
      clearTimeout(this.#timer);
      if (this.#stop >= this.#recording.stops.length - 1) this.#stop = 0;
      this.#rounds ||= 1;
      const tick = () => {
        const last = this.#recording.stops.length - 1;
        if (this.#stop >= last) {
          const rounds = parseInt(this.getAttribute("loop"), 10) || (this.hasAttribute("autoplay") ? 3 : 1);
          this.#tell("end", {});
          if (this.#rounds >= rounds) return this.pause();
          this.#rounds += 1;
          this.#move(0);
        } else this.#move(this.#stop + 1);
        this.#timer = setTimeout(tick, this.#stay());
      };
      this.#move(this.#stop);
      this.#timer = setTimeout(tick, this.#stay());
    }

    #stay() {
      const { stops } = this.#recording;
      const letters = Math.max(0, stops[this.#stop].say.length - LETTERS);
      const whole = this.#stop === stops.length - 1 ? LAST : STAY + TRAVEL + LETTER * letters;
      return whole / this.#speed;
    }

    /** Stays where it is. */
    pause() {
      clearTimeout(this.#timer);
      if (playing === this) playing = null;
      if (this.#recording) this.#sign();
    }

    /** By so many stops. */
    step(n = 1) {
      this.#user();
      this.go(this.#stop + n);
    }

    /** To a stop, from 0; `Infinity` is the last. */
    go(stop) {
      if (!this.#recording) return;
      this.pause();
      this.#rounds ||= 1;
      this.#move(Number(stop) || 0);
    }

    #move(stop) {
      const before = this.#stop;
      this.#stop = Math.max(0, Math.min(stop, this.#recording.stops.length - 1));
      this.#show(this.#stop, this.#stop === before + 1);
      const { stops } = this.#recording;
      this.#tell("stop", { stop: this.#stop, stops: stops.length, say: stops[this.#stop].say });
    }

    // -- Changing ----

    /** Loads the engine, and lets the packet and the rules be changed. */
    async change() {
      const r = this.#recording;
      if (r?.text == null) return;
      this.pause();
      const { bar, scene } = this.#parts;
      const kept = [...bar.children];
      const w = this.#words;
      bar.replaceChildren(make("span", { class: "count", role: "status" }, w.loading));
      try {
        if (!this.#live) fail("engine");
        this.#engine ??= await Engine.start(this.getAttribute("engine"));
        if (!this.#woken) {
          this.#woken = true;
          // Whether it still ends as it was recorded.
          const now = looked(await this.#engine.record(r.text, r.line, r.lang));
          if (now.otherwise) {
            this.#take(now, true);
            return this.change();
          }
        }
      } catch (error) {
        bar.replaceChildren(...kept);
        return this.#wrong(error.why ? error : Object.assign(error, { why: "engine" }));
      }
      const field = make("input", { class: "field", "aria-label": w.packet, spellcheck: "false", autocomplete: "off" });
      field.value = r.line;
      const push = (name, act) => {
        const one = make("button", { type: "button", class: "push", part: "button" }, w[name]);
        one.addEventListener("click", act);
        return one;
      };
      let area = null;
      const leave = () => {
        area?.remove();
        this.#build();
        this.#show(this.#stop, false);
      };
      const walk = async (text, packet) => {
        try {
          const next = looked(await this.#engine.record(text, packet, this.#lang()));
          this.#take(next);
          this.#tell("change", { text: next.text, packet });
          this.change();
        } catch (error) {
          this.#wrong(error);
        }
      };
      const [head, ...rest] = r.text.split(/^---$/m);
      const rules = rest.join("---").replace(/^\n/, "");
      const whole = () => (area ? `${head}---\n${area.value}` : r.text);
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter") walk(whole(), field.value);
        if (event.key === "Escape") leave();
      });
      bar.replaceChildren(
        field,
        push("rules", () => {
          if (area) {
            const text = whole();
            if (area.value !== rules) return walk(text, field.value);
            area.remove();
            area = null;
            return;
          }
          area = make("textarea", { class: "rules", "aria-label": w.rules, spellcheck: "false" });
          area.value = rules;
          area.addEventListener("keydown", (event) => {
            if (event.key === "Escape") leave();
            event.stopPropagation();
          });
          scene.append(area);
          area.focus();
        }),
        push("restore", () => {
          area?.remove();
          this.#take(this.#came);
        }),
        push("close", leave),
      );
      field.focus({ preventScroll: true });
    }

    /** The diagram that is shown, as the text of an SVG. */
    toSVG() {
      if (!this.#parts) return "";
      const copy = this.#parts.wide.svg.cloneNode(true);
      copy.setAttribute("xmlns", SVG);
      copy.prepend(draw("style", {}, SHAPES.replaceAll(":host", ":root")));
      return new XMLSerializer().serializeToString(copy);
    }

    #tell(name, detail) {
      this.dispatchEvent(new CustomEvent(`chainwalk:${name}`, { detail, bubbles: true, composed: true }));
    }

    get text() {
      return this.#recording?.text ?? null;
    }
    get ends() {
      return this.#recording?.ends ?? "";
    }
    get stops() {
      return this.#recording?.stops.length ?? 0;
    }
    get stop() {
      return this.#stop;
    }
    get playing() {
      return playing === this;
    }
  }

  // -- The engine ---------------------------------------------------------------------------------------------

  /** An address of the engine's, for pages that let no other string become a script. */
  const trusted = (url) => {
    const types = globalThis.trustedTypes;
    policy ??= types?.createPolicy?.("chainwalk", { createScriptURL: (address) => address });
    return policy?.createScriptURL(String(url)) ?? url;
  };
  let policy;

  /** A worker that plays case texts, the same for all figures of a page. */
  class Engine {
    static #one = null;
    static #users = 0;

    static async start(folder) {
      Engine.#users += 1;
      Engine.#one ??= Engine.#load(new URL(folder ?? "engine/", folder ? document.baseURI : HERE));
      try {
        return await Engine.#one;
      } catch (error) {
        Engine.#one = null;
        Engine.#users -= 1;
        throw Object.assign(error, { why: "engine" });
      }
    }

    static async #load(here) {
      const sandboxed = self.origin === "null" || location.protocol === "file:";
      if (!sandboxed && here.origin === location.origin) {
        try {
          return await new Engine(new Worker(trusted(new URL("engine.js", here))))._first();
        } catch {
          // No worker file, or a policy against it: by the way for other origins.
        }
      }
      // Scripts of other origins and of sandboxed frames run; their files can't be fetched, and workers begin as blobs.
      await new Promise((done, refuse) => {
        const tag = document.createElement("script");
        tag.src = trusted(new URL("engine.classic.js", here));
        tag.onload = done;
        tag.onerror = () => refuse(new Error("engine"));
        document.head.append(tag);
      });
      const { glue, wasm } = globalThis.chainwalkEngine ?? fail("engine");
      const address = URL.createObjectURL(new Blob([glue], { type: "text/javascript" }));
      return new Engine(new Worker(trusted(address)))._first(wasm);
    }

    #worker;
    #asked = new Map();
    #turn = 0;

    constructor(worker) {
      this.#worker = worker;
      worker.onmessage = ({ data: { turn, value, error } }) => {
        const { done, refuse } = this.#asked.get(turn) ?? {};
        this.#asked.delete(turn);
        if (error === undefined) done?.(value);
        else refuse?.(Object.assign(new Error(error), { why: "nothing" }));
      };
      worker.onerror = (event) => {
        event.preventDefault?.();
        this.#asked.forEach(({ refuse }) => refuse(new Error("engine")));
        this.#asked.clear();
      };
    }

    /** Waits until it runs. */
    async _first(wasm) {
      await this.#ask({ wasm });
      return this;
    }

    #ask(message) {
      const turn = ++this.#turn;
      return new Promise((done, refuse) => {
        this.#asked.set(turn, { done, refuse });
        this.#worker.postMessage({ turn, ...message });
      });
    }

    /** The recording of a text's packet, as JSON. */
    record(text, packet, lang) {
      return this.#ask({ text, packet, lang });
    }

    end() {
      Engine.#users -= 1;
      if (Engine.#users > 0) return;
      Engine.#one = null;
      this.#worker.terminate();
    }
  }

  // -- Defined ------------------------------------------------------------------------------------------------

  customElements.define("chain-walk", ChainWalk);

  // -- Fences -------------------------------------------------------------------------------------------------

  /** The text of a block, with a line feed for each break. */
  function plain(block) {
    let out = "";
    const go = (node) => {
      if (node.nodeType === Node.TEXT_NODE) out += node.data;
      else if (node.nodeName === "BR") out += "\n";
      else node.childNodes.forEach(go);
    };
    block.childNodes.forEach(go);
    return out;
  }

  const BLOCKS = 'code.language-chainwalk, .language-chainwalk code, .highlight-chainwalk pre, pre';

  /** Whether a remark before a block says that it is to be left alone. */
  function isOff(block) {
    for (let one = block; one && one !== document.body; one = one.parentElement) {
      let before = one.previousSibling;
      while (before && before.nodeType === Node.TEXT_NODE && !before.data.trim()) before = before.previousSibling;
      if (before?.nodeType === Node.COMMENT_NODE && before.data.trim() === "chainwalk: off") return true;
      if (before) return false;
    }
    return false;
  }

  function upgrade(root = document) {
    for (const block of root.querySelectorAll(BLOCKS)) {
      if (block.closest("chain-walk, [data-chainwalk], .language-text, .chainwalk-fence")) continue;
      const named = block.matches(".language-chainwalk, .language-chainwalk *, .highlight-chainwalk *");
      const text = plain(block);
      if (!named && !text.startsWith("chainwalk: 1\n")) continue;
      if (!/^---$/m.test(text) || isOff(block)) continue;
      let outer = block;
      const wraps = (e) => e && e.matches("pre, figure, .highlight, [class*=language-], [class*=highlight], [class*=codeBlock]") && !e.matches("body, main, article");
      while (wraps(outer.parentElement)) outer = outer.parentElement;
      // What a generator made stays where it is, folded: whoever made it may look for it.
      outer.classList.add("chainwalk-fence");
      const figure = make("chain-walk", { "data-fence": true });
      figure.append(make("script", { type: "text/x-chainwalk" }, text));
      const rules = text.split(/^---$/m).slice(1).join("").trim().split("\n").length;
      const zh = (outer.closest("[lang]")?.lang ?? "").startsWith("zh");
      const fold = make("button", { type: "button", "aria-expanded": "false", class: "chainwalk-fold" },
        zh ? `此图形所用的规则（${rules} 行）` : `The rules this figure plays (${rules} lines)`);
      outer.hidden = true;
      fold.addEventListener("click", () => {
        outer.hidden = !outer.hidden;
        fold.setAttribute("aria-expanded", String(!outer.hidden));
      });
      figure.addEventListener("chainwalk:error", () => {
        outer.hidden = false;
        fold.remove();
      });
      outer.before(figure, fold);
    }
  }

  const idle = globalThis.requestIdleCallback ?? setTimeout;
  const begin = () =>
    idle(() => {
      upgrade();
      // Pages that go from one to the next by script.
      let waits = 0;
      new MutationObserver((changes) => {
        if (!changes.some((c) => [...c.addedNodes].some((n) => n.nodeType === Node.ELEMENT_NODE && n.localName !== "chain-walk"))) return;
        clearTimeout(waits);
        waits = setTimeout(upgrade, 200);
      }).observe(document.body, { childList: true, subtree: true });
    });
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);

  // -- End ----------------------------------------------------------------------------------------------------
})();
