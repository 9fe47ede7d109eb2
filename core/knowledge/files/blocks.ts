/**
 * Writes a document's blocks as Markdown, which chunks follow: headings, paragraphs, list items, rows of tables, code. Knows how raised,
 * lowered and struck text is written, so that no two numbers become one. Pure, linear.
 */

/**
 * Marks within a line until its block ends: what stands on both sides decides how they are written. Noncharacters of Unicode, which no
 * text has.
 */
const [UP, DOWN, LEVEL, GAP, STRIKE, UNSTRIKE] = ["\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3", "\ufdd4", "\ufdd5"];
const MARKS = /[\ufdd0-\ufdef]/g;

/** Raised text within raised text: deeper is written as it is there. */
const DEEPEST = 4;
const bracketOf = (mark: string): string => (mark === UP ? "^(" : "_(");

/** A text that grows by blocks. Blanks are folded, and nothing is written for an empty block. */
export class Blocks {
  readonly #parts: string[] = [];
  #line: string[] = [];
  #prefix = "";
  /** Marks that are open, outermost first: `UP` or `DOWN`. */
  readonly #levels: string[] = [];
  #struck = 0;

  /** Whether the open block has a text. */
  get isOpen(): boolean {
    return this.#line.some((part) => part.trim() !== "");
  }

  /** Part of the block that is open. */
  text(text: string): void {
    if (text !== "") this.#line.push(text.replace(MARKS, "\ufffd"));
  }

  /** A new line of the same block. */
  newline(): void {
    this.#line.push("\n");
  }

  /** A distance without a blank: two numbers on both sides are two. */
  gap(): void {
    this.#line.push(GAP);
  }

