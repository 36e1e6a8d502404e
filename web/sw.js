// Keeps the page's files of one version and answers from them, so that the page opens without its server.
//
// The build puts in the version and the files. Without them this removes what another one left.

const VERSION = "";
const FILES = [];

const mine = `chainwalk ${registration.scope} `;
const name = mine + VERSION;
const kept = new Map(FILES.map((file) => [new URL(file, location).href, file]));
// A folder is asked for its first page.
kept.set(new URL("index.html", location).href, "./");

addEventListener("install", (event) => {
  if (!VERSION) return skipWaiting();
  // The server is asked whether what the browser remembers is still so.
  const fresh = FILES.map((file) => new Request(file, { cache: "no-cache" }));
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(fresh)));
});

addEventListener("activate", (event) => {
  const tidy = async () => {
    const others = (await caches.keys()).filter((key) => key.startsWith(mine) && key !== name);
    await Promise.all(others.map((key) => caches.delete(key)));
    if (VERSION) return;
    await registration.unregister();
    for (const client of await clients.matchAll({ type: "window" })) client.navigate(client.url);
  };
  event.waitUntil(tidy());
});

addEventListener("message", ({ data }) => {
  if (data === "renew") skipWaiting();
});

addEventListener("fetch", (event) => {
  const asked = new URL(event.request.url);
  asked.search = asked.hash = "";
  const file = kept.get(asked.href);
  // What is not the page's, and the figure for pages of others, comes from where it always came.
  if (!VERSION || event.request.method !== "GET" || file === undefined) return;
  const answer = async () => (await (await caches.open(name)).match(file)) ?? fetch(event.request);
  event.respondWith(answer());
});
