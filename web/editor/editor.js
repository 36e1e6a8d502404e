// The element <rule-text>: a text of any length to read, write, search and point into.
//
// It knows nothing of firewalls. Offsets are units of UTF-16. What it tells, it tells as events: `ready`, `edit`,
// `undo`, `redo`, `seek`, `found`, `filling`, `toolong`, `bare`, `point`, `word`, `added`, `leave`. What it is to show, the page says
// by calling its methods.

import {
  Annotation,
  Compartment,
  Decoration,
  EditorState,
  EditorView,
  GutterMarker,
  RangeSet,
  StateEffect,
  StateField,
  StyleModule,
  Text,
  Transaction,
  ViewPlugin,
  gutter,
  gutterLineClass,
  hoverTooltip,
  keymap,
  lineNumbers,
  placeholder,
  showTooltip,
  standardKeymap,
} from "./codemirror.js";
import { carried } from "./picture.js";

/** A text longer than this goes in by pieces of about this many units, each in a task of its own. */
const PIECE = 128 * 1024;
/** More bytes or units than this are not taken at all. */
const LIMIT = 64 * 1024 * 1024;
/** A line longer than this is not tinted. */
const LONG_LINE = 4000;
/** A longer word may be parted at its hyphens where a line ends. */
const UNBROKEN = 22;
/** More hits than this are not counted. */
const HITS = 10_000;
/** Milliseconds within which keys are taken back together. */
const TOGETHER = 700;
/** Milliseconds that a search works at a time. */
const WORK = 8;
/** Milliseconds that a pointer rests before the word under it is told. */
const REST = 300;

// The page's content security policy lets no <style> element speak, so the rules go into a sheet of their own;
// in a layer, so that the page's stylesheet decides where the two differ.
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets.push(sheet);
StyleModule.mount = (_root, modules) => {
  sheet.replaceSync(`@layer editor { ${[modules].flat().map((module) => module.getRules()).join("\n")} }`);
};

/** Marks a change that came from the page and is not told to it. */
const outside = Annotation.define();
/** Marks a piece of a long text behind its first. */
const further = Annotation.define();
const setMarks = StateEffect.define();
const setPlaces = StateEffect.define();
const repaint = StateEffect.define();

const task = () => new Promise((done) => (globalThis.scheduler?.postTask ? scheduler.postTask(done) : setTimeout(done)));

/** The sections, in order; each `{from, to, class}`. */
const sections = StateField.define({
  create: () => [],
  update(value, tr) {
    for (const effect of tr.effects) {
      if (effect.is(setMarks)) return effect.value.sections;
    }
    if (!tr.docChanged) return value;
    return value.map((s) => ({ ...s, from: tr.changes.mapPos(s.from, 1), to: tr.changes.mapPos(s.to, -1) }));
  },
});

