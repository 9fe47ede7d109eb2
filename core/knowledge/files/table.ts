/** A table's cells, where some stand over several columns or rows: each value comes to stand under its own head. Pure, bounded. */

/** A cell as a file has it. `columns`, `rows`: how many it stands over. */
export type Cell = { readonly text: string; readonly columns: number; readonly rows: number };

/** Columns of a table that are filled. */
const MOST_COLUMNS = 200;
/** A longer text is not repeated in the cells that it stands over: they are empty. In UTF-16 units. */
const LONGEST_REPEATED = 120;
/** Cells of one document that are filled: a few bytes can ask for thousands. */
const MOST_FILLED = 200_000;

/** How many more cells of a document may be filled. */
export type FillBudget = { left: number };
/** The budget of one document. */
export const fillBudget = (): FillBudget => ({ left: MOST_FILLED });

/** The rows of one table, one after the other. */
export class TableRows {
  /** Cells from rows above, by their column. */
  #hanging = new Map<number, { readonly text: string; left: number }>();
  readonly #budget: FillBudget;

  constructor(budget: FillBudget) {
    this.#budget = budget;
  }

  /** The texts of a row's columns, those of cells from above included; null: the row has no text of its own. */
  row(cells: readonly Cell[]): string[] | null {
    const texts: string[] = [];
    const hanging = this.#hanging;
    this.#hanging = new Map();
    const hang = (): void => {
      for (let above = hanging.get(texts.length); above !== undefined; above = hanging.get(texts.length)) {
        if (above.left > 1 && this.#budget.left > 0) this.#hanging.set(texts.length, { text: above.text, left: above.left - 1 });
        this.#budget.left--;
        texts.push(above.text);
      }
    };
    for (const { text, columns, rows } of cells) {
      hang();
      const repeated = text.length <= LONGEST_REPEATED ? text : "";
      for (let n = 0; n < columns; n++) {
        if (n > 0 && (texts.length >= MOST_COLUMNS || this.#budget.left-- <= 0)) break;
        if (rows > 1 && texts.length < MOST_COLUMNS) this.#hanging.set(texts.length, { text: repeated, left: rows - 1 });
        texts.push(n === 0 ? text : repeated);
      }
    }
    hang();
    return cells.some(({ text }) => text !== "") ? texts : null;
  }

  /** Nothing hangs from above into what follows: a table's part ends. */
  end(): void {
    this.#hanging = new Map();
  }
}
