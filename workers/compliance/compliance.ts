/**
 * Exports of evidence: the audit log of a period in parts, then what the controls ask for, all in R2; the ZIP is made while it is read. It works
 * in bounded portions, each written before it is noted, so that what broke off is done again.
 */
import { auditRecord } from "../../core/audit/record.ts";
import { controlsText, type LogAlarm, reportOf } from "../../core/compliance/controls.ts";
import { byTypeOf, countedEntry } from "../../core/compliance/entry-kind.ts";
import { type ComplianceExport, countedAnew, type Framework, NOTHING_YET, withPart } from "../../core/compliance/export.ts";
import { type OversightFacts, oversightFigures, oversightOf } from "../../core/compliance/oversight.ts";
import { mintId } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import { type EpochMs, toRfc3339 } from "../../core/time.ts";
import type { ComplianceStore } from "../store/compliance.ts";
import { zipOf } from "./zip.ts";

/** What exports need from outside. */
export type CompliancePorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  readonly bucket: R2Bucket;
  readonly store: ComplianceStore;
  /** Entries of the org after this `seq`, ascending. */
  readonly entries: (org: string, after: number, limit: number) => Promise<readonly Json[]>;
  /** A proof that the entry is in the log; null: no checkpoint covers it yet. */
  readonly proof: (org: string, seq: number) => Promise<Json | null>;
  /** Entries of the org that say that the log is not as it was written, of any time. */
  readonly alarms: (org: string) => Promise<readonly LogAlarm[]>;
  /** The newest signed checkpoint; null: there is none yet. */
  readonly checkpoint: (org: string) => Promise<string | null>;
  /** What is known of the people who oversee, of a period, besides the log. */
  readonly oversight: (org: string, fromAt: EpochMs, toAt: EpochMs) => Promise<OversightFacts & { readonly more: JsonObject }>;
  /** Incidents of a period, each with its timeline out of the log and the runs that failed in its time, newest first. */
  readonly incidents: (org: string, fromAt: EpochMs, toAt: EpochMs) => Promise<Json>;
  /** What the org is like now, by file. */
  readonly state: (org: string) => Promise<ReadonlyMap<string, Json>>;
};

/** Entries of one read, reads of one part, and entries of one export: some 200 MB of text. */
const PAGE = 200;
const PAGES_A_PART = 25;
const MOST_ENTRIES = 200_000;
/** How long a request goes on after its answer, in ms; what is left, the sweep takes. */
const AFTER_THE_ANSWER_MS = 20_000;
const SWEEP_MS = 60_000;
const QUIET_MS = 30_000;
const SWEPT = 5;
const MOST_PROOFS = 50;

/** Who asks, for what. */
export type ExportOrder = {
  readonly id: string;
  readonly org: string;
  readonly user: string;
  readonly traceId: string;
  readonly framework: Framework;
  readonly fromAt: EpochMs;
  readonly toAt: EpochMs;
};

/** Exports of evidence. */
export type Compliance = {
  /** Begins one; the same id begins nothing again. `rest`: the work after the answer. */
  begin(order: ExportOrder): Promise<{ readonly export: ComplianceExport; readonly rest: Promise<void> }>;
  get(org: string, id: string): Promise<ComplianceExport | null>;
  /** The org's exports, newest first. */
  list: ComplianceStore["list"];
  /** A completed one as a ZIP. */
  zip(one: ComplianceExport): ReadableStream<Uint8Array>;
  /** Goes on with those that are not complete. Safe at any time, also twice at once. */
  sweep(): Promise<{ readonly exports: number }>;
};

/** Where the files of an export lie, in the bucket of the archive. PERSISTED. */
const folderOf = ({ org, id }: Pick<ComplianceExport, "org" | "id">): string => `compliance/${org}/${id}/`;
const partName = (part: number): string => `entries/${String(part).padStart(4, "0")}.jsonl`;

/** Exports over the given ports. */
export function defineCompliance(ports: CompliancePorts): Compliance {
  const { store, now } = ports;
  return {
    async begin({ id, org, user, traceId, framework, fromAt, toAt }) {
      const at = now();
      const one: ComplianceExport = {
        id,
        org,
        framework,
        askedBy: user,
        askedAt: at,
        fromAt,
        toAt,
        status: "running",
        progress: NOTHING_YET,
        completedAt: null,
      };
      const record = auditRecord({
        id: mintId("evt", at, ports.random(10)),
        at,
        traceId,
        type: "compliance.requested",
        actor: { type: "user", id: user },
        action: "compliance.export",
        resource: `compliance/${id}`,
        decision: "allow",
        data: { framework, from: toRfc3339(fromAt), to: toRfc3339(toAt) },
      });
      await store.create(one, record);
      const kept = (await store.get(org, id)) ?? one;
      return { export: kept, rest: goOn(ports, kept, at + AFTER_THE_ANSWER_MS) };
    },

    get: (org, id) => store.get(org, id),

    list: (org, page) => store.list(org, page),

    zip: (one) => zipOf(ports.bucket, folderOf(one)),

    async sweep() {
      const taken = await store.take(now() - QUIET_MS, SWEPT);
      for (const one of taken) await goOn(ports, one, now() + SWEEP_MS);
      return { exports: taken.length };
    },
  };
}

