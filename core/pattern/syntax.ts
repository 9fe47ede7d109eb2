/**
 * Reads a regular expression of ECMA-262 with the flag `u` into a tree. What matches one character (a literal, a class, an escape, `.`)
 * stays in its own words, since the native engine judges single characters. Whether the pattern is valid the native engine says first.
 */
import { err, ok, type Result } from "../result.ts";

/** ECMA-262 section 22.2: the parts of a pattern. Which group captured what does not matter where a pattern only tests a text. */
export type Node =
  /** One character that `source` matches by itself, under these flags. */
  | { readonly kind: "one"; readonly source: string; readonly flags: string }
  | { readonly kind: "sequence"; readonly nodes: readonly Node[] }
  | { readonly kind: "either"; readonly nodes: readonly Node[] }
  /** `most` may be infinite. Greedy or not makes no difference to a test. */
  | { readonly kind: "repeat"; readonly node: Node; readonly least: number; readonly most: number }
  /** A place between two characters. `flags`: of those that change what such a place is. */
  | { readonly kind: "place"; readonly what: "start" | "end" | "edge" | "no edge"; readonly flags: string }
  | { readonly kind: "look"; readonly behind: boolean; readonly negated: boolean; readonly node: Node };

/** Maximum depth of nested groups; a pattern with more is refused. */
const MOST_LEVELS = 100;

/** `flags`: of `i`, `m` and `s`. The error is a sentence about "the pattern", without its text. */
export function readPattern(written: string, flags: string): Result<Node, string> {
  const pattern = withoutOldForms(written);
  try {
    new RegExp(pattern, `u${flags}`);
  } catch (thrown) {
    return err(`the pattern is not a valid regular expression of ECMA-262 with the flag \`u\`: ${whyInvalid(pattern, thrown)}`);
  }
  const reader = new Reader(pattern);
  const node = reader.either(flags, 0);
  return reader.flaw === null ? ok(node) : err(reader.flaw);
}

/** What people write who come from other dialects. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/\(\?P[<=]/, "a named group is written `(?<name>…)`"],
  [/\\A/, "the beginning is written `^`"],
  [/\\[zZ]/, "the end is written `$`"],
  [/\[\[:[a-z]+:\]/, "a class of POSIX is written as a property, as in `\\p{L}`"],
  [/[*+?}]\+/, "possessive quantifiers do not exist, and are not needed: every pattern takes linear time"],
  [/\(\?>/, "atomic groups do not exist, and are not needed: every pattern takes linear time"],
  [/\(\?[imsx]+\)/, "flags stand at the beginning of the pattern of `matches()` only; here `(?i:…)` is a group with a flag"],
];

/** The engine's reason without its picture of the pattern, and what is written here instead of another dialect's form. */
function whyInvalid(pattern: string, thrown: unknown): string {
  const words = thrown instanceof Error ? thrown.message : "";
  const reason = words.slice(words.lastIndexOf(": ") + 2).toLowerCase() || "it cannot be read";
  const instead = ELSEWHERE.find(([form]) => form.test(pattern))?.[1];
  return instead === undefined ? reason : `${reason} (${instead})`;
}

/**
 * Without `u`, `\-` and a `]` by itself stand for the character (ECMA-262 annex B.1.2); with `u` they are errors, though they can mean
 * nothing else. A pattern that is valid with `u` has none of these.
 */
const withoutOldForms = (pattern: string): string =>
  pattern.replace(TOKEN, (token) => {
    if (token.startsWith("[")) return token.replace(/\\([\s\S])/g, (whole, it: string) => (NEEDLESS.has(it) ? it : whole));
    if (/^[\]{}]$/.test(token)) return `\\${token}`;
    return token.length === 2 && (NEEDLESS.has(token.slice(1)) || token === "\\-") ? token.slice(1) : token;
  });
const TOKEN = /\\(?:[pPu]\{[^}]*\}|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|\{\d+(?:,\d*)?\}|[\]{}]/g;
const NEEDLESS = new Set(" !\"#%&',:;<=>@_`~");

const BACKWARD_REFERENCE = /\\(?:[1-9]|k<)/y;
const LOOK = /\(\?(<?)([=!])/y;
const GROUP = /\((?:\?(?:<[^>]*>|([ims]*)(?:-([ims]*))?:))?/y;
const CLASS = /\[(?:\\[\s\S]|[^\]\\])*\]/y;
const ESCAPE =
  /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|.)/suy;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y;

/** A recursive descent over a pattern that the native engine has accepted. */
class Reader {
  flaw: string | null = null;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  either(flags: string, level: number): Node {
    const nodes: Node[] = [];
    do nodes.push(this.#sequence(flags, level));
    while (this.#skip("|"));
    return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind: "either", nodes };
  }

  #sequence(flags: string, level: number): Node {
    const nodes: Node[] = [];
    while (this.flaw === null && this.#at < this.#text.length && !"|)".includes(this.#text.charAt(this.#at))) {
      nodes.push(this.#repeated(this.#atom(flags, level)));
    }
    return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind: "sequence", nodes };
  }

  #repeated(node: Node): Node {
    const found = this.#take(QUANTIFIER);
    if (found === null) return node;
    const [, sign, from, comma, to] = found;
    if (sign !== undefined) return { kind: "repeat", node, least: sign === "+" ? 1 : 0, most: sign === "?" ? 1 : Number.POSITIVE_INFINITY };
    const least = Number(from);
    return { kind: "repeat", node, least, most: comma === undefined ? least : to === "" ? Number.POSITIVE_INFINITY : Number(to) };
  }

  #atom(flags: string, level: number): Node {
    if (this.#take(BACKWARD_REFERENCE) !== null)
      return this.#refuse("the pattern refers back to a group, which cannot be matched in linear time");
    const look = this.#take(LOOK);
    if (look !== null) return { kind: "look", behind: look[1] === "<", negated: look[2] === "!", node: this.#group(flags, level) };
    const group = this.#take(GROUP);
    if (group !== null) return this.#group(changed(flags, group[1] ?? "", group[2] ?? ""), level);
    const marks = flags.replace("s", "");
    if (this.#skip("^")) return { kind: "place", what: "start", flags: marks };
    if (this.#skip("$")) return { kind: "place", what: "end", flags: marks };
    if (this.#skip("\\b")) return { kind: "place", what: "edge", flags: marks };
    if (this.#skip("\\B")) return { kind: "place", what: "no edge", flags: marks };
    const taken = this.#take(CLASS) ?? this.#take(ESCAPE) ?? this.#take(/[\s\S]/uy);
    return { kind: "one", source: taken?.[0] ?? "", flags: flags.replace("m", "") };
  }

  /** What stands in a group whose beginning has been read, and its end. */
  #group(flags: string, level: number): Node {
    if (level >= MOST_LEVELS) return this.#refuse(`the pattern has more than ${MOST_LEVELS} groups in groups`);
    const node = this.either(flags, level + 1);
    this.#skip(")");
    return node;
  }

  #refuse(flaw: string): Node {
    this.flaw ??= flaw;
    return { kind: "sequence", nodes: [] };
  }

  #skip(word: string): boolean {
    const found = this.#text.startsWith(word, this.#at);
    if (found) this.#at += word.length;
    return found;
  }

  #take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }
}

/** The flags inside of `(?more-less:`. */
const changed = (flags: string, more: string, less: string): string =>
  [...new Set(`${flags}${more}`)].filter((flag) => !less.includes(flag)).join("");