/** The problems, as underlines that carry their words. */
const problems = StateField.define({
  create: () => Decoration.none,
  update(value, tr) {
    for (const effect of tr.effects) {
      if (effect.is(setMarks)) return underlines(effect.value.problems, tr.state.doc);
    }
    return tr.docChanged ? value.map(tr.changes) : value;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** A problem of many lines underlines its first. */
function underlines(list, doc) {
  const marks = list.map((problem) => {
    const from = Math.min(problem.from, doc.length);
    const to = Math.min(Math.max(problem.to, from + 1), doc.lineAt(from).to);
    return from < to && Decoration.mark({ class: `bad ${problem.class}`, problem }).range(from, to);
  });
  return Decoration.set(marks.filter(Boolean), true);
}

/** The lines of now, and those pointed at: `{now: [from, to] | null, lit: [from, to] | null}`. */
const places = StateField.define({
  create: () => ({ now: null, lit: null }),
  update(value, tr) {
    for (const effect of tr.effects) {
      if (effect.is(setPlaces)) return effect.value;
    }
    if (!tr.docChanged) return value;
    const map = (place) => place && [tr.changes.mapPos(place[0], 1), tr.changes.mapPos(place[1], -1)];
    return { now: map(value.now), lit: map(value.lit) };
  },
});

class SectionMarker extends GutterMarker {
  constructor(name) {
    super();
    this.elementClass = `section ${name}`;
  }
}

const markers = new Map();
const marker = (name) => {
  if (!markers.has(name)) markers.set(name, new SectionMarker(name));
  return markers.get(name);
};

const sectionGutter = gutter({
  class: "cm-sections",
  lineMarker(view, line) {
    const list = view.state.field(sections);
    const found = list.find((s) => s.from <= line.from && line.from < s.to);
    return found ? marker(found.class) : null;
  },
  lineMarkerChange: (update) => update.startState.field(sections) !== update.state.field(sections),
});

/** What became of each line on the way of the packet, in the order of the text; each `{from, to, class}`. */
const steps = StateField.define({
  create: () => [],
  update(value, tr) {
    for (const effect of tr.effects) {
      if (effect.is(setMarks)) return effect.value.steps ?? [];
    }
    if (!tr.docChanged) return value;
    return value.map((s) => ({ ...s, from: tr.changes.mapPos(s.from, 1), to: tr.changes.mapPos(s.to, -1) }));
  },
});

class StepMarker extends GutterMarker {
  constructor(name, icon) {
    super();
    this.elementClass = `met ${name}`;
    this.icon = icon;
  }
  toDOM() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", this.icon);
    svg.setAttribute("class", "ic");
    svg.setAttribute("aria-hidden", "true");
    svg.append(use);
    return svg;
  }
}
/** The icons are the page's own. */
const stepMarkers = {
  hit: new StepMarker("hit", "#i-ok"),
  miss: new StepMarker("miss", "#i-x"),
  stop: new StepMarker("stop", "#i-no"),
};

/** A sign for each line that the packet met; the stylesheet shows it where there is room. */
const stepGutter = gutter({
  class: "cm-steps",
  lineMarker(view, line) {
    const found = view.state.field(steps).find((s) => s.from <= line.to && line.from < s.to);
    return found ? stepMarkers[found.class] : null;
  },
  lineMarkerChange: (update) => update.startState.field(steps) !== update.state.field(steps),
});

class NowMarker extends GutterMarker {
  constructor(name) {
    super();
    this.elementClass = name;
  }
}
const nowMarkers = { now: new NowMarker("now"), lit: new NowMarker("lit") };

const touches = (place, line) => place && place[0] <= line.to && place[1] > line.from;

const nowGutter = gutterLineClass.compute([places, "doc"], (state) => {
  const { now, lit } = state.field(places);
  const marks = [];
  for (const [name, place] of [["lit", lit], ["now", now]]) {
    if (!place) continue;
    let line = state.doc.lineAt(Math.min(place[0], state.doc.length));
    for (let n = 0; n < 100 && touches(place, line); n++) {
      marks.push(nowMarkers[name].range(line.from));
      if (line.number === state.doc.lines) break;
      line = state.doc.line(line.number + 1);
    }
  }
  return RangeSet.of(marks, true);
});

const TINTS = [null, Decoration.mark({ class: "faint" }), Decoration.mark({ class: "strong" })];
const GAP = Decoration.mark({ class: "gap" });
const WHOLE = Decoration.mark({ class: "unbroken" });
const HIT = Decoration.mark({ class: "hit" });
const LINES = {
  plain: Decoration.line({ class: "ln" }),
  now: Decoration.line({ class: "ln now" }),
  lit: Decoration.line({ class: "ln lit" }),
  both: Decoration.line({ class: "ln now lit" }),
};

/** The mark on a character that would turn those behind it round, with its number. */
const turning = (letter) => {
  const code = `U+${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  return Decoration.mark({ class: "turning", attributes: { "data-code": code } });
};

/** Paints what is in sight: the lines of now, the tints, the hits of a search. */
const paint = (element) =>
  ViewPlugin.fromClass(
    class {
      constructor(view) {
        this.decorations = this.draw(view);
      }
      update(update) {
        const told = update.transactions.some((tr) => tr.effects.some((e) => e.is(setPlaces) || e.is(repaint)));
        if (update.docChanged || update.viewportChanged || told) this.decorations = this.draw(update.view);
      }
      draw(view) {
        const { now, lit } = view.state.field(places);
        const marks = [];
        for (const { from, to } of view.visibleRanges) {
          for (let at = from; at <= to; ) {
            const line = view.state.doc.lineAt(at);
            const [isNow, isLit] = [touches(now, line), touches(lit, line)];
            const kind = isNow && isLit ? "both" : isNow ? "now" : isLit ? "lit" : "plain";
            marks.push(LINES[kind].range(line.from));
            if (element.tint && line.length > 0 && line.length < LONG_LINE) {
              const tints = element.tint(line.text);
              for (let i = 0; i + 2 < tints.length; i += 3) {
                if (tints[i] < tints[i + 1]) {
                  marks.push(TINTS[tints[i + 2]].range(line.from + tints[i], line.from + tints[i + 1]));
                }
              }
            }
            // Characters that turn the order of others round are shown, and kept from doing it.
            for (const turn of line.text.matchAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g)) {
              const at = line.from + turn.index;
              marks.push(turning(turn[0]).range(at, at + 1));
            }
            // An option or a name is not parted at its hyphens, unless it is longer than a narrow line.
            if (line.length < LONG_LINE) {
              for (const word of line.text.matchAll(/(?<!\S)\S*-\S+/g)) {
                const begin = line.from + word.index;
                if (word[0].length <= UNBROKEN) marks.push(WHOLE.range(begin, begin + word[0].length));
              }
            }
            // In a narrow space columns can't line up anyway: the stylesheet closes the gaps between them.
            if (line.length < LONG_LINE) {
              for (const gap of line.text.matchAll(/ {2,}|^ /g)) {
                const begin = line.from + gap.index + (gap.index > 0 ? 1 : 0);
                marks.push(GAP.range(begin, line.from + gap.index + gap[0].length));
              }
            }
            at = line.to + 1;
          }
          for (const hit of element.hitsBetween(from, to)) marks.push(HIT.range(hit.from, hit.to));
        }
        return Decoration.set(marks, true);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );

/** The words of the problem at a place, if there is one. */
function problemAt(state, pos) {
  let found = null;
  state.field(problems).between(pos, pos, (from, to, mark) => {
    found = { from, to, problem: mark.spec.problem };
    return false;
  });
  return found;
}

function words({ from, to, problem }) {
  return {
    pos: from,
    end: to,
    above: false,
    create() {
      const dom = document.createElement("div");
      dom.className = `hint ${problem.class}`;
      dom.setAttribute("role", "tooltip");
      dom.dataset.testid = "hint";
      dom.append(problem.text);
      if (problem.hint) {
        const hint = document.createElement("em");
        hint.textContent = problem.hint;
        dom.append(hint);
      }
      return { dom };
    },
  };
}

const onHover = hoverTooltip((view, pos) => {
  const found = problemAt(view.state, pos);
  return found && words(found);
});

/** The words of the problem that the cursor stands in. */
const onFocus = StateField.define({
  create: () => null,
  update(value, tr) {
    const told = tr.effects.some((e) => e.is(setMarks));
    if (!tr.selection && !tr.docChanged && !told) return value;
    const moved = tr.isUserEvent("select") || tr.isUserEvent("input") || tr.isUserEvent("delete") || value;
    const found = moved && tr.state.selection.main.empty && problemAt(tr.state, tr.state.selection.main.head);
    return found ? words(found) : null;
  },
  provide: (field) => showTooltip.from(field),
});

class RuleText extends HTMLElement {
  /** What was added below last. */
  #added = "";
  #view = null;
  #look = new Compartment();
  #lock = new Compartment();
  #wrap = new Compartment();
  #last = null;
  #fill = null;
  #search = { text: "", hits: [], done: true, turn: 0 };
  #pointed = -1;
  #resting = 0;

  connectedCallback() {
    if (this.#view) return;
    const tell = (name) => () => (this.#tell(name), true);
    this.#view = new EditorView({
      parent: this,
      state: EditorState.create({
        extensions: [
          keymap.of([
            { key: "Mod-f", run: tell("seek") },
            { key: "Escape", run: tell("leave") },
            { key: "F3", run: () => (this.hop(1), true), shift: () => (this.hop(-1), true) },
            { key: "Mod-g", run: () => (this.hop(1), true), shift: () => (this.hop(-1), true) },
            { key: "Ctrl-.", run: (view) => (this.#word(view.state.selection.main.head, "key"), true) },
            { key: "Mod-z", run: tell("undo"), preventDefault: true },
            { key: "Mod-y", run: tell("redo"), preventDefault: true },
            { key: "Mod-Shift-z", run: tell("redo"), preventDefault: true },
            ...standardKeymap,
          ]),
          lineNumbers(),
          stepGutter,
          sectionGutter,
          this.#wrap.of(EditorView.lineWrapping),
          EditorState.tabSize.of(8),
          sections,
          problems,
          steps,
          places,
          nowGutter,
          paint(this),
          onHover,
          onFocus,
          this.#look.of([]),
          this.#lock.of([]),
          EditorView.updateListener.of((update) => this.#heard(update)),
          EditorView.domEventHandlers({
            paste: (event) => this.#pasted(event),
            drop: (event) => event.dataTransfer?.files.length > 0,
            mousemove: (event, view) => {
              const pos = view.posAtCoords({ x: event.clientX, y: event.clientY });
              clearTimeout(this.#resting);
              this.#resting = setTimeout(() => this.#word(pos, "pointer", event), REST);
              this.#point(pos);
            },
            mouseleave: (_event, view) => {
              clearTimeout(this.#resting);
              this.#point(view.hasFocus ? view.state.selection.main.head : null);
            },
            click: (event, view) => {
              if (event.pointerType === "touch") this.#word(view.state.selection.main.head, "finger", event);
            },
            beforeinput: (event) => {
              const back = { historyUndo: "undo", historyRedo: "redo" }[event.inputType];
              if (!back) return false;
              event.preventDefault();
              return tell(back)();
            },
          }),
        ],
      }),
    });
    window.addEventListener("paste", (event) => this.#around(event));
    let last = this.getBoundingClientRect();
    new ResizeObserver(() => {
      const now = this.getBoundingClientRect();
      // Behind the first picture the page stands above the window.
      if (this.#view.hasFocus && last.top >= 0) this.#stay(now.top - last.top, last.height);
      last = now;
    }).observe(this);
    const scrolled = ({ target }) => this.contains(target) || (last = this.getBoundingClientRect());
    window.addEventListener("scroll", scrolled, { capture: true, passive: true });
    this.#tell("ready");
  }

  /** What opens above or below, so that it moves by `by` and is no more `height` high, leaves the cursor in sight. */
  #stay(by, height) {
    const view = this.#view;
    const { head } = view.state.selection.main;
    const { top } = view.scrollDOM.getBoundingClientRect();
    const cursor = view.coordsAtPos(head);
    if (!cursor || cursor.top < top || cursor.bottom > top + height) return;
    view.scrollDOM.scrollTop += by;
    view.dispatch({ effects: EditorView.scrollIntoView(head) });
  }

  /** Whether it can be called. */
  get running() {
    return this.#view !== null;
  }

  /** The text. */
  get value() {
    return this.#view?.state.doc.toString() ?? "";
  }

  focus() {
    this.#view?.focus();
  }

  /** Breaks lines that are too long for the space, or lets them run on. */
  set wrap(on) {
    this.#view?.dispatch({ effects: this.#wrap.reconfigure(on ? EditorView.lineWrapping : []) });
  }

  /** Selects all of it. */
  select() {
    this.#view?.dispatch({ selection: { anchor: 0, head: this.#view.state.doc.length } });
  }

  /** Its accessible name, and what it says while it is empty. */
  label(name, hint) {
    this.#view.dispatch({
      effects: this.#look.reconfigure([
        placeholder(hint),
        EditorView.contentAttributes.of({
          "aria-label": name,
          "data-testid": "paste",
          tabindex: "0",
          spellcheck: "false",
          autocorrect: "off",
          autocapitalize: "off",
          translate: "no",
        }),
      ]),
    });
  }

  /** Replaces the units between two places. */
  change(from, to, text) {
    this.#last = null;
    this.#view.dispatch({
      changes: { from, to, insert: text },
      selection: { anchor: from + text.length },
      annotations: [outside.of(true), Transaction.addToHistory.of(false)],
    });
  }

  /** Begins another text; its pieces follow, and nothing can be written until it ends. */
  begin() {
    this.stop();
    this.#last = null;
    this.#fill = { text: Text.empty, turn: {} };
    this.#view.dispatch({ effects: this.#lock.reconfigure(EditorState.readOnly.of(true)) });
  }

  /** A piece of the text that was begun. */
  append(piece) {
    this.#fill.text = this.#fill.text.append(Text.of(piece.split("\n")));
  }

  /** Ends the text that was begun, and shows it. */
  end() {
    const { text } = this.#fill;
    this.#fill = null;
    this.#view.dispatch({
      changes: { from: 0, to: this.#view.state.doc.length, insert: text },
      selection: { anchor: 0 },
      annotations: [outside.of(true), Transaction.addToHistory.of(false)],
      effects: [this.#lock.reconfigure([]), EditorView.scrollIntoView(0)],
    });
  }

  /**
   * Shows sections, problems and what the packet met: JSON of `{sections: [{from, to, class}], problems: [{…, text, hint}],
   * steps: [{from, to, class}]}`.
   */
  marks(json) {
    this.#view.dispatch({ effects: setMarks.of(JSON.parse(json)) });
  }

  /** Shows the lines of now, and those pointed at; a place that begins below 0 is none. */
  places(nowFrom, nowTo, litFrom, litTo) {
    const place = (from, to) => (from < 0 ? null : [from, to]);
    this.#view.dispatch({ effects: setPlaces.of({ now: place(nowFrom, nowTo), lit: place(litFrom, litTo) }) });
  }

  /** Brings a place into sight, a third below the upper edge, unless it is well in sight already. */
  reveal(pos) {
    const view = this.#view;
    const at = Math.min(pos, view.state.doc.length);
    const box = view.scrollDOM.getBoundingClientRect();
    if (box.height < 1) return;
    const line = view.lineBlockAt(at);
    const top = line.top + view.documentTop - box.top;
    if (top >= 24 && top + line.height <= box.height - 24) return;
    view.dispatch({ effects: EditorView.scrollIntoView(at, { y: "start", yMargin: Math.round(box.height * 0.35) }) });
  }

  /** Reveals a place and sets the cursor there, ready to type. */
  go(pos) {
    const at = Math.min(pos, this.#view.state.doc.length);
    this.#view.dispatch({ selection: { anchor: at }, userEvent: "select" });
    this.reveal(at);
    this.#view.focus();
  }

  /** Searches for a text, whatever its case; tells the count as it grows. */
  async find(text, go = true) {
    const turn = this.#search.turn + 1;
    const search = { text, hits: [], done: false, turn };
    this.#search = search;
    const doc = this.#view.state.doc;
    const needle = text.toLowerCase();
    let began = performance.now();
    const size = 32 * 1024;
    for (let at = 0; needle && at < doc.length && search.hits.length < HITS; at += size) {
      const slice = doc.sliceString(at, Math.min(at + size + text.length - 1, doc.length));
      const lower = slice.toLowerCase();
      // A few letters change their length with their case; such a stretch is searched as it stands.
      const [hay, pin] = lower.length === slice.length ? [lower, needle] : [slice, text];
      for (let hit = hay.indexOf(pin); hit >= 0 && hit < size; hit = hay.indexOf(pin, hit + pin.length)) {
        search.hits.push(at + hit);
        if (search.hits.length === HITS) break;
      }
      if (performance.now() - began > WORK) {
        await task();
        if (this.#search.turn !== turn) return;
        began = performance.now();
      }
    }
    search.done = true;
    this.#view.dispatch({ effects: repaint.of(null) });
    if (go && search.hits.length) this.hop(0);
    else this.#count();
  }

  /** Goes to the next hit (`1`), the one before (`-1`), or the first from the cursor on (`0`). */
  hop(by) {
    const { hits, text } = this.#search;
    if (!hits.length) return;
    const { from } = this.#view.state.selection.main;
    let next = hits.findIndex((hit) => (by > 0 ? hit > from : hit >= from));
    if (next < 0) next = by < 0 ? hits.length : 0;
    if (by < 0) next = (next - 1 + hits.length) % hits.length;
    const at = hits[next];
    this.#view.dispatch({
      selection: { anchor: at, head: at + text.length },
      effects: EditorView.scrollIntoView(at, { y: "center" }),
    });
    this.#count();
  }

  /** The hits that touch a stretch. */
  hitsBetween(from, to) {
    const { hits, text } = this.#search;
    let low = 0;
    for (let high = hits.length; low < high; ) {
      const mid = (low + high) >> 1;
      if (hits[mid] + text.length <= from) low = mid + 1;
      else high = mid;
    }
    const found = [];
    const end = this.#view?.state.doc.length ?? 0;
    for (; low < hits.length && hits[low] < to; low++) {
      if (hits[low] + text.length <= end) found.push({ from: hits[low], to: hits[low] + text.length });
    }
    return found;
  }

  /** Takes files in place of the text; several one after the other, each under its name. */
  async take(files) {
    const list = [...files];
    const size = list.reduce((sum, file) => sum + file.size, 0);
    if (size > LIMIT) return this.#tell("toolong", { limit: LIMIT });
    // A picture may carry the walk that it shows.
    const held = list.length === 1 ? await carried(list[0]) : undefined;
    if (held === null) return this.#tell("bare");
    if (held !== undefined) list[0] = new Blob([held]);
    const fill = this.#filling(0, this.#view.state.doc.length);
    let read = 0;
    for (const [n, file] of list.entries()) {
      if (list.length > 1) await fill.add(`${n > 0 ? "\n" : ""}# ${file.name}\n`);
      const begin = new Uint8Array(await file.slice(0, 2).arrayBuffer());
      const wide = { "255 254": "utf-16le", "254 255": "utf-16be" }[begin.join(" ")];
      const reader = file.stream().pipeThrough(new TextDecoderStream(wide ?? "utf-8")).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done || fill.ended) break;
        await fill.add(value);
        // The page may have put another text in its place meanwhile: a case goes without its head.
        if (fill.ended) break;
        read += value.length;
        this.#tell("filling", { share: Math.min(read / Math.max(size, 1), 1) });
      }
      await fill.add("", true);
    }
    fill.end();
  }

  /** Leaves off what is being filled in. */
  stop() {
    if (this.#fill?.end) this.#fill.end();
  }

  #pasted(event) {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (this.fresh && text.trim()) this.select();
    if (text.length <= PIECE) return false;
    event.preventDefault();
    this.#long(text);
    return true;
  }

  /** A paste outside of every field: it takes the place of what nobody wrote, and stands below what somebody did. */
  #around(event) {
    const target = event.composedPath()[0];
    const taken = target instanceof Element && target.closest("input, textarea, select, [contenteditable=true], [role=dialog]");
    if (event.defaultPrevented || taken || !this.#view) return;
    const { files } = event.clipboardData;
    const text = event.clipboardData.getData("text/plain");
    if (files.length > 0) this.take(files);
    else if (text.trim()) this.put(text, this.fresh || !this.value.trim());
    else return;
    event.preventDefault();
  }

  /** Puts a text in place of all that stands here, or below it, and then tells how many lines were added. */
  put(text, whole) {
    const { doc } = this.#view.state;
    if (whole) this.select();
    else this.#view.dispatch({ selection: { anchor: doc.length } });
    const apart = !whole && doc.length > 0 && doc.sliceString(doc.length - 1) !== "\n" ? "\n" : "";
    if (text.length > PIECE) this.#long(apart + text);
    else this.#view.dispatch(this.#view.state.replaceSelection(apart + text), { userEvent: "input.paste", scrollIntoView: true });
    if (whole && text.length <= PIECE) {
      this.#view.dispatch({ selection: { anchor: 0 }, effects: EditorView.scrollIntoView(0) });
    }
    this.#added = whole ? "" : text;
    if (!whole) this.#tell("added", { lines: text.trimEnd().split(/\r\n?|\n/).length });
  }

  /** Puts what was added below last in place of all. */
  alone() {
    if (this.#added) this.put(this.#added, true);
  }

  #long(text) {
    if (text.length > LIMIT) this.#tell("toolong", { limit: LIMIT });
    else void this.#insert(text);
  }

  async #insert(text) {
    const { from, to } = this.#view.state.selection.main;
    const fill = this.#filling(from, to);
    // The clipboard alone takes as long as a task may: the first piece goes in one of its own.
    await task();
    for (let at = 0; at < text.length && !fill.ended; at += PIECE) {
      await fill.add(text.slice(at, at + PIECE), at + PIECE >= text.length);
      this.#tell("filling", { share: Math.min((at + PIECE) / text.length, 1) });
    }
    fill.end();
  }

  /** Takes a text by pieces, in place of a stretch; line ends become plain on the way. */
  #filling(from, to) {
    this.stop();
    let held = "";
    let first = true;
    const fill = {
      at: from,
      to,
      ended: false,
      add: async (piece, last = false) => {
        if (fill.ended) return;
        let text = held + piece;
        // A line end may be cut in two, and so may a character.
        const code = text.charCodeAt(text.length - 1);
        const cut = !last && (code === 13 || (code >= 0xd800 && code < 0xdc00)) ? text.length - 1 : text.length;
        held = text.slice(cut);
        text = text.slice(0, cut);
        if (!text && !first) return;
        const insert = Text.of(text.split(/\r\n?|\n/));
        const at = fill.at;
        this.#view.dispatch({
          changes: { from: at, to: fill.to, insert },
          selection: first ? { anchor: at } : undefined,
          annotations: [further.of(!first), Transaction.userEvent.of("input.paste")],
        });
        fill.at = fill.to = at + insert.length;
        first = false;
        await task();
      },
      end: () => {
        if (fill.ended) return;
        fill.ended = true;
        if (this.#fill === fill) this.#fill = null;
        this.#tell("filling", { share: 1 });
      },
    };
    this.#fill = fill;
    return fill;
  }

  /** Where a stretch of one line stands on the screen: left, top, right and bottom of each of its boxes. */
  bounds(from, to) {
    const view = this.#view;
    if (to > view.state.doc.length) return [];
    const [begin, end] = [view.coordsAtPos(from, 1), view.coordsAtPos(to, -1)];
    if (!begin || !end) return [];
    if (end.top < begin.bottom) return [begin.left, begin.top, end.right, begin.bottom];
    // It goes on below.
    const { left, right } = view.contentDOM.getBoundingClientRect();
    return [begin.left, begin.top, right, begin.bottom, left, end.top, end.right, end.bottom];
  }

  /** Tells of the word at a place, and how it was pointed at; a problem there has words of its own. */
  #word(pos, by, event) {
    if (pos === null) return;
    const { state } = this.#view;
    if (pos > state.doc.length || (by !== "key" && problemAt(state, pos))) return;
    const line = state.doc.lineAt(pos);
    if (line.length > LONG_LINE) return;
    const detail = { pos, from: line.from, text: line.text, by, x: event?.clientX, y: event?.clientY };
    this.dispatchEvent(new CustomEvent("word", { detail, bubbles: true }));
  }

  #heard(update) {
    if (this.#fill?.add && update.docChanged && !update.transactions.some((tr) => tr.isUserEvent("input.paste"))) {
      const { at, to } = this.#fill;
      this.#fill.at = update.changes.mapPos(at, 1);
      this.#fill.to = update.changes.mapPos(to, 1);
    }
    if (update.focusChanged || (update.selectionSet && update.view.hasFocus)) {
      this.#point(update.view.hasFocus ? update.state.selection.main.head : null);
    }
    if (update.docChanged && this.#search.text) this.find(this.#search.text, false);
    else if (update.selectionSet && this.#search.hits.length) this.#count();
    const own = update.transactions.filter((tr) => tr.docChanged && !tr.annotation(outside));
    for (const tr of own) {
      const changes = [];
      tr.changes.iterChanges((from, to, _from, _to, text) => changes.push({ from, to, text: text.toString() }));
      this.#tell("edit", { changes, joined: tr.annotation(further) ?? this.#joins(tr) });
    }
  }

  /** Whether a change goes on with the one before it, so that both are taken back together. */
  #joins(tr) {
    const kind = ["input.type", "delete"].find((name) => tr.isUserEvent(name));
    let [from, to] = [Infinity, 0];
    tr.changes.iterChangedRanges((_a, _b, begin, end) => {
      from = Math.min(from, begin);
      to = Math.max(to, end);
    });
    const last = this.#last;
    const now = performance.now();
    this.#last = kind ? { kind, time: now, from, to } : null;
    if (!kind || !last || last.kind !== kind || now - last.time > TOGETHER) return false;
    return from <= last.to + 1 && to >= last.from - 1;
  }

  /** Tells the line that the pointer or the cursor came to, or that there is none. */
  #point(pos) {
    const line = pos === null ? null : this.#view.state.doc.lineAt(pos);
    const from = line?.from ?? -1;
    if (from !== this.#pointed) {
      this.#pointed = from;
      this.#tell("point", { from, to: line?.to ?? -1 });
    }
    return false;
  }

  #count() {
    const { hits, done } = this.#search;
    const { from } = this.#view.state.selection.main;
    const at = hits.indexOf(from) + 1;
    this.#tell("found", { count: hits.length, at, more: hits.length === HITS, done });
  }

  #tell(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

// What was said of an element before this was loaded stays said: a field of the class would take its place.
Object.assign(RuleText.prototype, {
  /** The tints of a line: a function from its text to triples of begin, end and kind. */
  tint: null,
  /** Whether nobody wrote what stands here, so that a paste takes its place. */
  fresh: false,
});

customElements.define("rule-text", RuleText);
