/**
 * Finds a secret in a text that comes in pieces, as it is and in the forms of core/secret-forms.ts, and says how much of the text cannot become part of
 * one. Each form is followed letter by letter through the text and through the text with its escapes read, so a cut hides nothing; constant work for
 * a letter. Pure.
 */
import { formsOf, visible } from "./secret-forms.ts";

/** Where a text holds a secret, in UTF-16 units from its beginning. */
export type Region = { readonly start: number; readonly end: number };

/** Takes a text in pieces. */
export type SecretMatcher = {
  /** The places found by this piece, in order. */
  push(text: string): readonly Region[];
  /** No piece follows. */
  end(): readonly Region[];
  /** Units from the beginning in which nothing can still become part of a secret. */
  safe(): number;
};

/** Units of text in which the letters of a form must follow each other: what is spread wider is not found. */
const WIDEST = 4_096;

/** `secrets`: each of 8 characters or more. */
export function openSecretMatcher(secrets: readonly string[]): SecretMatcher {
  const forms = [...new Set(secrets.flatMap(formsOf))];
  const exact = new View(secrets);
  const encoded = new View(forms);
  const plain = new View(secrets.map(visible));
  const bare = new View(forms);
  const views = [exact, encoded, plain, bare];
  const found: Region[] = [];
  let total = 0;
  let tidyAt = 0;
  /** Half a character, whose other half comes with the next piece. */
  let half = "";

  const matched = (start: number | null): boolean => {
    if (start === null) return false;
    found.push({ start, end: total });
    for (const view of views) view.reset();
    for (const stage of stages) stage.reset();
    return true;
  };
  const read = ({ letter, start }: Token): boolean => {
    for (const shown of shownOf(letter)) if (matched(plain.feed(shown, start))) return true;
    for (const one of bareOf(letter)) if (matched(bare.feed(one, start))) return true;
    return false;
  };
  // As core/secret-forms.ts reads a text: escapes in hexadecimal digits, then those in decimal ones, twice.
  const stages: readonly Unescaping[] = [HEX, DECIMAL, HEX, DECIMAL].map((grammar) => new Unescaping(grammar));
  const through = (from: number, tokens: readonly Token[]): boolean => {
    const stage = stages[from];
    if (stage === undefined) return tokens.some(read);
    return tokens.some((token) => through(from + 1, stage.feed(token)));
  };
  const take = (letter: string): void => {
    const start = total;
    total += letter.length;
    if (matched(exact.feed(letter, start))) return;
    for (const one of bareOf(letter)) if (matched(encoded.feed(one, start))) return;
    if (!MARKS.test(letter) && stages.every((stage) => stage.isIdle())) read({ letter, start });
    else through(0, [{ letter, start }]);
    if (total >= tidyAt) {
      tidyAt = total + WIDEST / 4;
      for (const view of views) view.forget(total - WIDEST);
    }
  };
  const given = (): readonly Region[] => found.splice(0);
  return {
    push(text) {
      const all = half + text;
      const last = all.charCodeAt(all.length - 1);
      half = last >= 0xd800 && last <= 0xdbff ? all.slice(-1) : "";
      for (const letter of half === "" ? all : all.slice(0, -1)) take(letter);
      return given();
    },
    end() {
      if (half !== "") take(half);
      half = "";
      for (const [index, stage] of stages.entries()) if (through(index + 1, stage.rest())) break;
      for (const view of views) view.reset();
      return given();
    },
    safe: () => Math.min(total, ...views.map((view) => view.earliest() ?? total), ...stages.map((stage) => stage.earliest() ?? total)),
  };
}

type Token = { readonly letter: string; readonly start: number };

/** A letter as it is seen: none, where nobody sees it. */
const shownOf = (letter: string): string => {
  const code = letter.charCodeAt(0);
  if (code <= 0x7f) return code > 0x20 && code < 0x7f ? letter : "";
  return visible(letter);
};
const bareOf = (letter: string): string => {
  const code = letter.charCodeAt(0);
  if (code > 0x7f)
    return visible(letter)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, "");
  if ((code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)) return letter;
  return code >= 0x41 && code <= 0x5a ? letter.toLowerCase() : "";
};

/** Patterns that are followed through the same letters (Knuth, Morris and Pratt). */
class View {
  readonly #patterns: readonly Pattern[];
  readonly #longest: number;
  /** Where the last letters began. */
  #starts: number[] = [];

  constructor(texts: readonly string[]) {
    this.#patterns = texts.filter((text) => text !== "").map((text) => new Pattern(text));
    this.#longest = Math.max(0, ...this.#patterns.map(({ length }) => length));
  }

