/**
 * The questions that an analysis of policies asks: every combination of role, action, effect, approval, class and trust of an otherwise
 * ordinary act, and for each policy every combination of what it mentions, at the values that it names and beside them. Finite and
 * bounded: what no policy names does not vary. Pure.
 */
import type { Circumstances } from "../access/circumstances.ts";
import { ROLES } from "../access/principal.ts";
import type { AccessQuestion, Target } from "../access/request.ts";
import { isObject, type Json, own } from "../json.ts";
import { DATA_CLASSES } from "../label/label.ts";
import { ORG_ACTIONS, type OrgAction } from "./actions.ts";

/** Maximum questions for one policy; of a larger product, evenly spread ones. */
const MOST_FOR_A_POLICY = 600;
/** Maximum questions for all policies together, up to `MANY` policies; a question takes longer the more there are, so that for more policies fewer are asked. */
const MOST_FOR_ALL = 4_000;
const MANY = 60;
/** Values of one thing that are tried. */
const MOST_VALUES = 12;

/** What an analysis varies, beside the circumstances. */
type Varied = {
  readonly role: string;
  readonly user: string;
  readonly action: OrgAction;
  readonly effect: "none" | "read" | "write";
  readonly approval: "never" | "always" | "policy";
  readonly name: string;
  readonly resources: string;
};
/** One point of the domain. */
export type Point = Varied & { readonly context: Circumstances };

/** An act that nothing is special about. */
const ORDINARY: Point = {
  role: "caller",
  user: "somebody",
  action: "tool.call",
  effect: "write",
  approval: "policy",
  name: "something",
  resources: " ",
  context: {
    workflow: "",
    own: true,
    agent: "",
    chosen_by: "definition",
    trust: "trusted",
    class: "internal",
    seen_class: "internal",
    seen_untrusted: false,
    tools_called: [],
    writes: 0,
    spent_usd: 0,
    risk: 0,
    hour: 12,
    weekday: 3,
    destination: "",
    epoch: 0,
    guarded_reached: false,
    compensation: false,
    seen_instruction: false,
    way_out: false,
  },
};

const EFFECTS = ["none", "read", "write"] as const;
const APPROVALS = ["never", "policy", "always"] as const;
const TRUSTS = ["trusted", "untrusted"] as const;
/** Circumstances with a fixed list of values. */
const ENUMERATED: { readonly [attribute: string]: readonly Json[] } = {
  chosen_by: ["definition", "model", "caller"],
  trust: TRUSTS,
  class: DATA_CLASSES,
  seen_class: DATA_CLASSES,
};

/** The least and the greatest value of a count that has them. */
const BOUNDS: { readonly [attribute: string]: readonly [number, number] } = { hour: [0, 23], weekday: [1, 7], risk: [0, 100] };

type Dimension = { readonly set: (point: Point, value: Json) => Point; readonly values: readonly Json[] };
const vary = (field: keyof Varied, values: readonly Json[]): Dimension => ({
  set: (point, value) => ({ ...point, [field]: value }),
  values,
});
const varyContext = (attribute: string, values: readonly Json[]): Dimension => ({
  set: (point, value) => ({ ...point, context: { ...point.context, [attribute]: value } }),
  values,
});

/** The combinations that every analysis tries. A call that is made unattended is part of the question whether it is made. */
export function commonPoints(): Point[] {
  const ofAll = [varyContext("class", DATA_CLASSES), varyContext("trust", TRUSTS), vary("role", ROLES)];
  const others = ORG_ACTIONS.filter((action) => !action.startsWith("tool."));
  return [
    ...product([...ofAll, vary("effect", EFFECTS), vary("approval", APPROVALS)], Number.POSITIVE_INFINITY),
    ...product([...ofAll, vary("action", others)], Number.POSITIVE_INFINITY),
  ];
}

