/**
 * The style sheets of a page: which of their rules count for an element. A rule is *certain* where its selector says so by the element alone
 * (`p`, `.note.on`, `#x`, `[hidden]`) and a screen always has it; it is *possible* where it hangs on what is around the element, on its state
 * (`:hover`) or on the screen (`@media (max-width: …)`). What only paper has is no rule. Pure, linear.
 */
import { type Declarations, declarationsOf } from "./css.ts";
import { withoutComments, withoutEscapes } from "./css-value.ts";
import { attributesOf, tokensOf } from "./markup.ts";

/** One rule, as far as it counts for an element. `weight`: of two rules the heavier counts, and of equal ones the later. */
export type Rule = { readonly isCertain: boolean; readonly weight: number; readonly order: number; readonly declarations: Declarations };

type Selector = {
  readonly tag: string;
  readonly id: string;
  readonly classes: readonly string[];
  readonly attributes: readonly (readonly [name: string, wanted: Wanted])[];
  readonly isCertain: boolean;
  readonly weight: number;
};
type Listed = { readonly selector: Selector; readonly rule: Rule };

/** Rules that are looked at, and of them those that hang on one name. */
const MOST_RULES = 5_000;
const MOST_OF_ONE_NAME = 40;
const MOST_CLASSES = 20;

/** A page's style sheets. */
export class StyleSheet {
  readonly #byName = new Map<string, Listed[]>();
  #isWhole = true;
  #order = 0;

  constructor(source: string) {
    let isStyle = false;
    let isConditional = false;
    for (const token of tokensOf(source, "html")) {
      if (token.kind === "text" && isStyle) this.#read(withoutComments(token.text), isConditional);
      isStyle = false;
      if (token.kind === "open" && token.name === "style") {
        const media = attributesOf(token.attributes).get("media") ?? "";
        isStyle = mediaOf(media) !== "paper";
        isConditional = mediaOf(media) === "perhaps";
      }
    }
  }

  /** Whether all rules were read. Where not, what they hide may be shown by others. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** The rules for an element. */
  rulesFor(tag: string, attributes: ReadonlyMap<string, string>): Rule[] {
    if (this.#byName.size === 0) return [];
    const classes = new Set((attributes.get("class") ?? "").split(/\s+/).slice(0, MOST_CLASSES));
    const id = attributes.get("id") ?? "";
    const rules: Rule[] = [];
    for (const name of ["*", tag, `#${id}`, ...[...classes].map((one) => `.${one}`)])
      for (const { selector, rule } of this.#byName.get(name) ?? [])
        if (
          (selector.tag === "" || selector.tag === tag) &&
          (selector.id === "" || selector.id === id) &&
          selector.classes.every((one) => classes.has(one)) &&
          selector.attributes.every(([one, wanted]) => fits(attributes.get(one), wanted))
        )
          rules.push(rule);
    return rules;
  }

  #read(text: string, isConditional: boolean): void {
    /** What the rules are in: `perhaps` and `paper` are conditions, `rule` is a rule that others are nested in. */
    const around: ("always" | "perhaps" | "paper")[] = [isConditional ? "perhaps" : "always"];
    let at = 0;
    let selectors: string | null = null;
    for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
      const before = text.slice(at, index);
      at = index + 1;
      const outer = around.at(-1) ?? "always";
      const semicolon = before.lastIndexOf(";");
      if (selectors !== null) this.#add(selectors, brace === "}" ? before : before.slice(0, semicolon + 1), outer);
      if (brace === "}") {
        if (selectors === null && around.length > 1) around.pop();
        selectors = null;
        continue;
      }
      const prelude = before.slice(semicolon + 1).trim();
      // A rule that others are nested in becomes what is around them.
      if (selectors !== null) around.push(outer === "paper" ? "paper" : "perhaps");
      selectors = prelude.startsWith("@") ? null : prelude;
      if (selectors === null) around.push(worse(outer, /^@media\b/i.test(prelude) ? mediaOf(prelude.slice(6)) : "perhaps"));
    }
  }

