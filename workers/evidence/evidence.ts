/**
 * A run's evidence as one HTML file: gathers what the platform has of the run, signs the list of it, and puts it into a page that checks
 * itself (page/). What does not fit is left out, counted and named by its digest. Decides nothing about who may have it.
 */
import { createHash } from "node:crypto";
import { DIGESTS } from "../../core/audit/content.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import { type EvidenceHead, type EvidencePart, evidenceData } from "../../core/evidence/document.ts";
import { evidencePage } from "../../core/evidence/page.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { type EventView, FINAL_STATUSES, type RunView } from "../../core/run/outside/view.ts";
import { type EpochMs, toRfc3339 } from "../../core/time.ts";
import { PAGE_FILES } from "./page-files.ts";

/** What evidence is gathered from. */
export type EvidencePorts = {
  readonly now: () => EpochMs;
  readonly wait: (ms: number) => Promise<void>;
  /** Events after a number, a page; null: there is no such run. */
  readonly events: (org: string, run: string, after: number) => Promise<{ readonly events: readonly EventView[] } | null>;
  /** Entries of a run after a number, ascending. */
  readonly entries: (org: string, run: string, after: number, limit: number) => Promise<readonly Json[]>;
  readonly definition: (org: string, name: string, version: number) => Promise<Json>;
  readonly texts: (
    of: { readonly org: string; readonly subject: string; readonly run: string },
    most: number,
  ) => Promise<{ readonly texts: ReadonlyMap<string, Json>; readonly isAll: boolean }>;
  /** Public halves of all keys, retired ones too. */
  readonly keys: () => Promise<readonly Json[]>;
  /** Proofs of these entries below one checkpoint; those that it does not cover are left out. null: nothing is published now. */
  readonly proofs: (
    org: string,
    host: string,
    seqs: readonly number[],
  ) => Promise<{
    readonly checkpoint: string;
    readonly proofs: readonly { readonly seq: number; readonly proof: readonly string[] }[];
  } | null>;
  /** Who is behind the pseudonyms in these entries; null: the vault cannot say. */
  readonly persons: (org: string, entries: readonly Json[]) => Promise<ReadonlyMap<string, string> | null>;
  readonly signer: () => Promise<{ readonly keyId: string; readonly sign: (hash: Uint8Array) => Uint8Array }>;
};

/** Bounds of one file: characters of JSON, about. A file of them opens on a phone. */
const MOST = { events: 6_000_000, entries: 4_000, texts: 6_000_000 };
const ENTRIES_PER_READ = 200;
/** How long the entries of a run that has just ended are waited for, in ms. */
const ENTRIES_WITHIN_MS = 3_000;
const LOOK_AGAIN_MS = 400;

const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The file, and its digest. */
export type EvidenceFile = { readonly html: string; readonly sha256: string; readonly complete: boolean };

/**
 * Whom a file is for. `persons`: it says who is behind pseudonyms. `workflow`: it has the definition and what models were asked; without it, the outline of
 * the steps alone, since instructions and prompts are their developer's.
 */
export type EvidenceReader = { readonly persons: boolean; readonly workflow: boolean };