  /** Where a pattern begins that ends with this letter; null: none does. */
  feed(letter: string, start: number): number | null {
    this.#starts.push(start);
    if (this.#starts.length > 2 * this.#longest + 16) this.#starts = this.#starts.slice(-this.#longest);
    let first: number | null = null;
    for (const pattern of this.#patterns) {
      if (!pattern.step(letter)) continue;
      const began = this.#startOf(pattern.length);
      first = first === null ? began : Math.min(first, began);
    }
    return first;
  }

  /** Where the first pattern begins that may still come; null: none has begun. */
  earliest(): number | null {
    let longest = 0;
    for (const { known } of this.#patterns) longest = Math.max(longest, known);
    return longest === 0 ? null : this.#startOf(longest);
  }

  /** What began before is no pattern any more. */
  forget(before: number): void {
    for (const pattern of this.#patterns) while (pattern.known > 0 && this.#startOf(pattern.known) < before) pattern.shorten();
  }

  reset(): void {
    this.#starts = [];
    for (const pattern of this.#patterns) pattern.known = 0;
  }

  /** Where the last so many letters began. */
  #startOf(letters: number): number {
    return this.#starts[this.#starts.length - letters] ?? 0;
  }
}

class Pattern {
  readonly length: number;
  readonly #letters: readonly string[];
  /** Of each beginning: how long the longest beginning is that it ends with. */
  readonly #borders: readonly number[];
  /** How many of its letters have come. */
  known = 0;

  constructor(text: string) {
    this.#letters = [...text];
    this.length = this.#letters.length;
    const borders = [0];
    let border = 0;
    for (let at = 1; at < this.length; at++) {
      while (border > 0 && this.#letters[at] !== this.#letters[border]) border = borders[border - 1] ?? 0;
      if (this.#letters[at] === this.#letters[border]) border++;
      borders.push(border);
    }
    this.#borders = borders;
  }

  shorten(): void {
    this.known = this.#borders[this.known - 1] ?? 0;
  }

  /** True when its last letter has come. */
  step(letter: string): boolean {
    while (this.known > 0 && this.#letters[this.known] !== letter) this.shorten();
    if (this.#letters[this.known] === letter) this.known++;
    return this.known === this.length;
  }
}

/** What an escape is while it comes, and when it is whole. */
type Grammar = { readonly begun: RegExp; readonly whole: RegExp; readonly base: 10 | 16 };
const HEX: Grammar = {
  begun: /^(?:%[0-9a-f]?|\\(?:x[0-9a-f]?|u(?:0(?:0[0-9a-f]?)?)?)?|&(?:#(?:x0{0,4}[0-9a-f]?)?)?)$/i,
  whole: /^(?:(?:%|\\x|\\u00)([0-9a-f]{2})|&#x0{0,4}([1-9a-f][0-9a-f]))$/i,
  base: 16,
};
const DECIMAL: Grammar = { begun: /^&(?:#0{0,4}\d{0,3})?$/, whole: /^&#0{0,4}(\d{2,3});$/, base: 10 };
/** How escapes begin. */
const FIRST = /[%\\&]/;
/** What an escape begins or ends with: most letters are neither. */
const MARKS = /[%\\&;]/;

/** Reads escapes of one kind. */
class Unescaping {
  readonly #grammar: Grammar;
  #pending: Token[] = [];
  /** A semicolon right behind an escape belongs to it. */
  #mayEnd = false;

  constructor(grammar: Grammar) {
    this.#grammar = grammar;
  }

  feed(token: Token): readonly Token[] {
    const ends = this.#mayEnd && token.letter === ";";
    this.#mayEnd = false;
    if (ends) return [];
    if (this.#pending.length === 0 && !FIRST.test(token.letter)) return [token];
    const all = [...this.#pending, token];
    const text = all.map(({ letter }) => letter).join("");
    const whole = this.#grammar.whole.exec(text);
    if (whole !== null) {
      this.#pending = [];
      this.#mayEnd = this.#grammar.base === 16;
      const code = Number.parseInt(whole[1] ?? whole[2] ?? "", this.#grammar.base);
      return [{ letter: String.fromCharCode(code), start: all[0]?.start ?? token.start }];
    }
    if (this.#grammar.begun.test(text)) {
      this.#pending = all;
      return [];
    }
    // No escape after all: its first letter is one of the text, and the next may begin another.
    this.#pending = [];
    const [first, ...others] = all;
    return first === undefined ? [] : [first, ...others.flatMap((one) => this.feed(one))];
  }

  /** What looked like the beginning of an escape. */
  rest(): readonly Token[] {
    return this.#pending.splice(0);
  }

  earliest(): number | null {
    return this.#pending[0]?.start ?? null;
  }

  /** Nothing has begun, and nothing that is read next belongs to what was. */
  isIdle(): boolean {
    this.#mayEnd = false;
    return this.#pending.length === 0;
  }

  reset(): void {
    this.#pending = [];
    this.#mayEnd = false;
  }
}
