/**
 * A collection in a failing world: its index object is crashed, evicted, updated and cut off while documents come, change and go. People
 * repeat what was not answered. At rest, nothing that was accepted is lost, nothing is half there or half gone, and no search sees a ghost.
 */
import { NOTHING_YET } from "../core/access/circumstances.ts";
import type { RecordsMessage } from "../core/audit/record.ts";
import { auditRecord } from "../core/audit/record.ts";
import { chunksOf } from "../core/knowledge/chunk.ts";
import type { Collection } from "../core/knowledge/collection.ts";
import type { NewRevision } from "../core/knowledge/document.ts";
import { HASHED, hashedVector } from "../core/knowledge/hashed-vector.ts";
import type { SearchResult } from "../core/knowledge/search.ts";
import { defineKnowledgeIndex } from "../durable-objects/knowledge-index/knowledge-index.ts";
import { type KnowledgeIndexRpc, shardName } from "../durable-objects/knowledge-index/stub.ts";
import type { EmbeddingAsker } from "../workers/embedding/embedding.ts";
import { defineKnowledge } from "../workers/knowledge/knowledge.ts";
import { CALM, type Climate } from "./climate.ts";
import { Clock, WORLD } from "./clock.ts";
import { Dice } from "./dice.ts";
import { House } from "./house.ts";
import type { Life } from "./life.ts";
import { outward } from "./outward.ts";
import { takeOver } from "./take-over.ts";
import { type Schedule, Trouble } from "./trouble.ts";

const START = Date.UTC(2100, 0, 1);
const KIND = "KnowledgeIndex";
const COLLECTION = "col-1";
const NAME = shardName(COLLECTION, 0);
const PLAN = { chunk: { tokens: 20, overlap: 0 }, embedding: null, asker: { user: "u", traceId: "t", spanId: "s" } };
const REST_WITHIN_MS = 24 * 60 * 60_000;
const MOST_STEPS = 60_000;
const PAUSE_MS = 5_000;
const READER = { user: "ann", roles: ["caller"] };
const ASKER: EmbeddingAsker = {
  ...{ org: "org-1", user: "ann", roles: ["caller"], workflow: "" },
  ...{ text: "raw", soFar: NOTHING_YET, traceId: "t", spanId: "s" },
};

/** `violations`: what was wrong; `passed`: the points at which a life may end, with how often they were passed. */
export type LibraryOutcome = {
  readonly violations: readonly string[];
  readonly lives: number;
  readonly strikes: number;
  readonly passed: ReadonlyMap<string, number>;
};

/** `schedule`: exactly these strikes, in a calm world; null: as the dice of the seed fall. */
export async function runLibrary(seed: number, schedule: Schedule = null): Promise<LibraryOutcome> {
  const dice = new Dice(seed);
  const clock = new Clock(START, dice);
  const climate = schedule === null ? roughClimate(dice) : CALM;
  const trouble = new Trouble(dice, schedule, () => clock.now, START + climate.roughMs);
  const violations: string[] = [];
  const giveBack = takeOver(clock, (error) => violations.push(`stray error: ${error instanceof Error ? error.stack : String(error)}`));
  const world = { clock, dice, trouble, climate };
  const records = new Set<string>();
  const house: House = new House(world, { [KIND]: objectIn(world, records, (ids) => tell(house, "confirm", [ids])) });
  try {
    const people = [0, 1, 2].map((person) => visit(world, house, person, violations));
    let left = people.length;
    for (const one of people) void one.then(() => left--);
    while (violations.length === 0 && clock.steps < MOST_STEPS && (await clock.step(START + REST_WITHIN_MS)));
    if (violations.length === 0 && left > 0) violations.push(`${left} people were never answered`);
    if (violations.length === 0) judge(house, await Promise.all(people), records, violations);
    if (violations.length === 0) await compareLives(clock, house, violations);
    const { lives } = house.object(KIND, NAME);
    return { violations, lives, strikes: trouble.strikes.length, passed: trouble.passed };
  } finally {
    giveBack();
    house.close();
  }
}

/** An object passes some hundred points for one document: rarer ends than those of a run's object leave it time to get on. */
function roughClimate(dice: Dice): Climate {
  const rough = (name: string, most: number): number => most * dice.roll(`climate/${name}`) ** 2;
  return {
    ...CALM,
    roughMs: dice.between("climate/rough", 20_000, 600_000),
    crash: rough("crash", 0.004),
    eviction: rough("eviction", 0.1),
    unreachable: rough("unreachable", 0.3),
    alarm: rough("alarm", 0.5),
  };
}

type Simulated = { readonly clock: Clock; readonly dice: Dice; readonly trouble: Trouble; readonly climate: Climate };

