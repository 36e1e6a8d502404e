// Pictures of walks as PNG, and the cases that pictures carry.
//
// A PNG carries its case in a chunk `iTXt` called `chainwalk`, an SVG in its metadata. Nothing here goes anywhere.

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const KEYWORD = "chainwalk";
/** A picture with more bytes than this is not looked into. */
const LIMIT = 16 * 1024 * 1024;

/** Bytes as a text, a character each; a call takes only so many arguments. */
function latin(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return text;
}

/** A file of the page as base64. */
async function base64(name) {
  return btoa(latin(new Uint8Array(await (await chainwalk.file(name)).arrayBuffer())));
}

/** The picture with the page's fonts in it: an image has no others than its reader's. */
async function withFonts(svg) {
  const [sans, mono] = await Promise.all(["inter", "jetbrains-mono"].map((name) => base64(`fonts/${name}.woff2`)));
  const face = (name, font, weight) =>
    `@font-face{font-family:${name};src:url(data:font/woff2;base64,${font}) format("woff2");font-weight:${weight}}`;
  const faces = face("Inter", sans, "100 900") + face('"JetBrains Mono"', mono, "100 800");
  // Set in the fonts that it was measured for, no text has to be fitted.
  return svg.replace("<style>", () => `<style>${faces}`).replaceAll(/ textLength="[\d.]+"/g, "");
}

const crc = new Uint32Array(256).map((_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});
const checksum = (bytes) => (bytes.reduce((sum, byte) => crc[(sum ^ byte) & 255] ^ (sum >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

/** A PNG with a text in it, before its first image data. */
function carrying(png, text) {
  const body = new TextEncoder().encode(`iTXt${KEYWORD}\0\0\0\0\0${text}`);
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4);
  chunk.set(body, 4);
  view.setUint32(body.length + 4, checksum(body));
  // Behind the signature and the header.
  return new Blob([png.subarray(0, 33), chunk, png.subarray(33)], { type: "image/png" });
}

/** A picture as PNG, twice as large, with the text of a case in it or without. */
export async function png(svg, text) {
  const image = new Image();
  image.src = `data:image/svg+xml;base64,${btoa(latin(new TextEncoder().encode(await withFonts(svg))))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth * 2, image.naturalHeight * 2];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  return text ? carrying(new Uint8Array(await blob.arrayBuffer()), text) : blob;
}

/** Whether a file is a PNG, by its first bytes. */
const isPng = (bytes) => SIGNATURE.every((byte, n) => bytes[n] === byte);

/** The text in the chunks of a PNG; `null` where there is none. */
function inChunks(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const size = view.getUint32(at);
    const body = bytes.subarray(at + 8, at + 8 + size);
    if (latin(bytes.subarray(at + 4, at + 8)) === "iTXt" && latin(body.subarray(0, 14)) === `${KEYWORD}\0\0\0\0\0`) {
      return new TextDecoder().decode(body.subarray(14));
    }
    at += size + 12;
  }
  return null;
}

/** What a file carries: `undefined` where it is no picture, `null` where it is one that carries nothing. */
export async function carried(file) {
  if (file.size > LIMIT) return undefined;
  const begin = new Uint8Array(await file.slice(0, 512).arrayBuffer());
  if (isPng(begin)) return inChunks(new Uint8Array(await file.arrayBuffer()));
  if (!/^\s*(<\?xml[^>]*>\s*)?<svg[\s>]/.test(new TextDecoder().decode(begin))) return undefined;
  // A parser would let its style speak, which the policy forbids and tells of.
  const [, held] = /<metadata id="chainwalk"[^>]*>([^<]*)<\/metadata>/.exec(await file.text()) ?? [];
  const signs = { lt: "<", gt: ">", amp: "&", "#13": "\r" };
  return held?.replaceAll(/&(lt|gt|amp|#13);/g, (_, name) => signs[name]) ?? null;
}

chainwalk.png = png;
