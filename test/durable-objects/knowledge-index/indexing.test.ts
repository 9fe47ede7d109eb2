/** Chunks are made, deleted and made again a few at a time: what is cut short, what fails, and what two lives of the object do at once. */
import { describe, expect, it } from "vitest";
import { hashedVector } from "../../../core/knowledge/hashed-vector.ts";
import { HASHING, makeShard, PLAN, recordOf, textOf, turnsUntil } from "../../support/shard-in-node.ts";

type Shard = ReturnType<typeof makeShard>;

/** The numbers of a document's chunks are those from 0 on, each once. */
const isWhole = ({ object }: Shard, chunks: number, document = "a"): boolean => {
  const numbers = object.rows<{ number: number }>(
    "SELECT number FROM chunk WHERE revision IN (SELECT id FROM revision WHERE document = ? AND status = 'ready') ORDER BY number",
    document,
  );
  return numbers.map(({ number }) => number).join() === Array.from({ length: chunks }, (_, at) => at).join();
};

/** An embedding that waits: each call of it until it is let go. */
function waiting(shard: Shard) {
  const calls: { readonly texts: number; readonly go: () => void }[] = [];
  shard.script.embed = async (asker, model, texts) => {
    await new Promise<void>((go) => calls.push({ texts: texts.length, go }));
    return HASHING(asker, model, texts);
  };
  const called = (n: number): Promise<void> => turnsUntil(() => calls.length >= n);
  return { calls, called };
}

describe("the chunks of a document", () => {
  it("[KNOW-16] are made 48 at a time, 384 before the upload is answered, and the rest by the next alarm", async () => {
    const shard = makeShard();
    const { script, object, put, clock } = shard;
    const asked: unknown[] = [];
    script.embed = (asker, model, texts) => {
      asked.push([asker, model, texts.length]);
      return HASHING(asker, model, texts);
    };
    expect(await put("a", textOf("canary", 400), {}, { ...PLAN, embedding: "model-1" })).toMatchObject({ newest: { chunks: 384 } });
    expect(asked).toHaveLength(8);
    const text = { trust: "untrusted", class: "internal" };
    expect(asked[0]).toEqual([
      {
        ...{ org: "org-1", user: "dora", traceId: "t", spanId: "s", roles: ["developer"], workflow: "", text: "redacted" },
        soFar: expect.objectContaining({ args: text, seen: text, own: false }),
      },
      "model-1",
      48,
    ]);
    expect(object.alarmAt).toBe(clock.at + 1);
    await object.ring();
    expect([asked.length, isWhole(shard, 400)]).toEqual([9, true]);
    expect((await object.room.read("a", null))?.newest).toMatchObject({ status: "ready", chunks: 400, findings: [] });
  });

  it("[KNOW-16] are made 2,400 by an alarm, which leaves other documents for the next one", async () => {
    const shard = makeShard();
    const { put, object, count } = shard;
    await put("b", "bird.");
    await put("a", textOf("canary", 384 + 2_400 + 48));
    object.rows("INSERT INTO job (revision, kind, due_at) SELECT revision + 100, 'fill', due_at FROM job");
    object.rows("INSERT INTO job (revision, kind, due_at) SELECT 1, 'renew', due_at FROM job LIMIT 1");
    await object.ring();
    expect([count("chunk", "revision = 2"), count("job", "attempts > 0")]).toEqual([384 + 2_400, 0]);
    await object.ring();
    expect([isWhole(shard, 384 + 2_400 + 48), count("job", "kind = 'renew'")]).toEqual([true, 0]);
  });

  it("[KNOW-40] are cut once for all portions, with the texts of at most four documents in memory", async () => {
    const shard = makeShard();
    const { put, object } = shard;
    const reads = () => object.queries.splice(0).filter((query) => query.startsWith("SELECT text FROM passage")).length;
    for (const document of ["a", "b", "c"]) await put(document, textOf("canary", 100));
    expect(reads()).toBe(3);
    const together = async (documents: readonly string[]): Promise<number> => {
      const { calls, called } = waiting(shard);
      const puts: Promise<unknown>[] = [];
      for (const document of documents) {
        puts.push(put(document, textOf("canary", 60)));
        await called(puts.length);
      }
      for (const { go } of calls) go();
      await called(2 * puts.length);
      for (const { go } of calls) go();
      await Promise.all(puts);
      return reads();
    };
    expect(await together(["d", "e"])).toBe(2);
    expect(await together(["f", "g", "h", "i", "j"])).toBe(10);
  });

  it("[KNOW-17] are tried six times, twice as long apart each time, then the document is refused and nothing of it stays", async () => {
    const shard = makeShard();
    const { script, put, clock, object, count, ringDue, sendAll } = shard;
    let asked = 0;
    script.embed = () => {
      asked++;
      return Promise.reject(new RangeError("never"));
    };
    const began = clock.at;
    expect(await put("a", textOf("canary", 60))).toMatchObject({ newest: { status: "processing", chunks: 0 } });
    await sendAll();
    const waits: number[] = [];
    while (count("job") > 0 && waits.length < 9) {
      waits.push(((object.alarmAt ?? 0) - clock.at) / 1_000);
      await ringDue();
    }
    expect([asked, waits]).toEqual([6, [15, 30, 60, 120, 240, 480]]);
    expect(clock.at).toBe(began + 945_000);
    expect(script.lines).toEqual(
      Array.from({ length: 6 }, () => expect.objectContaining({ event: "knowledge.not_indexed", org: "org-1", error: "RangeError" })),
    );
    const finding = { type: "indexing", count: 1, message: expect.stringContaining("could not be indexed") };
    expect((await object.room.read("a", null))?.newest).toMatchObject({ status: "refused", findings: [finding] });
    expect([count("passage"), count("chunk"), object.alarmAt]).toEqual([0, 0, null]);
  });

  it("[KNOW-17] go on where they were after a failure, and the attempts are counted from there", async () => {
    const shard = makeShard();
    const { script, put, ringDue, count } = shard;
    let asked = 0;
    // Each portion is made at the sixth attempt.
    script.embed = (...given) => (++asked % 6 === 0 ? HASHING(...given) : Promise.reject(new Error("not yet")));
    await put("a", textOf("canary", 100));
    for (let n = 0; n < 40 && count("job") > 0; n++) await ringDue();
    expect([isWhole(shard, 100), asked]).toEqual([true, 18]);
  });

  it("[KNOW-17] are made again from the first where another version of the code had cut the text otherwise", async () => {
    const shard = makeShard();
    const { script, put, object, count, found } = shard;
    let asked = 0;
    script.embed = async (...given) => (++asked === 2 ? Promise.reject(new Error("not yet")) : asked === 1 ? null : HASHING(...given));
    await put("a", textOf("canary", 100));
    expect(count("chunk")).toBe(48);
    object.rows("UPDATE job SET cuts = 'another', due_at = 0");
    object.rows("UPDATE chunk SET text = 'relic'");
    object.die();
    await object.ring();
    expect([isWhole(shard, 100), count("chunk"), count("chunk", "text = 'relic'"), count("chunk", "vector IS NULL")]).toEqual([
      true,
      100,
      0,
      0,
    ]);
    expect((await object.room.read("a", null))?.newest.findings).toEqual([]);
    expect(await found("canary")).toEqual(["a"]);
  });

  it("[KNOW-14] have no vector where the model gives none, and a finding says how many those are", async () => {
    const { script, put, found, count, search } = makeShard();
    let asked = 0;
    script.embed = async (asker, model, texts) => (++asked === 2 ? null : HASHING(asker, model, texts));
    const { newest } = (await put("a", textOf("canary", 60))) as { newest: { findings: unknown; space: unknown } };
    expect(newest).toMatchObject({ findings: [{ type: "embedding", count: 12 }], space: "bulkhead/hashed-1" });
    expect([await found("canary"), count("chunk", "vector IS NULL")]).toEqual([["a"], 12]);
    script.embed = async (_asker, _model, texts) => ({
      space: "m",
      vectors: texts.map((text, at) => (at === 0 ? null : hashedVector(text))),
    });
    await put("b", textOf("bird", 3));
    expect((await search("bird")).hits.map(({ embedding }) => embedding === null).toSorted()).toEqual([false, false, true]);
    script.embed = async () => null;
    expect(await put("c", "A bear.")).toMatchObject({ newest: { space: null, findings: [{ type: "embedding", count: 1 }] } });
  });
});

