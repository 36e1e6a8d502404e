// Theme and language as the reader left them, before anything is painted. A module would come too late.

{
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem("chainwalk.page") ?? localStorage.getItem("chainwalk"));
  } catch {
    // Nothing is kept, or it can't be read: the page begins as it does for a newcomer.
  }
  const root = document.documentElement;
  const theme = { Light: "light", Dark: "dark" }[kept?.theme];
  if (theme) root.dataset.theme = theme;
  if (kept ? kept.lang === "Zh" : navigator.language.startsWith("zh")) root.lang = "zh-Hans";
}