  /** What follows is raised (an exponent, the mark of a note) or lowered (an index), until `level`. */
  shift(where: "up" | "down"): void {
    const mark = where === "up" ? UP : DOWN;
    if (this.#levels.length < DEEPEST) this.#line.push(this.#levels.length === 0 ? mark : bracketOf(mark));
    this.#levels.push(mark);
  }

  /** Ends what `shift` began. */
  level(): void {
    if (this.#levels.pop() !== undefined && this.#levels.length < DEEPEST) this.#line.push(this.#levels.length > 0 ? ")" : LEVEL);
  }

  /** What follows is struck through, until `unstrike`. */
  strike(): void {
    if (this.#struck++ === 0) this.#line.push(STRIKE);
  }

  /** Ends what `strike` began. */
  unstrike(): void {
    if (this.#struck > 0 && --this.#struck === 0) this.#line.push(UNSTRIKE);
  }

  /** Ends the open block. `prefix`: what the next one begins with, as `## ` and `- ` do. */
  begin(prefix = ""): void {
    this.#end();
    this.#prefix = prefix;
  }

  /** What the open block begins with is known only now. */
  named(prefix: string): void {
    this.#prefix = prefix;
  }

  /** Ends the open block and adds a line as it is: a row of a table. */
  line(line: string): void {
    this.#end();
    this.#push(line, false);
  }

  /** Ends the open block, whose text is code: its blanks and lines stay. */
  code(): void {
    const text = settled(this.#cut())
      .replace(/^(?: {0,3})(?=```)/gm, "    ")
      .replace(/[^\S\n]+$/gm, "")
      .replace(/^\n+|\n+$/g, "");
    this.#prefix = "";
    if (text.trim() !== "") this.#push(`\`\`\`\n${text}\n\`\`\``, false);
  }

  /** What was written since the last block began, taken back: a cell of a table. */
  take(): string {
    const line = folded(settled(this.#cut())).replaceAll("\n", " ").trim();
    this.#prefix = "";
    return line;
  }

  toString(): string {
    this.#end();
    return this.#parts.join("").trim();
  }

  #end(): void {
    const text = folded(settled(this.#cut())).trim();
    const prefix = this.#prefix;
    this.#prefix = "";
    // A heading, an item and a row are one line each.
    if (text !== "") this.#push(prefix === "" ? text : `${prefix}${text.replaceAll("\n", " ")}`, prefix === "");
  }

  /** The open line with its marks closed; those that are open go on in the next. */
  #cut(): string {
    const [level, ...inner] = this.#levels.slice(0, DEEPEST);
    const line = this.#line.join("") + (level === undefined ? "" : `${")".repeat(inner.length)}${LEVEL}`);
    const isStruck = this.#struck > 0;
    this.#line = isStruck ? [STRIKE] : [];
    if (level !== undefined) this.#line.push(level, ...inner.map(bracketOf));
    return isStruck ? line + UNSTRIKE : line;
  }

  #push(line: string, isParagraph: boolean): void {
    const before = this.#parts.at(-1) ?? "";
    const kind = isParagraph ? null : kindOf(line);
    if (before !== "") this.#parts.push(kind !== null && kind === kindOf(before) ? "\n" : "\n\n");
    this.#parts.push(line);
  }
}

/** Items of a list and rows of a table follow each other without an empty line. */
const kindOf = (line: string): string | null => (line.startsWith("|") ? "row" : /^ *(?:- |\d+\. )/.test(line) ? "item" : null);

const folded = (text: string): string =>
  text
    .replace(/[^\S\n]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{2,}/g, "\n");

/** A line whose marks are written out. */
function settled(line: string): string {
  if (!/[\ufdd0-\ufdd5\u00ad\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2089\u2150-\u215e]/.test(line)) return line;
  return (
    line
      // Raised digits and fractions of Unicode: what compares texts takes them for plain digits.
      .replace(/(?<=\d)[²³¹⁰⁴-⁹⁻]+/g, (raised) => `${UP}${raised.normalize("NFKC")}${LEVEL}`)
      .replace(/(?<=\d)[₀-₉]+/g, (lowered) => `${DOWN}${lowered.normalize("NFKC")}${LEVEL}`)
      .replace(/(?<=\d)(?=[¼-¾⅐-⅞])/g, " ")
      // ¹⁄₂ in three pieces is a fraction.
      .replace(/(\d?)\ufdd0(\d{1,9})\ufdd2([/⁄])(?:\ufdd1(\d{1,9})\ufdd2|(\d{1,9})(?!\d))/g, (whole, before, above, bar, below, level) =>
        level !== undefined && before !== "" ? whole : `${before}${before === "" ? "" : " "}${above}${bar}${below ?? level}`,
      )
      .replace(/([\ufdd0\ufdd1])([^\ufdd0-\ufdd2]*)\ufdd2/g, (whole, mark, inner, at, all) =>
        shifted(mark === UP ? "^" : "_", inner, beforeOf(all, at), all.slice(at + whole.length, at + whole.length + 8)),
      )
      // Shown only where a line ends there; between digits it may be a dash.
      .replace(/(?<=\d)\u00ad+(?=\d)/g, "-")
      .replace(/(?<=\d[.,]?)\ufdd3+(?=[.,]?\d)/g, " ")
      .replaceAll(GAP, "")
      .replace(/\ufdd4(\s*)\ufdd5/g, "$1")
      .replace(/\ufdd5\ufdd4/g, "")
      .replace(/\ufdd4(\s*)/g, "$1~~")
      .replace(/(?<!\s)(\s*)\ufdd5/g, "~~$1")
      .replace(MARKS, "")
  );
}

const beforeOf = (all: string, at: number): string =>
  all
    .slice(Math.max(0, at - 4), at)
    .replace(MARKS, "")
    .slice(-1);

/**
 * Raised and lowered text: `5^1`, `m^2`, `10^-3`, `x_i`, and in brackets where it would grow together with what follows: `5^(1)000`. As it is
 * stand what is in brackets or is no word, the ends of ordinals (`1st`), and lowered digits of a formula (`H2O`).
 */
function shifted(mark: "^" | "_", inner: string, before: string, behind: string): string {
  const text = inner.replaceAll(GAP, "").trim();
  const after = behind.replace(MARKS, "");
  if (!/[\p{L}\p{N}]/u.test(text) || /^(?:\[[^\]]*\]|\([^)]*\))$/.test(text)) return inner;
  if (mark === "^" && /\d/.test(before) && /^(?:st|nd|rd|th|er|ère|ème)$/i.test(text) && !/^[\p{L}\p{N}]/u.test(after)) return text;
  const goesOn = /^[.,:/'’+-]?\d/.test(after);
  if (mark === "_" && /\p{L}/u.test(before) && /^\d+$/.test(text) && !goesOn) return text;
  return /^[-+−]?[\p{L}\p{N}]+$/u.test(text) && !goesOn && !/^\p{L}/u.test(after) ? `${mark}${text}` : `${mark}(${text})`;
}

/** A table's row. */
export const rowOf = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
