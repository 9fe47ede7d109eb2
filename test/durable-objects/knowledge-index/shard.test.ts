/** A shard as its callers see it: what it stores of documents, who is told of them, and where they are placed. */
import { expect, it } from "vitest";
import { HASHED, hashedVector } from "../../../core/knowledge/hashed-vector.ts";
import { ANN, makeShard, PLAN, recordOf, revisionOf, SHARD, textOf } from "../../support/shard-in-node.ts";

const BOB = { user: "bob", roles: ["caller"] };
const bobs = { allow: { users: ["bob"] } };
const RELEASED = { by: "rita", at: 1 };

it("[KNOW-34] a shard that was only asked, stores nothing, and answers as an empty one", async () => {
  const { object, requestOf } = makeShard();
  const nothing = { chunks: 0, terms: 0, frequencies: [0, 0] };
  for (let life = 0; life < 2; life++) {
    const { room } = object;
    expect(await room.shards()).toBe(1);
    expect([await room.holderOf("h", "null", "a"), await room.held("a"), await room.text("a", ANN)]).toEqual([null, null, null]);
    expect([await room.read("a", null), await room.list(null, 10, ANN), await room.list(null, 10, null)]).toEqual([null, [], []]);
    expect(await room.search(requestOf("coat refund"), null)).toEqual({ statistics: nothing, hits: [], shards: 1 });
    expect(await room.statistics(requestOf("coat refund"))).toEqual({ ...nothing, shards: 1 });
    expect(await room.release("a", 1, PLAN, RELEASED, recordOf())).toBeNull();
    expect(await room.remove("a", recordOf())).toBe(false);
    await room.vacate("a");
    await room.confirm(["x"]);
    await room.alarm();
    expect([object.rows("SELECT name FROM sqlite_master"), object.alarmAt]).toEqual([[], null]);
    object.die();
  }
});

it("[KNOW-35] a document keeps its shard, a new one goes into the first that is not full, and what goes or shrinks makes room", async () => {
  const { object } = makeShard();
  const place = (document: string, chunks: number) => object.room.place(SHARD, document, chunks);
  expect(await place("a", 12_499)).toEqual({ shard: 0, shards: 1 });
  expect(await place("a", 12_499)).toEqual({ shard: 0, shards: 1 });
  expect(await place("b", 1)).toEqual({ shard: 0, shards: 1 });
  expect(await place("c", 5)).toEqual({ shard: 1, shards: 2 });
  expect(await place("a", 12_600)).toEqual({ shard: 0, shards: 2 });
  expect(await place("d", 1)).toEqual({ shard: 1, shards: 2 });
  expect(await place("a", 12_498)).toEqual({ shard: 0, shards: 2 });
  expect(await place("e", 1)).toEqual({ shard: 0, shards: 2 });
  expect(await place("f", 1)).toEqual({ shard: 1, shards: 2 });
  await object.room.vacate("nobody");
  expect(await place("g", 1)).toEqual({ shard: 1, shards: 2 });
  for (let n = 0; n < 2; n++) await object.room.vacate("e");
  expect(await place("h", 1)).toEqual({ shard: 0, shards: 2 });
  expect(await place("i", 1)).toEqual({ shard: 1, shards: 2 });
  expect(await object.room.shards()).toBe(2);
});

it("[KNOW-36] of one more set of rights than a shard holds nothing is stored, and documents of known ones are taken", async () => {
  const { object, put, count } = makeShard();
  await put("a", "coat.");
  object.rows(
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 998) INSERT INTO part (rights) SELECT 'x' || i FROM n",
  );
  expect(await put("b", "coat.", bobs)).toMatchObject({ newest: { status: "ready" } });
  expect(await put("c", "coat.", { allow: { users: ["cy"] } })).toBe("too_many_rights");
  expect([count("revision"), count("outbox"), count("part")]).toEqual([2, 2, 1_000]);
  expect(await put("d", "coat.", bobs)).toMatchObject({ newest: { status: "ready" } });
});