  #add(selectors: string, list: string, around: "always" | "perhaps" | "paper"): void {
    if (around === "paper") return;
    const declarations = declarationsOf(list);
    if (declarations.size === 0) return;
    for (const written of listed(selectors.slice(0, 2_000))) {
      const selector = selectorOf(written.trim());
      if (selector === null) continue;
      const name = nameOf(selector);
      const listed = this.#byName.get(name) ?? [];
      if (this.#order >= MOST_RULES || listed.length >= MOST_OF_ONE_NAME) {
        this.#isWhole = false;
        return;
      }
      const isCertain = selector.isCertain && around === "always";
      // Of any element nothing is known that may be.
      if (name === "*" && !isCertain) continue;
      listed.push({ selector, rule: { isCertain, weight: selector.weight, order: this.#order++, declarations } });
      this.#byName.set(name, listed);
    }
  }
}

const nameOf = ({ tag, id, classes }: Selector): string =>
  id !== "" ? `#${id}` : classes.length > 0 ? `.${classes[0]}` : tag !== "" ? tag : "*";

const worse = (one: "always" | "perhaps" | "paper", other: "always" | "perhaps" | "paper") =>
  one === "paper" || other === "paper" ? "paper" : one === "perhaps" ? one : other;

/** When a list of media counts for who reads on a screen. */
function mediaOf(list: string): "always" | "perhaps" | "paper" {
  const media = list
    .toLowerCase()
    .split(",")
    .map((one) => one.trim());
  if (media.some((one) => one === "" || one === "all" || one === "screen")) return "always";
  return media.every((one) => /^(?:print|speech|aural|braille)\b/.test(one) || /^not\s+(?:screen|all)\b/.test(one)) ? "paper" : "perhaps";
}

/** What an attribute has to be; null: it has to be there. */
type Wanted = { readonly how: string; readonly value: string } | null;

const NAMED = "[A-Za-z_\\u0080-\\uffff-][\\w\\u0080-\\uffff-]*";
const ATTRIBUTE = `\\[\\s*[\\w-]+\\s*(?:[~|^$*]?=\\s*(?:"[^"]*"|'[^']*'|[\\w-]+)\\s*[is]?\\s*)?\\]`;
const COMPOUND = new RegExp(`^(\\*|${NAMED})?((?:[.#]${NAMED}|${ATTRIBUTE})*)(:.+)?$`);
const PARTS = new RegExp(`[.#]${NAMED}|${ATTRIBUTE}`, "g");

/** Where the last compound of a selector begins: behind the last combinator that is in no bracket. */
function lastCompound(written: string): number {
  let [depth, start] = [0, 0];
  for (let at = 0; at < written.length; at++) {
    const letter = written[at] ?? "";
    if (letter === "[" || letter === "(") depth++;
    else if (letter === "]" || letter === ")") depth--;
    else if (depth === 0 && /[\s>+~]/.test(letter)) start = at + 1;
  }
  return start;
}

/** The parts of a list, without those that commas in brackets would make. */
function listed(selectors: string): string[] {
  const found: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < selectors.length; at++) {
    const letter = selectors[at];
    if (letter === "[" || letter === "(") depth++;
    else if (letter === "]" || letter === ")") depth--;
    else if (letter === "," && depth === 0) {
      found.push(selectors.slice(start, at));
      start = at + 1;
    }
  }
  return [...found, selectors.slice(start)];
}

/** Whether an attribute is as a selector wants it. */
function fits(given: string | undefined, wanted: Wanted): boolean {
  if (given === undefined) return false;
  if (wanted === null) return true;
  const { how, value } = wanted;
  if (how === "=") return given === value;
  if (how === "~=") return given.split(/\s+/).includes(value);
  if (how === "|=") return given === value || given.startsWith(`${value}-`);
  if (value === "") return false;
  if (how === "^=") return given.startsWith(value);
  return how === "$=" ? given.endsWith(value) : given.includes(value);
}

/** The last compound of a selector: the element itself. null: it is none of an element, or it is not read. */
function selectorOf(escaped: string): Selector | null {
  const written = withoutEscapes(escaped);
  if (written === "" || written.length > 300 || /::|:(?:before|after|first-letter|first-line)\b/i.test(written)) return null;
  const start = lastCompound(written);
  const match = COMPOUND.exec(written.slice(start));
  if (match === null) return null;
  const [, tag = "", rest = "", state = ""] = match;
  const parts = rest.match(PARTS) ?? [];
  const attributes = parts
    .filter((part) => part.startsWith("["))
    .map((part): [string, Wanted] => {
      const [, name = "", how = "", value = ""] = /^\[\s*([\w-]+)\s*(?:([~|^$*]?=)\s*(.*?)\s*)?\]$/.exec(part) ?? [];
      const text = /^(["'])(.*)\1/.exec(value)?.[2] ?? value.replace(/\s+[is]$/, "");
      return [name.toLowerCase(), how === "" ? null : { how, value: text }];
    });
  const ids = parts.filter((part) => part.startsWith("#"));
  return {
    tag: tag === "*" ? "" : tag.toLowerCase(),
    id: ids[0]?.slice(1) ?? "",
    classes: parts.filter((part) => part.startsWith(".")).map((part) => part.slice(1)),
    attributes,
    isCertain: start === 0 && state === "" && ids.length <= 1,
    weight: 10_000 * ids.length + 100 * (parts.length - ids.length) + (tag === "" || tag === "*" ? 0 : 1),
  };
}
