/**
 * Cedar in this isolate: policies parsed once, questions answered from there. Fails closed: an answer that is no success, a
 * policy that failed while it was evaluated (a `forbid` that fails would be skipped), an exception: all of them deny.
 */
import { createHash } from "node:crypto";
import {
  type EntityJson,
  initSync,
  policySetTextToParts,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
} from "@cedar-policy/cedar-wasm/web";
import { type AccessQuestion, toCedarRequest } from "../../core/access/request.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
// @ts-expect-error: the bundler hands out the module itself; the declaration beside the file describes its exports
import cedarModule from "../../node_modules/@cedar-policy/cedar-wasm/web/cedar_wasm_bg.wasm";
import type { PolicyTexts } from "./policies.ts";

/** A decision with its reasons. */
export type Verdict = {
  readonly decision: "allow" | "deny";
  /** Ids of the policies that decided; `no_policy_permits` and `policy_unavailable` where none did. */
  readonly reasons: readonly string[];
};

/** Cedar over one set of policies. */
export type PolicyEngine = { readonly version: string; readonly decide: (question: AccessQuestion) => Verdict };

const UNAVAILABLE: Verdict = { decision: "deny", reasons: ["policy_unavailable"] };

/** Loads the set under its version: two sets in one isolate do not meet. */
export function loadPolicies(texts: PolicyTexts, log: Log): PolicyEngine {
  const version = versionOf(texts);
  if (!prepare(version, texts, log)) return { version, decide: () => UNAVAILABLE };
  return {
    version,
    decide: (question) => {
      try {
        return ask(version, question, texts.roles);
      } catch (error) {
        log(logLine("policy.failed", { policy_version: version, action: question.action, error: errorName(error), trace_id: null }));
        return UNAVAILABLE;
      }
    },
  };
}

/** The first 16 hex digits of the SHA-256 of all texts: recorded with every decision. */
function versionOf({ policies, schema, roles }: PolicyTexts): string {
  const sorted = Object.entries(policies).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([sorted, schema, roles]))
    .digest("hex")
    .slice(0, 16);
}

/** Whether the set can be used. One that cannot denies everything, and the log says so. */
function prepare(version: string, { policies, schema }: PolicyTexts, log: Log): boolean {
  const invalid = (why: string, error: unknown): false => {
    log(logLine("policy.invalid", { policy_version: version, why, error: error === null ? null : errorName(error) }));
    return false;
  };
  try {
    initSync({ module: cedarModule });
    const staticPolicies = Object.assign({}, ...Object.values(policies).map(byId)) as Record<string, string>;
    const parsed = preparsePolicySet(version, { staticPolicies });
    const understood = preparseSchema(version, schema);
    if (parsed.type !== "success") return invalid("the policies cannot be parsed", null);
    return understood.type === "success" || invalid("the schema cannot be parsed", null);
  } catch (error) {
    return invalid("the policy set cannot be loaded", error);
  }
}

/** Cedar numbers the policies of a text; their own ids, which reasons are to name, come in as keys. */
function byId(text: string): Record<string, string> {
  const parts = policySetTextToParts(text);
  if (parts.type !== "success") throw new TypeError("a policy file cannot be parsed");
  return Object.fromEntries(
    parts.policies.map((policy) => {
      const id = /@id\("([^"]+)"\)/.exec(policy)?.[1];
      if (id === undefined) throw new TypeError("a policy has no `@id`");
      return [id, policy];
    }),
  );
}

function ask(version: string, question: AccessQuestion, roles: readonly unknown[]): Verdict {
  const { entities, ...request } = toCedarRequest(question);
  const answer = statefulIsAuthorized({
    ...request,
    entities: [...(roles as EntityJson[]), ...(entities as EntityJson[])],
    preparsedPolicySetId: version,
    preparsedSchemaName: version,
    validateRequest: true,
  });
  if (answer.type !== "success" || answer.response.diagnostics.errors.length > 0) return UNAVAILABLE;
  const { decision, diagnostics } = answer.response;
  const reasons = diagnostics.reason.length > 0 ? [...diagnostics.reason].sort() : ["no_policy_permits"];
  return { decision: decision === "allow" ? "allow" : "deny", reasons };
}
