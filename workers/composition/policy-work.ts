/** Replays and analyses of an org's policies, fitted to the rooms that they ask. */
import type { AccessQuestion } from "../../core/access/request.ts";
import { resolvedIn } from "../../core/audit/persons.ts";
import type { Json } from "../../core/json.ts";
import { newestRuns, readDecisions } from "../audit/index.ts";
import { definePolicyWork, type PolicyWork } from "../policy-work/policy-work.ts";
import type { Rooms } from "./rooms.ts";

/** Replays and analyses. */
export function buildPolicyWork(env: Cloudflare.Env, { access, store, outside }: Rooms): PolicyWork {
  return definePolicyWork({
    now: outside.now,
    random: outside.random,
    log: outside.log,
    store: store.policyJobs,
    version: store.policies.get,
    active: store.policies.active,
    answerTo: access.answerTo,
    analysis: access.analysis,
    shipped: access.policyVersion,
    newestRuns: (org, most) => newestRuns(env.DB, org, most),
    async decisions(org, runs, after, limit) {
      // Policies may be about somebody: a decision is made again for who it was about, as long as that is known.
      const { decisions, next } = await readDecisions(env.DB, org, runs, after, limit);
      const persons = await store.audit.persons(
        org,
        decisions.map(({ asked }) => ({ data: { asked: asked as unknown as Json } })),
      );
      const resolved = decisions.map((one) => ({
        ...one,
        asked: resolvedIn({ asked: one.asked as unknown as Json }, persons).asked as unknown as AccessQuestion,
      }));
      return { decisions: resolved, next };
    },
  });
}
