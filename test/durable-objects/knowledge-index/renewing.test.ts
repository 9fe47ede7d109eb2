/** Chunks of other word forms are indexed again by the alarm, a few at a time, while searches find them. */
import { expect, it } from "vitest";
import { hashedVector } from "../../../core/knowledge/hashed-vector.ts";
import { ANN, makeShard, recordOf, textOf, turnsUntil } from "../../support/shard-in-node.ts";

type Shard = ReturnType<typeof makeShard>;

/** As if other code had indexed what is served. */
function outdate({ object }: Shard): void {
  for (const { id, part } of object.rows<{ id: number; part: number }>("SELECT id, part FROM chunk")) {
    object.rows("DELETE FROM word WHERE rowid = ?", id);
    object.rows("INSERT INTO word (rowid, terms) VALUES (?, ?)", id, `${part}\u00b7relic`);
  }
  object.rows("UPDATE revision SET word_forms = 1");
  object.die();
}
const jobs = ({ object }: Shard) => object.rows("SELECT kind, attempts, due_at FROM job");

it("[KNOW-30] nothing is renewed before somebody asks, what is being indexed is left alone, and a second question changes nothing", async () => {
  const shard = makeShard();
  const { put, object, found, clock, sendAll } = shard;
  await put("a", "canary.");
  await put("b", "bird.", { status: "quarantined" });
  await sendAll();
  outdate(shard);
  expect([object.room.shards !== undefined, jobs(shard)]).toEqual([true, []]);
  expect([await found("canary"), await found("relic")]).toEqual([[], ["a"]]);
  const due = { kind: "renew", attempts: 0, due_at: clock.at };
  expect([jobs(shard), object.alarmAt]).toEqual([[due], clock.at + 1]);
  object.rows("UPDATE job SET due_at = due_at + 7");
  await found("canary");
  expect(jobs(shard)).toEqual([{ ...due, due_at: clock.at + 7 }]);
  clock.at += 7;
  await object.ring();
  expect([await found("canary"), await found("relic"), jobs(shard), object.alarmAt]).toEqual([["a"], [], [], null]);
  object.die();
  expect([await found("canary"), jobs(shard)]).toEqual([["a"], []]);
});

it("[KNOW-30] an alarm renews 2,400 chunks, 48 in each transaction, and goes on at once", async () => {
  const shard = makeShard();
  const { put, object, count, clock } = shard;
  await put("a", "canary.");
  object.rows(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2499) INSERT INTO chunk (revision, number, part, length, starts, ends, section, text)
     SELECT 1, i, 1, 9, 0, 0, '[]', 'coat' FROM n`,
  );
  await put("b", "bird.");
  outdate(shard);
  await object.room.search(shard.requestOf("canary"), null);
  object.queries.length = 0;
  await object.ring();
  const turns = object.queries.filter((query) => query.startsWith("SELECT id, text FROM chunk")).length;
  expect([turns, count("chunk", "length <> 9"), object.alarmAt]).toEqual([50, 2_401, clock.at + 1]);
  expect(jobs(shard)).toEqual([
    { kind: "renew", attempts: 0, due_at: clock.at },
    { kind: "renew", attempts: 0, due_at: clock.at },
  ]);
  await object.ring();
  expect([count("chunk", "length = 9"), count("job"), await shard.found("bird")]).toEqual([0, 0, ["b"]]);
});

it("[KNOW-30] vectors of a model stay, those that are made of words are made again", async () => {
  const shard = makeShard();
  const { put, object, script, ringDue, search } = shard;
  await put("hashed", "canary.");
  script.embed = async (_asker, _model, texts) => ({ space: "model-1", vectors: texts.map(() => new Int8Array(4).fill(7)) });
  await put("modelled", "canary.");
  outdate(shard);
  object.rows("UPDATE chunk SET vector = ? WHERE revision = 1", new Int8Array(256).fill(1));
  await search("canary");
  await ringDue();
  const vectors = Object.fromEntries((await search("canary")).hits.map((hit) => [hit.document, hit.embedding]));
  expect(vectors).toEqual({ hashed: hashedVector("hashed\ncanary."), modelled: new Int8Array(4).fill(7) });
});

it("[KNOW-30] what cannot be renewed is tried six times, left alone in this life of the object, and tried again by the next", async () => {
  const shard = makeShard();
  const { put, object, script, ringDue, found, clock, count, sendAll } = shard;
  await put("a", textOf("canary", 60));
  await sendAll();
  outdate(shard);
  const renewed = async () => (await shard.search("canary", ANN, { vector: null })).hits.length;
  object.rows("CREATE TRIGGER stop BEFORE UPDATE ON chunk WHEN OLD.number = 50 BEGIN SELECT RAISE(ABORT, 'no'); END");
  await found("canary");
  const waits: number[] = [];
  while (count("job") > 0 && waits.length < 12) {
    await ringDue();
    waits.push(((object.alarmAt ?? clock.at) - clock.at) / 1_000);
  }
  // The first 48 are renewed before the first failure, and the attempts are counted from there.
  expect([waits, object.alarmAt]).toEqual([[15, 15, 30, 60, 120, 240, 480, 0], null]);
  expect(script.lines).toHaveLength(waits.length - 1);
  expect([await renewed(), await found("relic"), count("job")]).toEqual([48, ["a"], 0]);
  object.rows("DROP TRIGGER stop");
  object.die();
  await found("canary");
  await ringDue();
  expect([await renewed(), await found("relic"), count("job")]).toEqual([60, [], 0]);
});

it("[KNOW-30] a document that is deleted or replaced while its renewal waits needs none any more", async () => {
  const shard = makeShard();
  const { put, object, found, ringDue, count, sendAll } = shard;
  await put("a", "canary.");
  await put("b", "bird.");
  await sendAll();
  outdate(shard);
  await found("canary");
  await put("a", "coat.");
  await object.room.remove("b", recordOf("document.deleted"));
  await ringDue();
  expect([await found("coat"), await found("relic"), count("job"), count("chunk")]).toEqual([["a"], [], 0, 1]);
  expect(shard.script.lines).toEqual([]);
});

it.each(["deleted", "replaced"])("[KNOW-30] so does one that is %s between two portions of its renewal", async (how) => {
  const shard = makeShard();
  const { put, object, found, count, clock, sendAll } = shard;
  await put("a", textOf("canary", 200));
  await sendAll();
  outdate(shard);
  await found("canary");
  object.queries.length = 0;
  const rung = object.ring();
  await turnsUntil(() => count("job", "made > 0") > 0);
  if (how === "deleted") await object.room.remove("a", recordOf("document.deleted"));
  else {
    await put("a", "coat.");
    expect(jobs(shard)).toEqual([{ kind: "drop", attempts: 0, due_at: clock.at }]);
  }
  await rung;
  expect([jobs(shard), shard.script.lines]).toEqual([how === "deleted" ? [] : [{ kind: "drop", attempts: 0, due_at: clock.at }], []]);
  expect(object.queries.filter((query) => query.startsWith("SELECT revision, kind, made")).length).toBeLessThan(20);
  await object.ring();
  expect([count("job"), await found("relic"), await found("coat")]).toEqual([0, [], how === "deleted" ? [] : ["a"]]);
});
