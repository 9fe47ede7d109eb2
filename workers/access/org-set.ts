/**
 * An org's own policies: checked when they are registered, and made ready to decide. What a set does not speak of is left to the shipped
 * policies: an action for which it permits nothing at all is permitted by it, so that a set of prohibitions alone only forbids.
 */
import { type PolicyJson, policySetTextToParts, policyToJson, type SchemaJson, schemaToJson, validate } from "@cedar-policy/cedar-wasm/web";
import type { Json } from "../../core/json.ts";
import { isOrgAction, ORG_ACTIONS } from "../../core/policy/actions.ts";
import { tooDeepAt } from "../../core/policy/nesting.ts";
import { cedarOf } from "../../core/policy/permissions.ts";
import { type Place, placeOf, placeOfByte } from "../../core/policy/place.ts";
import { flawOfScope, permittedBy } from "../../core/policy/scope.ts";
import type { ActiveSets } from "../../core/policy/set.ts";
import { startCedar } from "./cedar.ts";
import { idOf, type Part, partsOf } from "./parts.ts";
import type { PolicyTexts } from "./policies.ts";

/** What is wrong with a text of policies, and where. */
export type PolicyFlaw = Place & { readonly message: string };

/** Maximum policies of a set: a decision evaluates all of them. */
const MOST_POLICIES = 200;
/** Flaws that a refusal names. */
const FLAWS_TOLD = 20;
/** An id that reasons can carry. */
const POLICY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What is wrong with Cedar that somebody wants to register; empty: nothing. */
export function flawsOf(cedar: string, schema: string): readonly PolicyFlaw[] {
  const deep = tooDeepAt(cedar);
  if (deep !== null) return [{ ...placeOf(cedar, deep), message: "nests too deep, or one policy has too many operators; split it" }];
  startCedar();
  const parsed = policySetTextToParts(cedar);
  if (parsed.type !== "success") {
    const flaws = parsed.errors.map(({ message, sourceLocations }) => {
      const [at] = sourceLocations ?? [];
      const hint = at?.label ? `: ${at.label}` : "";
      return { ...placeOfByte(cedar, at?.start ?? 0), message: `${message}${hint}` };
    });
    return flaws.slice(0, FLAWS_TOLD);
  }
  const [template] = parsed.policy_templates;
  if (template !== undefined)
    return [{ ...placeOf(cedar, Math.max(0, cedar.indexOf(template))), message: "is a template; write policies without slots" }];
  if (parsed.policies.length === 0) return [{ line: 1, column: 1, message: "holds no policy" }];
  if (parsed.policies.length > MOST_POLICIES) return [{ line: 1, column: 1, message: `holds more than ${MOST_POLICIES} policies` }];
  const parts = partsOf(cedar, parsed.policies);
  const ours = [...flawsOfIds(cedar, parts), ...flawsOfScopes(cedar, parts)];
  return (ours.length > 0 ? ours : flawsOfTypes(cedar, schema)).slice(0, FLAWS_TOLD);
}

function flawsOfIds(cedar: string, parts: readonly Part[]): PolicyFlaw[] {
  const seen = new Set<string>();
  return parts.flatMap(({ id, at }) => {
    const isTwice = seen.has(id);
    seen.add(id);
    if (!POLICY_ID.test(id))
      return [
        {
          ...placeOf(cedar, at),
          message: `the id \`${id.slice(0, 64)}\` has other characters than letters, digits, \`.\`, \`_\` and \`-\``,
        },
      ];
    if (id.startsWith("permissions."))
      return [{ ...placeOf(cedar, at), message: "an id that begins with `permissions.` is the permission matrix's" }];
    return isTwice ? [{ ...placeOf(cedar, at), message: `the id \`${id}\` is used twice` }] : [];
  });
}

const flawsOfScopes = (cedar: string, parts: readonly Part[]): PolicyFlaw[] =>
  parts.flatMap(({ text, at }) => {
    const flaw = flawOfScope(jsonOf(text));
    return flaw === null ? [] : [{ ...placeOf(cedar, at), message: flaw }];
  });

/** Unknown attributes, values of a wrong type: a policy that could fail while it is evaluated would deny everything. */
function flawsOfTypes(cedar: string, schema: string): PolicyFlaw[] {
  const answer = validate({ schema: orgSchema(schema), policies: { staticPolicies: cedar } });
  if (answer.type !== "success") return [{ line: 1, column: 1, message: "cannot be checked against the schema" }];
  const told = new Map<string, PolicyFlaw>();
  for (const { error, policyId } of answer.validationErrors) {
    const place = placeOfByte(cedar, error.sourceLocations?.[0]?.start ?? 0);
    const message = error.message.replace(`for policy \`${policyId}\`, `, "");
    const key = `${place.line}:${place.column}`;
    if (!told.has(key)) told.set(key, { ...place, message });
  }
  return [...told.values()];
}

/** A policy in Cedar's JSON form. Throws where it is none, which a parsed one is not. */
function jsonOf(text: string): Json {
  const answer = policyToJson(text);
  if (answer.type !== "success") throw new TypeError("a policy cannot be read");
  return answer.json as PolicyJson as unknown as Json;
}

/** The schema with the actions of an org's policies alone: one that names no action is about these. */
function orgSchema(schema: string): SchemaJson<string> {
  const answer = schemaToJson(schema);
  if (answer.type !== "success") throw new TypeError("the schema cannot be read");
  return Object.fromEntries(
    Object.entries(answer.json).map(([namespace, definition]) => {
      const actions = Object.entries(definition.actions).filter(([action]) => isOrgAction(action));
      return [namespace, { ...definition, actions: Object.fromEntries(actions) }];
    }),
  );
}

/** How the policies by which a set permits what it does not speak of begin. */
export const DEFAULT_ID = "default:";

/** The policies in force, as one set. Throws where one cannot be read: whoever loads it then denies. */
export function textsOf(active: ActiveSets, { schema, roles }: PolicyTexts): PolicyTexts {
  startCedar();
  const written =
    active.policies?.content.kind === "policies" ? withIds(active.policies.content.cedar) : { text: "", permitted: new Set<string>() };
  const { permitted } = written;
  const defaults = ORG_ACTIONS.filter((action) => !permitted.has("all") && !permitted.has(action)).map(
    (action) => `@id("${DEFAULT_ID}${action}")\npermit (principal, action == Action::"${action}", resource);`,
  );
  const matrix = active.permissions?.content.kind === "permissions" ? cedarOf(active.permissions.content.rules) : "";
  return { policies: { written: written.text, defaults: defaults.join("\n"), matrix }, schema, roles };
}

function withIds(cedar: string): { readonly text: string; readonly permitted: ReadonlySet<string> } {
  const parsed = policySetTextToParts(cedar);
  if (parsed.type !== "success") throw new TypeError("the policies of the org cannot be parsed");
  const parts = partsOf(cedar, parsed.policies);
  const permitted = new Set(parts.flatMap(({ text }) => permittedBy(jsonOf(text)) ?? []).flat());
  return { text: parts.map((part) => (idOf(part.text) !== null ? part.text : `@id("${part.id}")\n${part.text}`)).join("\n"), permitted };
}
