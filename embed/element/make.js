// Elements of HTML and SVG, made by their names: no text becomes markup.

export const SVG = "http://www.w3.org/2000/svg";
export const ICONS = {
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

export const make = (name, attributes = {}, ...children) => {
  const one = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) one.setAttribute(key, "");
    else if (value !== false && value !== undefined) one.setAttribute(key, value);
  }
  one.append(...children);
  return one;
};
export const draw = (name, attributes = {}, ...children) => {
  const one = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  one.append(...children);
  return one;
};
export const sign = (name) =>
  draw("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" },
    draw("path", { d: SIGNS[name], ...(["play", "pause"].includes(name) ? { fill: "currentColor" } : { fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round" }) }));
