/** Labelled texts with other names in them, so that what is around a name is learned and not the name alone. */
import type { NameType } from "../../../core/guardrail/names/tags.ts";
import type { Draw } from "./draw.ts";
import type { Marked, Span } from "./make.ts";

/** The names of labelled texts by kind, as often as they are there. */
export type NamesByType = ReadonlyMap<NameType, readonly string[]>;

/** How many of the names of a text become others, and how many are looked at to find one that is cased alike. */
const SHARE = 0.7;
const TRIES = 5;

export function namesByType(texts: readonly Marked[]): NamesByType {
  const all = texts.flatMap(({ text, spans }) => spans.map(({ type, start, end }) => ({ type, name: text.slice(start, end) })));
  return new Map([...Map.groupBy(all, ({ type }) => type)].map(([type, names]) => [type, names.map(({ name }) => name)]));
}

/** The text with others of the same kind for some of its names. */
export function withOtherNames({ text, spans }: Marked, names: NamesByType, draw: Draw): Marked {
  let renamed = "";
  let from = 0;
  const others: Span[] = [];
  for (const { type, start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    renamed += text.slice(from, start);
    const name = otherName(text.slice(start, end), names.get(type) ?? [], draw);
    others.push({ type, start: renamed.length, end: renamed.length + name.length });
    renamed += name;
    from = end;
  }
  return { text: renamed + text.slice(from), spans: others };
}

function otherName(name: string, names: readonly string[], draw: Draw): string {
  if (names.length === 0 || draw.next() >= SHARE) return name;
  const isLower = (one: string): boolean => one === one.toLowerCase();
  for (let count = 0; count < TRIES; count++) {
    const other = draw.pick(names);
    if (isLower(other) === isLower(name)) return other;
  }
  return name;
}
