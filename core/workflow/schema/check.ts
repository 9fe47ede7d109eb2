/** One check of a value: where it stands, what was found, what it may cost, and which parts of it keywords have looked at. */
import type { FieldError } from "../../errors/problem.ts";
import { escapeToken, type Json, type JsonObject } from "../../json.ts";
import { MAX_ERRORS } from "../form.ts";
import type { Resource } from "./inspect.ts";

/** A place in the value. With `children`, a place is the same object whenever it is visited, so that what was found there is kept. */
export class Place {
  readonly #parent: Place | null;
  readonly #token: string | number;
  #children: Map<string | number, Place> | null = null;
  /** By schema that a reference points to. */
  #known: Map<JsonObject, Known> | null = null;

  constructor(parent: Place | null, token: string | number) {
    this.#parent = parent;
    this.#token = token;
  }

  child(token: string | number, isKept: boolean): Place {
    if (!isKept) return new Place(this, token);
    this.#children ??= new Map();
    const known = this.#children.get(token) ?? new Place(this, token);
    this.#children.set(token, known);
    return known;
  }

  known(schema: JsonObject): Known | undefined {
    return this.#known?.get(schema);
  }

  keep(schema: JsonObject, known: Known): void {
    this.#known ??= new Map();
    this.#known.set(schema, known);
  }

  /** RFC 6901. */
  pointer(): string {
    return this.#parent === null ? "" : `${this.#parent.pointer()}/${escapeToken(this.#token)}`;
  }
}

/** What one schema was found to say of one place. `isTold`: its errors are reported. */
export type Known = { readonly fits: boolean; readonly isTold: boolean; readonly seen: Seen };

/** Which properties and items the keywords of a schema have looked at (2020-12 core, section 11). */
export class Seen {
  #names: Set<string> | null = null;
  #items: Set<number> | null = null;
  /** Items before this one are seen. */
  #upTo = 0;

  hasName(name: string): boolean {
    return this.#names?.has(name) ?? false;
  }

  hasItem(index: number): boolean {
    return index < this.#upTo || (this.#items?.has(index) ?? false);
  }

  addName(name: string): void {
    this.#names ??= new Set();
    this.#names.add(name);
  }

  addItem(index: number): void {
    this.#items ??= new Set();
    this.#items.add(index);
  }

  addItemsUpTo(index: number): void {
    this.#upTo = Math.max(this.#upTo, index);
  }

  add(other: Seen, spend: (work: number) => void): void {
    spend((other.#names?.size ?? 0) + (other.#items?.size ?? 0));
    for (const name of other.#names ?? []) this.addName(name);
    for (const item of other.#items ?? []) this.addItem(item);
    this.addItemsUpTo(other.#upTo);
  }
}

/** For schemas where nobody asks. */
class Unasked extends Seen {
  override addName(): void {}
  override addItem(): void {}
  override addItemsUpTo(): void {}
  override add(): void {}
}
const UNASKED = new Unasked();

/** An error, and how much it says that another form was meant than the one that it breaks. */
export type WeighedError = FieldError & { readonly weight: number };

/** Thrown where the work is used up, and caught by whoever began the check. */
export class TooMuchWork extends Error {}

/** What it takes to begin with a pattern, in units of `spend`. */
const PATTERN_WORK = 20;

/** One check in progress: its errors, and how much work it may still do. */
export class Check {
  /** Errors found here are no errors of the value: an alternative may fail. */
  isQuiet = false;
  /** Errors found here are collected to be described, and told nowhere else. */
  isCollecting = false;
  readonly resources: Resource[] = [];
  #errors = new Map<string, WeighedError>();
  #left: number;

  readonly #asksWhatWasSeen: boolean;

  constructor(work: number, asksWhatWasSeen: boolean) {
    this.#left = work;
    this.#asksWhatWasSeen = asksWhatWasSeen;
  }

  /** Of one schema at one place; to be given to its judge. */
  seen(): Seen {
    return this.#asksWhatWasSeen ? new Seen() : UNASKED;
  }

  /** In units of some 50 ns. */
  spend = (work: number): void => {
    this.#left -= work;
    if (this.#left < 0) throw new TooMuchWork();
  };

  /** A pattern begins to be tried: in a schema with hundreds of them that is most of the work. */
  beginPattern = (): void => this.spend(PATTERN_WORK);

  /** Steps of a pattern are some 10 ns each. */
  spendSteps = (steps: number): void => this.spend(steps / 4);

  /** Always false, so that a keyword ends with it. `message` is made where it is told. `weight`: how much it says that another form was meant. */
  refuse(place: Place, message: (path: string) => string, weight = 1): false {
    if (this.isQuiet || this.#errors.size >= MAX_ERRORS) return false;
    const path = place.pointer();
    const text = message(path);
    this.#errors.set(`${path} ${text}`, { path, message: text, weight });
    return false;
  }

  /** The errors of a work, which are told nowhere else. */
  collected(work: () => boolean): readonly WeighedError[] {
    const [errors, isCollecting] = [this.#errors, this.isCollecting];
    this.#errors = new Map();
    this.isCollecting = true;
    work();
    const found = [...this.#errors.values()];
    this.#errors = errors;
    this.isCollecting = isCollecting;
    return found;
  }

  quietly(work: () => boolean): boolean {
    const before = this.isQuiet;
    this.isQuiet = true;
    const fits = work();
    this.isQuiet = before;
    return fits;
  }

  get errors(): readonly FieldError[] {
    return Array.from(this.#errors.values(), ({ path, message }) => ({ path, message }));
  }
}

/** Whether a value fits; reports why not. */
export type Judge = (value: Json, place: Place, check: Check, seen: Seen) => boolean;