function objectIn(world: Simulated, records: Set<string>, confirm: (ids: string[]) => void) {
  const KnowledgeIndex = defineKnowledgeIndex((env) => {
    const { life } = env as unknown as { readonly life: Life };
    return {
      now: () => world.clock.now,
      log: () => undefined,
      embed: (_asker, _model, texts) =>
        outward(world, life, "embed", world.climate.unreachable / 4, async () => ({ space: HASHED, vectors: texts.map(hashedVector) })),
      send: (message: RecordsMessage) =>
        outward(world, life, "send", world.climate.unreachable, async () => {
          for (const row of message.rows) for (const record of row.records) records.add(record.event_id);
          world.clock.after(world.dice.skewed("confirm", 1, 30_000), WORLD, () => confirm(message.rows.map(({ id }) => id)));
        }),
    };
  });
  return (ctx: DurableObjectState, life: Life) => new KnowledgeIndex(ctx, { life } as unknown as Cloudflare.Env);
}

const tell = (house: House, method: string, given: readonly unknown[]): void =>
  void house.call(WORLD, KIND, NAME, method, given).catch(() => undefined);

const collection: Collection = {
  org: "org-1",
  name: "terms",
  id: COLLECTION,
  settings: {
    description: "",
    sensitivity: "internal",
    allow: null,
    sources: null,
    embedding: null,
    chunk: PLAN.chunk,
    retention_days: null,
  },
  createdAt: 0,
  updatedAt: 0,
};

const knowledgeOf = (house: House) =>
  defineKnowledge({
    shard: (id, number) =>
      new Proxy(
        {},
        {
          get:
            (_, method) =>
            (...given: unknown[]) =>
              house.call(WORLD, KIND, shardName(id, number), String(method), given),
        },
      ) as KnowledgeIndexRpc,
    nameOf: shardName,
    embed: async (_asker, _model, texts) => ({ space: HASHED, vectors: texts.map(hashedVector) }),
    weightOf: () => 1,
  });

/** What somebody was told of a document: its text, or null where it is deleted; and the record that has to be kept. */
type Told = { readonly document: string; readonly text: string | null; readonly records: readonly string[] };

/** One person: their own documents come, change and go; what is not answered is asked again. */
async function visit(world: Simulated, house: House, person: number, violations: string[]): Promise<readonly Told[]> {
  const { clock, dice } = world;
  const knowledge = knowledgeOf(house);
  const rest = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, WORLD, resolve));
  const insist = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await ask();
      } catch {
        await rest(dice.skewed("person/again", 100, PAUSE_MS));
      }
    }
  };
  const find = (word: string): Promise<readonly SearchResult[]> =>
    insist(async () => {
      const asked = { query: word, k: 50, mode: "keyword", filter: {}, reader: READER, asker: ASKER } as const;
      return (await knowledge.search(collection, asked)).results;
    });
  const told = new Map<string, Told>();
  const wordOf = (document: string, turn: number): string => `${document.replace("-", "")}word${turn}`;
  for (let turn = 0; turn < 7; turn++) {
    await rest(dice.skewed("person/pause", 1, 60_000));
    const document = `doc${person}${dice.between("person/which", 0, 1)}`;
    const before = told.get(document);
    const word = wordOf(document, turn);
    const id = `evt_${person}_${turn}`;
    const record = auditRecord({ id, at: START, type: "t", actor: { type: "user", id: "u" }, action: "a", resource: document });
    if (before?.text != null && dice.happens("person/deletes", 0.3)) {
      await insist(() => knowledge.remove(collection, document, record));
      told.set(document, { document, text: null, records: before.records });
      const found = (await find(wordsOf(before.text))).filter((one) => one.document === document);
      if (found.length > 0) violations.push(`${document} was deleted and is found`);
      continue;
    }
    const text = textOf(word, dice.one("person/length", [1, 3, 60, 60, 450]));
    const one = revisionOf(document, text);
    const put = await insist(() => knowledge.put(collection, one, PLAN, chunksOf(text, PLAN.chunk).length, record));
    if (typeof put === "string") violations.push(`${document} was not taken: ${put}`);
    else if (put.newest.status === "refused") violations.push(`${document} was refused: ${JSON.stringify(put.newest.findings)}`);
    told.set(document, { document, text, records: [...(before?.records ?? []), id] });
    const found = (await find(`${word} ${before?.text == null ? "" : wordsOf(before.text)}`)).filter((hit) => hit.document === document);
    if (new Set(found.map(({ revision }) => revision)).size > 1) violations.push(`${document} is found in two revisions`);
    if (typeof put !== "string" && put.newest.status === "ready") {
      if (!found.some((hit) => hit.text.includes(word))) violations.push(`${document} is ready and not found`);
      if (found.some((hit) => !hit.text.includes(word))) violations.push(`${document} is found as it was before`);
    }
  }
  return [...told.values()];
}

