/**
 * Numbers in words, in the languages of the lexicon: single words, German compounds (`dreihundertfünfzig`), and rows of words that are one number
 * (`three hundred and twenty`, `quatre-vingt-dix`, `3 thousand`). Words are folded: lower case, no accents. Pure.
 */
import { numberOf } from "./lexicon.ts";

const SCALES: ReadonlyMap<string, number> = new Map(
  (
    "hundred:100 hundreds:100 hundert:100 cents:100 thousand:1000 thousands:1000 tausend:1000 mille:1000 mil:1000 million:1000000 millions:1000000 millionen:1000000 " +
    "millones:1000000 dozen:12 dozens:12 dutzend:12 douzaine:12 docena:12 docenas:12"
  )
    .split(" ")
    .map((pair): readonly [string, number] => [pair.split(":")[0] ?? "", Number(pair.split(":")[1])]),
);
/** Alone they say how many no more than "many" does. */
const VAGUE = new Set("hundreds thousands millions dozens millionen millones docenas cents".split(" "));
/** `cent` counts in French, and is a coin in English: it multiplies a French number only. */
const FRENCH = new Set("deux trois quatre cinq sept huit neuf".split(" "));
/** What joins the parts of a number: `three hundred and one`, `treinta y cinco`, `vingt et un`. */
const JOINS = new Set(["and", "und", "et", "y"]);
/** Articles that are a one before a word such as `hundred`. */
const ONE = new Set(["a", "an", "one", "ein", "eine", "un", "une", "una"]);
/** UTF-16 units of a word that is read as a compound, and words of one number. */
const LONGEST_COMPOUND = 60;
const MOST_PARTS = 12;

/** The value of a word of its own, compounds included; null: it is none. */
export function valueOfWord(word: string): number | null {
  const known = numberOf(word);
  if (known !== null) return known;
  if (word.length > LONGEST_COMPOUND || !/^[a-z]+$/.test(word)) return null;
  return VAGUE.has(word) ? null : (SCALES.get(word) ?? compound(word));
}

/** `dreihundertfunfundsechzig`. Each part is shorter than the whole, and looked at once. */
function compound(word: string): number | null {
  for (const [scale, factor] of [["tausend", 1_000] as const, ["hundert", 100] as const]) {
    const at = word.indexOf(scale);
    if (at < 0) continue;
    const before = at === 0 ? 1 : below(word.slice(0, at));
    const rest = word.slice(at + scale.length).replace(/^und/, "");
    const behind = rest === "" ? 0 : below(rest);
    return before === null || behind === null ? null : before * factor + behind;
  }
  return tens(word);
}

const below = (word: string): number | null => (word === "ein" ? 1 : (numberOf(word) ?? compound(word)));

/** `funfundzwanzig`. */
function tens(word: string): number | null {
  const at = word.indexOf("und");
  if (at <= 0) return null;
  const [ones, of] = [word.slice(0, at) === "ein" ? 1 : numberOf(word.slice(0, at)), numberOf(word.slice(at + 3))];
  return ones !== null && of !== null && ones < 10 && of >= 20 && of < 100 && of % 10 === 0 ? ones + of : null;
}

/** A piece of a sentence: its folded word, and its value if it is written in digits. */
type Part = { readonly word: string; readonly number: number | null; readonly isStop: boolean };

/** The number that begins at a place and takes more than one word, and how many. null: none does. */
export function numberAt(parts: readonly Part[], at: number): { readonly value: number; readonly taken: number } | null {
  let [total, current, taken, counted] = [0, 0, 0, 0];
  let last = { word: "", number: null as number | null };
  let isJoined = false;
  for (let next = at; next < at + MOST_PARTS; next++) {
    const part = parts[next];
    if (part === undefined || part.isStop) break;
    if (JOINS.has(part.word) && counted > 0 && joins(parts[next + 1], current)) {
      isJoined = true;
      continue;
    }
    const scale = scaleOf(part, last.word);
    if (scale !== null && counted > 0 && !(current === 0 && total > 0)) {
      if (scale >= 1_000) [total, current] = [total + Math.max(1, current) * scale, 0];
      else if (current % 100 === 0 && current > 0) break;
      else current = scale === 100 ? hundreds(current) : current * scale;
    } else if (counted === 0 && ONE.has(part.word) && scaleOf(parts[next + 1], part.word) !== null) current = 1;
    else {
      const value = part.number ?? valueOfWord(part.word) ?? (isJoined && ONE.has(part.word) ? 1 : null);
      if (value === null || !(counted === 0 || (part.number === null && follows(current, total, value, last)))) break;
      current += value === 20 && current % 100 === 4 ? 76 : value;
    }
    [last, isJoined] = [part, false];
    counted++;
    taken = next - at + 1;
  }
  return counted < 2 ? null : { value: total + current, taken };
}

const hundreds = (current: number): number => current - (current % 100) + (current % 100) * 100;

function scaleOf(part: Part | undefined, before: string): number | null {
  if (part === undefined || part.number !== null) return null;
  if (part.word === "cents" || part.word === "cent") return FRENCH.has(before) ? 100 : null;
  return SCALES.get(part.word) ?? null;
}

/** Whether a number may go on with this value: ones behind tens, tens behind hundreds, `quatre-vingt`, `soixante-dix`. */
function follows(current: number, total: number, value: number, last: { readonly word: string; readonly number: number | null }): boolean {
  if (last.number !== null && current !== 0) return false;
  if (current === 0) return total > 0 && value < 1_000;
  const rest = current % 100;
  if (value >= 100 || value === 0) return false;
  if (rest === 0) return true;
  if (value === 20 && last.word === "quatre") return true;
  if ((rest === 60 || rest === 80) && value >= 10 && value < 20) return last.word === "soixante" || /^vingts?$/.test(last.word);
  return rest >= 20 && rest % 10 === 0 && value < 10;
}

/** `and` joins only where a number goes on: `three hundred and twenty`, and not `thirty and forty`. */
function joins(next: Part | undefined, current: number): boolean {
  const value =
    next === undefined || next.isStop || next.number !== null ? null : (valueOfWord(next.word) ?? (ONE.has(next.word) ? 1 : null));
  return value !== null && value > 0 && value < 100 && (current % 100 === 0 || (current % 10 === 0 && current % 100 >= 20 && value < 10));
}
