/**
 * An answer as the sentences that claim something, each with the chunks that it cites: inside it (`… within 30 days [returns@2#0].`), or beside it in an
 * object that names chunks. Pure, linear.
 */
import { escapeToken, isObject, type Json } from "../../json.ts";
import { sentencesOf } from "../rules/sentences.ts";
import { BARE, COURTESY, EMPTY } from "./lexicon.ts";
import { isChunkName } from "./sources.ts";
import { type Row, rowsOf } from "./tokens.ts";

/** A sentence of an answer. `pointer`: of the text that it stands in. `cites`: chunk names; empty: it cites nothing. */
export type Claim = {
  readonly pointer: string;
  readonly start: number;
  readonly end: number;
  /** Without its citations. */
  readonly text: string;
  readonly cites: readonly string[];
  /** What it says; empty: it claims nothing. */
  readonly rows: readonly Row[];
};

const MARK = /@\d{1,9}#\d{1,9}/g;
const NAME_UNITS = 200;
const OUTSIDE_NAME = /[\s[\](){}<>,;"'`【】]/u;
/** A bracket that held nothing but citations. */
const EMPTY_BRACKET = /[[({【]\s*(?:(?:[,;]|and|und|et|y|see|vgl\.?)\s*)*[\])}】]/gu;

/** Fields of an object that names a chunk: the platform knows them better, and they claim nothing. */
const OF_A_CITATION: ReadonlySet<string> = new Set([
  "document",
  "revision",
  "chunk",
  "start",
  "end",
  "title",
  "source",
  "section",
  "hash",
  "score",
]);

/** The chunk names in a text, with their places. */
function citesIn(text: string): { readonly name: string; readonly start: number; readonly end: number }[] {
  return Array.from(text.matchAll(MARK), (match) => {
    let start = match.index;
    while (start > 0 && match.index - start < NAME_UNITS && !OUTSIDE_NAME.test(text[start - 1] ?? " ")) start--;
    const end = match.index + match[0].length;
    return { name: text.slice(start, end), start, end };
  }).filter(({ name }) => isChunkName(name));
}

/** Every sentence of the answer's texts, in order. */
export function claimsOf(answer: Json): Claim[] {
  const claims: Claim[] = [];
  const visit = (value: Json, pointer: string, beside: readonly string[], isTop: boolean): void => {
    if (typeof value === "string") {
      if (!isChunkName(value.trim())) claims.push(...claimsIn(value, pointer, beside, isTop));
      return;
    }
    if (Array.isArray(value)) for (const [at, item] of value.entries()) visit(item, `${pointer}/${at}`, beside, false);
    else if (isObject(value)) {
      const own = namedBy(value);
      const isCitation = typeof value["chunk"] === "string" && isChunkName(value["chunk"]);
      for (const [key, item] of Object.entries(value))
        if (!(isCitation && OF_A_CITATION.has(key))) visit(item, `${pointer}/${escapeToken(key)}`, own.length > 0 ? own : beside, false);
    }
  };
  visit(answer, "", [], true);
  return claims;
}

/** The chunks that an object names in whole strings, at any depth. */
function namedBy(value: Json): string[] {
  if (typeof value === "string") return isChunkName(value.trim()) ? [value.trim()] : [];
  if (Array.isArray(value)) return [...new Set(value.flatMap(namedBy))];
  return isObject(value) ? [...new Set(Object.values(value).flatMap(namedBy))] : [];
}

function claimsIn(text: string, pointer: string, beside: readonly string[], isTop: boolean): Claim[] {
  const cites = citesIn(text);
  const stretches: { start: number; end: number }[] = [];
  for (const { start, end } of sentencesOf(text)) {
    const last = stretches.at(-1);
    // Citations behind the full stop belong to the sentence before it.
    const lead = last === undefined ? 0 : leadOf(text.slice(start, end));
    if (last !== undefined) last.end = start + lead;
    if (text.slice(start + lead, end).trim() !== "") stretches.push({ start: start + lead, end });
    else if (last !== undefined) last.end = end;
  }
  let next = 0;
  const claims = stretches.map(({ start, end }) => {
    const own: string[] = [];
    let plain = "";
    let from = start;
    while (next < cites.length && (cites[next]?.start ?? 0) < end) {
      const cite = cites[next++];
      if (cite === undefined || cite.start < from) continue;
      own.push(cite.name);
      plain += text.slice(from, cite.start);
      from = cite.end;
    }
    plain = `${plain}${text.slice(from, end)}`.replaceAll(EMPTY_BRACKET, " ");
    const rows = rowsOf(plain).filter((row) => says(row, plain, isTop) || isBareAnswer(row, plain, isTop));
    return {
      pointer,
      start,
      end,
      text: plain
        .replaceAll(/\s+/g, " ")
        .replaceAll(/ (?=[.,;:!?])/g, "")
        .trim(),
      cites: own.length > 0 ? [...new Set(own)] : beside,
      rows,
    };
  });
  // `No. Vouchers are not refunded.`: what follows says what the first word means, and is judged.
  const isExplained = claims.some(({ text: plain, rows }) => rows.some((row) => says(row, plain, isTop)));
  return isExplained ? claims.map((claim) => ({ ...claim, rows: claim.rows.filter((row) => says(row, claim.text, isTop)) })) : claims;
}

/** `No.`, `Yes, always.`: it claims what was asked. In a field of an object it is a label, unless it is a sentence. */
const isBareAnswer = (row: Row, text: string, isTop: boolean): boolean =>
  (isTop || /[.!]\s*$/u.test(text)) &&
  row.words.some((word) => BARE.has(word)) &&
  row.words.every((word) => BARE.has(word) || EMPTY.has(word)) &&
  !/\?["”')\]]*\s*$/u.test(text);

/** How much of the beginning is citations. */
function leadOf(sentence: string): number {
  const match = /^\s*(?:[[({【][^\])}】]{0,2000}[\])}】]\s*[.,]?\s*)+/u.exec(sentence);
  if (match === null) return 0;
  const names = citesIn(match[0]);
  const left = names.reduceRight((text, { start, end }) => text.slice(0, start) + text.slice(end), match[0]).replaceAll(EMPTY_BRACKET, " ");
  return names.length > 0 && !/[\p{L}\p{N}]/u.test(left) ? match[0].length : 0;
}

