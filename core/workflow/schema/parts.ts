/** Keywords that go into a list or an object. */
import { isObject, type Json, type JsonObject, own } from "../../json.ts";
import { compilePattern, type Pattern } from "../../pattern/pattern.ts";
import { type Check, type Judge, Place, type Seen } from "./check.ts";
import { FORBIDDEN, mustFit, nameOf } from "./messages.ts";
import { spentText } from "./values.ts";

/** Makes the judge of a schema; `refusal` is what is told where the schema is `false`. */
export type Make = (schema: Json, refusal?: (path: string) => string) => Judge;
type OnList = (value: readonly Json[], place: Place, check: Check, seen: Seen) => boolean;
type OnObject = (value: JsonObject, place: Place, check: Check, seen: Seen) => boolean;

const onList =
  (fits: OnList): Judge =>
  (value, place, check, seen) =>
    !Array.isArray(value) || fits(value, place, check, seen);
const onObject =
  (fits: OnObject): Judge =>
  (value, place, check, seen) =>
    !isObject(value) || fits(value, place, check, seen);

/** `isKept`: places are the same objects at every visit. */
export function partKeywords(node: JsonObject, make: Make, isKept: boolean): Judge[] {
  return [...counts(node), ...items(node, make, isKept), ...contains(node, make, isKept), ...fields(node, make, isKept)];
}

/** `unevaluatedItems` and `unevaluatedProperties`: they come after all that stands beside them. */
export function leftOvers(node: JsonObject, make: Make, isKept: boolean): Judge[] {
  const judges: Judge[] = [];
  const [items, names] = [own(node, "unevaluatedItems"), own(node, "unevaluatedProperties")];
  if (items !== undefined) {
    const judge = make(items, FORBIDDEN.item);
    judges.push(
      onList((value, place, check, seen) => {
        const fits = every(value.keys(), check, (index) => {
          if (seen.hasItem(index)) return true;
          return judge(value[index] ?? null, place.child(index, isKept), check, check.seen());
        });
        seen.addItemsUpTo(value.length);
        return fits;
      }),
    );
  }
  if (names !== undefined) {
    const judge = make(names, FORBIDDEN.field);
    judges.push(
      onObject((value, place, check, seen) =>
        every(Object.keys(value), check, (name) => {
          if (seen.hasName(name)) return true;
          seen.addName(name);
          return judge(value[name] ?? null, place.child(name, isKept), check, check.seen());
        }),
      ),
    );
  }
  return judges;
}

function counts(node: JsonObject): Judge[] {
  const judges: Judge[] = [];
  const add = (keyword: string, fits: (value: Json, asked: number) => boolean): void => {
    const asked = own(node, keyword);
    if (typeof asked !== "number") return;
    const message = mustFit(keyword, asked);
    judges.push((value, place, check) => fits(value, asked) || check.refuse(place, message));
  };
  add("minItems", (value, asked) => !Array.isArray(value) || value.length >= asked);
  add("maxItems", (value, asked) => !Array.isArray(value) || value.length <= asked);
  add("minProperties", (value, asked) => !isObject(value) || Object.keys(value).length >= asked);
  add("maxProperties", (value, asked) => !isObject(value) || Object.keys(value).length <= asked);
  if (own(node, "uniqueItems") === true) {
    judges.push(
      onList((value, place, check) => {
        const different = new Set(value.map((item) => spentText(item, check))).size === value.length;
        return different || check.refuse(place, (path) => `${nameOf(path)} has an item twice`);
      }),
    );
  }
  return judges;
}

function items(node: JsonObject, make: Make, isKept: boolean): Judge[] {
  const written = own(node, "items");
  const first = own(node, "prefixItems") ?? (Array.isArray(written) ? written : undefined);
  const judges = Array.isArray(first) ? first.map((schema) => make(schema, FORBIDDEN.item)) : [];
  const rest = Array.isArray(written) ? own(node, "additionalItems") : written;
  const others = rest === undefined ? null : make(rest, FORBIDDEN.item);
  if (judges.length === 0 && others === null) return [];
  return [
    onList((value, place, check, seen) => {
      const most = others === null ? Math.min(judges.length, value.length) : value.length;
      seen.addItemsUpTo(most);
      return every(value.keys(), check, (index) => {
        const judge = judges[index] ?? others;
        return judge === null || judge(value[index] ?? null, place.child(index, isKept), check, check.seen());
      });
    }),
  ];
}

