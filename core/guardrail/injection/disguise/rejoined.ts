/**
 * Words that are cut or run together: letters with anything between them, one letter a line, blanks inside of words, no blanks at all. Where the letters of
 * a text spell words of instructions that its words do not, its letters are read as a row and cut into words anew.
 */
import { finderOf } from "../../needs.ts";
import { segmented } from "./keywords.ts";
import { type Disguised, joined } from "./reading.ts";

/** Spelt by letters alone. Long enough that other words hardly make them by standing beside each other. */
const KEYS =
  /ignor(?:e|iere)|disregard|override|overrule|forget(?:all|every|your|the)|bypass|previous|earlierinstr|instruction|directive|guideline|restriction|unrestrict|systemprompt|yourprompt|password|reveal(?:the|your)|everything|pretend|jailbreak|anweisung|vergiss(?:alle|deine)|bisherige|vorherige|verrate|missachte|olvida(?:todo|toda|las|tus)|instruccion|anterior|oublie(?:tout|toute|les|tes)|consigne|precedent|dimentica|istruzion|instruco|esqueca|talimat|onceki|\u0438\u043d\u0441\u0442\u0440\u0443\u043a\u0446|\u0437\u0430\u0431\u0443\u0434\u044c|\u0438\u0433\u043d\u043e\u0440\u0438\u0440\u0443/g;
const NO_LETTERS = /[^a-z\u0400-\u04ff]+/g;
/** Two words that are spelt so are no accident. */
const FEWEST = 2;
const BEFORE = 60;
const BEHIND = 140;
/** Letters of one text that are cut anew. */
const MOST_LETTERS = 4_000;

type Row = { from: number; to: number };

/** `text` is normalised. */
export function rejoined(text: string): Disguised | null {
  if (FINDER.mayMatch(text).length === 0) return null;
  const letters = text.replace(NO_LETTERS, "");
  const matches = [...letters.matchAll(KEYS)];
  if (matches.length < FEWEST) return null;
  const places = placesOf(text, letters.length);
  const hidden = matches.filter(({ 0: key, index }) => !isPlain(text, places[index] ?? 0, (places[index + key.length - 1] ?? 0) + 1));
  if (new Set(hidden.map(([key]) => key)).size < FEWEST) return null;
  const rows: Row[] = [];
  let left = MOST_LETTERS;
  for (const { 0: key, index } of hidden) {
    const from = Math.max(0, index - BEFORE);
    const to = Math.min(letters.length, index + key.length + BEHIND);
    const last = rows.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else rows.push({ from, to });
  }
  const found = rows.flatMap(({ from, to }) => {
    const end = Math.min(to, from + left);
    left -= Math.max(0, end - from);
    if (end <= from) return [];
    return [{ text: segmented(letters.slice(from, end)), start: places[from] ?? 0, end: (places[end - 1] ?? 0) + 1 }];
  });
  return joined(found, "rejoined");
}

function placesOf(text: string, count: number): Int32Array {
  const places = new Int32Array(count);
  let next = 0;
  for (let at = 0; at < text.length; at++) if (isLetter(text.charCodeAt(at))) places[next++] = at;
  return places;
}

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 0x400 && code <= 0x4ff);

/** Most texts have no such letters one behind the other: they are looked for before all are put in a row. */
const FINDER = finderOf(
  [KEYS.source],
  Uint8Array.from({ length: 0x500 }, (_, code) => (isLetter(code) ? 1 : 0)),
);

/** Written as words are: nothing but letters and single blanks in it, and no letter before it. */
const isPlain = (text: string, start: number, end: number): boolean =>
  !isLetter(text.charCodeAt(start - 1)) &&
  !/[^a-z\u0400-\u04ff ]|(?<![a-z\u0400-\u04ff]{2}) (?![a-z\u0400-\u04ff]{2})/.test(text.slice(start, end)) &&
  !breaksWord(text.slice(start, end));

/** Blanks within what is one word. */
const breaksWord = (written: string): boolean => {
  const blanks = written.split(" ").length - 1;
  return (
    blanks > 0 &&
    !/^(?:forget (?:all|every|your|the)|earlier instr|system prompt|your prompt|reveal (?:the|your)|vergiss (?:alle|deine)|olvida (?:todo|toda|las|tus)|oublie (?:tout|toute|les|tes))$/.test(
      written,
    )
  );
};

const PARTED_CHARACTERS = /(?<=[\u2e80-\u9fff])[^\p{L}\p{N}\u3001\u3002\uff0c]{1,3}(?=[\u2e80-\u9fff])/gu;
const FEWEST_PARTED = 5;

/** Characters that are written without blanks, parted by something. */
export function unparted(text: string): Disguised | null {
  if ((text.match(PARTED_CHARACTERS)?.length ?? 0) < FEWEST_PARTED) return null;
  return { text: text.replace(PARTED_CHARACTERS, ""), start: 0, end: text.length, kind: "rejoined" };
}
