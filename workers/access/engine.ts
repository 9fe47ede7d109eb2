/**
 * Cedar in this isolate: policies parsed once, questions answered from there. Fails closed: an answer that is no success, a
 * policy that failed while it was evaluated (a `forbid` that fails would be skipped), a question that the schema does not know, an
 * exception: all of them deny.
 *
 * Most of a decision's time is the way of its question into WebAssembly and back. So a question takes along only what the policies read,
 * is asked of those policies alone that are about its action and that can apply to it (guards.ts), and is checked against the schema here.
 */
import { createHash } from "node:crypto";
import { type EntityJson, preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/web";
import { type AccessQuestion, toCedarRequest } from "../../core/access/request.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import { startCedar } from "./cedar.ts";
import { type Guard, guardsOf } from "./guards.ts";
import { byId } from "./parts.ts";
import type { PolicyTexts } from "./policies.ts";
import { closureOf, type Known, knownBy, type Questions, questionsOf, type Reads, readBy, scopeOf } from "./reading.ts";

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

/** Decisions kept of each action: the same question under the same policies has the same answer. Questions of one action push out no other's. */
const REMEMBERED = 1_000;

/** A set that is ready to be asked. */
type Loaded = {
  readonly slot: string;
  readonly policies: { readonly [id: string]: string };
  readonly scopes: ReadonlyMap<string, ReturnType<typeof scopeOf>>;
  readonly questions: Questions;
  readonly roles: ReadonlyMap<string, readonly string[]>;
  /** By action, once it is asked about. */
  readonly about: Map<string, About>;
};

/** A policy of an action: what must hold for it to apply, and what of the circumstances it reads. */
type Policy = { readonly id: string; readonly text: string; readonly guards: readonly Guard[]; readonly reads: Reads };
/** The policies about one action. `ready`: the sets of them that Cedar has parsed, by which policies they are. `remembered`: answers, by question. */
type About = { readonly policies: readonly Policy[]; readonly ready: Map<string, Ready>; readonly remembered: Map<string, Verdict> };
/** `slot`: where Cedar has them. `reads`: what of the circumstances they read; the rest is no part of a question. */
type Ready = { readonly slot: string; readonly reads: Known };

/** A question is asked of the policies that can apply to it, if they are at most this many; else of all about its action: parsing many takes long. */
const MOST_CHOSEN = 12;
/** Sets of one action that are kept parsed; with a further one their places are used anew. */
const MOST_READY = 128;

/**
 * Loads the set. `slot`: where Cedar keeps it, by default under its version, so that two sets in one isolate do not meet. Loading another
 * set into the same slot ends the first one.
 */
export function loadPolicies(texts: PolicyTexts, log: Log, version: string = versionOf(texts), slot: string = version): PolicyEngine {
  const loaded = load(slot, version, texts, log);
  if (loaded === null) return { version, decide: () => UNAVAILABLE };
  return {
    version,
    decide(question) {
      try {
        if (!loaded.questions.isKnown(question)) return UNAVAILABLE;
        const roles = rolesOf(loaded, question);
        const about = aboutOf(loaded, question.action);
        const { slot, reads } = readyFor(loaded, about, question, roles);
        const asked = { ...question, ...(question.context === undefined ? {} : { context: reads.of(question.context) }) };
        const key = JSON.stringify(asked);
        const { remembered } = about;
        const verdict = remembered.get(key) ?? ask(slot, asked as AccessQuestion, roles);
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
      about: new Map(),
    };
  } catch (error) {
    log(logLine("policy.invalid", { policy_version: version, why: "the policy set cannot be loaded", error: errorName(error) }));
    return null;
  }
}

/** The policies about the question's action that can apply to it; Cedar parses them when they are first asked. Throws where it cannot. */
function readyFor(loaded: Loaded, { policies: all, ready }: About, question: AccessQuestion, roles: ReadonlySet<string>): Ready {
  const chosen = all.filter(({ guards }) => guards.every((guard) => guard(question, roles)));
  const policies = chosen.length > MOST_CHOSEN ? all : chosen;
  const name = policies === all ? "all" : JSON.stringify(policies.map(({ id }) => id));
  const known = ready.get(name);
  if (known !== undefined) return known;
  if (ready.size >= MOST_READY) ready.clear();
  const slot = `${loaded.slot}#${question.action}#${ready.size}`;
  const staticPolicies = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
  if (preparsePolicySet(slot, { staticPolicies }).type !== "success") throw new TypeError("the policies cannot be parsed");
  const made = { slot, reads: knownBy(policies.map(({ reads }) => reads)) };
  ready.set(name, made);
  return made;
}

function aboutOf({ policies, scopes, about }: Loaded, action: string): About {
  const known = about.get(action);
  if (known !== undefined) return known;
  const ours = Object.entries(policies).filter(([id]) => {
    const scope = scopes.get(id) ?? "all";
    return scope === "all" || scope.includes(action);
  });
  const made: About = {
    policies: ours.map(([id, text]) => ({ id, text, guards: guardsOf(text), reads: readBy(text) })),
    ready: new Map(),
    remembered: new Map(),
  };
  about.set(action, made);
  return made;
}

/** The roles of who asks, and those that they are in. */
const rolesOf = ({ roles }: Loaded, { principal }: AccessQuestion): ReadonlySet<string> =>
  new Set(principal.roles.flatMap((id) => [id, ...(roles.get(id) ?? [])]));

function ask(slot: string, question: AccessQuestion, roles: ReadonlySet<string>): Verdict {
  const { entities, ...request } = toCedarRequest(question);
  const [who, ...others] = entities;
  if (who === undefined) return UNAVAILABLE;
  const parents = [...roles].map((id) => ({ type: "Role", id }));
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
