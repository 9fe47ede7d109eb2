/**
 * The labels of a value by place. A label counts for the place that its JSON Pointer names and everything in it; where several count, all
 * do. A place without one is the developer's own word.
 *
 * PERSISTED: in journals.
 */
import { escapeToken, parsePointer } from "../json.ts";
import { join, type Label, OWN } from "./label.ts";

/** Labels by place. */
export type Labels = readonly { readonly at: string; readonly label: Label }[];

/** Maximum places of one value; a value with more has one label for all of it. */
const PLACES_KEPT = 64;

/** One label for the whole value. */
export const whole = (label: Label): Labels => (label === OWN ? [] : [{ at: "", label }]);

/** One label that counts for everything in the value. */
export const joined = (labels: Labels): Label => labels.reduce<Label>((sofar, { label }) => join(sofar, label), OWN);

/** The labels of several parts of one value. */
export function merged(parts: readonly Labels[]): Labels {
  const byPlace = new Map<string, Label>();
  for (const { at, label } of parts.flat()) byPlace.set(at, join(byPlace.get(at) ?? OWN, label));
  if (byPlace.size > PLACES_KEPT) return whole([...byPlace.values()].reduce(join, OWN));
  return [...byPlace].map(([at, label]) => ({ at, label }));
}

/** The labels of a value that becomes the part `token` of another. */
export const placedAt = (token: string, labels: Labels): Labels =>
  labels.map(({ at, label }) => ({ at: `/${escapeToken(token)}${at}`, label }));

/** The labels of the part of a value that the tokens lead to. */
export function labelsAt(labels: Labels, tokens: readonly string[]): Labels {
  if (tokens.length === 0) return labels;
  return merged(
    labels.map(({ at, label }) => {
      const place = parsePointer(at) ?? [];
      const common = Math.min(place.length, tokens.length);
      if (place.slice(0, common).some((token, index) => token !== tokens[index])) return [];
      const rest = place.slice(common).map((token) => `/${escapeToken(token)}`);
      return [{ at: rest.join(""), label }];
    }),
  );
}

/** The class of each place that has a label. */
export const classesOf = (labels: Labels): { readonly at: string; readonly class: Label["class"] }[] =>
  labels.map(({ at, label }) => ({ at, class: label.class }));

/** The places of the value that hold something untrusted. */
export const untrustedPlaces = (labels: Labels): string[] => labels.flatMap(({ at, label }) => (label.trust === "untrusted" ? [at] : []));
