// The looks of the drawing and of the figure around it, as a sheet that every policy lets in.

/** The colours and shapes of `crates/view/src/svg`, put in by the build. */
export const SHAPES = `/*shapes*/`;
/** The style sheets beside this file, put in by the build. */
const STYLE = `/*style*/`;

/** The classes that the style knows. */
export const CLASSES = new Set([...SHAPES.matchAll(/\.([a-z][\w-]*)/g)].map((m) => m[1]));
["tag", "gst", "gsw", "gn", "gc", "gp", "gr"].forEach((name) => CLASSES.add(name));

let sheet;
export const style = () => {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(SHAPES + STYLE);
  }
  return sheet;
};