function contains(node: JsonObject, make: Make, isKept: boolean): Judge[] {
  const schema = own(node, "contains");
  if (schema === undefined) return [];
  const judge = make(schema);
  const [least, most] = [Number(own(node, "minContains") ?? 1), Number(own(node, "maxContains") ?? Number.POSITIVE_INFINITY)];
  return [
    onList((value, place, check, seen) => {
      let count = 0;
      for (const [index, item] of value.entries()) {
        check.spend(1);
        if (!check.quietly(() => judge(item, place.child(index, isKept), check, check.seen()))) continue;
        seen.addItem(index);
        count += 1;
      }
      return (
        (count >= least && count <= most) || check.refuse(place, (path) => `${nameOf(path)} does not contain what its schema asks for`)
      );
    }),
  ];
}

function fields(node: JsonObject, make: Make, isKept: boolean): Judge[] {
  return [...required(node), ...named(node, make, isKept), ...names(node, make)];
}

function required(node: JsonObject): Judge[] {
  const judges: Judge[] = [];
  const list = own(node, "required");
  if (Array.isArray(list)) {
    judges.push(
      onObject((value, place, check) =>
        every(list.map(String), check, (name) => {
          const isThere = Object.hasOwn(value, name);
          return isThere || check.refuse(new Place(place, name), (path) => `${nameOf(path)} is missing`);
        }),
      ),
    );
  }
  const lists = listsOfNames(node);
  if (lists.length > 0) {
    judges.push(
      onObject((value, place, check) =>
        every(lists, check, ([name, asked]) => {
          check.spend(asked.length / 8);
          const isMet = !Object.hasOwn(value, name) || asked.every((other) => Object.hasOwn(value, other));
          return isMet || check.refuse(place, (path) => `${nameOf(path)} lacks a field that another one asks for`);
        }),
      ),
    );
  }
  return judges;
}

/** `dependentRequired`, and what draft-07 has of it in `dependencies`. */
function listsOfNames(node: JsonObject): (readonly [string, readonly string[]])[] {
  return ["dependentRequired", "dependencies"].flatMap((keyword) => {
    const map = own(node, keyword);
    return Object.entries(isObject(map) ? map : {}).flatMap(([name, list]) =>
      Array.isArray(list) ? [[name, list.map(String)] as const] : [],
    );
  });
}

function named(node: JsonObject, make: Make, isKept: boolean): Judge[] {
  const [properties, patterns, rest] = [own(node, "properties"), own(node, "patternProperties"), own(node, "additionalProperties")];
  if (properties === undefined && patterns === undefined && rest === undefined) return [];
  const byName = new Map(Object.entries(isObject(properties) ? properties : {}).map(([name, schema]) => [name, make(schema)] as const));
  const byPattern = Object.entries(isObject(patterns) ? patterns : {}).flatMap(([pattern, schema]): (readonly [Pattern, Judge])[] => {
    const compiled = compilePattern(pattern);
    return compiled.ok ? [[compiled.value, make(schema)]] : [];
  });
  const others = rest === undefined ? null : make(rest, FORBIDDEN.field);
  return [
    onObject((value, place, check, seen) =>
      every(Object.keys(value), check, (name) => {
        const exact = byName.get(name);
        const fits = (pattern: Pattern): boolean => {
          check.beginPattern();
          return pattern.test(name, check.spendSteps);
        };
        const fitting = byPattern.filter(([pattern]) => fits(pattern)).map(([, judge]) => judge);
        const all = [...(exact === undefined ? [] : [exact]), ...fitting];
        if (all.length === 0 && others !== null) all.push(others);
        if (all.length > 0) seen.addName(name);
        return every(all, check, (judge) => judge(value[name] ?? null, place.child(name, isKept), check, check.seen()));
      }),
    ),
  ];
}

function names(node: JsonObject, make: Make): Judge[] {
  const schema = own(node, "propertyNames");
  if (schema === undefined) return [];
  const judge = make(schema);
  return [
    onObject((value, place, check) => every(Object.keys(value), check, (name) => judge(name, new Place(place, name), check, check.seen()))),
  ];
}

/** All of them, so that every error is told; the first that fails is enough where nothing is. */
function every<T>(all: Iterable<T>, check: Check, fits: (one: T) => boolean): boolean {
  let isWhole = true;
  for (const one of all) {
    check.spend(1);
    if (fits(one)) continue;
    isWhole = false;
    if (check.isQuiet) return false;
  }
  return isWhole;
}
