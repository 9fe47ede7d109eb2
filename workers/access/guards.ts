/**
 * What must hold before anything else of a policy is looked at: its scope, and the first comparison of its first `when`. A policy whose guard does not
 * hold is not satisfied and cannot fail, since Cedar evaluates from left to right and ends at the first part that is false. So it can be left out of a
 * question. Throws where a policy cannot be read.
 */
import type { AccessQuestion } from "../../core/access/request.ts";
import { isObject, type Json, own } from "../../core/json.ts";
import { jsonOf } from "./reading.ts";

/** One guard: false only where the policy cannot apply. `roles`: of the question, with those that they are in. */
export type Guard = (question: AccessQuestion, roles: ReadonlySet<string>) => boolean;

/** The guards of a policy; empty: it may apply to anything. */
export function guardsOf(text: string): readonly Guard[] {
  const policy = jsonOf(text);
  return [guardOfPrincipal(policy["principal"]), guardOfResource(policy["resource"]), guardOfFirst(policy["conditions"])].filter(
    (guard) => guard !== null,
  );
}

type Uid = { readonly type: string; readonly id: string };
function uidOf(scope: Json | undefined, operator: string): Uid | null {
  if (!isObject(scope) || scope["op"] !== operator || !isObject(scope["entity"])) return null;
  const { type, id } = scope["entity"];
  return typeof type === "string" && typeof id === "string" ? { type, id } : null;
}

function guardOfPrincipal(scope: Json | undefined): Guard | null {
  const one = uidOf(scope, "==");
  if (one !== null) return ({ principal: { org, user } }) => one.type === "User" && one.id === `${org}/${user}`;
  const group = uidOf(scope, "in");
  return group?.type === "Role" ? (_, roles) => roles.has(group.id) : null;
}

function guardOfResource(scope: Json | undefined): Guard | null {
  const one = uidOf(scope, "==");
  if (one === null) return null;
  return ({ resource }) =>
    one.type === resource.type && one.id === ("name" in resource ? `${resource.org}/${resource.name}` : resource.org);
}

/** `when { resource.name == "x" && … }`, and the same of what the context holds. What the question has no text for may fail: the guard holds. */
function guardOfFirst(conditions: Json | undefined): Guard | null {
  const [first] = Array.isArray(conditions) ? conditions : [];
  if (!isObject(first) || first["kind"] !== "when") return null;
  let part: Json | undefined = first["body"];
  for (let and = operandsOf(part, "&&"); and !== null; and = operandsOf(part, "&&")) part = and.left;
  const equal = operandsOf(part, "==");
  if (equal === null) return null;
  const read = operandsOf(equal.left, ".");
  const value = isObject(equal.right) ? equal.right["Value"] : undefined;
  const attribute = read?.attr;
  if (typeof attribute !== "string" || typeof value !== "string" || !isObject(read?.left)) return null;
  const of = read.left["Var"];
  if ((of !== "resource" && of !== "context") || attribute === "type") return null; // the `type` of a question's resource is no attribute of Cedar's
  return (question) => {
    const found: Json | undefined = own((question[of] ?? {}) as unknown as { readonly [name: string]: Json }, attribute);
    return typeof found !== "string" || found === value;
  };
}

function operandsOf(part: Json | undefined, operator: string): { readonly [operand: string]: Json | undefined } | null {
  if (!isObject(part) || Object.keys(part).length !== 1) return null;
  const operands = part[operator];
  return isObject(operands) ? operands : null;
}
