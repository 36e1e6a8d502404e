/**
 * Chainwalk as functions, for Node and for browsers: each takes texts and options and says what came of them. A text is a
 * case, or a paste of whatever a host prints. The engine is loaded by the first call.
 *
 * @module
 */

import init, * as engine from "./engine/api.js";

/**
 * @typedef {"en" | "zh"} Lang The language of the sentences.
 *
 * @typedef {object} Sent What is said beside a text.
 * @property {Lang} [lang] The language; else the case's own, else English.
 * @property {string[]} [packets] Packets, sent in place of the case's own: `curl 10.0.0.1:80 from 10.0.0.2 in eth0`.
 * @property {string[]} [assume] Facts beside the case's own: `eth0=10.0.0.1/24`.
 * @property {string[]} [edits] Changes beside the case's own, as commands: `iptables -I FORWARD -i eth0 -j ACCEPT`.
 *
 * @typedef {object} Problem Something that was not understood, at its place.
 * @property {string} class How much it matters: `error`, `warning`, `note`.
 * @property {string} text What is wrong.
 * @property {string | null} hint What to do.
 *
 * @typedef {object} Recognised What was recognised in a text.
 * @property {{ id: string, name: string, detail: string }[]} hosts The hosts, where there are several.
 * @property {{ name: string, detail: string }[]} chips The parts of the text.
 * @property {object[]} facts What is known of the host.
 * @property {Problem[]} problems What was not understood.
 * @property {{ line: string, about: unknown }[]} suggestions Packets worth sending.
 *
 * @typedef {object} Walked What became of a packet.
 * @property {string} line The packet, as it was asked for.
 * @property {string | null} ends Its end, as a case claims it: `dropped by filter INPUT 1`.
 * @property {string | null} verdict Its end in words; null where it was not sent.
 * @property {string | null} words The whole walk in words, line by line.
 * @property {Problem[]} problems What is wrong with the line.
 *
 * @typedef {object} Answer What became of the packets of a text.
 * @property {Walked[]} packets Each packet.
 * @property {Record<string, unknown>} answer The answer for programs, as `chainwalk walk --json` prints it.
 * @property {string} case The text of the case, with what becomes of its packets.
 *
 * @typedef {object} Drawn How a picture is drawn.
 * @property {string} [at] The packet and stop, from 1: `2/14`, `1/end`.
 * @property {boolean} [animate] Whether it moves.
 * @property {number} [rounds] How often it plays.
 * @property {boolean} [all] Whether a long walk moves through all of its stops.
 * @property {[number, number]} [size] Width and height in CSS pixels.
 * @property {"light" | "dark"} [theme] Light or dark, whatever the reader has.
 * @property {boolean} [carry] Whether the case goes into the picture.
 *
 * @typedef {object} Recorded How a walk is recorded.
 * @property {string} [packet] The packet that is shown.
 * @property {Lang} [lang] The language.
 * @property {boolean} [bare] Whether the case is left out.
 *
 * @typedef {object} Shared How a case is handed on.
 * @property {"link" | "text" | "markdown" | "html" | "iframe"} [as] The form.
 * @property {string} [base] The address of the page, in front of the link.
 * @property {string} [at] The packet and stop it opens at.
 *
 * @typedef {object} Opened What a link holds.
 * @property {string} text The text of the case.
 * @property {string | null} at The packet and stop it opens at.
 * @property {Lang | null} lang The language, for the visit.
 * @property {"light" | "dark" | null} theme Light or dark, for the visit.
 * @property {string} by The version that wrote it; may be empty.
 *
 * @typedef {object} Verdict What became of a claim.
 * @property {number} line Its line in the text, from 1.
 * @property {"no case" | "shown" | "packet" | "goal"} kind What claims.
 * @property {boolean} holds Whether it comes out so.
 * @property {number} [number] The packet or goal, from 1.
 * @property {string} [then] What was claimed; empty where nothing was.
 * @property {string} [now] What comes out.
 * @property {boolean} [depends] Whether it is true in one way of several, and the text does not say that there are several.
 */

/** Where the module lies: an address in a browser, its bytes in Node, whose `fetch` reads no files. */
const module = async () => {
  const here = new URL("./engine/engine_bg.wasm", import.meta.url);
  if (here.protocol !== "file:") return here;
  // A bundler that looks for modules of a browser finds no name here.
  const files = "node:fs/promises";
  const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ files);
  return readFile(here);
};

/** @type {Promise<unknown> | undefined} */
let ready;

/**
 * @template T
 * @param {(engine: typeof import("./engine/api.js")) => T} ask
 * @returns {Promise<T>}
 */
const asked = async (ask) => {
  ready ??= init({ module_or_path: module() });
  await ready;
  return ask(engine);
};

/**
 * What is recognised in a text.
 *
 * @param {string} text
 * @param {Sent} [options]
 * @returns {Promise<Recognised>}
 */
export const read = (text, options = {}) => asked((e) => JSON.parse(e.read(text, JSON.stringify(options))));

/**
 * What becomes of the packets of a text.
 *
 * @param {string} text
 * @param {Sent} [options]
 * @returns {Promise<Answer>}
 */
export const walk = (text, options = {}) => asked((e) => JSON.parse(e.walk(text, JSON.stringify(options))));

/**
 * The picture of a packet's walk, as SVG.
 *
 * @param {string} text
 * @param {Sent & Drawn} [options]
 * @returns {Promise<string>}
 */
export const draw = (text, options = {}) => asked((e) => e.draw(text, JSON.stringify(options)));

/**
 * The recording of a packet's walk, which `<chain-walk>` plays.
 *
 * @param {string} text
 * @param {Recorded} [options]
 * @returns {Promise<Record<string, unknown>>}
 */
export const recording = (text, options = {}) =>
  asked((e) => JSON.parse(e.recording(text, JSON.stringify(options))));

/**
 * A case to hand on, by default as a link.
 *
 * @param {string} text
 * @param {Shared} [options]
 * @returns {Promise<string>}
 */
export const share = (text, options = {}) => asked((e) => e.share(text, JSON.stringify(options)));

/**
 * What a link holds. The whole address may be given.
 *
 * @param {string} link
 * @returns {Promise<Opened>}
 */
export const open = (link) => asked((e) => JSON.parse(e.open(link)));

/**
 * What becomes of the claims of a text. The ending of `name` says what it is: Markdown, a recording (`.json`), a picture
 * (`.svg`), a page (`.html`); else it is a case.
 *
 * @param {string} text
 * @param {{ name?: string }} [options]
 * @returns {Promise<Verdict[]>}
 */
export const check = (text, options = {}) => asked((e) => JSON.parse(e.check(text, JSON.stringify(options))));