/** The combinations of what each policy, in Cedar's JSON form, mentions. `isSampled`: of some policy not all of them are asked. */
export function pointsOf(policies: readonly Json[]): { readonly points: Point[]; readonly isSampled: boolean } {
  const all = MOST_FOR_ALL * Math.min(1, MANY / Math.max(1, policies.length));
  const most = Math.min(MOST_FOR_A_POLICY, Math.ceil(all / Math.max(1, policies.length)));
  const found = policies.map((policy) => pointsOfOne(policy, most));
  return { points: found.flatMap(({ points }) => points), isSampled: found.some(({ isSampled }) => isSampled) };
}

function pointsOfOne(policy: Json, most: number): { readonly points: Point[]; readonly isSampled: boolean } {
  const found = mentionsIn(policy);
  const actions = found.actions.length === 0 ? ORG_ACTIONS.filter((action) => action !== "tool.call_unattended") : found.actions;
  const named = (values: readonly string[], ordinary: string): Json[] => [ordinary, ...values];
  const dimensions: Dimension[] = [vary("action", actions)];
  const roles = ROLES.filter((role) => found.roles.includes(role));
  dimensions.push(vary("role", roles.length === 0 ? ["caller"] : [...new Set([...roles, "caller", "auditor"])]));
  if (found.users.length > 0 || found.principal.includes("name"))
    dimensions.push(vary("user", named([...found.users, ...found.texts], ORDINARY.user)));
  if (found.names.length > 0 || found.resource.includes("name"))
    dimensions.push(vary("name", named([...found.names, ...found.texts], ORDINARY.name)));
  if (found.resource.includes("effect")) dimensions.push(vary("effect", EFFECTS));
  if (found.resource.includes("approval")) dimensions.push(vary("approval", APPROVALS));
  if (found.resource.includes("resources")) dimensions.push(vary("resources", [" ", ...found.texts.map((text) => ` ${text.trim()} `)]));
  for (const attribute of found.context) {
    const values = valuesOf(attribute, found);
    if (values.length > 0) dimensions.push(varyContext(attribute, values));
  }
  const tried = dimensions.map((dimension) => ({ ...dimension, values: unique(dimension.values) }));
  const cut = tried.map((dimension) => ({ ...dimension, values: dimension.values.slice(0, MOST_VALUES) }));
  const isSampled = sizeOf(cut) > most || tried.some(({ values }) => values.length > MOST_VALUES);
  return { points: product(cut, most), isSampled };
}

const sizeOf = (dimensions: readonly Dimension[]): number => dimensions.reduce((count, { values }) => count * values.length, 1);

function valuesOf(attribute: string, { texts, numbers }: Mentions): readonly Json[] {
  const ordinary = own(ORDINARY.context as unknown as { [name: string]: Json }, attribute);
  if (ordinary === undefined) return [];
  const listed = own(ENUMERATED, attribute);
  if (listed !== undefined) return listed;
  if (typeof ordinary === "boolean") return [false, true];
  if (attribute === "spent_usd")
    return [0, ...numbers.flatMap((number) => [number - 0.0001, number, number + 0.0001])].filter((usd) => usd >= 0);
  const [least, most] = own(BOUNDS, attribute) ?? [0, Number.MAX_SAFE_INTEGER];
  if (typeof ordinary === "number")
    return [ordinary, ...numbers.flatMap((number) => [number - 1, number, number + 1])].filter(
      (number) => Number.isInteger(number) && number >= least && number <= most,
    );
  if (Array.isArray(ordinary)) return [[], ...texts.map((text) => [text]), texts.toSorted()];
  return [ordinary, ...texts];
}

/** All combinations; where they are more than `most`, so many of them. */
function product(dimensions: readonly Dimension[], most: number): Point[] {
  const size = sizeOf(dimensions);
  return size > most ? spread(dimensions, most) : Array.from({ length: size }, (_, at) => pointAt(dimensions, at));
}

function pointAt(dimensions: readonly Dimension[], at: number): Point {
  let rest = at;
  let point = ORDINARY;
  for (const { set, values } of dimensions) {
    point = set(point, values[rest % values.length] ?? null);
    rest = Math.floor(rest / values.length);
  }
  return point;
}

/** Irrational, and none a multiple of another: one for each thing that may vary. */
const STEPS = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103].map(
  (prime) => Math.sqrt(prime) % 1,
);

