// What Lighthouse says of the built page: desktop preset, served with gzip, the median of some runs.
// Usage: node xtask/lighthouse.mjs DIST [RUNS]. It installs nothing: where Lighthouse is not found it says how.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "./site.mjs";

const VERSION = "12.8.2";
const [dist, runs = "5"] = process.argv.slice(2);
const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
const home = join(cache, "chainwalk/tools/lighthouse");
const program = join(home, "node_modules/lighthouse/cli/index.js");
const manifest = join(home, "node_modules/lighthouse/package.json");

if (!dist || !existsSync(join(dist, "index.html"))) {
  console.error("usage: node xtask/lighthouse.mjs DIST [RUNS], where DIST is what `cargo xtask build` wrote");
  process.exit(1);
}
if (!existsSync(manifest) || JSON.parse(readFileSync(manifest)).version !== VERSION) {
  console.error(`Lighthouse ${VERSION} is not there. To install it: npm install --prefix ${home} lighthouse@${VERSION}`);
  process.exit(1);
}

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const AUDITS = {
  "first paint": (a) => a["first-contentful-paint"].numericValue,
  "largest paint": (a) => a["largest-contentful-paint"].numericValue,
  "speed index": (a) => a["speed-index"].numericValue,
  "blocking": (a) => a["total-blocking-time"].numericValue,
  "shift × 1000": (a) => a["cumulative-layout-shift"].numericValue * 1000,
  "first paint as observed": (a) => a.metrics.details.items[0].observedFirstContentfulPaint,
  "largest paint as observed": (a) => a.metrics.details.items[0].observedLargestContentfulPaint,
  "KB sent": (a) => a["total-byte-weight"].numericValue / 1000,
};

/** One run, in a browser of its own. */
async function run(url) {
  const folder = mkdtempSync(join(tmpdir(), "chainwalk-lighthouse-"));
  const report = join(folder, "report.json");
  const flags = ["--preset=desktop", "--quiet", "--output=json", `--output-path=${report}`, "--chrome-flags=--headless=new --no-sandbox"];
  const child = spawn(process.execPath, [program, url, ...flags], { stdio: ["ignore", "ignore", "inherit"] });
  const code = await new Promise((ended) => child.on("exit", ended));
  if (code !== 0) throw new Error(`Lighthouse ended with ${code}`);
  const { categories, audits } = JSON.parse(readFileSync(report));
  rmSync(folder, { recursive: true });
  const failed = CATEGORIES.filter((name) => name !== "performance").flatMap((name) =>
    categories[name].auditRefs.filter((ref) => ref.weight > 0 && (audits[ref.id].score ?? 1) < 1).map((ref) => ref.id),
  );
  return { scores: CATEGORIES.map((name) => Math.round(categories[name].score * 100)), audits, failed };
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const load = () => loadavg()[0].toFixed(1);

const site = await serve(dist);
const done = [];
console.log(`${CATEGORIES.join(", ")}:`);
for (let n = 0; n < Number(runs); n++) {
  const before = load();
  const one = await run(site.url);
  done.push(one);
  const also = one.failed.length ? `; short of full: ${one.failed.join(", ")}` : "";
  console.log(`  ${one.scores.join(", ")} (this machine's load ${before})${also}`);
}
site.close();
console.log(`median of ${done.length}: ${CATEGORIES.map((_, i) => median(done.map((one) => one.scores[i]))).join(", ")}`);
for (const [name, read] of Object.entries(AUDITS)) {
  const each = done.map((one) => Math.round(read(one.audits)));
  console.log(`  ${name}: ${median(each)} (${each.join(", ")})`);
}