describe("of a document that is being indexed", () => {
  it("[KNOW-17] an alarm meanwhile makes no chunk twice", async () => {
    const shard = makeShard();
    const { calls, called } = waiting(shard);
    const put = shard.put("a", textOf("canary", 60));
    await called(1);
    shard.clock.at += 20_000;
    await shard.object.ring();
    expect(calls).toHaveLength(1);
    calls[0]?.go();
    await called(2);
    calls[1]?.go();
    expect(await put).toMatchObject({ newest: { status: "ready", chunks: 60 } });
    expect([calls.map(({ texts }) => texts), isWhole(shard, 60)]).toEqual([[48, 12], true]);
  });

  it("[KNOW-17] two lives of the object make no chunk twice and lose none: whoever stores first wins", async () => {
    const shard = makeShard();
    const { calls, called } = waiting(shard);
    const put = shard.put("a", textOf("canary", 100));
    await called(1);
    shard.clock.at += 20_000;
    const other = shard.otherLife().room.alarm();
    await called(2);
    for (const { go } of calls) go();
    await called(4);
    for (const { go } of calls) go();
    await called(6);
    for (const { go } of calls) go();
    await Promise.all([put, other]);
    expect([isWhole(shard, 100), shard.count("job"), await shard.found("canary")]).toEqual([true, 0, ["a"]]);
  });

  it("[KNOW-17] what was made for another cut meanwhile is not gone on with", async () => {
    const shard = makeShard();
    const { calls, called } = waiting(shard);
    const put = shard.put("a", textOf("canary", 100));
    await called(1);
    calls[0]?.go();
    await called(2);
    shard.object.rows("UPDATE job SET cuts = 'another'");
    shard.object.rows("UPDATE chunk SET text = 'relic'");
    for (let at = 1; at < 5; at++) {
      await called(at + 1);
      calls[at]?.go();
    }
    await put;
    expect([calls.length, isWhole(shard, 100), shard.count("chunk", "text = 'relic'")]).toEqual([5, true, 0]);
  });

  it.each([1, 60])("[KNOW-9] a newer revision of %i chunks takes the place, and nothing of the older one stays", async (chunks) => {
    const shard = makeShard();
    const { calls, called } = waiting(shard);
    const old = shard.put("a", textOf("canary", 100));
    for (let at = 0; at < (chunks > 1 ? 1 : 0); at++) {
      await called(at + 1);
      calls[at]?.go();
    }
    await called(chunks > 1 ? 2 : 1);
    const last = calls.at(-1);
    shard.script.embed = HASHING;
    expect(await shard.put("a", textOf("bird", chunks))).toMatchObject({ newest: { revision: 2, status: "ready" }, serving: 2 });
    last?.go();
    await old;
    await shard.object.ring();
    const { count } = shard;
    expect([count("chunk"), count("passage"), count("job"), count("revision", "status = 'superseded'")]).toEqual([chunks, 1, 0, 1]);
    expect([isWhole(shard, chunks), await shard.found("bird"), await shard.found("canary")]).toEqual([true, ["a"], []]);
  });

  it("[KNOW-8] what is deleted while an alarm is at another one is left out by it", async () => {
    const shard = makeShard();
    shard.script.embed = () => Promise.reject(new Error("not yet"));
    for (const document of ["a", "b"]) await shard.put(document, textOf("canary", 1));
    const { calls, called } = waiting(shard);
    shard.clock.at += 20_000;
    const rung = shard.object.ring();
    await called(1);
    await shard.object.room.remove("b", recordOf("document.deleted"));
    calls[0]?.go();
    await rung;
    expect([calls.length, isWhole(shard, 1), shard.script.lines.length, shard.count("job")]).toEqual([1, true, 2, 0]);
  });

  it("[KNOW-8] a deletion takes it away, and a chunk that is embedded just then with it", async () => {
    const shard = makeShard();
    const { calls, called } = waiting(shard);
    const put = shard.put("a", textOf("canary", 100)).catch(String);
    await called(1);
    expect(await shard.object.room.remove("a", recordOf("document.deleted"))).toBe(true);
    calls[0]?.go();
    expect(await put).toContain("is gone");
    expect(["revision", "chunk", "passage", "job", "word_place"].map((table) => shard.count(table))).toEqual([0, 0, 0, 0, 0]);
    expect(shard.script.lines).toEqual([]);
  });
});

