/**
 * Regular expressions of developers, judged before they run. JavaScript's engine backtracks, so that a pattern may take time
 * exponential in the text. What passes here has no repetition inside a repetition; the rest is a product of choices, and that
 * product bounds the length of the texts the pattern may meet.
 */
import { err, ok, type Result } from "../result.ts";

export type BoundPattern = {
  readonly expression: RegExp;
  /** UTF-16 units of a text that this pattern may be tried on. */
  readonly maxLength: number;
};

export const MAX_PATTERN_LENGTH = 512;
/** Ways through a match that are tried at most: some 100 ms. */
const MAX_WAYS = 2e7;
/** A pattern that may not meet a text of this length is refused. */
const LEAST_LENGTH = 64;
const MOST_LENGTH = 65_536;
const REMEMBERED = 500;

const remembered = new Map<string, Result<BoundPattern, string>>();

/** The error says why, without the pattern. */
export function boundPattern(pattern: string): Result<BoundPattern, string> {
  const known = remembered.get(pattern);
  if (known !== undefined) return known;
  const judged = judge(pattern);
  const oldest = remembered.size >= REMEMBERED ? remembered.keys().next().value : undefined;
  if (oldest !== undefined) remembered.delete(oldest);
  if (pattern.length <= MAX_PATTERN_LENGTH) remembered.set(pattern, judged);
  return judged;
}

function judge(pattern: string): Result<BoundPattern, string> {
  if (pattern.length > MAX_PATTERN_LENGTH) return err(`the pattern is longer than ${MAX_PATTERN_LENGTH} characters`);
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, "u");
  } catch {
    return err("the pattern is no regular expression");
  }
  const choices = choicesOf(pattern);
  if (typeof choices === "string") return err(choices);
  const degree = choices.unbounded + (pattern.startsWith("^") ? 0 : 1);
  const most = degree === 0 ? MOST_LENGTH : Math.floor((MAX_WAYS / choices.ways) ** (1 / degree));
  if (choices.ways > MAX_WAYS || most < LEAST_LENGTH) return err("the pattern leaves too many ways to match");
  return ok({ expression, maxLength: Math.min(most, MOST_LENGTH) });
}

type Choices = {
  /** Repetitions without a bound: each may end at every place of the text. */
  unbounded: number;
  /** Product of all other choices. */
  ways: number;
};

type Group = { variable: boolean };

/** Reads a pattern that the engine has accepted, token by token. A string is the reason to refuse it. */
function choicesOf(pattern: string): Choices | string {
  const choices: Choices = { unbounded: 0, ways: 1 };
  const open: Group[] = [{ variable: false }];
  /** The group that has just been closed; null after any other atom. */
  let closed: Group | null = null;
  const token =
    /\\k<|\\[1-9]|\\p\{[^}]*\}|\\u\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|\(\?<?[=!]|\(\?(?:<[^>]*>|:)|\(|\)|\||[*+?]\??|\{\d+(?:,\d*)?\}\??|./gsu;
  for (const [text] of pattern.matchAll(token)) {
    const group = open.at(-1);
    if (group === undefined) return "the pattern is no regular expression";
    if (text.startsWith("\\k") || /^\\[1-9]/.test(text)) return "the pattern refers back to a group";
    if (/^\(\?<?[=!]/.test(text)) return "the pattern looks ahead or behind";
    const repeated = repetition(text);
    if (repeated !== null) {
      if (closed?.variable && repeated.most > 1) return "the pattern repeats what has itself a choice";
      if (repeated.most === Number.POSITIVE_INFINITY) choices.unbounded += 1;
      else choices.ways *= repeated.most - repeated.least + 1;
      if (repeated.most !== repeated.least) group.variable = true;
      closed = null;
    } else if (text.startsWith("(")) {
      open.push({ variable: false });
      closed = null;
    } else if (text === ")") {
      closed = open.pop() ?? null;
      const outer = open.at(-1);
      if (outer !== undefined && closed?.variable) outer.variable = true;
    } else {
      if (text === "|") {
        group.variable = true;
        choices.ways *= 2;
      }
      closed = null;
    }
    if (choices.ways > MAX_WAYS) return "the pattern leaves too many ways to match";
  }
  return choices;
}

function repetition(token: string): { readonly least: number; readonly most: number } | null {
  if (token === "*" || token === "*?") return { least: 0, most: Number.POSITIVE_INFINITY };
  if (token === "+" || token === "+?") return { least: 1, most: Number.POSITIVE_INFINITY };
  if (token === "?" || token === "??") return { least: 0, most: 1 };
  const counted = /^\{(\d+)(,(\d*))?\}\??$/.exec(token);
  if (counted === null) return null;
  const least = Number(counted[1]);
  if (counted[2] === undefined) return { least, most: least };
  return { least, most: counted[3] === "" ? Number.POSITIVE_INFINITY : Number(counted[3]) };
}
