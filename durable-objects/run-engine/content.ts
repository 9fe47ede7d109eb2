/**
 * The texts that a run's audit entries name by digest (core/audit/content.ts), on their way to where they are kept. They are committed
 * with their turn, in a column of its row, and are durable outside before a record that names one leaves: an entry is never there
 * without its texts. A text that this life has committed once is not written again; a new life may repeat some, which changes nothing.
 */

/** Keeps lines of texts under a name; the same name again holds the same lines or more. Resolves when they are durable. */
export type KeepTexts = (
  of: { readonly org: string; readonly subject: string; readonly run: string },
  name: string,
  lines: readonly string[],
) => Promise<void>;

/** After a failure, milliseconds until the next try. */
export const TEXTS_AGAIN_MS = 15_000;

/** The texts of one run that have to be kept outside. */
export class LeavingTexts {
  /** Digests that are in the journal, as this life knows. */
  readonly #committed = new Set<string>();
  /** Rows whose texts are not known to be kept, in order. null: the row is of an earlier life, and its texts are read from it. */
  readonly #rows: Map<number, readonly string[] | null>;

  /** `rows`: of earlier lives, whose records are not confirmed. */
  constructor(rows: readonly number[]) {
    this.#rows = new Map(rows.map((seq) => [seq, null]));
  }

  /** The first row whose texts are not kept: its records, and those after it, may not leave. */
  get heldFrom(): number {
    return this.#rows.keys().next().value ?? Number.POSITIVE_INFINITY;
  }

  /** Of these texts, by digest, the lines that the journal lacks. */
  fresh(texts: ReadonlyMap<string, string>): string[] {
    return [...texts].flatMap(([digest, line]) => (this.#committed.has(digest) ? [] : [line]));
  }

  /** A row was committed with the fresh ones of these texts. */
  committed(seq: number, texts: ReadonlyMap<string, string>): void {
    const lines = this.fresh(texts);
    for (const digest of texts.keys()) this.#committed.add(digest);
    if (lines.length > 0) this.#rows.set(seq, lines);
  }

  /** Keeps what is not kept. Throws when that cannot be done now. `read`: the lines of a row of an earlier life. */
  async keep(
    put: (name: string, lines: readonly string[]) => Promise<void>,
    read: (seq: number) => Promise<readonly string[]>,
  ): Promise<void> {
    const rows = [...this.#rows];
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return;
    const lines: string[] = [];
    for (const [seq, known] of rows) for (const line of known ?? (await read(seq))) lines.push(line);
    await put(`${first[0]}-${last[0]}`, lines);
    for (const [seq] of rows) this.#rows.delete(seq);
  }
}