describe("chunks that are served no longer", () => {
  it("[KNOW-8] are deleted by the alarm, some 10,000 each time, and all of them before a deletion answers", async () => {
    const { put, object, count, clock, found } = makeShard();
    const more = (revision: number, n: number) =>
      object.rows(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO chunk (revision, number, part, length, starts, ends, section, text)
         SELECT ?, i, 1, 1, 0, 0, '[]', 'x' FROM n`,
        n,
        revision,
      );
    await put("a", "canary.");
    more(1, 10_240 + 300);
    await put("a", "bird.");
    await object.ring();
    expect([count("chunk"), count("job"), object.alarmAt]).toEqual([302, 1, clock.at + 1]);
    await object.ring();
    expect([count("chunk"), count("job")]).toEqual([1, 0]);
    more(2, 511);
    expect(await object.room.remove("a", recordOf())).toBe(true);
    expect([count("chunk"), count("job"), await found("bird")]).toEqual([0, 0, []]);
  });

  it("[KNOW-8] leave the pages of the full-text index a minute later", async () => {
    const { put, object, count, clock, sendAll } = makeShard();
    const began = clock.at;
    const isKnown = (word: string) =>
      object.rows("SELECT block FROM word_data").some(({ block }) => Buffer.from(block as ArrayBuffer).includes(word));
    const tidyAt = () => object.rows("SELECT tidy_at FROM shard_of")[0]?.["tidy_at"];
    await put("a", "canary.");
    await put("b", "bird.");
    await sendAll();
    expect([tidyAt(), object.alarmAt]).toEqual([null, null]);
    await object.room.remove("a", recordOf());
    clock.at += 100;
    await object.room.remove("b", recordOf());
    await sendAll();
    expect([tidyAt(), object.alarmAt, count("word_place"), isKnown("canari")]).toEqual([began + 60_000, began + 60_000, 0, true]);
    clock.at = began + 59_999;
    await object.ring();
    expect(isKnown("canari")).toBe(true);
    clock.at = began + 60_000;
    await object.ring();
    expect([tidyAt(), object.alarmAt, isKnown("canari"), isKnown("bird")]).toEqual([null, null, false, false]);
  });
});
