// The element: where its text comes from, what of it is shown, how it plays and is changed.

import { HERE } from "./here.js";
import { SHAPES, style } from "./looks.js";
import { ICONS, SVG, draw, make, sign } from "./make.js";
import { MARKS, fail, looked } from "./recording.js";
import { plain } from "./text.js";
import { WORDS } from "./words.js";

/** Milliseconds at a stop, on the way to the next, at the end; and a letter, beyond forty of them. */
const [STAY, TRAVEL, LAST, LETTER, LETTERS] = [980, 520, 4000, 60, 40];
const still = matchMedia("(prefers-reduced-motion: reduce)");

let playing = null;

export class ChainWalk extends HTMLElement {
  /** What wakes a figure; nothing where recordings are played and no more. */
  static Engine = null;
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
    return !!ChainWalk.Engine && !["text", "picture", "recording"].includes(this.getAttribute("level"));
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
    this.#engine ??= await ChainWalk.Engine.start(this.getAttribute("engine"));
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
    this.#stop = Math.max(0, Math.min(rests, recording.stops.length - 1));
    this.#show(this.#stop, false);
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
      this.#engine ??= await ChainWalk.Engine.start(this.getAttribute("engine"));
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
