/**
 * Reads an object that somebody sent, field by field. A field that is asked for is checked and returned, with its default when it is
 * missing; a field that nobody asks for is refused by name. A refused field reads as its default, so that one mistake gives one error.
 */

import type { FieldError } from "../errors/problem.ts";
import { escapeToken, isObject, type Json, type JsonObject } from "../json.ts";
import { flawOfForm } from "./form-of-name.ts";

/** Maximum errors that are reported; further ones are dropped. */
export const MAX_ERRORS = 50;

/** Errors as they are found. Those beyond `MAX_ERRORS` are dropped. */
export class Errors {
  readonly list: FieldError[] = [];

  add(path: string, message: string): void {
    if (this.list.length < MAX_ERRORS) this.list.push({ path, message });
  }
}

type TextRule = {
  readonly fallback?: string;
  readonly max: number;
  readonly min?: number;
  readonly pattern?: RegExp;
  readonly hint?: string;
};
type NumberRule = { readonly fallback?: number; readonly min: number; readonly max: number; readonly whole?: boolean };

/** One object that somebody sent, with its place in what was sent. */
export class Form {
  readonly path: string;
  readonly errors: Errors;
  /** It is no object: that is the one thing to say of it. */
  readonly broken: boolean;
  readonly #raw: JsonObject;
  readonly #asked = new Set<string>();

  constructor(raw: Json | undefined, path: string, errors: Errors, what = "this") {
    this.path = path;
    this.errors = errors;
    this.broken = !isObject(raw);
    if (this.broken) errors.add(path, `${what} must be an object`);
    this.#raw = isObject(raw) ? raw : {};
  }

  at(name: string): string {
    return `${this.path}/${escapeToken(name)}`;
  }

  refuse(name: string, message: string): void {
    if (!this.broken) this.errors.add(this.at(name), message);
  }

  /** Of all that was sent. */
  names(): readonly string[] {
    return Object.keys(this.#raw);
  }

  /** As it was sent; undefined when it was not. */
  json(name: string): Json | undefined {
    this.#asked.add(name);
    return Object.hasOwn(this.#raw, name) ? this.#raw[name] : undefined;
  }

  /** As `json`, but it must be there. */
  required(name: string): Json | undefined {
    const value = this.json(name);
    if (value === undefined) this.refuse(name, `\`${name}\` is missing`);
    return value;
  }

  text(name: string, rule: TextRule): string {
    const value = this.json(name);
    if (value === undefined) {
      if (rule.fallback === undefined) this.refuse(name, `\`${name}\` is missing`);
      return rule.fallback ?? "";
    }
    const flaw = flawOfText(value, rule);
    if (flaw !== null) this.refuse(name, `\`${name}\` ${flaw}`);
    return flaw === null ? (value as string) : (rule.fallback ?? "");
  }

  number(name: string, rule: NumberRule): number {
    const value = this.json(name);
    const standIn = rule.fallback ?? rule.min;
    if (value === undefined) {
      if (rule.fallback === undefined) this.refuse(name, `\`${name}\` is missing`);
      return standIn;
    }
    const fits = typeof value === "number" && value >= rule.min && value <= rule.max && (rule.whole !== true || Number.isInteger(value));
    if (!fits) this.refuse(name, `\`${name}\` must be a ${rule.whole ? "whole number" : "number"} from ${rule.min} to ${rule.max}`);
    return fits ? value : standIn;
  }

  /** null, also when it is null. */
  numberOrNull(name: string, rule: NumberRule): number | null {
    const value = this.json(name);
    return value === undefined || value === null ? null : this.number(name, rule);
  }

  choice<T extends string>(name: string, values: readonly T[], fallback?: T): T {
    const value = this.json(name);
    const found = values.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    if (value === undefined && fallback !== undefined) return fallback;
    const list = values.map((candidate) => `\`${candidate}\``).join(", ");
    this.refuse(name, value === undefined ? `\`${name}\` is missing` : `\`${name}\` must be one of ${list}`);
    return fallback ?? (values[0] as T);
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.json(name);
    if (value === undefined || typeof value === "boolean") return value ?? fallback;
    this.refuse(name, `\`${name}\` must be true or false`);
    return fallback;
  }

  /** A list of different texts. */
  texts(name: string, rule: TextRule & { readonly most: number }, fallback: readonly string[] = []): readonly string[] {
    const value = this.json(name);
    if (value === undefined) return fallback;
    if (!Array.isArray(value)) {
      this.refuse(name, `\`${name}\` must be a list`);
      return fallback;
    }
    if (value.length > rule.most) {
      this.refuse(name, `\`${name}\` has more than ${rule.most} items`);
      return fallback;
    }
    const seen = new Set<string>();
    for (const [index, item] of value.entries()) {
      const flaw = flawOfText(item, rule) ?? (seen.has(item as string) ? "is named twice" : null);
      if (flaw !== null) this.errors.add(`${this.at(name)}/${index}`, `item ${index} of \`${name}\` ${flaw}`);
      else seen.add(item as string);
    }
    return [...seen];
  }

  /** null when it is absent or null. */
  form(name: string): Form | null {
    const value = this.json(name);
    return value === undefined || value === null ? null : new Form(value, this.at(name), this.errors, `\`${name}\``);
  }

  /** An item of the list `name`, which must be an object. */
  item(name: string, index: number, value: Json): Form {
    return new Form(value, `${this.at(name)}/${index}`, this.errors, `item ${index} of \`${name}\``);
  }

  /** Refuses every field that nobody asked for. */
  close(): void {
    for (const name of Object.keys(this.#raw)) {
      if (!this.#asked.has(name)) this.refuse(name, `unknown field \`${shortName(name)}\``);
    }
  }
}

/** A name that somebody sent, short enough for a message. */
export const shortName = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name);

function flawOfText(value: Json, rule: TextRule): string | null {
  if (typeof value !== "string") return "must be a string";
  if (!value.isWellFormed()) return "is not well-formed Unicode";
  if (value.length < (rule.min ?? 0)) return rule.min === 1 ? "is empty" : `is shorter than ${rule.min} characters`;
  if (value.length > rule.max) return `is longer than ${rule.max} characters`;
  if (rule.pattern !== undefined && !rule.pattern.test(value)) return rule.hint ?? flawOfForm(rule.pattern);
  return null;
}
