/**
 * Plain orders: whole sentences by which an assistant is told to show its configuration, drop its limits, leave out a check, or do or say something else, without
 * the usual words. Applies to what users write and tools return; a question of a person that has the same words begins otherwise (`AT`). Pure; only expressions
 * whose needed words are in the text are tried (needs.ts), each with bounded gaps.
 */
import type { Channel } from "../finding.ts";
import type { Evidence } from "./evidence.ts";
import { instructionFinderOf } from "./finder.ts";
import { PATTERNS } from "./patterns.ts";
import { FURTHER_PLAIN_ORDERS } from "./plain-orders-further.ts";
import { PLAIN_ORDERS_IN_DATA } from "./plain-orders-in-data.ts";
import { PLAIN_ORDERS_OF_USERS } from "./plain-orders-of-users.ts";

const KINDS = [...PLAIN_ORDERS_OF_USERS, ...PLAIN_ORDERS_IN_DATA, ...FURTHER_PLAIN_ORDERS];
/** Log-odds: enough to block in both channels. */
const WEIGHT = 6;
/** Place of their evidence among the patterns: behind those of orders.ts. */
const FIRST_PATTERN = PATTERNS.length + 60;

const SOURCES = KINDS.flatMap(({ sources }, kind) => sources.map((source) => ({ source, kind, expression: new RegExp(source, "u") })));
const FINDER = instructionFinderOf(SOURCES.map(({ source }) => source));

/** Evidence of each kind in a normalised text, the first of each. */
export function plainOrdersIn(text: string, channel: Channel): readonly Evidence[] {
  const found = new Map<number, Evidence>();
  for (const place of FINDER.mayMatch(text)) {
    const one = SOURCES[place];
    const kind = one === undefined ? undefined : KINDS[one.kind];
    if (one === undefined || kind === undefined || found.has(one.kind) || !kind.channels.includes(channel)) continue;
    const match = one.expression.exec(text);
    if (match === null) continue;
    found.set(one.kind, {
      family: kind.family,
      weight: WEIGHT,
      pattern: FIRST_PATTERN + one.kind,
      acts: true,
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  return [...found.values()];
}

/** The expressions, each with a word that it needs, for the tests. */
export const PLAIN_SOURCES: readonly string[] = SOURCES.map(({ source }) => source);
/** The rules as texts: they are part of the version of the guardrails. */
export const PLAIN_RULES: readonly string[] = KINDS.flatMap(({ sources, family, channels }) => [
  ...sources,
  `${family} ${WEIGHT} ${channels.join(" ")}`,
]);
/** A text for each kind that it must find, and the channel, in the tests and in the version of the guardrails. */
export const PLAIN_PROBES: readonly (readonly [string, Channel])[] = KINDS.map(({ probe, channels }) => [probe, channels[0] ?? "user"]);
