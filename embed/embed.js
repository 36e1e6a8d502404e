// The page of a figure in a frame: the link's fragment is what it shows. It listens to nobody, and tells its parent only
// how high it is.

addEventListener("DOMContentLoaded", () => {
  const figure = document.createElement("chain-walk");
  figure.setAttribute("loading", "eager");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("body,chain-walk{margin:0}");
  document.adoptedStyleSheets.push(sheet);
  const show = () => {
    const fragment = location.hash;
    const named = new URLSearchParams(fragment.slice(1));
    for (const name of ["lang", "theme"]) if (named.has(name)) figure.setAttribute(name, named.get(name));
    const at = /^\d+\/(\w+)$/.exec(named.get("at") ?? "")?.[1];
    if (at) figure.setAttribute("at", at);
    const held = document.createElement("script");
    held.type = "text/x-chainwalk";
    held.textContent = fragment;
    figure.replaceChildren(held);
    document.body.replaceChildren(figure);
  };
  addEventListener("hashchange", () => location.reload());
  show();
  new ResizeObserver(() => {
    parent.postMessage({ chainwalk: 1, height: figure.getBoundingClientRect().height }, "*");
  }).observe(figure);
});
