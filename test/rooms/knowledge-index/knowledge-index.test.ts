/** Collections in their objects: what a caller may not read leaves no trace in what they get, and nothing is half there or half gone. */
import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { RecordsMessage } from "../../../core/audit/record.ts";
import { auditRecord } from "../../../core/audit/record.ts";
import { chunksOf } from "../../../core/knowledge/chunk.ts";
import type { Collection } from "../../../core/knowledge/collection.ts";
import type { NewRevision } from "../../../core/knowledge/document.ts";
import type { Allow, Reader } from "../../../core/knowledge/rights.ts";
import { termsOf } from "../../../core/knowledge/terms.ts";
import { knowledgeIndexOf, shardName } from "../../../durable-objects/knowledge-index/stub.ts";
import { defineEmbedding, weightOf } from "../../../workers/embedding/embedding.ts";
import { defineKnowledge } from "../../../workers/knowledge/knowledge.ts";
import { FAR } from "../../support/far.ts";
import { knowledgeIndexWorld } from "../../support/worlds.ts";

const clock = { at: FAR };
const sent: RecordsMessage[] = [];
afterEach(() => {
  clock.at = FAR;
  knowledgeIndexWorld.now = () => FAR;
  knowledgeIndexWorld.send = () => Promise.reject(new Error("unscripted: send"));
});

const embed = defineEmbedding({ ask: async () => null });
const knowledge = defineKnowledge({
  shard: (collection, shard) => knowledgeIndexOf(env.KNOWLEDGE_INDEX, shardName(collection, shard)),
  nameOf: shardName,
  embed,
  weightOf,
});

const collectionOf = (id = `col_${crypto.randomUUID()}`): Collection => ({
  org: `org-${id}`,
  name: "terms",
  id,
  settings: {
    description: "",
    sensitivity: "internal",
    allow: null,
    sources: null,
    embedding: null,
    chunk: { tokens: 40, overlap: 0 },
    retention_days: null,
  },
  createdAt: 0,
  updatedAt: 0,
});
let event = 0;
const recordOf = (type: string) =>
  auditRecord({ id: `evt_${crypto.randomUUID()}_${event++}`, at: FAR, type, actor: { type: "user", id: "u" }, action: "a", resource: "r" });

async function revisionOf(document: string, text: string, allow: Allow = null, more: Partial<NewRevision> = {}): Promise<NewRevision> {
  const cut = chunksOf(text, { tokens: 40, overlap: 0 });
  const texts = cut.map(({ start, end }) => text.slice(start, end));
  const embedded = await embed({ org: "o", user: "u", traceId: "t", spanId: "s" }, null, texts);
  const chunks = cut.map((chunk, at) => ({ ...chunk, terms: termsOf(texts[at] ?? ""), vector: embedded?.vectors[at] ?? null }));
  return {
    document,
    identity: `${document} ${text} ${JSON.stringify(allow)}`,
    hash: text,
    status: "ready",
    title: document,
    text,
    source: null,
    allow,
    metadata: {},
    findings: [],
    expiresAt: null,
    by: { user: "dora", root: null },
    at: FAR,
    space: embedded?.space ?? null,
    chunks,
    ...more,
  };
}
const put = async (collection: Collection, ...given: Parameters<typeof revisionOf>) =>
  knowledge.put(collection, await revisionOf(...given), recordOf("document.uploaded"));

const ann: Reader = { user: "ann", roles: ["caller"] };
const asker = { org: "o", user: "ann", traceId: "t", spanId: "s" };
const search = (collection: Collection, query: string, reader = ann, mode: "hybrid" | "keyword" | "vector" = "hybrid", filter = {}) =>
  knowledge.search(collection, { query, k: 5, mode, filter, reader, asker });
const found = async (...given: Parameters<typeof search>) => (await search(...given)).results.map(({ document }) => document);

const WORDS = ["refund", "coat", "delivery", "austria", "days", "warranty", "card", "shipping", "order", "size"];
const random = (seed: number) => () => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
  return seed / 0x7fff_ffff;
};
const sentence = (next: () => number): string =>
  `${Array.from({ length: 4 + Math.floor(next() * 12) }, () => WORDS[Math.floor(next() * WORDS.length)]).join(" ")}.`;

