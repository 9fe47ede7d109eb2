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
import { knowledgeIndexOf, shardName } from "../../../durable-objects/knowledge-index/stub.ts";
import { defineEmbedding, weightOf } from "../../../workers/embedding/embedding.ts";
import { defineKnowledge } from "../../../workers/knowledge/knowledge.ts";
import { ASKED_FOR } from "../../support/doubles/calls.ts";
import { FAR } from "../../support/far.ts";
import { until } from "../../support/patience.ts";
import { knowledgeIndexWorld } from "../../support/worlds.ts";

const embed = defineEmbedding({ ask: async () => null });
const clock = { at: FAR };
const sent: RecordsMessage[] = [];
afterEach(() => {
  clock.at = FAR;
  knowledgeIndexWorld.now = () => FAR;
  knowledgeIndexWorld.embed = embed;
  knowledgeIndexWorld.send = () => Promise.reject(new Error("unscripted: send"));
});

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

const plan = { chunk: { tokens: 40, overlap: 0 }, embedding: null, asker: { user: "u", traceId: "t", spanId: "s" } };

const revisionOf = (document: string, text: string, allow: Allow = null, more: Partial<NewRevision> = {}): NewRevision => ({
  document,
  identity: `${document} ${text} ${JSON.stringify(allow)}`,
  hash: text,
  media: "text/plain",
  status: "processing",
  title: document,
  text,
  source: null,
  allow,
  metadata: {},
  findings: [],
  expiresAt: null,
  by: { user: "dora", root: null },
  at: FAR,
  ...more,
});
const store = (collection: Collection, one: NewRevision) =>
  knowledge.put(collection, one, plan, chunksOf(one.text, plan.chunk).length, recordOf("document.uploaded"));
const put = (collection: Collection, ...given: Parameters<typeof revisionOf>) => store(collection, revisionOf(...given));

