// The package as it is installed, in Node: every function, by the name that a program imports it by.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { check, draw, open, read, recording, share, walk } from "chainwalk";

const CASE = `chainwalk: 1
packet: nc 192.0.2.1 22 from 192.0.2.9 in eth0
assume: eth0=192.0.2.1/24
assume: table=nat:accept
assume: table=mangle:accept
assume: table=raw:accept
ends: dropped by filter INPUT 1
by: 0.0.1
---
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp --dport 22 -j DROP
COMMIT
`;

test("a text is read", async () => {
  const { chips, problems, suggestions } = await read(CASE);
  assert.equal(chips[0].name, "filter");
  assert.deepEqual(problems, []);
  assert.ok(suggestions.length > 0);
});

test("a packet is walked, and another, in another language", async () => {
  const { packets, answer } = await walk(CASE);
  assert.equal(packets[0].ends, "dropped by filter INPUT 1");
  assert.match(packets[0].verdict, /^Dropped/);
  assert.match(packets[0].words, /INPUT/);
  assert.ok(Array.isArray(answer.packets));
  const other = await walk(CASE, { packets: ["nc 192.0.2.1 80 from 192.0.2.9 in eth0"], lang: "zh" });
  assert.match(other.packets[0].ends, /^local/);
  assert.match(other.packets[0].verdict, /[\u4e00-\u9fff]/);
});

test("a wrong option is told", async () => {
  await assert.rejects(walk(CASE, { lnag: "en" }), /unknown field `lnag`/);
  await assert.rejects(draw(CASE, { at: "first" }), /PACKET\/STOP/);
  await assert.rejects(walk(CASE, { lang: "tlh" }), /none of en, zh/);
});

test("a walk is drawn and recorded", async () => {
  const still = await draw(CASE, { theme: "dark", size: [800, 640] });
  assert.match(still, /^<svg [^>]*width="800" height="640"/);
  assert.match(await draw(CASE, { animate: true }), /@keyframes/);
  const carrying = await draw(CASE, { carry: true });
  const [claim] = await check(carrying, { name: "a.svg" });
  assert.equal(claim.holds, true);
  const played = await recording(CASE);
  assert.equal(played.chainwalk, 1);
  assert.equal((await recording(CASE, { bare: true })).case, undefined);
});

test("a link gives back the case", async () => {
  const link = await share(CASE, { base: "https://example.org/", at: "1/end" });
  assert.match(link, /^https:\/\/example\.org\/#w1=/);
  const { text, at } = await open(link);
  assert.match(text, /^chainwalk: 1\npacket: nc /);
  assert.equal(at, "1/end");
  await assert.rejects(open(link.slice(0, -40)), /incomplete/);
  assert.match(await share(CASE, { as: "markdown" }), /^```chainwalk\n/);
});

test("a claim that is no longer so is told", async () => {
  const [right] = await check(CASE);
  assert.deepEqual([right.kind, right.holds], ["packet", true]);
  const [wrong] = await check(CASE.replace("INPUT 1\nby", "INPUT 2\nby"));
  assert.equal(wrong.holds, false);
  assert.equal(wrong.now, "dropped by filter INPUT 1");
});

test("the version is the program's", async () => {
  const manifest = JSON.parse(await readFile(new URL(import.meta.resolve("chainwalk/package.json")), "utf8"));
  const { case: text } = await walk(CASE);
  assert.match(text, new RegExp(`\nby: ${manifest.version.replaceAll(".", "\\.")}\n`));
});