const textOf = (word: string, sections: number): string =>
  Array.from({ length: sections }, (_, at) => `# Part ${at}\n\nThe ${word} is here.`).join("\n\n");
const wordsOf = (text: string): string => /\w+word\d+/.exec(text)?.[0] ?? "";

const revisionOf = (document: string, text: string): NewRevision => ({
  ...{ document, identity: text, hash: text, media: "text/plain", status: "processing", title: document, text, source: null, allow: null },
  ...{ metadata: {}, findings: [], expiresAt: null, by: { user: "dora", root: null }, at: START },
});

/** What is stored at rest is what people were told, and nothing else. */
function judge(house: House, people: readonly (readonly Told[])[], records: ReadonlySet<string>, violations: string[]): void {
  const { disk } = house.object(KIND, NAME);
  const rows = <T>(query: string): T[] => disk.run(query, []) as unknown as T[];
  const ready = new Map(
    rows<{ id: number; document: string }>("SELECT id, document FROM revision WHERE status = 'ready'").map(({ id, document }) => [
      document,
      id,
    ]),
  );
  for (const { document, text, records: due } of people.flat()) {
    const id = ready.get(document);
    if (text === null && id !== undefined) violations.push(`${document} was deleted and is there`);
    if (text !== null && id === undefined) violations.push(`${document} was accepted and is not ready`);
    if (text === null || id === undefined) continue;
    const kept = rows<{ text: string }>(`SELECT text FROM passage WHERE revision = ${id} ORDER BY number`).map((row) => row.text);
    if (kept.join("") !== text) violations.push(`${document} has another text`);
    const numbers = rows<{ number: number }>(`SELECT number FROM chunk WHERE revision = ${id} ORDER BY number`).map(({ number }) => number);
    if (
      numbers.join() !==
      chunksOf(text, PLAN.chunk)
        .map((_, at) => at)
        .join()
    )
      violations.push(`${document} has other chunks`);
    for (const one of due) if (!records.has(one)) violations.push(`the record ${one} of ${document} is lost`);
  }
  const ghosts = (what: string, query: string): void => {
    const found = rows<{ n: number }>(query)[0]?.n ?? 0;
    if (found > 0) violations.push(`${found} ${what}`);
  };
  ghosts(
    "chunks of no ready revision",
    "SELECT COUNT(*) AS n FROM chunk WHERE revision NOT IN (SELECT id FROM revision WHERE status = 'ready')",
  );
  ghosts("terms of no chunk", "SELECT COUNT(*) AS n FROM (SELECT DISTINCT doc FROM word_place) WHERE doc NOT IN (SELECT id FROM chunk)");
  ghosts("chunks without terms", "SELECT COUNT(*) AS n FROM chunk WHERE id NOT IN (SELECT doc FROM word_place)");
  ghosts(
    "passages of no ready revision",
    "SELECT COUNT(*) AS n FROM passage WHERE revision NOT IN (SELECT id FROM revision WHERE status = 'ready')",
  );
  ghosts("jobs at rest", "SELECT COUNT(*) AS n FROM job");
  ghosts("records that did not leave", "SELECT COUNT(*) AS n FROM outbox");
}

/** What the living object has in memory is what a new one reads from storage. */
async function compareLives(clock: Clock, house: House, violations: string[]): Promise<void> {
  const knowledge = knowledgeOf(house);
  const ask = async (): Promise<string> => {
    const told: string[] = [];
    for (let turns = 0; told.length === 0 && turns < 100; turns++) {
      const request = { query: "part here", k: 50, mode: "keyword" as const, filter: {}, reader: READER, asker: ASKER };
      knowledge.search(collection, request).then(
        (found) => told.push(JSON.stringify(found)),
        () => undefined,
      );
      // A question becomes an entry of the clock only some microtasks later.
      await new Promise((resolve) => setImmediate(resolve));
      while (await clock.step(clock.now + REST_WITHIN_MS));
    }
    return told[0] ?? "no answer";
  };
  const living = await ask();
  const object = house.object(KIND, NAME);
  if (object.life !== null) object.life.dead = true;
  object.life = null;
  if ((await ask()) !== living) violations.push("a new life of the object finds something else than the old one");
}

/** The points of a calm run of the seed at which the object's life may end. */
export const libraryPoints = ({ passed }: LibraryOutcome): readonly string[] =>
  [...passed].flatMap(([place, times]) =>
    place.startsWith(`${KIND}/${NAME}/`) && !/\/(evict|alarm-late|alarm-twice)$/.test(place)
      ? Array.from({ length: times }, (_, time) => `${place}#${time}`)
      : [],
  );
