// Starts the page that is one file: what the served page fetches stands in it, packed.

{
  /** The font of that family, out of the style sheet that holds it. */
  const font = (family) => {
    const faces = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
    const face = faces.find((rule) => rule instanceof CSSFontFaceRule && rule.style.fontFamily.includes(family));
    const [, text] = /base64,([^")]+)/.exec(face.style.getPropertyValue("src"));
    return new Response(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
  };
  /** What is packed under that name: as it is, or as gzip in base64. */
  const unpacked = (name) => {
    const { type, textContent } = document.querySelector(`script[data-name="${name}"]`);
    if (type === "text/plain") return new Response(textContent);
    const packed = new Blob([Uint8Array.from(atob(textContent), (letter) => letter.charCodeAt(0))]);
    const bytes = packed.stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(bytes, { headers: { "content-type": "application/wasm" } });
  };
  const FONTS = { "fonts/inter.woff2": "Inter", "fonts/jetbrains-mono.woff2": "JetBrains Mono" };

  chainwalk.file = async (name) => (name in FONTS ? font(FONTS[name]) : unpacked(name));
  chainwalk.file("app_bg.wasm")
    .then((module) => wasm_bindgen({ module_or_path: module }))
    .catch(chainwalk.broken);
}
