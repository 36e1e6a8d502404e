// The text that stands in a page.

/** The text of a block, with a line feed for each break. */
export function plain(block) {
  let out = "";
  const go = (node) => {
    if (node.nodeType === Node.TEXT_NODE) out += node.data;
    else if (node.nodeName === "BR") out += "\n";
    else node.childNodes.forEach(go);
  };
  block.childNodes.forEach(go);
  return out;
}
