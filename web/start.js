// Starts the page. A file of its own, so that the content security policy needs no inline script.

const { app, wasm } = document.querySelector("script[data-app]").dataset;

/** A file of the page, by its name. */
globalThis.chainwalk.file = (name) => fetch(new URL(name, document.baseURI));

// The first answer is painted before anything else takes the line and the processor. A page in the background is not
// painted.
await Promise.race([
  new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  new Promise((done) => setTimeout(done, 300)),
]);

const link = (of) => document.head.append(Object.assign(document.createElement("link"), of));
const script = (of) =>
  new Promise((done, fail) => {
    const element = document.createElement("script");
    Object.assign(element, of, { onload: done, onerror: () => fail(new Error(of.src)) });
    document.head.append(element);
  });

// All that the page runs on is asked for at once; what the worker is made of comes while the app is being compiled.
link({ rel: "preload", as: "fetch", crossOrigin: "anonymous", href: wasm });
for (const href of ["codemirror.js", "picture.js"]) link({ rel: "modulepreload", href });
script({ type: "module", src: "editor.js" }).catch(() => {});
for (const href of ["worker.js", "worker_bg.wasm"]) {
  link({ rel: "preload", as: "fetch", crossOrigin: "anonymous", fetchPriority: "low", href });
}

try {
  await script({ src: app });
  await wasm_bindgen({ module_or_path: new URL(wasm, document.baseURI) });
} catch (error) {
  globalThis.chainwalk.broken(error);
}
