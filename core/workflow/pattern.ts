/**
 * Regular expressions of developers, judged before they run. JavaScript's engine backtracks, so that a pattern may take time
 * exponential in the text. What passes here repeats nothing that has itself a choice, save lists with a separator such as
 * `a(-a)*`; the rest is a product of choices, and that product bounds the length of the texts the pattern may meet.
 */
import { err, ok, type Result } from "../result.ts";

/** A regular expression that can be matched in bounded time. */
export type BoundPattern = {
  readonly expression: RegExp;
  /** UTF-16 units of a text that this pattern may be tried on. */
  readonly maxLength: number;
  /** Ways through a match of a text of this length that are tried at the very worst. */
  readonly ways: (length: number) => number;
};

/** Maximum UTF-16 units of a pattern; a longer one is refused. */
const MAX_PATTERN_LENGTH = 512;
/** Ways through a match that are tried at most: some 100 ms. */
const MAX_WAYS = 2e7;
/** A pattern that may not meet a text of this length is refused. */
const LEAST_LENGTH = 64;
const MOST_LENGTH = 65_536;
const REMEMBERED = 500;
/** `{n}` costs n even where it matches nothing. */
const MAX_COUNT = 1_000;
const MAX_COUNTS = 1e5;

const remembered = new Map<string, Result<BoundPattern, string>>();

/**
 * The error says why, without the pattern. With `flags`, the pattern may begin with flags as in `(?i)`, of `i`, `m` and `s`; the
 * patterns of JSON Schema have none.
 */
export function boundPattern(written: string, flags: "flags" | "no flags" = "no flags"): Result<BoundPattern, string> {
  const pattern = flags === "flags" ? `flags ${written}` : written;
  const known = remembered.get(pattern);
  if (known !== undefined) return known;
  const flagged = flags === "flags" ? /^\(\?([ims]{1,3})\)/.exec(written) : null;
  const judged = judge(written.slice(flagged?.[0].length ?? 0), [...new Set(flagged?.[1] ?? "")].join(""));
  const oldest = remembered.size >= REMEMBERED ? remembered.keys().next().value : undefined;
  if (oldest !== undefined) remembered.delete(oldest);
  if (written.length <= MAX_PATTERN_LENGTH) remembered.set(pattern, judged);
  return judged;
}

function judge(pattern: string, flags: string): Result<BoundPattern, string> {
  if (pattern.length > MAX_PATTERN_LENGTH) return err(`the pattern is longer than ${MAX_PATTERN_LENGTH} characters`);
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, `u${flags}`);
  } catch {
    return err("the pattern is not a valid regular expression");
  }
  const choices = choicesOf(pattern);
  if (typeof choices === "string") return err(choices);
  const degree = choices.unbounded + (pattern.startsWith("^") && !flags.includes("m") && !choices.alternatives ? 0 : 1);
  const ways = choices.ways * choices.counts * (1 + pattern.length / 32); // each way is followed to its end
  const most = degree === 0 ? MOST_LENGTH : Math.floor((MAX_WAYS / ways) ** (1 / degree));
  if (ways > MAX_WAYS || most < LEAST_LENGTH) return err("the pattern leaves too many ways to match");
  return ok({ expression, maxLength: Math.min(most, MOST_LENGTH), ways: (length) => ways * length ** degree });
}

type Choices = {
  /** Repetitions without a bound: each may end at every place of the text. */
  unbounded: number;
  /** Product of all other choices. */
  ways: number;
  /** Product of all counts. */
  counts: number;
  /** At the top: a `^` at the beginning is then the first one's alone. */
  alternatives: boolean;
};

type Group = {
  /** Something in it can match in more than one way. */
  variable: boolean;
  /** What is repeated in it, each by itself; null: more than single characters are, or there are alternatives. */
  repeats: string[] | null;
  /** The literal character that it begins with; undefined: nothing was read yet. */
  lead: string | null | undefined;
};

