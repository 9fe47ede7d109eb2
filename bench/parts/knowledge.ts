/** How fast collections take documents and answer searches, by their number of chunks, and what a chunk weighs on disk. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BenchPlatform, startPlatformRuntime } from "../engines/platform.ts";
import type { Figure } from "../report/figure.ts";
import { percentile, ratios, summarise } from "../report/statistics.ts";
import type { Part } from "./part.ts";

const [FEW, MANY] = [10_000, 100_000];
/** Characters of a document, and uploads under way at a time. */
const DOCUMENT_CHARS = 120_000;
const AT_ONCE = 4;
/** Words that a text is made of, by the law of Zipf, and those of a question. */
const VOCABULARY = 30_000;
const QUESTION_WORDS = 6;

export const knowledge: Part = async ({ quick, tools, platform, tell }) => {
  tell("starting the platform");
  const ours = await startPlatformRuntime({ bundle: await platform(), toolUrl: tools.url });
  try {
    const words = wordsFrom(7);
    const rounds = quick ? 3 : 7;
    const questions = quick ? 60 : 150;
    const { knowledge: collections } = ours.people.developer;
    for (const name of ["empty", "few", "many"]) await collections.put(name);
    tell(`${FEW} chunks`);
    const few = await fill(ours, "few", FEW, words);
    const weight = bytesOf(ours.state) / few.chunks;
    const sides: { name: string; p50: number[]; p95: number[]; cpu: number[] }[] = [];
    const measure = async (name: string): Promise<void> => {
      const side = { name, p50: [] as number[], p95: [] as number[], cpu: [] as number[] };
      await ask(ours, name, questions, words); // warm
      for (let round = 1; round <= rounds; round++) {
        const before = ours.cpuMs();
        const latencies = await ask(ours, name, questions, words);
        side.cpu.push((ours.cpuMs() - before) / questions);
        side.p50.push(percentile(latencies, 0.5));
        side.p95.push(percentile(latencies, 0.95));
      }
      sides.push(side);
    };
    tell("searches");
    for (const name of ["empty", "few"]) await measure(name);
    tell(`${MANY} chunks`);
    const many = await fill(ours, "many", MANY, words);
    tell("searches");
    await measure("many");
    const [none, small, large] = sides as [(typeof sides)[0], (typeof sides)[0], (typeof sides)[0]];
    const shards = Math.ceil(many.chunks / 12_500);
    const latency = (side: (typeof sides)[0], id: string, what: string, most: number, note: string): Figure => ({
      part: "knowledge",
      id,
      what,
      unit: "ms",
      target: { at: "most", value: most },
      value: summarise(side.p95),
      sides: [
        { name: "p50", unit: "ms", value: summarise(side.p50) },
        { name: "CPU", unit: "CPU ms", value: summarise(side.cpu) },
        { name: "p95 of an empty collection", unit: "ms", value: summarise(none.p95) },
      ],
      note,
    });
    const whole = "a hybrid search over HTTP with the embedded default, one caller: policies, rights, both rankings, eight results";
    return [
      {
        part: "knowledge",
        id: "knowledge.ingest",
        what: "chunks a second, from the first upload until all are ready",
        unit: "chunks/s",
        target: { at: "least", value: 300 },
        value: summarise([few.perSecond, many.perSecond]),
        sides: [],
        note: `${few.chunks} and ${many.chunks} chunks of documents of ${DOCUMENT_CHARS} characters, ${AT_ONCE} uploads at a time; guardrails without names`,
      },
      latency(small, "knowledge.few", `a search over ${FEW} chunks: p95`, 25, whole),
      latency(large, "knowledge.many", `a search over ${MANY} chunks in ${shards} shards: p95`, 120, whole),
      {
        part: "knowledge",
        id: "knowledge.growth",
        what: `CPU of a search for each 10,000 chunks: over ${MANY} chunks beside ${FEW}`,
        unit: "×",
        target: { at: "most", value: 1.2 },
        value: ratios(
          large.cpu.map((ms) => ms / (many.chunks / 10_000)),
          small.cpu.map((ms) => ms / (few.chunks / 10_000)),
        ),
        sides: [],
      },
      {
        part: "knowledge",
        id: "knowledge.bytes",
        what: "bytes of a chunk on disk",
        unit: "bytes",
        target: null,
        value: summarise([weight]),
        sides: [{ name: "its text", unit: "bytes", value: summarise([few.chars / few.chunks]) }],
        note: "text twice (the document's and the chunk's), the full-text index, 256 bytes of vector",
      },
    ];
  } finally {
    await ours.stop();
  }
};

/** Documents until the collection has so many chunks. */
async function fill(ours: BenchPlatform, collection: string, wanted: number, words: Words) {
  const { knowledge: collections } = ours.people.developer;
  let [chunks, chars, sent] = [0, 0, 0];
  const started = performance.now();
  const upload = async (): Promise<void> => {
    while (chunks < wanted) {
      const text = words.text(DOCUMENT_CHARS);
      const id = `d-${sent++}`;
      let document: { status: string; chunks: number } = await collections.upload(collection, { id, title: words.some(3), text });
      while (document.status === "processing") {
        await sleep(20);
        document = await collections.document(collection, id);
      }
      if (document.status !== "ready") throw new Error(`a document became ${document.status}`);
      chunks += document.chunks;
      chars += text.length;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, upload));
  return { chunks, chars, perSecond: (chunks / (performance.now() - started)) * 1_000 };
}

async function ask(ours: BenchPlatform, collection: string, questions: number, words: Words): Promise<number[]> {
  const latencies: number[] = [];
  for (let n = 0; n < questions; n++) {
    const query = words.some(QUESTION_WORDS);
    const started = performance.now();
    const { results, mode } = await ours.people.developer.knowledge.search(collection, { query });
    latencies.push(performance.now() - started);
    if (mode !== "hybrid" || (results.length === 0) !== (collection === "empty"))
      throw new Error(`a search in ${collection} found ${results.length}`);
  }
  return latencies;
}

type Words = { readonly some: (count: number) => string; readonly text: (chars: number) => string };

/** Words of made-up syllables. The same seed gives the same texts. */
function wordsFrom(seed: number): Words {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state / 0x7fff_ffff;
  };
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length) % list.length] as T;
  const syllables = "ba co di fe gu ha jo ki le mu na po ri sa te vu wo xa ye zo".split(" ");
  const syllabic = (): string => Array.from({ length: 2 + Math.floor(next() * 3) }, () => pick(syllables)).join("");
  const vocabulary = Array.from({ length: VOCABULARY }, syllabic);
  const word = (): string => vocabulary[Math.floor(VOCABULARY ** next()) - 1] ?? "x";
  const some = (count: number): string => Array.from({ length: count }, word).join(" ");
  const sentence = (): string => `${some(8 + Math.floor(next() * 12))}.`;
  return {
    some,
    text(chars) {
      const parts: string[] = [];
      for (let length = 0; length < chars; ) {
        const kind = next();
        const part = kind < 0.02 ? `\n\n# ${some(2)}\n\n` : kind < 0.12 ? `\n\n${sentence()}` : ` ${sentence()}`;
        parts.push(part);
        length += part.length;
      }
      return parts.join("").trim();
    },
  };
}

/** What the objects of collections store. */
function bytesOf(state: string): number {
  const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const ours = files.filter(({ parentPath }) => /KnowledgeIndex/.test(parentPath));
  if (ours.length === 0) throw new Error("no object of a collection is on disk");
  return ours.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