/**
 * Evenly spread combinations. Each thing goes round its values by a step of its own, so that each of its values comes up equally often, and no
 * two things go in step. Among 50 points or more every value of every thing comes up.
 */
function spread(dimensions: readonly Dimension[], count: number): Point[] {
  return Array.from({ length: count }, (_, index) =>
    dimensions.reduce((point, { set, values }, nth) => {
      const turned = ((index + 0.5) * (STEPS[nth % STEPS.length] ?? 0)) % 1;
      return set(point, values[Math.floor(turned * values.length)] ?? null);
    }, ORDINARY),
  );
}

/** The point as a question about this org. */
export function questionOf({ role, user, action, effect, approval, name, resources, context }: Point, org: string): AccessQuestion {
  const principal = { org, user, roles: [role], platformAdmin: false };
  return { principal, action, resource: targetFor(action), context };

  function targetFor(what: OrgAction): Target {
    if (what.startsWith("tool.")) return { type: "Tool", org, name, effect, approval, resources, roles: null };
    if (what === "model.call") return { type: "Model", org, name };
    if (what === "egress") return { type: "Host", org, name };
    if (what.startsWith("knowledge.")) return { type: "Collection", org, name };
    if (what.startsWith("memory.")) return { type: "Memory", org, name };
    return { type: "Thing", org, owner: user };
  }
}

type Mentions = {
  readonly actions: readonly OrgAction[];
  readonly roles: readonly string[];
  readonly users: readonly string[];
  /** Names of tools, models, hosts. */
  readonly names: readonly string[];
  /** Attributes that are read of each variable. */
  readonly context: readonly string[];
  readonly resource: readonly string[];
  readonly principal: readonly string[];
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
};

/** Everything that the policy names. */
function mentionsIn(policy: Json): Mentions {
  const entities: { readonly type: string; readonly id: string }[] = [];
  const read: { readonly of: string; readonly attribute: string }[] = [];
  const texts: string[] = [];
  const numbers: number[] = [];
  const open: Json[] = isObject(policy) ? ["principal", "action", "resource", "conditions"].map((part) => own(policy, part) ?? null) : [];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) {
      open.push(...next);
      continue;
    }
    if (!isObject(next)) continue;
    const { type, id, Value: value } = next;
    if (typeof type === "string" && typeof id === "string") entities.push({ type, id });
    if (typeof value === "string") texts.push(value);
    if (typeof value === "number") numbers.push(value);
    for (const operator of [".", "has"]) {
      const access = next[operator];
      if (!isObject(access) || !isObject(access["left"]) || typeof access["attr"] !== "string") continue;
      if (typeof access["left"]["Var"] === "string") read.push({ of: access["left"]["Var"], attribute: access["attr"] });
    }
    const like = next["like"];
    if (isObject(like) && Array.isArray(like["pattern"])) texts.push(exampleOf(like["pattern"]));
    open.push(...Object.values(next).filter((part) => part !== undefined));
  }
  const decimals = texts.map(Number).filter((number) => Number.isFinite(number));
  const ids = (types: readonly string[]) => unique(entities.filter(({ type }) => types.includes(type)).map(({ id }) => id)) as string[];
  const ofOrg = (id: string): string => id.slice(id.indexOf("/") + 1);
  const attributes = (of: string) => unique(read.filter((one) => one.of === of).map(({ attribute }) => attribute)) as string[];
  return {
    actions: ORG_ACTIONS.filter((action) => ids(["Action"]).includes(action)),
    roles: ids(["Role"]),
    users: ids(["User"]).map(ofOrg),
    names: ids(["Tool", "Model", "Host", "Collection", "Memory"]).map(ofOrg),
    context: attributes("context"),
    resource: attributes("resource"),
    principal: attributes("principal"),
    texts: unique(texts) as string[],
    numbers: unique([...numbers, ...decimals]) as number[],
  };
}

/** A text that the pattern matches. */
const exampleOf = (pattern: readonly Json[]): string =>
  pattern.map((part) => (isObject(part) && typeof part["Literal"] === "string" ? part["Literal"] : "")).join("");

const unique = (values: readonly Json[]): Json[] => [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
