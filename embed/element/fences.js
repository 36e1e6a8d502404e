// Fences: blocks in which a generator of sites shows a case become figures above them.

import { make } from "./make.js";
import { plain } from "./text.js";

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

/** Makes figures of the page's fences once it is loaded, and of those that come later. */
export const watch = () => {
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
};
