// Starts the page. A file of its own, so that the content security policy needs no inline script.

const { app, wasm } = document.querySelector("script[data-app]").dataset;

/** A file of the page, by its name. */
globalThis.chainwalk.file = (name) => fetch(new URL(name, document.baseURI));

// What the worker is made of comes while the app is still being compiled, behind all that is painted first.
for (const href of ["worker.js", "worker_bg.wasm"]) {
  const link = document.createElement("link");
  Object.assign(link, { rel: "preload", as: "fetch", crossOrigin: "anonymous", fetchPriority: "low", href });
  document.head.append(link);
}

try {
  await new Promise((done, fail) => {
    const script = document.createElement("script");
    Object.assign(script, { src: app, onload: done, onerror: () => fail(new Error(app)) });
    document.head.append(script);
  });
  await wasm_bindgen({ module_or_path: new URL(wasm, document.baseURI) });
} catch (error) {
  globalThis.chainwalk.broken(error);
}
