/** The characters that one atom of a pattern matches: asked of the native engine one character at a time, and remembered. */

/** Remembered characters beyond ASCII. */
const MOST_REMEMBERED = 2_048;
const ASCII = 128;

export class CharacterSet {
  readonly #expression: RegExp;
  /** By code point: 0 not asked yet, 1 no, 2 yes. */
  readonly #ascii = new Uint8Array(ASCII);
  readonly #others = new Map<number, boolean>();

  /** `source` matches exactly one character; `flags`: of `i` and `s`. */
  constructor(source: string, flags: string) {
    this.#expression = new RegExp(`^(?:${source})$`, `u${flags}`);
  }

  has(codePoint: number): boolean {
    if (codePoint >= ASCII) return this.#hasOther(codePoint);
    const known = this.#ascii[codePoint];
    if (known !== 0) return known === 2;
    const found = this.#expression.test(String.fromCodePoint(codePoint));
    this.#ascii[codePoint] = found ? 2 : 1;
    return found;
  }

  #hasOther(codePoint: number): boolean {
    const known = this.#others.get(codePoint);
    if (known !== undefined) return known;
    if (this.#others.size >= MOST_REMEMBERED) this.#others.clear();
    const found = this.#expression.test(String.fromCodePoint(codePoint));
    this.#others.set(codePoint, found);
    return found;
  }
}
