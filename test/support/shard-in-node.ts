/** One shard of a collection in Node, with a clock, an embedding and a queue that tests set. */
import type { RecordsMessage } from "../../core/audit/record.ts";
import { auditRecord } from "../../core/audit/record.ts";
import type { IndexPlan, NewRevision } from "../../core/knowledge/document.ts";
import { HASHED, hashedVector } from "../../core/knowledge/hashed-vector.ts";
import type { Reader } from "../../core/knowledge/rights.ts";
import type { SearchRequest } from "../../core/knowledge/search.ts";
import { queryTermsOf } from "../../core/knowledge/terms.ts";
import type { LogLine } from "../../core/telemetry/log-line.ts";
import { defineKnowledgeIndex, type KnowledgeIndexPorts } from "../../durable-objects/knowledge-index/knowledge-index.ts";
import { FAR } from "./far.ts";
import { ObjectInNode } from "./object-in-node.ts";

export const SHARD = { org: "org-1", name: "col-1/0" };
export const PLAN: IndexPlan = {
  chunk: { tokens: 20, overlap: 0 },
  embedding: null,
  asker: { user: "dora", traceId: "t", spanId: "s", roles: ["developer"] },
  class: "internal",
};
export const ANN: Reader = { user: "ann", roles: ["caller"] };

type Embed = KnowledgeIndexPorts["embed"];
/** The embedded default, whatever model is asked for. */
export const HASHING: Embed = async (_asker, _model, texts) => ({ space: HASHED, vectors: texts.map(hashedVector) });

/** A text of so many chunks, each with the word. */
export const textOf = (word: string, chunks: number): string =>
  Array.from({ length: chunks }, (_, at) => `# Part ${at}\n\nThe ${word} is a coat.`).join("\n\n");

export const revisionOf = (document: string, text: string, more: Partial<NewRevision> = {}): NewRevision => ({
  ...{
    document,
    identity: `${document} ${text}`,
    hash: text,
    media: "text/plain",
    status: "processing",
    title: document,
    text,
    source: null,
  },
  ...{ allow: null, metadata: {}, findings: [], expiresAt: null, by: { user: "dora", root: null }, at: FAR },
  ...more,
});

/** Turns of the event loop until `check` is true; a few thousand at most. */
export async function turnsUntil(check: () => boolean): Promise<void> {
  for (let turns = 0; !check(); turns++) {
    if (turns === 3_000) throw new Error(`waited ${turns} turns in vain for ${check}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

let records = 0;
export const recordOf = (type = "document.uploaded") =>
  auditRecord({ id: `evt_${records++}`, at: FAR, type, actor: { type: "user", id: "u" }, action: "a", resource: "r" });

/** `found`: the documents of a search by words, best first. */
export function makeShard() {
  const clock = { at: FAR };
  const script = { embed: HASHING, sent: [] as RecordsMessage[], lines: [] as LogLine[] };
  const define = () =>
    defineKnowledgeIndex(() => ({
      now: () => clock.at,
      embed: (...given) => script.embed(...given),
      log: (line) => void script.lines.push(line),
      send: async (message) => void script.sent.push(message),
    }));
  const object = new ObjectInNode(define(), SHARD.name);
  const requestOf = (query: string, reader = ANN, more: Partial<SearchRequest> = {}): SearchRequest => ({
    ...{ reader, terms: queryTermsOf(query), vector: hashedVector(query), space: HASHED, filter: {}, take: 60 },
    ...more,
  });
  const search = (query: string, reader = ANN, more: Partial<SearchRequest> = {}) =>
    object.room.search(requestOf(query, reader, more), null);
  return {
    clock,
    script,
    object,
    /** Another life of the object, while the first one goes on: both work on the same storage. */
    otherLife: () => new ObjectInNode(define(), SHARD.name, object.disk),
    requestOf,
    search,
    put: (document: string, text: string, more: Partial<NewRevision> = {}, plan = PLAN) =>
      object.room.put(SHARD, revisionOf(document, text, more), plan, recordOf()),
    found: async (query: string, reader = ANN) => [
      ...new Set((await search(query, reader, { vector: null })).hits.map(({ document }) => document)),
    ],
    /** Time goes on to the alarm, and it rings. */
    ringDue: async () => {
      clock.at = Math.max(clock.at, object.alarmAt ?? clock.at);
      await object.ring();
    },
    /** Its records leave, and are confirmed; answers how many those were. */
    sendAll: async () => {
      await object.ring();
      const ids = script.sent.splice(0).flatMap(({ rows }) => rows.map(({ id }) => id));
      await object.room.confirm(ids);
      return ids.length;
    },
    count: (table: string, where = "true") => Number(object.rows(`SELECT COUNT(*) AS n FROM ${table} WHERE ${where}`)[0]?.["n"]),
  };
}