const ann: Reader = { user: "ann", roles: ["caller"] };
const asker = { org: "o", user: "ann", traceId: "t", spanId: "s", workflow: "", text: "raw", ...ASKED_FOR } as const;
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
    expect(await rowsOf(collection)).toEqual({ revisions: 1, chunks: 1, terms: 4, parts: 1 });
    await abortAllDurableObjects();
    expect(await found(collection, "coat")).toEqual([]);
    expect(await knowledge.remove(collection, "a", recordOf("document.deleted"))).toBe(false);
  });

  it("[KNOW-9] that comes again is no new revision, and its newest ready revision alone is found", async () => {
    const collection = collectionOf();
    expect(await put(collection, "a", "refund in thirty days.")).toMatchObject({ newest: { revision: 1 }, serving: 1 });
    expect(await put(collection, "a", "refund in thirty days.")).toMatchObject({ newest: { revision: 1 }, serving: 1 });
    expect(await put(collection, "a", "refund never.", null, { status: "quarantined" })).toMatchObject({
      newest: { revision: 2 },
      serving: 1,
    });
    expect(await found(collection, "thirty")).toEqual(["a"]);
    expect(await found(collection, "never", ann, "keyword")).toEqual([]);
    const release = (revision: number) =>
      knowledge.release(collection, { document: "a", revision }, plan, { by: "rita", at: FAR }, recordOf("document.released"));
    expect(await release(1)).toBeNull();
    expect(await release(2)).toMatchObject({ newest: { revision: 2, status: "ready" }, serving: 2 });
    expect(await release(2)).toBeNull();
    expect(await found(collection, "thirty", ann, "keyword")).toEqual([]);
    await runDurableObjectAlarm(env.KNOWLEDGE_INDEX.getByName(shardName(collection.id, 0)));
    expect(await rowsOf(collection)).toMatchObject({ revisions: 2, chunks: 1 });
    await abortAllDurableObjects();
    expect(await found(collection, "refund")).toEqual(["a"]);
  });

  it("[KNOW-10] is stored with its record, or not at all", async () => {
    const collection = collectionOf();
    const stub = env.KNOWLEDGE_INDEX.getByName(shardName(collection.id, 0));
    await put(collection, "a", "refund.");
    const broken = revisionOf("b", "coat.");
    await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("CREATE TRIGGER stop BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END").toArray(),
    );
    await expect(store(collection, broken)).rejects.toThrow();
    await runInDurableObject(stub, (_, { storage }) => storage.sql.exec("DROP TRIGGER stop").toArray());
    expect(await rowsOf(collection)).toMatchObject({ revisions: 1, chunks: 1 });
    expect(await found(collection, "coat", ann, "keyword")).toEqual([]);
    expect(await store(collection, broken)).toMatchObject({ serving: 1 });
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

describe("a long document", () => {
  const stubOf = ({ id }: Collection) => env.KNOWLEDGE_INDEX.getByName(shardName(id, 0));
  const long = (word: string): string => Array.from({ length: 450 }, (_, at) => `# Part ${at}\n\nThe ${word} is a coat.`).join("\n\n");
  const ring = async (collection: Collection) => {
    clock.at += 60_000;
    await runDurableObjectAlarm(stubOf(collection));
  };

  it("[KNOW-16] is found by no search, and changes none, until all of its chunks are made", async () => {
    const collection = collectionOf();
    knowledgeIndexWorld.now = () => clock.at;
    knowledgeIndexWorld.send = async () => undefined;
    await put(collection, "other", "A coat is warm.");
    await put(collection, "a", "The old canary is a coat.");
    const before = await search(collection, "coat canary", ann, "keyword");
    const taken = await put(collection, "a", long("canary"));
    expect(taken).toMatchObject({ newest: { revision: 2, status: "processing", chunks: 384 }, serving: 1 });
    expect(await search(collection, "coat canary", ann, "keyword")).toEqual(before);
    await ring(collection);
    expect(await knowledge.read(collection, "a", null)).toMatchObject({ newest: { status: "ready", chunks: 450 }, serving: 2 });
    const fresh = collectionOf();
    await put(fresh, "other", "A coat is warm.");
    await put(fresh, "a", "The old canary is a coat.");
    await put(fresh, "a", long("canary"));
    await ring(fresh);
    await abortAllDurableObjects();
    expect(await search(collection, "coat canary", ann, "keyword")).toEqual(await search(fresh, "coat canary", ann, "keyword"));
    expect(await put(collection, "b", long("bird"))).toMatchObject({ newest: { status: "processing" }, serving: null });
    expect(await knowledge.remove(collection, "b", recordOf("document.deleted"))).toBe(true);
    await ring(collection);
    expect(await found(collection, "bird", ann, "keyword")).toEqual([]);
  });

  it("[KNOW-17] goes on after the object's death from its last transaction, and is refused when it never gets on", async () => {
    const collection = collectionOf();
    knowledgeIndexWorld.now = () => clock.at;
    knowledgeIndexWorld.send = async () => undefined;
    await put(collection, "other", "A coat is warm.");
    const before = await search(collection, "coat canary", ann, "keyword");
    let asked = 0;
    knowledgeIndexWorld.embed = (...given) => (++asked === 4 ? new Promise(() => undefined) : embed(...given));
    const dying = put(collection, "a", long("canary")).then(
      () => "answered",
      () => "aborted",
    );
    await until(() => asked === 4);
    await abortAllDurableObjects();
    expect(await dying).toBe("aborted");
    expect(await search(collection, "coat canary", ann, "keyword")).toEqual(before);
    expect(await put(collection, "a", long("canary"))).toMatchObject({ newest: { revision: 1, status: "processing", chunks: 144 } });
    await ring(collection);
    expect(await knowledge.read(collection, "a", null)).toMatchObject({ newest: { revision: 1, status: "ready", chunks: 450 } });
    const rows = await runInDurableObject(stubOf(collection), (_, { storage }) =>
      storage.sql
        .exec<{ n: number; numbers: number }>(
          "SELECT COUNT(*) AS n, COUNT(DISTINCT number) AS numbers FROM chunk WHERE text LIKE '%canary%'",
        )
        .toArray(),
    );
    expect(rows).toEqual([{ n: 450, numbers: 450 }]);
    knowledgeIndexWorld.embed = () => Promise.reject(new Error("never"));
    expect(await put(collection, "b", "The bird is a coat.")).toMatchObject({ newest: { status: "processing" } });
    for (let n = 0; n < 8; n++) {
      clock.at += 3_600_000;
      await ring(collection);
    }
    expect(await knowledge.read(collection, "b", null)).toMatchObject({
      newest: { status: "refused", findings: [{ type: "indexing" }] },
      serving: null,
    });
  });
});

describe("an index of other word forms", () => {
  /** As if other code had indexed the collection's documents. */
  const outdate = async ({ id }: Collection) => {
    await runInDurableObject(env.KNOWLEDGE_INDEX.getByName(shardName(id, 0)), (_, { storage }) =>
      storage.transactionSync(() => {
        for (const { id: chunk, part } of storage.sql.exec<{ id: number; part: number }>("SELECT id, part FROM chunk").toArray()) {
          storage.sql.exec("DELETE FROM word WHERE rowid = ?", chunk);
          storage.sql.exec("INSERT INTO word (rowid, terms) VALUES (?, ?)", chunk, `${part}\u00b7relic`);
        }
        storage.sql.exec("UPDATE chunk SET length = 1, vector = ?", new Int8Array(256).fill(1));
        storage.sql.exec("UPDATE revision SET word_forms = 1");
      }),
    );
    await abortAllDurableObjects();
  };

  it("[KNOW-30] is made again from the stored text by the alarm after its first search, as if its documents had just come", async () => {
    knowledgeIndexWorld.now = () => clock.at;
    knowledgeIndexWorld.send = async () => undefined;
    const long = Array.from({ length: 60 }, (_, at) => `# Part ${at}\n\nThe canary number ${at} is a coat.`).join("\n\n");
    const texts: readonly [string, string][] = [
      ["a", long],
      ["b", "L’eau est claire."],
    ];
    const [old, fresh] = [collectionOf(), collectionOf()];
    for (const collection of [old, fresh]) for (const [document, text] of texts) await put(collection, document, text);
    const seen = async (collection: Collection) => ({
      words: await search(collection, "canary coat 17", ann, "keyword"),
      vectors: await search(collection, "canary coat 17", ann, "vector"),
      eau: await search(collection, "eau", ann, "keyword"),
    });
    const wanted = await seen(fresh);
    expect(wanted.eau.results).toMatchObject([{ document: "b" }]);
    await outdate(old);
    expect(await found(old, "canary", ann, "keyword")).toEqual([]);
    expect(await found(old, "relic", ann, "keyword")).not.toEqual([]);
    clock.at += 60_000;
    await runDurableObjectAlarm(env.KNOWLEDGE_INDEX.getByName(shardName(old.id, 0)));
    expect(await seen(old)).toEqual(wanted);
    expect(await found(old, "relic", ann, "keyword")).toEqual([]);
    await abortAllDurableObjects();
    expect(await seen(old)).toEqual(wanted);
    const left = await runInDurableObject(env.KNOWLEDGE_INDEX.getByName(shardName(old.id, 0)), (_, { storage }) =>
      storage.sql.exec("SELECT (SELECT COUNT(*) FROM job) AS jobs, (SELECT COUNT(*) FROM revision WHERE word_forms = 1) AS old").one(),
    );
    expect(left).toEqual({ jobs: 0, old: 0 });
  });
});

it("[KNOW-33] a document is embedded for its uploader and with its class; of an older plan nobody's roles and the highest class count", async () => {
  const askers: unknown[] = [];
  knowledgeIndexWorld.embed = (by, ...given) => {
    askers.push([by.user, by.roles, by.soFar.args.class, by.text]);
    return embed(by, ...given);
  };
  const collection = collectionOf();
  const noted = { ...plan, class: "confidential", asker: { ...plan.asker, roles: ["developer"] } } as const;
  for (const [document, by] of Object.entries({ old: plan, young: noted }))
    await knowledge.put(collection, revisionOf(document, `A ${document} coat.`), by, 1, recordOf("document.uploaded"));
  expect(askers).toEqual([
    ["u", [], "restricted", "redacted"],
    ["u", ["developer"], "confidential", "redacted"],
  ]);
});