/** Tokens of a pattern with the flag `u`: one look-around, group mark, class, escape, quantifier or character each. */
const TOKEN =
  /\\k<|\\[1-9]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\c[A-Za-z]|\\.|\[(?:\\.|[^\]\\])*\]|\(\?<?[=!]|\(\?(?:<[^>]*>|[a-z-]*:)|\(|\)|\||[*+?]\??|\{\d+(?:,\d*)?\}\??|./gsu;

/** Reads a pattern that the engine has accepted, token by token. A string is the reason to refuse it. */
function choicesOf(pattern: string): Choices | string {
  const choices: Choices = { unbounded: 0, ways: 1, counts: 1, alternatives: false };
  const open: Group[] = [{ variable: false, repeats: [], lead: null }];
  /** What a quantifier would repeat: a token of its own, or the group that has just been closed. */
  let atom: string | Group = "";
  for (const [token] of pattern.matchAll(TOKEN)) {
    const group = open.at(-1);
    if (group === undefined) return "the pattern is not a valid regular expression";
    if (token.startsWith("\\k") || /^\\[1-9]/.test(token)) return "the pattern refers back to a group";
    if (/^\(\?<?[=!]/.test(token)) return "the pattern looks ahead or behind";
    if (/^\(\?[a-z-]+:/.test(token)) return "the pattern changes its own flags";
    const times = repetition(token);
    if (times !== null) {
      if (typeof atom !== "string" && atom.variable && times.most > 1 && !isSeparatedList(atom)) {
        return "the pattern repeats what has itself a choice";
      }
      const flaw = repeat(choices, group, atom, times);
      if (flaw !== null) return flaw;
    } else if (token.startsWith("(")) {
      open.push({ variable: false, repeats: [], lead: undefined });
      if (group.lead === undefined) group.lead = null;
    } else if (token === ")") {
      atom = open.pop() ?? "";
      const outer = open.at(-1);
      if (outer !== undefined && typeof atom !== "string" && atom.variable) {
        outer.variable = true;
        outer.repeats = null;
      }
    } else {
      if (token === "|") {
        group.variable = true;
        group.repeats = null;
        choices.ways *= 2;
        if (open.length === 1) choices.alternatives = true;
      }
      if (group.lead === undefined) group.lead = literalOf(token);
      atom = token;
    }
    if (choices.ways > MAX_WAYS) return "the pattern leaves too many ways to match";
  }
  return choices;
}

function repeat(choices: Choices, group: Group, atom: string | Group, { least, most }: Times): string | null {
  if (Math.max(least, most === Number.POSITIVE_INFINITY ? 0 : most) > MAX_COUNT) return `the pattern counts beyond ${MAX_COUNT}`;
  choices.counts *= Math.max(least, 1);
  if (choices.counts > MAX_COUNTS) return "the pattern counts too far";
  if (least === most) return null;
  if (most === Number.POSITIVE_INFINITY) choices.unbounded += 1;
  else choices.ways *= most - least + 1;
  group.variable = true;
  if (typeof atom !== "string") group.repeats = null;
  else group.repeats?.push(atom);
  return null;
}

/**
 * `-[a-z]+` repeated: it begins with a character that its one repetition cannot take, so that a text falls into items in one way.
 * The character itself is not repeated: then it would be the repetition.
 */
function isSeparatedList({ repeats, lead }: Group): boolean {
  const [item, ...others] = repeats ?? [];
  if (item === undefined || others.length > 0 || lead === null || lead === undefined) return false;
  return !new RegExp(`^(?:${item})$`, "su").test(lead);
}

/** The one character that a token stands for, or null. */
function literalOf(token: string): string | null {
  if (/^\\[^A-Za-z0-9]$/u.test(token)) return token.slice(1);
  return /^[^\\.^$|?*+()[\]{}]$/u.test(token) ? token : null;
}

type Times = { readonly least: number; readonly most: number };

function repetition(token: string): Times | null {
  if (token === "*" || token === "*?") return { least: 0, most: Number.POSITIVE_INFINITY };
  if (token === "+" || token === "+?") return { least: 1, most: Number.POSITIVE_INFINITY };
  if (token === "?" || token === "??") return { least: 0, most: 1 };
  const counted = /^\{(\d+)(,(\d*))?\}\??$/.exec(token);
  if (counted === null) return null;
  const least = Number(counted[1]);
  if (counted[2] === undefined) return { least, most: least };
  return { least, most: counted[3] === "" ? Number.POSITIVE_INFINITY : Number(counted[3]) };
}
