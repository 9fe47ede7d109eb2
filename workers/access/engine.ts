/**
 * Cedar in this isolate: policies parsed once, questions answered from there. Fails closed: an answer that is no success, a
 * policy that failed while it was evaluated (a `forbid` that fails would be skipped), a question that the schema does not know, an
 * exception: all of them deny.
 *
 * Most of a decision's time is the way of its question into WebAssembly and back. So a question takes along only what the policies read,
 * is asked of those policies alone that are about its action, and is checked against the schema here.
 */
import { createHash } from "node:crypto";
import { type EntityJson, preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/web";
import { type AccessQuestion, toCedarRequest } from "../../core/access/request.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import { startCedar } from "./cedar.ts";
import { byId } from "./parts.ts";
import type { PolicyTexts } from "./policies.ts";
import { closureOf, type Known, type Questions, questionsOf, readBy, scopeOf } from "./reading.ts";

/** A decision with its reasons. */
export type Verdict = {
  readonly decision: "allow" | "deny";
  /** Ids of the policies that decided; `no_policy_permits` and `policy_unavailable` where none did. */
  readonly reasons: readonly string[];
};

/** Cedar over one set of policies. */
export type PolicyEngine = { readonly version: string; readonly decide: (question: AccessQuestion) => Verdict };

/** The answer of a set that cannot be used. */
export const UNAVAILABLE: Verdict = { decision: "deny", reasons: ["policy_unavailable"] };

/** Decisions kept: the same question under the same policies has the same answer. */
const REMEMBERED = 2_000;

/** A set that is ready to be asked. */
type Loaded = {
  readonly slot: string;
  readonly policies: { readonly [id: string]: string };
  readonly scopes: ReadonlyMap<string, ReturnType<typeof scopeOf>>;
  readonly questions: Questions;
  readonly roles: ReadonlyMap<string, readonly string[]>;
  /** The actions whose policies Cedar has parsed. */
  readonly ready: Map<string, Ready>;
};

/** The policies about one action. `slot`: where Cedar has them. `reads`: what of the circumstances they read; the rest is no part of a question. */
type Ready = { readonly slot: string; readonly reads: Known };

/**
 * Loads the set. `slot`: where Cedar keeps it, by default under its version, so that two sets in one isolate do not meet. Loading another
 * set into the same slot ends the first one.
 */
export function loadPolicies(texts: PolicyTexts, log: Log, version: string = versionOf(texts), slot: string = version): PolicyEngine {
  const loaded = load(slot, version, texts, log);
  if (loaded === null) return { version, decide: () => UNAVAILABLE };
  const remembered = new Map<string, Verdict>();
  return {
    version,
    decide(question) {
      try {
        if (!loaded.questions.isKnown(question)) return UNAVAILABLE;
        const { slot, reads } = readyFor(loaded, question.action);
        const asked = { ...question, ...(question.context === undefined ? {} : { context: reads.of(question.context) }) };
        const key = JSON.stringify(asked);
        const verdict = remembered.get(key) ?? ask(loaded, slot, asked as AccessQuestion);
        if (remembered.size >= REMEMBERED) remembered.clear();
        remembered.set(key, verdict);
        return verdict;
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

/** null: the set cannot be used. It denies everything, and the log says so. */
function load(slot: string, version: string, { policies: texts, schema, roles }: PolicyTexts, log: Log): Loaded | null {
  try {
    startCedar();
    const policies = Object.assign({}, ...Object.values(texts).map(byId)) as Record<string, string>;
    return {
      slot,
      policies,
      scopes: new Map(Object.entries(policies).map(([id, policy]) => [id, scopeOf(policy)])),
      questions: questionsOf(schema),
      roles: closureOf(roles),
      ready: new Map(),
    };
  } catch (error) {
    log(logLine("policy.invalid", { policy_version: version, why: "the policy set cannot be loaded", error: errorName(error) }));
    return null;
  }
}

/** Has Cedar parse the policies about an action when it is first asked about. Throws where it cannot. */
function readyFor({ slot: place, policies, scopes, ready }: Loaded, action: string): Ready {
  const known = ready.get(action);
  if (known !== undefined) return known;
  const slot = `${place}#${action}`;
  const about = Object.entries(policies).filter(([id]) => {
    const scope = scopes.get(id) ?? "all";
    return scope === "all" || scope.includes(action);
  });
  if (preparsePolicySet(slot, { staticPolicies: Object.fromEntries(about) }).type !== "success")
    throw new TypeError("the policies cannot be parsed");
  const made = { slot, reads: readBy(about.map(([, policy]) => policy)) };
  ready.set(action, made);
  return made;
}

function ask(loaded: Loaded, slot: string, question: AccessQuestion): Verdict {
  const { entities, ...request } = toCedarRequest(question);
  const [who, ...others] = entities;
  if (who === undefined) return UNAVAILABLE;
  const parents = who.parents.flatMap(({ type, id }) => [id, ...(loaded.roles.get(id) ?? [])].map((role) => ({ type, id: role })));
  const answer = statefulIsAuthorized({
    ...request,
    entities: [{ ...who, parents }, ...others] as EntityJson[],
    preparsedPolicySetId: slot,
  });
  if (answer.type !== "success" || answer.response.diagnostics.errors.length > 0) return UNAVAILABLE;
  const { decision, diagnostics } = answer.response;
  const reasons = diagnostics.reason.length > 0 ? [...diagnostics.reason].sort() : ["no_policy_permits"];
  return { decision: decision === "allow" ? "allow" : "deny", reasons };
}
