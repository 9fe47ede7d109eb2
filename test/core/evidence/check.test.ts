import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chance } from "../../../core/chance.ts";
import { checkEvidence } from "../../../core/evidence/check.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { evidenceLines, isEvidence, verifyEvidence } from "../../../scripts/audit/verify-evidence.mjs";
import { evidenceScript } from "../../../scripts/build-evidence.ts";
import { testKey } from "../../support/audit-chain.ts";
import { type Change, checkTools, drivenRun, evidenceFile, testEvidence, withPart } from "../../support/evidence.ts";

const run = drivenRun(6);
const ID = run.machinery.birth.id;
const data = testEvidence(run);
const outside = (text: string) => verifyEvidence(Buffer.from(evidenceFile(ID, text)));
const object = (value: Json): JsonObject => (isObject(value) ? value : {});
const findingsOf = async (text: string) => (await checkEvidence(text, checkTools)).findings.map(({ where, what }) => `${where}: ${what}`);

describe("a run's evidence", () => {
  it("[EVID-1] holds, inside and outside, and counts what was looked at", async () => {
    const verdict = await checkEvidence(data, checkTools);
    expect(verdict.findings).toEqual([]);
    expect(verdict.checks.map(({ count }) => count).every((count) => count > 0)).toBe(true);
    expect(verdict.checks).toHaveLength(6);
    const file = evidenceFile(ID, data);
    expect(isEvidence(file)).toBe(true);
    const seen = verifyEvidence(Buffer.from(file));
    expect(seen).toMatchObject({ ok: true, problems: [], counts: { events: run.events.length } });
    expect(evidenceLines(seen)[0]).toMatch(/^VERIFIED/);
  });

  it("[EVID-2] shows every changed byte of its data, and where it is, inside and outside", async () => {
    expect(data).toMatch(/^[\x20-\x7e]+$/); // so that a byte is a character, and a browser reads each as it is
    const places = Array.from({ length: 150 }, (_, index) => Math.floor(chance(`place/${index}`) * data.length));
    const ends = ["|", "<", "\r", "\n", "\u0000", "\u00ff", "0"];
    for (const [index, at] of places.entries()) {
      const other = index % 3 === 0 ? (ends[index % ends.length] ?? "x") : String.fromCharCode(data.charCodeAt(at) ^ 1);
      if (other === data[at]) continue;
      const changed = data.slice(0, at) + other + data.slice(at + 1);
      const inside = await checkEvidence(changed, checkTools);
      expect([at, other, inside.ok]).toEqual([at, other, false]);
      expect(outside(changed).ok).toBe(false);
      const start = data.lastIndexOf("|", at - 1) + 1;
      const part = data.slice(0, start).split("|").length - 3; // behind the list of contents and its signature
      if (part < 0 || other === "|" || data[at] === "|") continue;
      const named = JSON.parse(data.split("|")[0] ?? "").parts[part].name as string;
      expect(inside.findings[0]?.where).toContain(`characters ${start} to`);
      expect(outside(changed).problems.join("\n")).toContain(named.split("/").at(-1));
    }
  });

  it("[EVID-3] of which a part was taken out, added or swapped, or that another key signed, does not hold", async () => {
    const pieces = data.split("|");
    const last = pieces.at(-1) ?? "";
    const without = pieces.slice(0, -1).join("|");
    const swapped = [...pieces.slice(0, 6), pieces[7], pieces[6], ...pieces.slice(8)].join("|");
    for (const text of [without, `${data}|${last}`, swapped, data.slice(0, 40), ""]) {
      expect((await findingsOf(text)).length).toBeGreaterThan(0);
      expect(outside(text).ok).toBe(false);
    }
    const foreign = testEvidence(run, undefined, testKey(9));
    expect(await findingsOf(foreign)).toEqual([expect.stringMatching(/^the list of contents: .*signature/)]);
    expect(outside(foreign).ok).toBe(false);
    const trusted = [testKey(5).jwk];
    expect(verifyEvidence(Buffer.from(evidenceFile(ID, data)), trusted).problems).toEqual([
      "no key that you trust signed the list of contents",
    ]);
  });

  const entry = (seq: number, change: JsonObject): Change => withPart(`entry/${seq}`, (value) => ({ ...object(value), ...change }));
  const firstOf = (type: string) => run.events.find((event) => event.type === type)?.seq ?? 0;
  const inEvent = (type: string, change: JsonObject): Change =>
    withPart(`event/${firstOf(type)}`, (value) => ({ ...object(value), data: { ...object(object(value)["data"] ?? null), ...change } }));
  const lies: readonly [what: string, change: Change, where: RegExp][] = [
    ["an entry says something else", entry(3, { decision: "deny" }), /entry 3/],
    ["an entry has another hash", entry(3, { hash: "0".repeat(64) }), /entry 3/],
    ["an entry is gone", (parts, head) => ({ parts: parts.filter(({ name }) => name !== "entry/4"), head }), /event \d+|entry 5/],
    ["an event is gone", (parts, head) => ({ parts: parts.filter(({ name }) => name !== "event/4"), head }), /event/],
    ["an event has another digest", inEvent("tool.called", { input_digest: "1".repeat(64) }), /event/],
    ["the input in the journal is another", inEvent("run.created", { input: "another" }), /event 1: its input/],
    ["the run shows another output", withPart("run", (value) => ({ ...object(value), output: "another" })), /the run/],
    ["the definition is another", withPart("definition", (value) => ({ ...object(value), description: "another" })), /definition/],
    ["a proof leads elsewhere", withPart("proof/5", (value) => ({ ...object(value), proof: [] })), /proof of entry 5/],
    [
      "the checkpoint is another",
      withPart("checkpoint", (value) => ({ note: String(object(value)["note"]).replace("acme", "acmf") })),
      /checkpoint/,
    ],
    [
      "a text is another",
      (parts, head) => ({ parts: parts.map((part) => (part.name.startsWith("text/") ? { ...part, value: "another" } : part)), head }),
      /text/,
    ],
    [
      "a text is missing, and nobody says so",
      (parts, head) => ({ parts: parts.filter(({ name }) => !name.startsWith("text/")), head }),
      /entry 1/,
    ],
  ];
  it.each(lies)("[EVID-4] signed by the platform's own key still shows that %s", async (_what, change, where) => {
    const text = testEvidence(run, change);
    expect((await findingsOf(text)).join("\n")).toMatch(where);
    // The outside check compares the view with nothing: what it shows of the run is in the journal.
    if (!where.test("the run")) expect(outside(text).ok).toBe(false);
  });

  it("[EVID-5] holds without the texts of a person who was erased, when it says so", async () => {
    const erased: Change = (parts, head) => {
      const gone = parts.flatMap(({ name }) => (name.startsWith("text/") ? [{ sha256: name.slice(5), kept: false }] : []));
      return {
        parts: parts.filter(({ name }) => !name.startsWith("text/")),
        head: { ...head, left_out: { ...head.left_out, texts: gone } },
      };
    };
    const text = testEvidence(run, erased);
    expect(await findingsOf(text)).toEqual([]);
    expect(outside(text).problems).toEqual([]);
  });

  it("[EVID-6] holds one data element and one script, whatever its run says", () => {
    const file = evidenceFile(ID, data);
    expect(file.match(/<script\b/g)).toHaveLength(2);
    expect(file.match(/<\/script/g)).toHaveLength(2);
    expect(file).not.toContain("alert(1)</script>");
    expect(file).not.toMatch(/https?:\/\/(?!bulkhead|www\.w3\.org|\$)/);
    expect(file).toContain("default-src 'none'");
  });

  it("[EVID-7] is checked by the script that its sources give", async () => {
    const committed = readFileSync(join(import.meta.dirname, "../../../workers/evidence/page/evidence.client.js"), "utf8");
    expect(await evidenceScript(), "npm run build:evidence").toBe(committed);
  });
});
