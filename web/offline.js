// The page beyond its server: kept by a service worker, installed, opened with a file.
//
// Only the page as it ships has a version; one that is being worked on is kept by nobody. What is found out stands in
// attributes of the root, and an event says that it is another.

const root = document.documentElement;
const { version } = root.dataset;

function mark(name, is) {
  if (is === name in root.dataset) return;
  if (is) root.dataset[name] = "";
  else delete root.dataset[name];
  document.dispatchEvent(new Event("chainwalk:offline"));
}

async function keep() {
  const registration = await navigator.serviceWorker.register("sw.js", { updateViaCache: "none" });
  let renewing = false;
  const look = () => {
    mark("kept", registration.active !== null);
    mark("newer", registration.active !== null && registration.waiting !== null);
  };
  const follow = (worker) =>
    worker?.addEventListener("statechange", () => {
      look();
      if (renewing && worker.state === "activated") location.reload();
    });
  document.addEventListener("chainwalk:renew", () => {
    renewing = true;
    registration.waiting?.postMessage("renew");
  });
  [registration.installing, registration.waiting].forEach(follow);
  registration.addEventListener("updatefound", () => follow(registration.installing));
  look();
}

if (version && "serviceWorker" in navigator) {
  // What is looked at comes first. Where a browser refuses, the page is as it would be without.
  const later = globalThis.requestIdleCallback ?? setTimeout;
  addEventListener("load", () => later(() => keep().catch(() => {})));
}

let offer = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  mark("installs", true);
});
addEventListener("appinstalled", () => mark("installs", false));
document.addEventListener("chainwalk:install", () => offer?.prompt());

// A file that the installed page is opened with goes where a dropped one goes.
globalThis.launchQueue?.setConsumer(async ({ files }) => {
  if (!files?.length) return;
  const opened = await Promise.all(files.map((file) => file.getFile()));
  const paste = () => document.querySelector("rule-text");
  while (!paste()?.running) await new Promise((again) => setTimeout(again, 50));
  paste().take(opened);
});
