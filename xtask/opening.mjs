// Gives the built page its first answer before it runs: `node xtask/opening.mjs DIST`.
//
// A Chromium opens the page as a newcomer does, in each language, wide and narrow, and what it shows then goes into
// index.html as a <template>. `opening.js` stands it before the page until the page has drawn its own.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { page } from "./chromium.mjs";
import { serve } from "./site.mjs";

const [dist] = process.argv.slice(2);
const SIZES = { wide: [1440, 900], narrow: [390, 844] };
const LANGUAGES = { en: "en-US", "zh-Hans": "zh-CN" };

/** What is shown, as markup that nobody can press and that is read to nobody; runs in the page. */
function shown() {
  // More than a window of any height shows.
  const LINES = 60;
  const whole = document.querySelector("#page > .whole");
  const page = whole.cloneNode(true);
  // What a field holds is no attribute of it; what is not seen need not be sent.
  const copies = [...page.querySelectorAll("*")];
  [...whole.querySelectorAll("*")].forEach((one, n) => {
    if (one.localName === "input") copies[n].setAttribute("value", one.value);
    const sprite = one.closest("symbol") || one.querySelector("symbol");
    if (!sprite && one.localName !== "option" && getComputedStyle(one).display === "none") copies[n].remove();
  });
  const used = new Set([...page.querySelectorAll("use")].map((use) => use.getAttribute("href")));
  for (const one of page.querySelectorAll("symbol")) if (!used.has(`#${one.id}`)) one.remove();
  const source = document.querySelector("rule-text");
  const at = (gutter, y) =>
    [...source.querySelectorAll(`${gutter} .cm-gutterElement`)].find((one) => {
      const { top, height } = one.getBoundingClientRect();
      return height > 0 && top <= y && y < top + height;
    });
  const text = document.createElement("still-text");
  text.className = "cm-editor";
  for (const line of source.querySelectorAll(".cm-line")) {
    if (text.children.length === LINES) break;
    const { top } = line.getBoundingClientRect();
    const row = document.createElement("div");
    row.className = "row";
    for (const gutter of source.querySelectorAll(".cm-gutter")) {
      const cell = gutter.cloneNode(false);
      const element = at(`.${[...gutter.classList].join(".")}`, top + 1);
      if (element) cell.append(element.cloneNode(true));
      row.append(cell);
    }
    row.append(line.cloneNode(true));
    text.append(row);
  }
  page.querySelector("rule-text")?.replaceWith(text);
  // A list that scrolls begins at its begin; what is far below it is not seen.
  page.querySelectorAll(".right .row").forEach((row, n) => n > 30 && row.remove());
  for (const one of page.querySelectorAll("*")) {
    if (one.localName !== "symbol") one.removeAttribute("id");
    for (const { name } of [...one.attributes]) if (/^(aria-(?!pressed|checked|selected|disabled|expanded|current)|data-testid|role|tabindex|style)/.test(name)) one.removeAttribute(name);
  }
  return page.outerHTML;
}

const site = await serve(dist);
const parts = [];
for (const [lang, locale] of Object.entries(LANGUAGES)) {
  for (const [name, [width, height]] of Object.entries(SIZES)) {
    const { tell, ask, until, size, pause, close } = await page();
    try {
      await size(width, height, name === "narrow");
      // With motion it would play, and no two builds would be alike: it rests, and goes to where it would begin.
      await tell("Emulation.setEmulatedMedia", { features: [{ name: "prefers-reduced-motion", value: "reduce" }] });
      await tell("Page.enable");
      await tell("Page.addScriptToEvaluateOnNewDocument", { source: `Object.defineProperty(navigator, "language", { value: "${locale}" })` });
      await tell("Page.navigate", { url: site.url });
      await until(`["ok", "stop", "depends"].includes(document.body?.dataset.state) && !!document.querySelector(".scene")
        && !!document.querySelector(".cm-line") && document.fonts.status === "loaded" && !!localStorage.getItem("chainwalk.case")`);
      for (const type of ["rawKeyDown", "keyUp"]) await tell("Input.dispatchKeyEvent", { type, key: "Home", code: "Home", windowsVirtualKeyCode: 36 });
      await until(`document.querySelector(".scene")?.dataset.stop === "0"`);
      await ask(`document.querySelector(".cm-scroller").scrollTop = 0`);
      await pause(500);
      const markup = await ask(`return (${shown})()`);
      const kept = await ask(`return chainwalk.digest(localStorage.getItem("chainwalk.case"))`);
      if (/<script|<\/template|<rule-text/i.test(markup)) throw new Error(`${lang}, ${name}: what is shown holds more than markup`);
      parts.push(`<template data-opening="${lang} ${name}" data-case="${kept}">${markup}</template>`);
    } finally {
      await close();
    }
  }
}
site.close();

const file = join(dist, "index.html");
const html = readFileSync(file).toString();
const PLACE = "<!-- opening -->";
if (!html.includes(PLACE)) throw new Error(`index.html has no ${PLACE}`);
writeFileSync(file, html.replace(PLACE, () => parts.join("\n")));
console.log(`the first answer stands in index.html: ${parts.map((part) => part.length).join(", ")} bytes`);
