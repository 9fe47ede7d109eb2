/**
 * The judge of a schema: made once, it says whether a value fits, and why not. What a reference points to is judged once at each place of a
 * value, so that the work is the size of the schema times the size of the value even where a schema contains itself many times over.
 */
import { isObject, type Json, type JsonObject, own } from "../../json.ts";
import { fitsNone, fitsSeveral } from "./alternatives.ts";
import type { Check, Judge, Place, Seen } from "./check.ts";
import type { Document, Resource } from "./inspect.ts";
import { FORBIDDEN, nameOf } from "./messages.ts";
import { leftOvers, type Make, partKeywords } from "./parts.ts";
import { valueKeywords } from "./values.ts";

/** The schema MUST have passed inspection. */
export function judgeOf(schema: JsonObject, document: Document): Judge {
  return new Maker(schema, document).make(schema);
}

class Maker {
  readonly #schema: JsonObject;
  readonly #document: Document;
  readonly #made = new Map<JsonObject, Judge>();
  /** What was found holds for the place whatever the way to it. */
  readonly #isKept: boolean;

  constructor(schema: JsonObject, document: Document) {
    this.#schema = schema;
    this.#document = document;
    this.#isKept = document.hasReferences && !document.isDynamic;
  }

  make: Make = (schema, refusal = FORBIDDEN.place) => {
    if (schema === false) return (_value, place, check) => check.refuse(place, refusal);
    if (!isObject(schema)) return () => true;
    const known = this.#made.get(schema);
    if (known !== undefined) return known;
    // Known before it is made, since it may contain itself.
    let made: Judge | null = null;
    const judge: Judge = (value, place, check, seen) => {
      made ??= this.#judge(schema);
      return made(value, place, check, seen);
    };
    this.#made.set(schema, judge);
    return judge;
  };