/** A field of so few words that names nothing and counts nothing is a label, not a sentence. */
const LABEL_WORDS = 2;

const ABSTAINS =
  /\b(?:(?:documents?|passages?|sources?|terms|articles?|material|information|texts?|context|nothing|they|it|i|we)\b[^.]{0,40}\b(?:do(?:es)? not|don't|doesn't|did not|didn't|cannot|can't|could not|couldn't|nothing|no|not)\b[^.]{0,20}\b(?:say|says|said|state|mention|find|found|contain|cover|answer|tell|know|provide|enough)\b|(?:dazu|dar(?:ue|ü)ber|davon)\b[^.]{0,40}\b(?:nichts|keine)\b|(?:unterlagen|dokumente?|quellen?|texte?)\b[^.]{0,40}\b(?:nichts|nicht|keine)\b|(?:documents?|sources?|textes?|passages?)\b[^.]{0,40}\b(?:ne|n')[^.]{0,30}\b(?:pas|rien|aucune?)\b|(?:documentos?|fuentes?|textos?|pasajes?)\b[^.]{0,20}\bno\b[^.]{0,20}\b(?:dicen?|mencionan?|contienen?|indican?))/iu;
/** Words of a sentence that says that nothing was found; a longer one says more. */
const ABSTENTION_WORDS = 30;

/** What an abstention goes on with when it claims something after all. */
const GOES_ON = /^(?:but|however|though|yet|so|therefore|aber|jedoch|doch|daher|mais|donc|pero|sino)$/u;

/** Whether a row says anything that could be wrong. */
function says(row: Row, text: string, isTop: boolean): boolean {
  if (row.quantities.some(({ isSoft }) => !isSoft)) return true;
  // `Feel free to write`.
  const isOffer = row.words.includes("feel");
  const told = row.tokens.filter(({ word, stem }) => !COURTESY.has(word) && !COURTESY.has(stem) && !(isOffer && word === "free"));
  if (told.length === 0) return false;
  const isShort = row.words.length <= ABSTENTION_WORDS && !row.words.some((word) => GOES_ON.test(word));
  if (isShort && ABSTAINS.test(text.slice(0, 600))) return false;
  if (told.some(({ isName }) => isName)) return true;
  if (!isTop && row.tokens.length <= LABEL_WORDS) return told.some(({ isCapital }) => isCapital);
  return !/\?["”')\]]*\s*$/u.test(text);
}