it("[KNOW-9] what was refused is looked at again, what waits is released once and by its number, and neither is found before", async () => {
  const { object, put, found, count } = makeShard();
  const { room } = object;
  for (const revision of [1, 2])
    expect(await put("a", "canary.", { status: "refused" })).toMatchObject({ newest: { revision, status: "refused" }, serving: null });
  expect([count("passage"), count("job"), await room.held("a")]).toEqual([0, 0, expect.objectContaining({ revision: 2 })]);
  expect(await room.release("a", 2, PLAN, RELEASED, recordOf())).toBeNull();
  for (let n = 0; n < 2; n++)
    expect(await put("a", "canary.", { status: "quarantined" })).toMatchObject({ newest: { revision: 3 }, serving: null });
  expect([count("passage"), count("job"), count("outbox")]).toEqual([1, 0, 3]);
  for (const [document, revision] of [
    ["a", 2],
    ["b", 3],
  ] as const)
    expect(await room.release(document, revision, PLAN, RELEASED, recordOf())).toBeNull();
  expect([await found("canary"), await room.text("a", ANN), count("outbox")]).toEqual([[], null, 3]);
  expect(await room.release("a", 3, PLAN, RELEASED, recordOf())).toMatchObject({
    newest: { status: "ready", released: RELEASED },
    serving: 3,
  });
  expect([await found("canary"), await room.text("a", ANN), count("outbox")]).toEqual([["a"], "canary.", 4]);
});

it("[KNOW-3] a document is listed, read and searched by its readers alone, and a repeated one is found by its bytes and readers", async () => {
  const { object, put, found, count } = makeShard();
  const { room } = object;
  await put("a", "coat.");
  await put("b", "coat.", bobs);
  await put("c", "coat.", { status: "quarantined" });
  for (const [reader, mine] of [
    [ANN, ["a", "c"]],
    [BOB, ["a", "b", "c"]],
    [null, ["a", "b", "c"]],
  ] as const)
    expect((await room.list(null, 10, reader)).map(({ newest }) => newest.document)).toEqual(mine);
  expect((await room.list("a", 1, BOB)).map(({ newest, serving }) => [newest.document, serving])).toEqual([["b", 1]]);
  expect([await found("coat"), await found("coat", BOB)]).toEqual([["a"], ["a", "b"]]);
  expect([await room.text("b", ANN), await room.text("b", BOB), await room.text("c", ANN)]).toEqual([null, "coat.", null]);
  expect([await room.read("b", ANN), await room.read("b", null), await room.read("x", null)]).toEqual([
    null,
    expect.objectContaining({ serving: 1 }),
    null,
  ]);
  const everybodys = "null";
  expect(await room.holderOf("coat.", everybodys, "x")).toBe("a");
  expect([await room.holderOf("coat.", everybodys, "a"), await room.holderOf("coat.", '{"users":["cy"]}', "x")]).toEqual([null, null]);
  expect(await room.remove("a", recordOf())).toBe(true);
  expect([await room.holderOf("coat.", everybodys, "x"), await room.read("a", null), count("part")]).toEqual([null, null, 2]);
  expect(await room.remove("b", recordOf())).toBe(true);
  expect([await found("coat", BOB), count("part")]).toEqual([[], 1]);
});

it("[KNOW-11] a result names its place, and has a rank by words or by vector only where it is near by them", async () => {
  const { put, search } = makeShard();
  await put("a", "# Returns\n\nThe coat goes back.", { source: "https://shop", metadata: { lang: "en" } });
  await put("b", "zzz", { metadata: { lang: "de" } });
  const [hit, ...more] = (await search("coat")).hits;
  expect(more).toEqual([]);
  expect(hit).toEqual({
    ...{ document: "a", revision: 1, title: "a", source: "https://shop", hash: "# Returns\n\nThe coat goes back.", index: 0 },
    ...{ start: 0, end: 30, section: ["Returns"], text: "# Returns\n\nThe coat goes back.", embedding: expect.any(Int8Array) },
    ...{ keyword: expect.any(Number), vector: expect.any(Number) },
  });
  expect((await search("coat", ANN, { space: "another" })).hits).toMatchObject([{ keyword: expect.any(Number), vector: null }]);
  expect((await search("coat", ANN, { terms: [] })).hits).toMatchObject([{ document: "a", keyword: null, vector: expect.any(Number) }]);
  const opposite = hashedVector("coat")?.map((value) => -value) ?? null;
  expect((await search("coat", ANN, { terms: [], vector: opposite })).hits).toEqual([]);
  expect((await search("coat", ANN, { terms: [], vector: new Int8Array(256) })).hits).toEqual([]);
  for (const [filter, documents] of [
    [{ lang: ["en", "fr"] }, ["a"]],
    [{ lang: ["de"] }, []],
    [{ lang: [] }, []],
    [{ lang: ["en"], year: [1] }, []],
    [{ toString: ["x"] }, []],
  ] as const)
    expect((await search("coat", ANN, { filter })).hits.map(({ document }) => document)).toEqual(documents);
});