  #judge(node: JsonObject): Judge {
    const first = [
      ...this.#references(node),
      ...valueKeywords(node),
      ...partKeywords(node, this.make, this.#isKept),
      ...this.#combined(node),
    ];
    const last = leftOvers(node, this.make, this.#isKept);
    const takesNull = own(node, "nullable") === true; // OpenAPI 3.0
    const all: Judge = (value, place, check, seen) => {
      check.spend(1 + first.length);
      if (takesNull && value === null) return true;
      // What unevaluated… asks is what its own neighbours have seen, and nobody else's.
      const mine = last.length === 0 ? seen : check.seen();
      let fits = true;
      for (const judge of first) {
        if (judge(value, place, check, mine)) continue;
        if (check.isQuiet) return false;
        fits = false;
      }
      if (!fits) return false;
      for (const judge of last) if (!judge(value, place, check, mine)) fits = false;
      if (mine !== seen && fits) seen.add(mine, check.spend);
      return fits;
    };
    const resource = this.#document.resourceOf(node);
    return this.#document.isDynamic && resource !== undefined ? within(resource, all) : all;
  }

  #references(node: JsonObject): Judge[] {
    const [plain, dynamic] = [own(node, "$ref"), own(node, "$dynamicRef")];
    const judges: Judge[] = [];
    if (typeof plain === "string") judges.push(this.#kept(this.#document.resolve(node, plain) ?? false));
    if (typeof dynamic === "string") judges.push(this.#dynamic(node, dynamic));
    return judges;
  }

  #kept(target: Json): Judge {
    const judge = this.make(target);
    if (!this.#isKept || !isObject(target)) return judge;
    return (value, place, check, seen) => {
      const known = place.known(target);
      if (known !== undefined && (known.fits || known.isTold || check.isQuiet)) {
        seen.add(known.seen, check.spend);
        return known.fits;
      }
      const mine = check.seen();
      const fits = judge(value, place, check, mine);
      place.keep(target, { fits, isTold: !check.isQuiet && !check.isCollecting, seen: mine });
      seen.add(mine, check.spend);
      return fits;
    };
  }

  /** 2020-12 core, section 8.2.3.2: the outermost resource on the way here that has such an anchor. */
  #dynamic(node: JsonObject, reference: string): Judge {
    const target = this.#document.resolve(node, reference) ?? false;
    const name = reference.slice(reference.indexOf("#") + 1);
    if (!isObject(target) || own(target, "$dynamicAnchor") !== name) return this.make(target);
    return (value, place, check, seen) => {
      check.spend(check.resources.length);
      const outermost = check.resources.find(({ dynamicAnchors }) => dynamicAnchors.has(name));
      return this.make(outermost?.dynamicAnchors.get(name) ?? target)(value, place, check, seen);
    };
  }

  #combined(node: JsonObject): Judge[] {
    const judges: Judge[] = [];
    const list = (keyword: string): Judge[] | null => {
      const schemas = own(node, keyword);
      return Array.isArray(schemas) ? schemas.map((schema) => this.make(schema)) : null;
    };
    const [all, any, one] = [list("allOf"), list("anyOf"), list("oneOf")];
    if (all !== null) judges.push(allOf(all));
    if (any !== null) judges.push(this.#alternatives(any, own(node, "anyOf") as Json[], false));
    if (one !== null) judges.push(this.#alternatives(one, own(node, "oneOf") as Json[], true));
    const not = own(node, "not");
    if (not !== undefined) judges.push(negated(this.make(not)));
    const condition = own(node, "if");
    if (condition !== undefined) {
      judges.push(conditional(this.make(condition), this.make(own(node, "then") ?? true), this.make(own(node, "else") ?? true)));
    }
    for (const keyword of ["dependentSchemas", "dependencies"]) {
      const map = own(node, keyword);
      for (const [name, schema] of Object.entries(isObject(map) ? map : {})) {
        if (Array.isArray(schema)) continue;
        const judge = this.make(schema);
        judges.push((value, place, check, seen) => !isObject(value) || !Object.hasOwn(value, name) || judge(value, place, check, seen));
      }
    }
    return judges;
  }

  /** All are tried where somebody asks what they have seen; else as many as decide. */
  #alternatives(judges: readonly Judge[], schemas: readonly Json[], isOne: boolean): Judge {
    const triesAll = this.#document.asksWhatWasSeen;
    return (value, place, check, seen) => {
      const fitting: number[] = [];
      for (const [index, judge] of judges.entries()) {
        if (!quietly(judge, value, place, check, seen)) continue;
        fitting.push(index);
        if (isOne ? fitting.length > 1 : !triesAll) break;
      }
      if (isOne ? fitting.length === 1 : fitting.length > 0) return true;
      if (check.isQuiet) return false;
      if (fitting.length > 0) return check.refuse(place, fitsSeveral(schemas, fitting));
      // Inside of such an error, further ones are told without looking for the nearest: the work stays linear.
      const flaws = check.isCollecting ? [] : judges.map((judge) => check.collected(() => judge(value, place, check, check.seen())));
      return check.refuse(place, fitsNone(schemas, flaws, this.#schema));
    };
  }
}

const allOf =
  (judges: readonly Judge[]): Judge =>
  (value, place, check, seen) => {
    let fits = true;
    for (const judge of judges) {
      if (judge(value, place, check, seen)) continue;
      if (check.isQuiet) return false;
      fits = false;
    }
    return fits;
  };

const negated =
  (judge: Judge): Judge =>
  (value, place, check) =>
    !check.quietly(() => judge(value, place, check, check.seen())) ||
    check.refuse(place, (path) => `${nameOf(path)} does not fit its schema`);

const conditional =
  (condition: Judge, then: Judge, otherwise: Judge): Judge =>
  (value, place, check, seen) =>
    (quietly(condition, value, place, check, seen) ? then : otherwise)(value, place, check, seen);

/** What it has seen counts only where it fits. */
function quietly(judge: Judge, value: Json, place: Place, check: Check, seen: Seen): boolean {
  const mine = check.seen();
  const fits = check.quietly(() => judge(value, place, check, mine));
  if (fits) seen.add(mine, check.spend);
  return fits;
}

const within =
  (resource: Resource, judge: Judge): Judge =>
  (value, place, check, seen) => {
    const isNew = check.resources.at(-1) !== resource;
    if (isNew) check.resources.push(resource);
    const fits = judge(value, place, check, seen);
    if (isNew) check.resources.pop();
    return fits;
  };
