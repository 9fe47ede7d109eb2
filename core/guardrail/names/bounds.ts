/**
 * Where a name begins and ends, once the labels have said roughly where it is: with words and not with signs, with the dot of its own
 * abbreviation, and with what stands between its parts (`Diego y Andaya`, `Toshiba-EMI`). Linear in the names.
 */
import type { NameType } from "./tags.ts";
import type { Token } from "./tokens.ts";

/** A name: words `from` to `to`, the last excluded. `score`: mean probability that its words are of its kind. */
export type Name = { readonly type: NameType; readonly from: number; readonly to: number; readonly score: number };

const WORDLESS = /^[^\p{L}\p{N}#(]+$/u;
const ABBREVIATION = /^(?:\p{L}|inc|ltd|co|corp|llc|bros|jr|sr|st|[bn]\.v|s\.a)$/iu;
/** Abbreviations whose dot always belongs to the name. */
const DOTTED = /^(?:inc|ltd|co|corp|bros|jr|sr)$/i;
/** A last initial; I, V and X are figures of a king or a namesake. */
const INITIAL = /^[A-HJ-UWYZ]$/;
const PARTICLE = /^(?:de|del|della|di|da|dos|das|du|van|von|der|den|bin|ibn|al|el|y|la|le|ter|zu)$/;

/** Names in order, with the bounds that people give them. */
export function bounded(names: readonly Name[], tokens: readonly Token[]): readonly Name[] {
  const all: Name[] = [];
  for (const name of names.flatMap((one) => withOwnDot(trimmed(one, tokens), tokens)).map((one) => withOwnHash(one, tokens))) {
    const last = all.at(-1);
    if (last !== undefined && isOne(last, name, tokens))
      all[all.length - 1] = { ...last, to: name.to, score: Math.min(last.score, name.score) };
    else all.push(name);
  }
  return all;
}

/** The dot of `Inc.` and of an initial is the name's own. */
const endsAbbreviation = (tokens: readonly Token[], at: number): boolean =>
  tokens[at]?.text === "." && ABBREVIATION.test(tokens[at - 1]?.text ?? "");

/** A name begins and ends with a word, not with a sign or a line end. */
function trimmed(name: Name, tokens: readonly Token[]): readonly Name[] {
  let { from, to } = name;
  while (from < to && WORDLESS.test(tokens[from]?.text ?? "")) from++;
  while (to > from && WORDLESS.test(tokens[to - 1]?.text ?? "") && !endsAbbreviation(tokens, to - 1)) to--;
  return from < to ? [{ ...name, from, to }] : [];
}

const touch = (tokens: readonly Token[], at: number): boolean => tokens[at - 1]?.end === tokens[at]?.start;

function withOwnDot(names: readonly Name[], tokens: readonly Token[]): readonly Name[] {
  return names.map((name) => {
    const { type, from, to } = name;
    if (tokens[to]?.text !== "." || !touch(tokens, to)) return name;
    const last = tokens[to - 1]?.text ?? "";
    return DOTTED.test(last) || (type === "PERSON" && to - from > 1 && INITIAL.test(last)) ? { ...name, to: to + 1 } : name;
  });
}

/** The sign of a hashtag that a name begins. */
function withOwnHash(name: Name, tokens: readonly Token[]): Name {
  const at = name.from - 1;
  return name.type !== "ADDRESS" && tokens[at]?.text === "#" && touch(tokens, name.from) && !touch(tokens, at)
    ? { ...name, from: at }
    : name;
}

/** Two names that one word joins, as particles and hyphens do. */
function isOne(before: Name, after: Name, tokens: readonly Token[]): boolean {
  if (before.type !== after.type || after.from - before.to !== 1) return false;
  const between = tokens[before.to]?.text ?? "";
  if (before.type === "PERSON" && PARTICLE.test(between)) return true;
  return between === "-" && touch(tokens, before.to) && touch(tokens, after.from);
}