/** One that cannot go on now is in the log, and the next sweep takes it again. */
async function goOn(ports: CompliancePorts, begun: ComplianceExport, until: EpochMs): Promise<void> {
  try {
    let one = begun;
    while (one.status === "running" && ports.now() < until) one = await portion(ports, one);
  } catch (error) {
    ports.log(logLine("compliance.failed", { org: begun.org, source_id: begun.id, error: errorName(error) }));
  }
}

/** The next part of the entries; after the last one, everything else. */
async function portion(ports: CompliancePorts, begun: ComplianceExport): Promise<ComplianceExport> {
  const one = { ...begun, progress: countedAnew(begun.progress) };
  const start = one.progress.after === 0 ? await before(ports, one.org, one.fromAt) : one.progress.after;
  const { entries, after, isAll } = await readPart(ports, one, start);
  const isCut = !isAll && one.progress.entries + entries.length >= MOST_ENTRIES;
  const next = { ...one, progress: withPart(one.progress, { entries: entries.map(countedEntry), after }, isCut) };
  if (entries.length > 0) {
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
    await ports.bucket.put(`${folderOf(one)}${partName(next.progress.parts)}`, text);
  }
  if (!isAll && !isCut) {
    await ports.store.keep(next, null);
    return next;
  }
  return complete(ports, next);
}

const timeOf = (entry: Json): EpochMs => Date.parse(String((entry as JsonObject)["timestamp"]));

/** `after`: the last entry that was read. A part may hold none: what the clocks allow for lies before the period. */
async function readPart(ports: CompliancePorts, one: ComplianceExport, start: number) {
  const entries: Json[] = [];
  let after = start;
  for (let page = 0; page < PAGES_A_PART; page++) {
    const read = await ports.entries(one.org, after, PAGE);
    const inPeriod = read.filter((entry) => timeOf(entry) >= one.fromAt && timeOf(entry) < one.toAt);
    entries.push(...inPeriod);
    const last = read.at(-1);
    if (last !== undefined) after = countedEntry(last).seq;
    if (read.length < PAGE || (last !== undefined && timeOf(last) >= one.toAt + CLOCKS_MS)) return { entries, after, isAll: true };
  }
  return { entries, after, isAll: false };
}

/** Clocks of isolates differ: entries are numbered as they come in, and their own times may be out of order by this, in ms. */
const CLOCKS_MS = 60 * 60_000;

/** A `seq` that all entries of the period are after: found by halving. */
async function before(ports: CompliancePorts, org: string, from: EpochMs): Promise<number> {
  const isEarly = async (seq: number): Promise<boolean> => {
    const [entry] = await ports.entries(org, seq - 1, 1);
    return entry !== undefined && timeOf(entry) < from - CLOCKS_MS;
  };
  let low = 0;
  let high = 1;
  while (await isEarly(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await isEarly(middle)) low = middle;
    else high = middle;
  }
  return low;
}

async function complete(ports: CompliancePorts, one: ComplianceExport): Promise<ComplianceExport> {
  const { org, framework, progress } = one;
  const { kinds = {}, isCut } = progress;
  const report = reportOf(framework, kinds);
  const alarms = await ports.alarms(org);
  const [from, to] = [toRfc3339(one.fromAt), toRfc3339(one.toAt)];
  const proven = [...new Set(report.flatMap(({ proven: seq }) => (seq === null ? [] : [seq])))].slice(0, MOST_PROOFS);
  const proofs: Json[] = [];
  for (const seq of proven) proofs.push((await ports.proof(org, seq)) ?? { seq, proof: null, why: "no checkpoint covers the entry yet" });
  const { more, ...facts } = await ports.oversight(org, one.fromAt, one.toAt);
  const figures = JSON.parse(JSON.stringify(oversightFigures(facts))) as JsonObject;
  const files = new Map<string, string>([
    ["README.md", controlsText(framework, { from, to, isCut, alarms }, report)],
    [
      "controls.json",
      pretty({ framework, from, to, is_cut: isCut, log_alarms: alarms, entries: byTypeOf(kinds), controls: report } as unknown as Json),
    ],
    ["oversight.json", pretty({ from, to, ...oversightOf(kinds), ...figures, ...more })],
    ["incidents.json", pretty(await ports.incidents(org, one.fromAt, one.toAt))],
    ["proofs.json", pretty(proofs)],
    ["checkpoint.txt", (await ports.checkpoint(org)) ?? "there is no checkpoint yet\n"],
    ...[...(await ports.state(org))].map(([name, value]): [string, string] => [name, pretty(value)]),
  ]);
  for (const [name, text] of files) await ports.bucket.put(`${folderOf(one)}${name}`, text);
  const at = ports.now();
  const done = { ...one, status: "completed", completedAt: at } as const;
  const record = auditRecord({
    id: mintId("evt", at, ports.random(10)),
    at,
    type: "compliance.exported",
    actor: { type: "system", id: "compliance" },
    action: "compliance.export",
    resource: `compliance/${one.id}`,
    data: { framework, from, to, entries: progress.entries, parts: progress.parts, is_cut: isCut },
  });
  await ports.store.keep(done, record);
  return done;
}

const pretty = (value: Json): string => `${JSON.stringify(value, null, 2)}\n`;
