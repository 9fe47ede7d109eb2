/**
 * `grounded_in`: how far an answer rests on what steps have found. The score is the share of the answer's content words (words of four letters
 * or more without the commonest, by their stems) that occur in the sources; it is 0 where a number or a quoted name of the
 * answer occurs in none of them. An answer without content words rests on nothing that could be missing: 1. Pure, linear.
 */
import { isObject, type Json } from "../../json.ts";
import { stemOf, type Word, wordsOf } from "./words.ts";

/** Common words of four letters or more, in the languages that documents here are written in most. */
const COMMON = new Set(
  (
    "this that these those with from have been were will would could should about which there their they them then than what when where your yours " +
    "also into over such only some more most other very just like does done here after before because while being each both between during through " +
    "please thank thanks hello dear regards said says according based information answer question " +
    "aber auch dass dieser diese dieses eine einen einer eines nicht oder sich sind wird werden haben sein ihre ihrer ihren noch nach beim über wurde wenn " +
    "avec dans pour cette sont vous nous leur mais plus elle elles être fait comme " +
    "para como pero este esta esto estos estas desde hasta sobre usted ustedes porque cuando donde " +
    "della delle degli sono come anche questo questa nella nelle essere " +
    "você isso essa esse mais pela pelo"
  ).split(" "),
);
const SHORTEST = 4;
const NUMBER = /(?<![\p{L}\p{N}{_])\d[\d.,'\u00a0\u202f]*(?![\p{L}\p{N}_}])/gu;
const QUOTED = /["“„«]([^"“”„«»\n]{2,120})["”“»]/gu;

/** The score, and whether a number or a name is invented. */
export type Grounding = { readonly score: number; readonly invented: "number" | "name" | null };

/** What a source says: its texts, keys and numbers. */
export function groundingOf(answer: string, sources: readonly Json[]): Grounding {
  const words = new Set<string>();
  const numbers = new Set<string>();
  const rows: string[] = [];
  for (const text of sources.flatMap(textsIn)) {
    const said = wordsOf(text);
    for (const word of said) words.add(stemOf(word.text));
    for (const number of numbersIn(text)) numbers.add(number);
    rows.push(rowOf(said));
  }
  const all = rows.join("\n");
  if (numbersIn(answer).some((number) => !numbers.has(number))) return { score: 0, invented: "number" };
  if (namesIn(answer).some((name) => name !== "" && !all.includes(name))) return { score: 0, invented: "name" };
  const content = wordsOf(answer).filter(({ text }) => !/\d/.test(text) && text.length >= SHORTEST && !COMMON.has(text));
  if (content.length === 0) return { score: 1, invented: null };
  const covered = content.filter(({ text }) => words.has(stemOf(text))).length;
  return { score: covered / content.length, invented: null };
}

/** A row of words, with a blank before and behind each. */
const rowOf = (words: readonly Word[]): string => ` ${words.map(({ text }) => text).join(" ")} `;

const namesIn = (text: string): string[] =>
  Array.from(text.matchAll(QUOTED), (match) => {
    const words = wordsOf(match[1] ?? "");
    return words.length === 0 ? "" : rowOf(words);
  });

/** Numbers as they are compared: `1,234.50` and `1.234,5` are both `12345`, and zeros behind a separator do not count. */
function numbersIn(text: string): string[] {
  return Array.from(text.matchAll(NUMBER), ([written]) => {
    const plain = written.replace(/[.,']+$/, "");
    const decimals = /[.,](\d{1,2}|\d{4,})$/.exec(plain);
    const whole = (decimals === null ? plain : plain.slice(0, decimals.index)).replace(/\D/g, "").replace(/^0+(?=\d)/, "");
    const fraction = (decimals?.[1] ?? "").replace(/0+$/, "");
    return fraction === "" ? whole : `${whole}.${fraction}`;
  });
}

function textsIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.entries(value).flatMap(([key, item]) => [key, ...textsIn(item)]) : [];
}
