/** Writes a document's blocks as Markdown, which chunks follow: headings, paragraphs, list items, rows of tables. Pure. */

/** A text that grows by blocks. Blanks are folded, and nothing is written for an empty block. */
export class Blocks {
  readonly #parts: string[] = [];
  #line: string[] = [];
  #prefix = "";

  /** Part of the block that is open. */
  text(text: string): void {
    if (text !== "") this.#line.push(text);
  }

  /** A new line of the same block. */
  newline(): void {
    this.#line.push("\n");
  }

  /** Ends the open block. `prefix`: what the next one begins with, as `## ` and `- ` do. */
  begin(prefix = ""): void {
    this.#end();
    this.#prefix = prefix;
  }

  /** Ends the open block and adds a line as it is: a row of a table, or a fence. */
  line(line: string): void {
    this.#end();
    this.#push(line, false);
  }

  /** What was written since the last block began, taken back: a cell of a table. */
  take(): string {
    const line = folded(this.#line.join("")).replaceAll("\n", " ").trim();
    this.#line = [];
    this.#prefix = "";
    return line;
  }

  toString(): string {
    this.#end();
    return this.#parts.join("").trim();
  }

  #end(): void {
    const text = folded(this.#line.join("")).trim();
    const prefix = this.#prefix;
    this.#line = [];
    this.#prefix = "";
    // A heading, an item and a row are one line each.
    if (text !== "") this.#push(prefix === "" ? text : `${prefix}${text.replaceAll("\n", " ")}`, prefix === "");
  }

  #push(line: string, isParagraph: boolean): void {
    const before = this.#parts.at(-1) ?? "";
    const kind = isParagraph ? null : kindOf(line);
    if (before !== "") this.#parts.push(kind !== null && kind === kindOf(before) ? "\n" : "\n\n");
    this.#parts.push(line);
  }
}

/** Items of a list and rows of a table follow each other without an empty line. */
const kindOf = (line: string): string | null => (line.startsWith("|") ? "row" : /^(?:- |\d+\. )/.test(line) ? "item" : null);

const folded = (text: string): string =>
  text
    .replace(/[^\S\n]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{2,}/g, "\n");

/** A table's row. */
export const rowOf = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "/")).join(" | ")} |`;