describe("a search", () => {
  it("[KNOW-5] gives what it would give without the documents that the caller may not read: results, scores, ranks and counts", async () => {
    const next = random(7);
    const [whole, mine] = [collectionOf(), collectionOf()];
    for (let n = 0; n < 40; n++) {
      const allow: Allow = [null, { users: ["bob"] }, { roles: ["reviewer"] }, { roles: ["caller"] }][n % 4] ?? null;
      const text = Array.from({ length: 3 }, () => sentence(next)).join(" ");
      await put(whole, `doc-${n}`, n % 4 === 1 ? `${text} refund refund refund canary.` : text, allow);
      if (n % 4 === 0 || n % 4 === 3) await put(mine, `doc-${n}`, text, allow);
    }
    for (const query of ["refund canary", "coat delivery austria", "days", "warranty card shipping order size"])
      for (const mode of ["hybrid", "keyword", "vector"] as const) {
        const seen = await search(whole, query, ann, mode);
        expect(seen).toEqual(await search(mine, query, ann, mode));
        expect(seen.results.length).toBeGreaterThan(0);
      }
    expect((await knowledge.list(whole, null, 100, ann)).map(({ newest }) => newest.document)).toEqual(
      (await knowledge.list(mine, null, 100, ann)).map(({ newest }) => newest.document),
    );
    expect(await found(whole, "canary", { user: "bob", roles: ["caller"] })).toHaveLength(5);
    expect(await knowledge.text(whole, "doc-1", ann)).toBeNull();
    expect(await knowledge.read(whole, "doc-1", ann)).toBeNull();
  });

  it("[KNOW-7] over several shards gives what one shard would", async () => {
    const next = random(11);
    const [one, many] = [collectionOf(), collectionOf()];
    for (let n = 0; n < 24; n++) {
      const text = `${sentence(next)} ${sentence(next)}`;
      await put(one, `doc-${n}`, text);
      // A shard is full at 12,500 chunks: here it is told so.
      if (n % 8 === 0)
        await runInDurableObject(env.KNOWLEDGE_INDEX.getByName(shardName(many.id, 0)), (_, { storage }) =>
          storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'fill'").toArray().length > 0
            ? storage.sql.exec("UPDATE fill SET chunks = 99999").toArray()
            : [],
        );
      await put(many, `doc-${n}`, text);
    }
    expect(await knowledgeIndexOf(env.KNOWLEDGE_INDEX, shardName(many.id, 0)).shards()).toBe(3);
    for (const mode of ["hybrid", "keyword", "vector"] as const)
      expect(await search(many, "coat refund austria", ann, mode)).toEqual(await search(one, "coat refund austria", ann, mode));
    expect(await knowledge.remove(many, "doc-20", recordOf("document.deleted"))).toBe(true);
    expect((await knowledge.list(many, null, 100, null)).map(({ newest }) => newest.document)).not.toContain("doc-20");
    await knowledge.close(many);
    expect(await found(many, "coat refund austria")).toEqual([]);
    expect(await put(many, "doc-99", "coat.")).toBe("closed");
  });

  it("can be narrowed by facts, and does not find what has expired", async () => {
    const collection = collectionOf();
    knowledgeIndexWorld.now = () => clock.at;
    await put(collection, "en", "refund in days.", null, { metadata: { lang: "en", year: 2026 } });
    await put(collection, "de", "refund in days.", { users: ["ann"] }, { metadata: { lang: "de" }, expiresAt: FAR + 1_000 });
    expect(await found(collection, "refund", ann, "keyword", { lang: ["de", "fr"] })).toEqual(["de"]);
    expect(await found(collection, "refund", ann, "keyword", { year: [2026] })).toEqual(["en"]);
    expect(await found(collection, "refund", ann, "keyword", { constructor: ["x"] })).toEqual([]);
    clock.at += 1_000;
    expect(await found(collection, "refund")).toEqual(["en"]);
    knowledgeIndexWorld.send = async () => undefined;
    await runDurableObjectAlarm(env.KNOWLEDGE_INDEX.getByName(shardName(collection.id, 0)));
    expect(await knowledge.read(collection, "de", null)).toBeNull();
  });
});

