/**
 * Placeholders in a value that has to fit a schema. Where one does not fit (a number, a pattern, a length, a list of words), the field is
 * withheld as its type allows: null, left out, or an empty text. What the schema itself lists stays. Where nothing fits, the place is named. Knows no schema: whoever
 * asks says what fits. Pure and total; linear work for each question asked, and a bounded number of questions.
 */
import { escapeToken, isObject, type Json } from "../json.ts";
import { err, ok, type Result } from "../result.ts";

/** Maximum values that are tried; where they do not suffice, the value counts as one that cannot be made to fit. */
const MOST_QUESTIONS = 96;

type Choice = "original" | "listed" | "placeholder" | "null" | "absent" | "empty";
/** A place where the two values differ. `order` counts the places of the walk: it names the same place in every value of this shape. */
type Place = { readonly order: number; readonly pointer: string; readonly choices: readonly Choice[]; readonly listed?: Json };

/** Withholds, in any value of the shape that was asked about, what did not fit. */
export type Withhold = (value: Json) => Json;

/**
 * `original` fits, `redacted` is the same value with placeholders in it. Gives what has to be withheld of `redacted` for it to fit as
 * well; nothing of `original` is left in the outcome but what `isListed` says is the schema's own. An error is the JSON Pointer of a place for which nothing fits.
 */
export function withholdUnfit(
  original: Json,
  redacted: Json,
  fits: (value: Json) => boolean,
  isListed: (value: Json) => boolean = () => false,
): Result<Withhold, string> {
  if (fits(redacted)) return ok((value) => value);
  const places = placesOf(original, redacted, isListed);
  const chosen = new Map<number, Choice>(places.map(({ order }) => [order, "original"]));
  let questions = 0;
  const tried = (some: readonly Place[], choice: Choice): boolean => {
    if (++questions > MOST_QUESTIONS) return false;
    for (const { order } of some) chosen.set(order, choice);
    if (fits(built(original, redacted, chosen))) return true;
    for (const { order } of some) chosen.set(order, "original");
    return false;
  };
  // Many at a time: most placeholders fit, and halves that do are settled by one question.
  const settle = (some: readonly Place[]): string | null => {
    const [first] = some;
    if (first === undefined || tried(some, "placeholder")) return null;
    if (some.length > 1) {
      const middle = some.length >> 1;
      return settle(some.slice(0, middle)) ?? settle(some.slice(middle));
    }
    return first.choices.some((choice) => tried(some, choice)) ? null : first.pointer;
  };
  const unfit = settle(places);
  if (unfit !== null) return err(unfit);
  const kept = new Map(places.map(({ order, listed = null }) => [order, listed]));
  return ok((value) => built(value, value, chosen, kept));
}

/** In the order of the walk; a key's place comes before its value's. */
function placesOf(original: Json, redacted: Json, isListed: (value: Json) => boolean): readonly Place[] {
  const places: Place[] = [];
  let order = 0;
  const visit = (before: Json, after: Json, pointer: string, isItem: boolean): void => {
    const own = order++;
    if (Array.isArray(before) && Array.isArray(after)) {
      for (const [index, item] of before.entries()) visit(item, after[index] ?? null, `${pointer}/${index}`, true);
    } else if (isObject(before) && isObject(after)) {
      const others = Object.entries(after);
      for (const [index, [key, child]] of Object.entries(before).entries()) {
        const [other = key, replaced = null] = others[index] ?? [];
        const place = `${pointer}/${escapeToken(other)}`;
        const keyOrder = order++;
        if (other !== key) places.push({ order: keyOrder, pointer: place, choices: ["absent"] });
        visit(child, replaced, place, false);
      }
    } else if (before !== after) {
      const empty: readonly Choice[] = typeof before === "string" ? ["empty"] : [];
      const withheld: readonly Choice[] = isItem ? ["null", ...empty, "absent"] : ["null", "absent", ...empty];
      if (isListed(before)) places.push({ order: own, pointer, choices: ["listed", ...withheld], listed: before });
      else places.push({ order: own, pointer, choices: withheld });
    }
  };
  visit(original, redacted, "", false);
  return places;
}

const NONE: ReadonlyMap<number, Json> = new Map();

/** What was chosen for each place; elsewhere the two are the same. `kept`: what stays where the schema lists it. */
function built(original: Json, redacted: Json, chosen: ReadonlyMap<number, Choice>, kept: ReadonlyMap<number, Json> = NONE): Json {
  let order = 0;
  const visit = (before: Json, after: Json): Json | undefined => {
    const own = order++;
    const choice = chosen.get(own);
    if (Array.isArray(before) && Array.isArray(after)) {
      return before.flatMap((item, index): Json[] => {
        const put = visit(item, after[index] ?? null);
        return put === undefined ? [] : [put];
      });
    }
    if (isObject(before) && isObject(after)) {
      const others = Object.entries(after);
      const entries = Object.entries(before).flatMap(([key, child], index): [string, Json][] => {
        const [other = key, replaced = null] = others[index] ?? [];
        const keyChoice = chosen.get(order++);
        const put = visit(child, replaced);
        if (keyChoice === "absent" || put === undefined) return [];
        return [[keyChoice === "placeholder" ? other : key, put]];
      });
      return Object.fromEntries(entries);
    }
    switch (choice) {
      case "null":
        return null;
      case "absent":
        return undefined;
      case "empty":
        return "";
      case "listed":
        return kept.get(own) ?? before;
      case "placeholder":
        return after;
      default:
        return before;
    }
  };
  return visit(original, redacted) ?? null;
}
