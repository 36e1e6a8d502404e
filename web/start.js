// Starts the page. A file of its own, so that the content security policy needs no inline script.

const { app, wasm } = document.querySelector("script[data-app]").dataset;

// What the worker is made of comes while the app is still being compiled, behind all that is painted first.
for (const href of ["worker.js", "worker_bg.wasm"]) {
  const link = document.createElement("link");
  Object.assign(link, { rel: "preload", as: "fetch", crossOrigin: "anonymous", fetchPriority: "low", href });
  document.head.append(link);
}

try {
  const { default: init } = await import(new URL(app, document.baseURI));
  await init({ module_or_path: new URL(wasm, document.baseURI) });
} catch (error) {
  const words = document.createElement("p");
  words.className = "broken";
  words.setAttribute("role", "alert");
  words.textContent = navigator.language.startsWith("zh")
    ? `页面无法启动：浏览器没有运行 WebAssembly。（${error}）`
    : `The page could not start: this browser did not run its WebAssembly. (${error})`;
  document.getElementById("page").replaceChildren(words);
}