describe("a document", () => {
  const rowsOf = (collection: Collection) =>
    runInDurableObject(env.KNOWLEDGE_INDEX.getByName(shardName(collection.id, 0)), (_, { storage }) => {
      const count = (table: string) => storage.sql.exec<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`).one().n;
      return { revisions: count("revision"), chunks: count("chunk"), terms: count("word_place"), parts: count("part") };
    });

  it("[KNOW-8] that is deleted is gone with every word when the deletion has answered, and after the object's death", async () => {
    const collection = collectionOf();
    await put(collection, "a", "refund of the coat. ".repeat(30));
    await put(collection, "b", "delivery in austria.", { users: ["bob"] });
    expect(new Set(await found(collection, "coat"))).toEqual(new Set(["a"]));
    expect(await knowledge.remove(collection, "a", recordOf("document.deleted"))).toBe(true);
    expect([await found(collection, "coat"), await found(collection, "refund", ann, "vector")]).toEqual([[], []]);
    expect(await rowsOf(collection)).toEqual({ revisions: 1, chunks: 1, terms: 2, parts: 1 });
    await abortAllDurableObjects();
    expect(await found(collection, "coat")).toEqual([]);
    expect(await knowledge.remove(collection, "a", recordOf("document.deleted"))).toBe(false);
  });

  it("[KNOW-9] that comes again is no new revision, and its newest ready revision alone is found", async () => {
    const collection = collectionOf();
    expect(await put(collection, "a", "refund in thirty days.")).toMatchObject({ newest: { revision: 1 }, serving: 1 });
    expect(await put(collection, "a", "refund in thirty days.")).toMatchObject({ newest: { revision: 1 }, serving: 1 });
    expect(await put(collection, "a", "refund never.", null, { status: "quarantined", chunks: [] })).toMatchObject({
      newest: { revision: 2 },
      serving: 1,
    });
    expect(await found(collection, "thirty")).toEqual(["a"]);
    expect(await found(collection, "never", ann, "keyword")).toEqual([]);
    const made = await revisionOf("a", "refund never.");
    const release = (revision: number) =>
      knowledge.release(collection, { document: "a", revision }, made, { by: "rita", at: FAR }, recordOf("document.released"));
    expect(await release(1)).toBeNull();
    expect(await release(2)).toMatchObject({ newest: { revision: 2, status: "ready" }, serving: 2 });
    expect(await release(2)).toBeNull();
    expect(await found(collection, "thirty", ann, "keyword")).toEqual([]);
    expect(await rowsOf(collection)).toMatchObject({ revisions: 2, chunks: 1 });
    await abortAllDurableObjects();
    expect(await found(collection, "refund")).toEqual(["a"]);
  });

  it("[KNOW-10] is stored with its record, or not at all", async () => {
    const collection = collectionOf();
    const stub = env.KNOWLEDGE_INDEX.getByName(shardName(collection.id, 0));
    await put(collection, "a", "refund.");
    const broken = await revisionOf("b", "coat.");
    await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("CREATE TRIGGER stop BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END").toArray(),
    );
    await expect(knowledge.put(collection, broken, recordOf("document.uploaded"))).rejects.toThrow();
    await runInDurableObject(stub, (_, { storage }) => storage.sql.exec("DROP TRIGGER stop").toArray());
    expect(await rowsOf(collection)).toMatchObject({ revisions: 1, chunks: 1 });
    expect(await found(collection, "coat", ann, "keyword")).toEqual([]);
    expect(await knowledge.put(collection, broken, recordOf("document.uploaded"))).toMatchObject({ serving: 1 });
    expect(await found(collection, "coat", ann, "keyword")).toEqual(["b"]);
    knowledgeIndexWorld.send = async (message) => {
      sent.push(message);
    };
    await runDurableObjectAlarm(stub);
    const mine = sent.filter(({ org }) => org === collection.org);
    expect(mine.flatMap(({ rows }) => rows.flatMap(({ records }) => records.map(({ event_type }) => event_type)))).toEqual([
      "document.uploaded",
      "document.uploaded",
    ]);
    expect(mine[0]?.source).toEqual({ kind: "knowledge-index", id: shardName(collection.id, 0) });
  });
});