/** Gathers the evidence of a run; `view` is as everybody sees it, with placeholders. */
export async function runEvidence(ports: EvidencePorts, view: RunView, host: string, reader: EvidenceReader): Promise<EvidenceFile> {
  const { org, id: run } = view;
  const hasEnded = FINAL_STATUSES.includes(view.status);
  const read = await readEvents(ports, org, run);
  const listed = await readEntries(ports, org, run, hasEnded);
  const [definition, keys, kept] = await Promise.all([
    ports.definition(org, view.workflow, view.version),
    ports.keys(),
    ports.texts({ org, subject: view.subject, run }, MOST.texts),
  ]);
  const persons = reader.persons ? await ports.persons(org, listed.entries) : null;
  const seqs = listed.entries.map(({ seq }) => Number(seq));
  const proved = seqs.length === 0 ? null : await ports.proofs(org, host, seqs);
  const named = [...new Set(listed.entries.flatMap(({ data }) => digestsIn(data ?? null)))];
  const prompts = new Set(reader.workflow ? [] : listed.entries.map(({ data }) => (isObject(data) ? data["prompt_sha256"] : null)));
  const isShown = (digest: string): boolean => kept.texts.has(digest) && !prompts.has(digest);
  const parts: EvidencePart[] = [
    { name: "run", value: view as unknown as Json },
    reader.workflow ? { name: "definition", value: definition } : { name: "outline", value: outlineOf(definition) },
    { name: "keys", value: [...keys] },
    ...(persons === null || persons.size === 0 ? [] : [{ name: "persons", value: Object.fromEntries(persons) }]),
    ...(proved === null ? [] : [{ name: "checkpoint", value: { note: proved.checkpoint } }]),
    ...read.events.map((event) => ({ name: `event/${event.seq}`, value: event as unknown as Json })),
    ...listed.entries.map((entry) => ({ name: `entry/${String(entry["seq"])}`, value: entry })),
    ...(proved?.proofs ?? []).map(({ seq, proof }) => ({ name: `proof/${seq}`, value: { seq, proof: [...proof] } })),
    ...named.flatMap((digest) => {
      const value = isShown(digest) ? kept.texts.get(digest) : undefined;
      return value === undefined ? [] : [{ name: `text/${digest}`, value }];
    }),
  ];
  const complete = hasEnded && listed.hasEnd;
  const head: EvidenceHead = {
    v: 1,
    type: "bulkhead.run-evidence",
    ...{ run, org, host, exported_at: toRfc3339(ports.now()), status: view.status, complete },
    left_out: {
      events: read.left,
      entries: listed.left,
      texts: named.filter((digest) => !isShown(digest)).map((sha256) => ({ sha256, kept: kept.texts.has(sha256) || !kept.isAll })),
    },
  };
  const { keyId, sign } = await ports.signer();
  const data = evidenceData(head, parts, sha256Hex, (text) => ({
    key_id: keyId,
    signature: Buffer.from(sign(new Uint8Array(createHash("sha256").update(text).digest()))).toString("base64url"),
  }));
  const html = evidencePage(PAGE_FILES, run, data, (text) => createHash("sha256").update(text).digest("base64"));
  return { html, sha256: sha256Hex(html), complete };
}

/** What a graph of the steps is drawn from. */
function outlineOf(definition: Json): Json {
  const steps = isObject(definition) && isObject(definition["steps"]) ? Object.entries(definition["steps"]) : [];
  const shown = steps.map(([id, step]) => [id, isObject(step) ? { kind: step["kind"] ?? null, needs: step["needs"] ?? [] } : {}] as const);
  return { steps: Object.fromEntries(shown) };
}

const digestsIn = (data: Json): string[] =>
  isObject(data) ? DIGESTS.flatMap((name) => (typeof data[name] === "string" ? [data[name]] : [])) : [];

type Left = { readonly count: number; readonly sha256: string } | null;

async function readEvents(
  ports: EvidencePorts,
  org: string,
  run: string,
): Promise<{ readonly events: readonly EventView[]; readonly left: Left }> {
  const events: EventView[] = [];
  const rest = createHash("sha256");
  let [size, count] = [0, 0];
  for (let after = 0; ; ) {
    const page = await ports.events(org, run, after);
    const last = page?.events.at(-1);
    if (!page || last === undefined) break;
    for (const event of page.events) {
      const text = canonicalJson(event as unknown as Json);
      size += text.length;
      if (count === 0 && size <= MOST.events) events.push(event);
      else {
        count++;
        rest.update(`${text}\n`);
      }
    }
    after = last.seq;
  }
  return { events, left: count === 0 ? null : { count, sha256: rest.digest("hex") } };
}

/** A run's last entry comes some seconds after its end. `hasEnd`: it is there. */
async function readEntries(ports: EvidencePorts, org: string, run: string, hasEnded: boolean) {
  const entries: JsonObject[] = [];
  const rest = createHash("sha256");
  const until = ports.now() + ENTRIES_WITHIN_MS;
  let [count, after, hasEnd] = [0, 0, false];
  for (;;) {
    const page = (await ports.entries(org, run, after, ENTRIES_PER_READ)).filter(isObject);
    for (const entry of page) {
      after = Math.max(after, Number(entry["seq"]));
      hasEnd ||= isEndOf(run, entry);
      if (entries.length < MOST.entries) entries.push(entry);
      else {
        count++;
        rest.update(`${String(entry["hash"])}\n`);
      }
    }
    if (page.length === ENTRIES_PER_READ) continue;
    if (!hasEnded || hasEnd || ports.now() >= until) break;
    await ports.wait(LOOK_AGAIN_MS);
  }
  return { entries, hasEnd, left: count === 0 ? null : { count, sha256: rest.digest("hex") } };
}

const isEndOf = (run: string, { event_type: type, action, resource }: JsonObject): boolean =>
  action === "run.end" && resource === `run/${run}` && type !== "run.archived";
