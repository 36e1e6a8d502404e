// Shows the page's first answer, as it was when the page was built, until the page has drawn it itself.
// A script of the body: what it shows is in the first paint.

{
  // As `web/src/app/space.rs` has it.
  const NARROW = "(max-width: 47.5em), (max-height: 30em)";
  const root = document.documentElement;
  const name = `${root.lang === "zh-Hans" ? "zh-Hans" : "en"} ${matchMedia(NARROW).matches ? "narrow" : "wide"}`;
  const template = document.querySelector(`template[data-opening="${name}"]`);
  // Where no motion is wanted, the page begins at the end of the walk.
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (template && !still && !location.hash && chainwalk.isNew(template.dataset.case)) {
    const shown = document.createElement("div");
    shown.id = "opening";
    shown.inert = true;
    shown.setAttribute("aria-hidden", "true");
    shown.append(template.content.cloneNode(true));
    document.body.append(shown);
    const drawn = () => {
      const state = document.body.dataset.state;
      if (document.querySelector("#page .broken")) return true;
      if (!state || state === "reading") return false;
      return !["ok", "stop", "depends"].includes(state) || !!document.querySelector("#page .scene");
    };
    const ACTS = ["keydown", "pointerdown", "paste", "drop"];
    const leave = () => {
      watch.disconnect();
      for (const act of ACTS) removeEventListener(act, acts, true);
      shown.remove();
    };
    // Who does something asks for what is there by then.
    const acts = () => document.querySelector("#page .whole") && leave();
    const watch = new MutationObserver(() => drawn() && leave());
    watch.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-state"] });
    for (const act of ACTS) addEventListener(act, acts, true);
  }
  for (const each of document.querySelectorAll("template[data-opening]")) each.remove();
}
