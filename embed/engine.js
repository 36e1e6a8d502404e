// The end of the engine's worker, behind what wasm-bindgen wrote: a text comes, its recording goes.
//
// A classic script, so that it may begin as a file or as a blob. The module comes with the first message, as gzip in
// base64, where files can't be fetched.

{
  const unpacked = async (text) => {
    const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  };
  const begin = async (wasm) => {
    const module = wasm ? await unpacked(wasm) : new URL("engine_bg.wasm", location.href);
    await wasm_bindgen({ module_or_path: module });
  };
  let ready = null;
  onmessage = async ({ data: { turn, wasm, text, packet, lang } }) => {
    try {
      ready ??= begin(wasm);
      await ready;
      const value = text === undefined ? true : wasm_bindgen.record(text, packet ?? undefined, lang);
      postMessage({ turn, value });
    } catch (error) {
      postMessage({ turn, error: String(error?.message ?? error) });
    }
  };
}
