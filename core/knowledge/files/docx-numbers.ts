/** The numbers of a Word document's lists and headings (ECMA-376, 17.9), counted as Word shows them. Pure, linear. */
import { type Counting, countedAs } from "./list-label.ts";
import { attributesOf, tokensOf, unescaped } from "./markup.ts";

type Level = { readonly start: number; readonly format: string; readonly text: string; readonly isLegal: boolean; readonly style: string };
type Num = { list: string; readonly starts: Map<number, number>; readonly levels: Map<number, Level> };

const NO_LEVEL: Level = { start: 1, format: "decimal", text: "", isLegal: false, style: "" };
const DEEPEST_LEVEL = 8;
const LONGEST_LABEL = 60;

/** The lists of a document, and how far each has counted. */
export class DocxNumbers {
  readonly #lists = new Map<string, Map<number, Level>>();
  readonly #nums = new Map<string, Num>();
  /** What was counted last on each level of each list. */
  readonly #counters = new Map<string, (number | null)[]>();
  readonly #started = new Set<string>();

  /** `xml`: the part `word/numbering.xml`; empty: there is none. */
  constructor(xml: string) {
    let levels = null as Map<number, Level> | null;
    let num = null as Num | null;
    let at = 0;
    for (const token of tokensOf(xml, "xml")) {
      if (token.kind === "close" && (token.name === "w:abstractNum" || token.name === "w:num")) levels = num = null;
      if (token.kind !== "open") continue;
      const found = attributesOf(token.attributes);
      const value = found.get("w:val") ?? "";
      const change = (more: Partial<Level>): void => {
        levels?.set(at, { ...NO_LEVEL, ...levels.get(at), ...more });
      };
      if (token.name === "w:abstractNum") {
        levels = new Map();
        this.#lists.set(found.get("w:abstractnumid") ?? "", levels);
      } else if (token.name === "w:num") {
        num = { list: "", starts: new Map(), levels: new Map() };
        levels = num.levels;
        this.#nums.set(found.get("w:numid") ?? "", num);
      } else if (token.name === "w:abstractNumId") {
        if (num !== null) num.list = value;
      } else if (token.name === "w:lvl" || token.name === "w:lvlOverride") at = Number(found.get("w:ilvl") ?? 0);
      else if (token.name === "w:startOverride") num?.starts.set(at, Number(value) || 0);
      else if (token.name === "w:start") change({ start: Number(value) || 0 });
      else if (token.name === "w:numFmt") change({ format: value });
      else if (token.name === "w:lvlText") change({ text: unescaped(value).slice(0, LONGEST_LABEL) });
      else if (token.name === "w:isLgl") change({ isLegal: !/^(?:0|false|off)$/i.test(value) });
      else if (token.name === "w:pStyle") change({ style: value });
    }
  }

  /** The level that a style stands for in a list. */
  levelOf(numId: string, style: string): number {
    const num = this.#nums.get(numId);
    for (const [at, level] of (num === undefined ? undefined : this.#lists.get(num.list)) ?? []) if (level.style === style) return at;
    return 0;
  }

  /** Counts on, and tells the label of the next paragraph: `2.1`, `c)`; empty: it has a bullet or none. null: it is in no list. */
  next(numId: string, level: number): string | null {
    if (numId === "" || numId === "0") return null;
    const num = this.#nums.get(numId);
    if (num === undefined || !(level >= 0 && level <= DEEPEST_LEVEL)) return "";
    const levelAt = (n: number): Level => num.levels.get(n) ?? this.#lists.get(num.list)?.get(n) ?? NO_LEVEL;
    const counters = this.#counters.get(num.list) ?? [];
    this.#counters.set(num.list, counters);
    const start = num.starts.get(level);
    const isFirst = start !== undefined && !this.#started.has(`${numId} ${level}`);
    if (isFirst) this.#started.add(`${numId} ${level}`);
    const last = counters[level] ?? null;
    counters[level] = isFirst ? start : last === null ? levelAt(level).start : last + 1;
    counters.length = level + 1;
    const { format, text, isLegal } = levelAt(level);
    if (format === "bullet" || format === "none") return format === "none" ? text.replace(/%\d/g, "").trim() : "";
    return text
      .replace(/%([1-9])/g, (_, digit) => {
        const n = Number(digit) - 1;
        const number = counters[n] ?? levelAt(n).start;
        counters[n] ??= number;
        return isLegal ? String(number) : written(levelAt(n).format, number);
      })
      .trim();
  }
}

const COUNTING: ReadonlyMap<string, Counting> = new Map([
  ["lowerLetter", "lower_letter"],
  ["upperLetter", "upper_letter"],
  ["lowerRoman", "lower_roman"],
  ["upperRoman", "upper_roman"],
  ["decimalZero", "zero"],
]);

/** Other manners of counting, such as words, are written in digits. */
function written(format: string, number: number): string {
  if (format === "ordinal") return `${number}${/1[123]$/.test(String(number)) ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th")}`;
  return countedAs(COUNTING.get(format) ?? "decimal", number, true);
}
