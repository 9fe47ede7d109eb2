/** Fits the model of names to labelled and made-up texts, and lets a model judge texts. */
import type { Clusters } from "../../../core/guardrail/names/clusters.ts";
import { type Model, namesOf } from "../../../core/guardrail/names/decode.ts";
import type { Hide, Lexicon } from "../../../core/guardrail/names/features.ts";
import { TAGS } from "../../../core/guardrail/names/tags.ts";
import { tokensOf } from "../../../core/guardrail/names/tokens.ts";
import { LISTS, listsOf } from "../../../core/guardrail/names/word-list.ts";
import { type Settings, train, type Weights } from "./crf.ts";
import { drawFrom } from "./draw.ts";
import { knownListOf } from "./known-names.ts";
import type { Country } from "./lists.ts";
import { type Marked, makeOne, type Span, stockOf } from "./make.ts";
import type { Judged } from "./measure.ts";
import { namesByType, withOtherNames } from "./rename.ts";
import type { NamedRow } from "./rows.ts";
import { sentenceOf, wordListOf } from "./sentences.ts";

const SETTINGS: Settings = { buckets: 1 << 18, epochs: 6, rate: 0.05, decay: 0.02 };
const MADE = 10_000;
/** How much of a word's own letters, of the lists and of the clusters is hidden; how many texts are in lower case, or get other names. */
const CHANCE = { word: 0.35, lists: 0.2, clusters: 0.15, lower: 0.12, renamed: 0.3 } as const;

/** What every fit has, whatever it is measured on: none of it has labels. */
export type Sources = {
  readonly addresses: readonly string[];
  readonly common: readonly string[];
  readonly countries: readonly Country[];
  readonly clusters: Clusters;
};

/** Trains on `rows` and as many made-up texts; deterministic. */
export function fitted(rows: readonly NamedRow[], { addresses, common, countries, clusters }: Sources): Model {
  const started = performance.now();
  const stock = stockOf(countries, addresses);
  const list = wordListOf(countries, rows, common);
  const isCommon = (word: string): boolean => (listsOf(list, word) & LISTS.common) !== 0;
  const lexicon: Lexicon = { list, known: knownListOf(countries, isCommon), clusters };
  const names = namesByType(rows);
  const draw = drawFrom(11);
  const weights = train(
    (epoch) => {
      const chance = drawFrom(1000 + epoch);
      const hide: Hide = {
        word: () => chance.next() < CHANCE.word,
        lists: () => chance.next() < CHANCE.lists,
        clusters: () => chance.next() < CHANCE.clusters,
      };
      const made = Array.from({ length: MADE }, () => makeOne(stock, chance, 0.25));
      const real = rows.map((row): Marked => {
        const renamed = chance.next() < CHANCE.renamed ? withOtherNames(row, names, chance) : row;
        return chance.next() < CHANCE.lower ? { ...renamed, text: renamed.text.toLowerCase() } : renamed;
      });
      return [...real, ...made].map((marked) => sentenceOf(marked, lexicon, SETTINGS.buckets, hide));
    },
    SETTINGS,
    draw,
  );
  console.log(`  trained in ${((performance.now() - started) / 1000).toFixed(1)} s, ${lexicon.list.hashes.length} words on lists`);
  return quantised(weights, lexicon);
}

/** Weights as whole numbers from -31 to 31: finer ones find no more. */
function quantised({ table: floats, moves }: Weights, lexicon: Lexicon): Model {
  const sizes = Float32Array.from(floats, Math.abs).sort();
  const scale = (sizes[Math.floor(sizes.length * 0.9995)] ?? 1) / 31;
  const bytes = Int8Array.from(floats, (weight) => Math.max(-31, Math.min(31, Math.round(weight / scale))));
  return { table: bytes, buckets: floats.length / TAGS, scale, moves: Float64Array.from(moves, Math.exp), lexicon };
}

/** What the model finds in each text beside what is labelled. A source of one group is drawn again by its texts. */
export function judgedBy(model: Model, rows: readonly NamedRow[], caution: number): Judged[] {
  return rows.map((row, index) => {
    const tokens = tokensOf(row.text);
    const found = namesOf(model, tokens, caution, ({ text }) => text.startsWith("\uffff")).map(
      ({ type, from, to }): Span => ({ type, start: tokens[from]?.start ?? 0, end: tokens[to - 1]?.end ?? 0 }),
    );
    const single = rows.every(({ group }) => group === row.group);
    return { labelled: row.spans, found, group: single ? String(index) : row.group };
  });
}
