// The engine, which loads once somebody wants it: a worker that plays case texts.

import { HERE } from "./here.js";
import { fail } from "./recording.js";

/** An address of the engine's, for pages that let no other string become a script. */
const trusted = (url) => {
  const types = globalThis.trustedTypes;
  policy ??= types?.createPolicy?.("chainwalk", { createScriptURL: (address) => address });
  return policy?.createScriptURL(String(url)) ?? url;
};
let policy;

/** A worker that plays case texts, the same for all figures of a page. */
export class Engine {
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
