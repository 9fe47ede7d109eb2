/** From marked texts to what the trainer takes: rows of features and labels, and the hashed word list. */
import { eachFeature, type Hide, type Lexicon } from "../../../core/guardrail/names/features.ts";
import { beginOf, OUTSIDE } from "../../../core/guardrail/names/tags.ts";
import { type Token, tokensOf } from "../../../core/guardrail/names/tokens.ts";
import { LISTS, type ListName, listHash, type WordList } from "../../../core/guardrail/names/word-list.ts";
import { KNOWN_ORGS, KNOWN_PLACES, MORE_ORGS } from "./carriers.ts";
import type { Sentence } from "./crf.ts";
import { ORGANISATIONS, PLACES } from "./known-names.ts";
import type { Country } from "./lists.ts";
import type { Marked } from "./make.ts";

/** Labels of the words of a text: a word belongs to the name that it touches. */
function labelsOf(tokens: readonly Token[], { spans }: Marked): number[] {
  const inOrder = [...spans].sort((a, b) => a.start - b.start);
  let next = 0;
  let open = -1;
  return tokens.map(({ start, end }) => {
    while (next < inOrder.length && (inOrder[next]?.end ?? 0) <= start) next++;
    const span = inOrder[next];
    if (span === undefined || span.start >= end) return OUTSIDE;
    const isFirst = open !== next;
    open = next;
    return isFirst ? beginOf(span.type) : beginOf(span.type) + 1;
  });
}

/** `hide`: what of the features is left out. */
export function sentenceOf(marked: Marked, lexicon: Lexicon, buckets: number, hide?: Hide): Sentence {
  const tokens = tokensOf(marked.text);
  const rows: number[] = [];
  const ends = new Int32Array(tokens.length);
  eachFeature(
    tokens,
    lexicon,
    (index, feature) => {
      ends[index] = rows.push(feature & (buckets - 1));
    },
    hide,
  );
  return { rows: Int32Array.from(rows), ends, tags: Uint8Array.from(labelsOf(tokens, marked)) };
}

const STREET_WORDS =
  "street st avenue ave road rd lane ln drive dr court ct boulevard blvd place square terrace close parkway highway hwy suite ste apt unit floor straße strasse str weg allee platz gasse rue chemin " +
  "calle avenida paseo plaza via viale piazza corso rua travessa praça ul ulica al aleja straat laan plein gracht po box postfach";
const LEGAL_WORDS =
  "inc ltd llc corp corporation plc group company co holdings partners associates gmbh ag kg ug sa sarl sas sl spa srl lda ltda bv nv sp university bank institute foundation hospital insurance college school church " +
  "council committee ministry department agency association club party union fc university's records press airlines museum";
const TITLE_WORDS =
  "mr mrs ms miss dr prof professor sir madam lord lady president senator minister king queen captain judge coach herr frau monsieur madame mme señor señora sr sra don doña sig signor signora dott dhr mevr pan pani ceo";

/** The hashed lists. `marked` and `common` tell what people write without a capital and mean nobody by. */
export function wordListOf(countries: readonly Country[], marked: readonly Marked[], common: readonly string[]): WordList {
  const lists = new Map<number, number>();
  const add = (word: string, name: ListName): void => {
    const lower = word.toLowerCase();
    if (lower.length < 2) return;
    const hash = listHash(lower);
    lists.set(hash, (lists.get(hash) ?? 0) | LISTS[name]);
  };
  const addAll = (texts: readonly string[], name: ListName): void => {
    for (const text of texts) for (const { text: word } of tokensOf(text)) if (/^\p{L}{3,}/u.test(word)) add(word, name);
  };
  for (const country of countries) {
    addAll(country.first, "first");
    addAll(country.last, "last");
    addAll(country.places, "place");
    addAll(country.states, "place");
    addAll(country.countries, "place");
  }
  addAll([...KNOWN_PLACES, ...PLACES], "place");
  for (const org of [...KNOWN_ORGS, ...MORE_ORGS, ...[...ORGANISATIONS.values()].flat()])
    for (const { text } of tokensOf(org)) if (/^[\p{Lu}\p{N}]/u.test(text)) add(text, "org");
  for (const word of STREET_WORDS.split(" ")) add(word, "street");
  for (const word of LEGAL_WORDS.split(" ")) add(word, "legal");
  for (const word of TITLE_WORDS.split(" ")) add(word, "title");
  const counts = new Map<string, number>();
  for (const one of marked) {
    const tokens = tokensOf(one.text);
    const labels = labelsOf(tokens, one);
    tokens.forEach(({ text }, index) => {
      if (labels[index] === OUTSIDE && /^\p{Ll}+$/u.test(text)) counts.set(text, (counts.get(text) ?? 0) + 1);
    });
  }
  for (const [word, count] of counts) if (count >= 3) add(word, "common");
  for (const word of common) add(word, "common");
  const hashes = [...lists.keys()].sort((a, b) => a - b);
  return { hashes: Uint32Array.from(hashes), lists: Uint8Array.from(hashes, (hash) => lists.get(hash) ?? 0) };
}
