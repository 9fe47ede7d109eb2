/** A run's evidence made in memory, with real keys: for tests of what checks it and of what shows it. */
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toBase64 } from "../../core/audit/base64.ts";
import { signCheckpoint } from "../../core/audit/checkpoint.ts";
import { contentDigest, DIGESTS, readContent } from "../../core/audit/content.ts";
import { hexBytes } from "../../core/audit/entry.ts";
import { inclusionProof, leafHash, rootHash } from "../../core/audit/tree.ts";
import type { CheckTools } from "../../core/evidence/check.ts";
import { type EvidenceHead, type EvidencePart, evidenceData } from "../../core/evidence/document.ts";
import { evidencePage } from "../../core/evidence/page.ts";
import { isObject, type Json } from "../../core/json.ts";
import { auditRecords } from "../../core/run/outside/audit.ts";
import { toEventView, toRunView } from "../../core/run/outside/present.ts";
import type { Step } from "../../core/workflow/definition.ts";
import { chainOf, sha256Hex, testKey } from "./audit-chain.ts";
import { define, model, tool } from "./run/definition.ts";
import { answered, Drive, said } from "./run/drive.ts";

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const KEY = testKey(1);
const NOTE_KEY = testKey(2);
const ORIGIN = "bulkhead.example.com/audit/acme";

/** Node's own SHA-256 and Ed25519. */
export const checkTools: CheckTools = {
  sha256,
  sha256Hex,
  verify: async (...given) => checkTools.verifyNow(...given),
  verifyNow: (key, message, signature) => {
    const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(key).toString("base64url") };
    return verify(null, message, createPublicKey({ key: jwk, format: "jwk" }), signature);
  },
};

/** A run of so many steps, a third of them models, that ended. */
export function drivenRun(steps: number): Drive {
  const all: { [id: string]: Step } = {};
  for (let index = 0; index < steps; index++) {
    const needs = index === 0 ? [] : [`s${index - 1}`];
    all[`s${index}`] = index % 3 === 0 ? model({ needs }) : tool("orders.get", { needs, input: { order: index } });
  }
  const definition = define(all, { limits: { usd: 1, tokens: 1_000_000, seconds: 600, steps: 1_000, confirm_over_usd: null } });
  const world = { tool: () => answered({ found: ["Grüße, {{NAME_1}} | <b>"] }), model: () => said("All is well, {{NAME_1}}.") };
  const digest = contentDigest(asJson(definition), sha256Hex);
  const run = new Drive(definition, world, { input: { who: "{{NAME_1}}", note: "</script><script>alert(1)</script>" }, digest });
  run.quiet = true;
  return run.start().run();
}

/** What of the evidence a test wants otherwise, before it is signed. */
export type Change = (parts: EvidencePart[], head: EvidenceHead) => { readonly parts: EvidencePart[]; readonly head: EvidenceHead };

/** The data of a run's evidence. `key`: who signs the list of contents. */
export function testEvidence(run: Drive, change: Change = (parts, head) => ({ parts, head }), key = KEY): string {
  const { birth } = run.machinery;
  const entries = chainOf(auditRecords(run.machinery, run.events), KEY);
  const leaves = entries.map(({ hash }) => leafHash(hexBytes(hash), sha256));
  const checkpoint = { origin: ORIGIN, size: leaves.length, root: rootHash(leaves, sha256) };
  const note = signCheckpoint(checkpoint, { name: ORIGIN, publicKey: NOTE_KEY.publicBytes, sign: NOTE_KEY.sign }, sha256);
  const texts = readContent([[...run.texts.values()].join("\n")], sha256Hex);
  const named = new Set(
    entries.flatMap(({ data }) => DIGESTS.flatMap((name) => (isObject(data) && typeof data[name] === "string" ? [data[name]] : []))),
  );
  const all: EvidencePart[] = [
    { name: "run", value: asJson(toRunView(run.machinery, run.state)) },
    { name: "definition", value: asJson(birth.definition) },
    { name: "keys", value: [KEY.jwk, { ...NOTE_KEY.jwk, purpose: "checkpoint" }] },
    { name: "checkpoint", value: { note } },
    ...run.events.map((event) => ({ name: `event/${event.seq}`, value: asJson(toEventView(event)) })),
    ...entries.map((entry) => ({ name: `entry/${entry.seq}`, value: asJson(entry) })),
    ...entries.map(({ seq }) => ({ name: `proof/${seq}`, value: { seq, proof: inclusionProof(leaves, seq - 1, sha256).map(toBase64) } })),
    ...[...named].map((digest) => ({ name: `text/${digest}`, value: texts.get(digest) ?? null })),
  ];
  const first: EvidenceHead = {
    ...{ v: 1, type: "bulkhead.run-evidence", run: birth.id, org: birth.org, host: "bulkhead.example.com" },
    ...{ exported_at: "2026-11-30T00:00:00.000Z", status: run.state.status, complete: true },
    left_out: { events: null, entries: null, texts: [] },
  };
  const { parts, head } = change(all, first);
  return evidenceData(head, parts, sha256Hex, (text) => ({
    key_id: key.kid,
    signature: Buffer.from(key.sign(sha256(new TextEncoder().encode(text)))).toString("base64url"),
  }));
}

const PAGE = join(import.meta.dirname, "../../workers/evidence/page");
const fileOf = (name: string): string => readFileSync(join(PAGE, name), "utf8");

/** The whole file, as it is exported. */
export function evidenceFile(run: string, data: string): string {
  const files = { template: fileOf("evidence.html"), styles: fileOf("evidence.css"), script: fileOf("evidence.client.js") };
  return evidencePage(files, run, data, (text) => createHash("sha256").update(text).digest("base64"));
}

/** One part in another value. */
export const withPart =
  (name: string, value: (before: Json) => Json): Change =>
  (parts, head) => ({ parts: parts.map((part) => (part.name === name ? { name, value: value(part.value) } : part)), head });
