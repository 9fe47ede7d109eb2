/** What is read off policies and schema when a set is loaded, so that a decision is quick. Throws where something cannot be read. */
import { policyToJson, schemaToJson } from "@cedar-policy/cedar-wasm/web";
import type { Circumstances } from "../../core/access/circumstances.ts";
import type { AccessQuestion } from "../../core/access/request.ts";
import { isObject, type Json } from "../../core/json.ts";

/** The actions that a policy is about. */
export function scopeOf(policy: string): "all" | readonly string[] {
  const { action } = jsonOf(policy);
  if (!isObject(action) || action["op"] === "All") return "all";
  const entities = Array.isArray(action["entities"]) ? action["entities"] : [action["entity"] ?? null];
  return entities.flatMap((entity) => (isObject(entity) && typeof entity["id"] === "string" ? [entity["id"]] : []));
}

/** Leaves of the circumstances only what some policy reads. */
export type Known = { readonly of: (context: Circumstances) => Partial<Circumstances> };

/** The fields of the circumstances that a policy reads; "all": it uses `context` otherwise than by naming its fields. */
export type Reads = "all" | ReadonlySet<string>;

/** What the policy reads of the circumstances. */
export function readBy(policy: string): Reads {
  const fields = new Set<string>();
  const open: Json[] = [jsonOf(policy)["conditions"] ?? null];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) open.push(...next);
    if (!isObject(next)) continue;
    if (next["Var"] === "context") return "all";
    for (const [operator, operand] of Object.entries(next)) {
      const isNamed = operator === "." && isObject(operand) && isObject(operand["left"]) && operand["left"]["Var"] === "context";
      if (isNamed && typeof operand["attr"] === "string") fields.add(operand["attr"]);
      else if (operand !== undefined) open.push(operand);
    }
  }
  return fields;
}

/** What policies that read this leave of the circumstances. */
export function knownBy(reads: readonly Reads[]): Known {
  if (reads.includes("all")) return { of: (context) => context };
  const fields = new Set(reads.flatMap((one) => (one === "all" ? [] : [...one])));
  return { of: (context) => Object.fromEntries(Object.entries(context).filter(([field]) => fields.has(field))) as Partial<Circumstances> };
}

/** Which questions the schema knows. */
export type Questions = { readonly isKnown: (question: AccessQuestion) => boolean };

/** What a value of each of Cedar's types is here. Money is a number here, and becomes a decimal on its way. */
const IS: { readonly [type: string]: (value: unknown) => boolean } = {
  String: (value) => typeof value === "string",
  Long: (value) => Number.isSafeInteger(value),
  Bool: (value) => typeof value === "boolean",
  Boolean: (value) => typeof value === "boolean",
  Set: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  decimal: (value) => typeof value === "number" && Number.isFinite(value),
  Extension: (value) => typeof value === "number" && Number.isFinite(value),
};

type Fields = { readonly [field: string]: Json };
type Shape = { readonly resources: readonly string[]; readonly fields: ReadonlyMap<string, (value: unknown) => boolean> };

/** A question is known when its action may be about such a resource, and its context has every field with a value of its type. */
export function questionsOf(schema: string): Questions {
  const answer = schemaToJson(schema);
  if (answer.type !== "success") throw new TypeError("the schema cannot be parsed");
  const [namespace] = Object.values(answer.json);
  const types = (namespace?.commonTypes ?? {}) as unknown as { readonly [name: string]: { readonly attributes?: Fields } };
  const shapes = new Map<string, Shape>(
    Object.entries(namespace?.actions ?? {}).map(([action, { appliesTo }]) => {
      const context = appliesTo?.context as unknown as { type?: string; name?: string; attributes?: Fields } | undefined;
      const attributes = context?.attributes ?? types[context?.name ?? context?.type ?? ""]?.attributes ?? {};
      const fields = Object.entries(attributes).map(([field, type]) => [field, checkOf(type)] as const);
      return [action, { resources: appliesTo?.resourceTypes ?? [], fields: new Map(fields) }];
    }),
  );
  return {
    isKnown({ action, resource, context }) {
      const shape = shapes.get(action);
      if (shape === undefined || !shape.resources.includes(resource.type)) return false;
      if (shape.fields.size === 0) return context === undefined;
      if (context === undefined) return false;
      const values = context as unknown as { readonly [field: string]: unknown };
      return [...shape.fields].every(([field, isOf]) => isOf(values[field]));
    },
  };
}

function checkOf(type: Json): (value: unknown) => boolean {
  const name = isObject(type)
    ? [type["type"], type["name"]].find((word) => typeof word === "string" && Object.hasOwn(IS, word))
    : undefined;
  const check = typeof name === "string" ? IS[name] : undefined;
  if (check === undefined) throw new TypeError("the schema has a context of an unknown type");
  return check;
}

/** Of each role all roles that it is in, however far away. */
export function closureOf(roles: readonly unknown[]): ReadonlyMap<string, readonly string[]> {
  const parents = new Map(
    (roles as { uid: { id: string }; parents: { id: string }[] }[]).map((role) => [role.uid.id, role.parents.map(({ id }) => id)]),
  );
  return new Map(
    [...parents.keys()].map((role) => {
      const above = new Set(parents.get(role));
      for (const one of above) for (const next of parents.get(one) ?? []) above.add(next); // grows while it is walked
      return [role, [...above]];
    }),
  );
}

/** A policy in Cedar's JSON form. Throws where it is none. */
export function jsonOf(policy: string): { readonly [part: string]: Json } {
  const answer = policyToJson(policy);
  if (answer.type !== "success") throw new TypeError("a policy cannot be read");
  return answer.json as unknown as { readonly [part: string]: Json };
}
