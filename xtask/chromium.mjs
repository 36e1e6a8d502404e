// A headless Chromium, spoken to by its own protocol over a pipe.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A CPU group that lets through the given part of one core; nothing where this user can't make one. */
export function quota(part) {
  const period = 100_000;
  const group = (root, limits) => {
    const folder = join(root, "chainwalk");
    mkdirSync(folder, { recursive: true });
    for (const [name, value] of limits) writeFileSync(join(folder, name), String(value));
    return folder;
  };
  try {
    return existsSync("/sys/fs/cgroup/cgroup.controllers")
      ? group("/sys/fs/cgroup", [["cpu.max", `${period * part} ${period}`]])
      : group("/sys/fs/cgroup/cpu", [["cpu.cfs_period_us", period], ["cpu.cfs_quota_us", period * part]]);
  } catch {
    return undefined;
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** The program, as it is looked for before a page is built. */
function chromium() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const places = ["chromium", "google-chrome"].flatMap((name) => folders.map((folder) => join(folder, name)));
  return places.find(existsSync) ?? "chromium";
}

/** A headless Chromium, in that CPU group if one is named: sends commands of its own protocol, hears what it says, closes. */
async function browser(group) {
  const profile = mkdtempSync(join(tmpdir(), "chainwalk-"));
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"];
  // A child is in the group of who starts it.
  const into_group = group ? `echo $$ > ${group}/cgroup.procs && ` : "";
  const child = spawn("sh", ["-c", `${into_group}exec "$@"`, "sh", chromium(), ...flags], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const [, , , into, out] = child.stdio;
  const waiting = new Map();
  const listeners = [];
  let last = 0;
  const heard = (text) => {
    const message = JSON.parse(text);
    if (message.id) {
      const { done, fail } = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) fail(new Error(message.error.message));
      else done(message.result);
    } else listeners.forEach((hear) => hear(message));
  };
  let held = [];
  out.on("data", (data) => {
    for (let end = data.indexOf(0); end >= 0; end = data.indexOf(0)) {
      heard(Buffer.concat([...held, data.subarray(0, end)]).toString());
      held = [];
      data = data.subarray(end + 1);
    }
    held.push(data);
  });
  const send = (method, params = {}, sessionId = undefined) =>
    new Promise((done, fail) => {
      waiting.set(++last, { done, fail });
      into.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });
  const close = async () => {
    await send("Browser.close").catch(() => {});
    await new Promise((ended) => (child.exitCode === null ? child.on("exit", ended) : ended()));
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { send, close, hear: (listener) => listeners.push(listener) };
}

/**
 * An empty page in a browser of its own. `tell` sends a command about it, `ask` runs a script in it for what that returns,
 * `until` waits until an expression holds there, looking after so many milliseconds each, `pause` so many milliseconds.
 */
export async function page(group) {
  const { send, close, hear } = await browser(group);
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const tell = (method, params) => send(method, params, sessionId);
  const ask = async (script) => {
    const expression = `(async () => { ${script} })()`;
    const { result, exceptionDetails } = await tell("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  const until = async (holds, seconds = 120, every = 200) => {
    for (let n = 0; n < (seconds * 1000) / every; n++) {
      if (await ask(`return ${holds}`)) return;
      await pause(every);
    }
    throw new Error(`not within ${seconds} s: ${holds}`);
  };
  const size = (width, height, mobile = false) =>
    tell("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile });
  return { send, tell, ask, until, size, pause, hear, close };
}