it("vectors of one revision are compared in its own space, whatever the space of the one before it in memory", async () => {
  const { put, search, script } = makeShard();
  await put("hashed", textOf("coat", 2));
  script.embed = async (_asker, _model, texts) => ({ space: "model-1", vectors: texts.map(hashedVector) });
  await put("modelled", textOf("coat", 2));
  for (const [space, document] of [
    [HASHED, "hashed"],
    ["model-1", "modelled"],
  ] as const)
    expect((await search("coat", ANN, { terms: [], space })).hits.map((hit) => hit.document)).toEqual([document, document]);
});

it("[KNOW-8] what expires goes at its time with all its revisions, and what a newer one without an end replaced does not", async () => {
  const { clock, object, put, found, count, sendAll } = makeShard();
  const began = clock.at;
  await put("kept", "coat.", { expiresAt: began + 10 });
  await put("kept", "coat for ever.");
  await put("gone", "coat.", { expiresAt: began + 5_000 });
  await sendAll();
  expect([(await found("coat")).toSorted(), object.alarmAt]).toEqual([["gone", "kept"], began + 5_000]);
  clock.at = began + 4_999;
  await object.ring();
  expect(count("revision")).toBe(3);
  clock.at = began + 5_000;
  expect(await found("coat")).toEqual(["kept"]);
  await object.ring();
  expect([await found("coat"), count("revision", "document = 'gone'"), count("chunk")]).toEqual([["kept"], 0, 1]);
});

it("[KNOW-37] of a document 20 revisions are remembered beside the one that is served, and the text of none that is gone", async () => {
  const { put, count, found } = makeShard();
  await put("a", "coat.");
  for (let n = 0; n < 25; n++) await put("a", `canary ${n}.`, { status: "quarantined" });
  expect([count("revision"), count("passage"), await found("coat")]).toEqual([21, 21, ["a"]]);
});

it("[KNOW-38] a text of any length is given back as it came, and split nowhere within a character", async () => {
  const { object, put, count } = makeShard();
  const most = 262_144;
  const texts = {
    plain: "a".repeat(2 * most + 5),
    whole: "b".repeat(most),
    first: `${"c".repeat(most - 1)}\u{10000}d`,
    last: `${"e".repeat(most - 1)}\u{103ff}f`,
    around: `${"g".repeat(most - 2)}\u{10000}\ue000h`,
  };
  const lengths: Record<string, number[]> = {};
  for (const [name, text] of Object.entries(texts)) {
    await put(name, text, { status: "quarantined" });
    const rows = object.rows<{ text: string }>(
      "SELECT p.text FROM passage p JOIN revision r ON r.id = p.revision WHERE r.document = ? ORDER BY p.number",
      name,
    );
    expect(rows.map((row) => row.text).join("") === text).toBe(true);
    lengths[name] = rows.map((row) => row.text.length);
  }
  expect(lengths).toEqual({ plain: [most, most, 5], whole: [most], first: [most - 1, 3], last: [most - 1, 3], around: [most, 2] });
  expect(await put("none", "", { status: "quarantined" })).toMatchObject({ newest: { revision: 1 } });
  expect(count("passage")).toBe(10);
});

it("[KNOW-39] a collection that is closed keeps its records and one row, gives nothing, and takes nothing any more", async () => {
  const { object, put, found, count, sendAll } = makeShard();
  const { room } = object;
  await room.place(SHARD, "a", 1);
  await put("a", textOf("canary", 3));
  await put("b", "coat.", { status: "quarantined" });
  expect(await found("canary")).toEqual(["a"]);
  await room.close(SHARD);
  for (let life = 0; life < 2; life++) {
    expect([await found("canary"), await object.room.list(null, 10, null), await object.room.text("a", ANN)]).toEqual([[], [], null]);
    expect(await put("c", "coat.")).toBe("closed");
    expect(await object.room.place(SHARD, "a", 1)).toBe("closed");
    object.die();
  }
  const tables = ["revision", "chunk", "passage", "part", "place", "fill", "job", "word_place"];
  expect(tables.map((table) => count(table))).toEqual(tables.map(() => 0));
  expect([await sendAll(), object.alarmAt]).toEqual([2, null]);
});

it("a shard is one org's", async () => {
  const { object, put } = makeShard();
  await put("a", "coat.");
  for (let life = 0; life < 2; life++) {
    await expect(object.room.put({ org: "org-2", name: SHARD.name }, revisionOf("b", "coat."), PLAN, recordOf())).rejects.toThrow(
      "another org's",
    );
    object.die();
  }
});
