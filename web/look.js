// Theme and language as the reader left them, before anything is painted, and whether there is work of theirs. A module
// would come too late.

globalThis.chainwalk = {
  /** Says in the page's place that it does not run. */
  broken(error) {
    const words = document.createElement("p");
    words.className = "broken";
    words.setAttribute("role", "alert");
    words.textContent = navigator.language.startsWith("zh")
      ? `页面无法启动：浏览器没有运行 WebAssembly。（${error}）`
      : `The page could not start: this browser did not run its WebAssembly. (${error})`;
    document.getElementById("page").replaceChildren(words);
  },
  /** A short name of a text: its length and a sum of its letters. */
  digest(text) {
    let sum = 0x811c9dc5;
    for (let n = 0; n < text.length; n++) sum = Math.imul(sum ^ text.charCodeAt(n), 0x01000193);
    return `${text.length}-${(sum >>> 0).toString(16)}`;
  },
  /** Whether nothing is kept here but the example of that digest, as it came. */
  isNew: () => true,
};

{
  const root = document.documentElement;
  let kept = null;
  // What is one file keeps nothing: any other file of the disk could read it.
  if (!("oneFile" in root.dataset)) {
    try {
      // Where a browser refuses its storage, this throws.
      const shelf = localStorage;
      chainwalk.isNew = (digest) => {
        const text = shelf.getItem("chainwalk.case") ?? shelf.getItem("chainwalk.paste");
        // The sum of a long text takes its time; one of another length is no example.
        return text === null || (digest.startsWith(`${text.length}-`) && chainwalk.digest(text) === digest);
      };
      root.dataset.read = shelf.getItem("chainwalk.hints") ?? "";
      kept = JSON.parse(shelf.getItem("chainwalk.page") ?? shelf.getItem("chainwalk"));
    } catch {
      // Nothing is kept, or it can't be read: the page begins as it does for a newcomer.
    }
  }
  const theme = { Light: "light", Dark: "dark" }[kept?.theme];
  if (theme) root.dataset.theme = theme;
  if (kept ? kept.lang === "Zh" : navigator.language.startsWith("zh")) root.lang = "zh-Hans";
}
