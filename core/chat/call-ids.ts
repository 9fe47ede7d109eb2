/**
 * Ids of calls as a caller gets them: no two answers share one, though many servers count from 0 in every turn. An upstream's own id is
 * inside, and goes back to it when the caller sends the call's result; nothing has to be remembered. Pure.
 */
import type { Json } from "../json.ts";
import type { ChatMessage } from "./messages.ts";

/** Longer ids are random, and stand. */
const LONGEST_COUNTED = 24;
const SAID = /^[A-Za-z0-9_.:-]{1,64}$/;
/** An id that holds more than an id, such as the signature of a thought: it goes back as it came, and no other is like it. */
const LADEN = /^[A-Za-z0-9_.:+/=-]{65,8192}$/;
const OURS = /^bh_[0-9A-Za-z]{10}_(.+)$/;
const MARKS: readonly (readonly [string, string])[] = [
  ["-", "-m"],
  [".", "-d"],
  [":", "-c"],
];

/** `run`: a run's id, whose end no other answer has. `said`: the upstream's ids, in order. */
export function outwardIds(said: readonly Json[], run: string): readonly string[] {
  const stamp = run
    .replace(/[^0-9A-Za-z]/g, "")
    .slice(-10)
    .padStart(10, "0");
  const ids = said.filter((id): id is string => typeof id === "string" && (SAID.test(id) || LADEN.test(id)));
  const areUsable = ids.length === said.length && new Set(ids).size === ids.length;
  // Nine letters and digits: the narrowest form that upstreams accept.
  if (!areUsable) return said.map((_, index) => `${stamp.slice(-7)}${String(index).padStart(2, "0")}`);
  return ids.map((id) => (LADEN.test(id) || isRandom(id) ? id : `bh_${stamp}_${escaped(id)}`));
}

/** An id that no counter made: letters and digits mixed, behind whatever names its maker. */
function isRandom(id: string): boolean {
  if (!/^[A-Za-z0-9_-]+$/.test(id)) return false;
  if (id.length > LONGEST_COUNTED) return true;
  const own = id.split(/[_-]/).at(-1) ?? "";
  return own.length >= 8 && !/^[A-Za-z]*\d+$/.test(own) && /\d/.test(own) && /[A-Za-z]/.test(own);
}

const escaped = (id: string): string => MARKS.reduce((text, [mark, sign]) => text.replaceAll(mark, sign), id);
const unescaped = (text: string): string => text.replace(/-[mdc]/g, (sign) => MARKS.find(([, known]) => known === sign)?.[0] ?? sign);

/** The upstream's ids of a conversation's calls. Where two calls would have the same one, both keep what the caller sent. */
export function inwardIds(messages: readonly ChatMessage[]): (id: string) => string {
  const sent = new Set(
    messages.flatMap((message) =>
      message.role === "tool" ? [message.toolCallId] : message.role === "assistant" ? message.toolCalls.map(({ id }) => id) : [],
    ),
  );
  const inward = new Map([...sent].map((id) => [id, idInside(id)]));
  const counts = new Map<string, number>();
  for (const id of inward.values()) counts.set(id, (counts.get(id) ?? 0) + 1);
  return (id) => {
    const known = inward.get(id) ?? id;
    return (counts.get(known) ?? 0) > 1 ? id : known;
  };
}

/** The upstream's id inside one of ours; any other id is its own. */
export function idInside(id: string): string {
  const inside = OURS.exec(id)?.[1];
  return inside === undefined ? id : unescaped(inside);
}
