/**
 * What a policy of an org may be about. Works on a policy in Cedar's JSON form. Pure.
 */
import { isObject, type Json } from "../json.ts";
import { isOrgAction, ORG_ACTIONS_TEXT } from "./actions.ts";

/** Why the policy may not be an org's; null: it may. */
export function flawOfScope(policy: Json): string | null {
  if (!isObject(policy)) return "is no policy";
  const named = [...actionsIn(policy)];
  const outside = named.find((action) => !isOrgAction(action));
  if (outside !== undefined) return `names the action \`${outside}\`; an org's policies may name only ${ORG_ACTIONS_TEXT}`;
  const scope = policy["action"];
  const isOpen = !isObject(scope) || scope["op"] === "All";
  if (isOpen && policy["effect"] === "forbid")
    return `forbids every action; say which: an org's policies may name only ${ORG_ACTIONS_TEXT}`;
  return null;
}

/** The actions for which the policy can permit something; null: it forbids. */
export function permittedBy(policy: Json): "all" | readonly string[] | null {
  if (!isObject(policy) || policy["effect"] !== "permit") return null;
  const scope = policy["action"];
  return isObject(scope) && scope["op"] !== "All" ? [...actionsIn(scope)] : "all";
}

/** Every action that is named anywhere in it. */
function* actionsIn(value: Json): Generator<string> {
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) open.push(...next);
    else if (isObject(next)) {
      if (next["type"] === "Action" && typeof next["id"] === "string") yield next["id"];
      open.push(...Object.values(next).filter((part) => part !== undefined));
    }
  }
}
