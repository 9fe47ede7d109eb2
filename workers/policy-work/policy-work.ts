/**
 * Replays and analyses of an org's policies. Each works in bounded portions: what has not ended after ten seconds becomes a job, which is kept with its
 * state and gone on with, by the request that asked and then by the sweep, so that what broke off is done again from its last state.
 */
import { auditRecord } from "../../core/audit/record.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import { mintId } from "../../core/ids.ts";
import type { Page, PageRequest } from "../../core/page.ts";
import { MOST_RUNNING_JOBS, type PolicyJob, type PolicyTask, type PolicyTaskState } from "../../core/policy/job.ts";
import type { ActiveSets, SetVersion } from "../../core/policy/set.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { JobLine, PolicyJobStore } from "../store/policy-jobs.ts";
import { beginAnalysis, portionOfAnalysis } from "./analyse.ts";
import type { PortionPorts, Sets } from "./portion.ts";
import { beginReplay, portionOfReplay } from "./replay.ts";

/** What the work needs from outside. */
export type PolicyWorkPorts = PortionPorts & {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  readonly store: PolicyJobStore;
  /** A version of the org's; null: there is none. */
  readonly version: (org: string, version: string) => Promise<SetVersion | null>;
  readonly active: (org: string) => Promise<ActiveSets>;
};

/** How long a request works before its work becomes a job, and how long it goes on after its answer, in ms; what is left, the sweep takes. */
const BEFORE_THE_ANSWER_MS = 10_000;
const AFTER_THE_ANSWER_MS = 20_000;
const SWEEP_MS = 20_000;
/** A job that nobody went on with for this long is taken by the sweep. */
const QUIET_MS = 30_000;
const SWEPT = 5;
/** How often the state is kept, in ms: what a crash loses is done again. */
const KEEP_EVERY_MS = 2_000;
/** Takes of a job without getting on, after which it has failed. */
const MOST_TRIES = 5;

/** Who asks, for what. */
export type PolicyOrder = {
  /** The id of the job, should it become one. */
  readonly id: string;
  readonly org: string;
  readonly user: string;
  readonly traceId: string;
  readonly version: string;
  readonly task: PolicyTask;
};

/** How an order ended, or that it goes on: `rest` is the work after the answer. */
export type PolicyWorkAnswer =
  | { readonly kind: "done"; readonly state: PolicyTaskState }
  | { readonly kind: "job"; readonly job: PolicyJob; readonly rest: Promise<void> };

/** Replays and analyses. */
export type PolicyWork = {
  /** Refuses with `not_found` a version that the org does not have, and with `rate_limited` while too many jobs of the org run. */
  run(order: PolicyOrder): Promise<Result<PolicyWorkAnswer, Refusal>>;
  get(org: string, id: string): Promise<PolicyJob | null>;
  /** The org's jobs, newest first. */
  list(org: string, page: PageRequest): Promise<Page<JobLine>>;
  /** Goes on with jobs that have not ended, and forgets expired ones. Safe at any time, also twice at once. */
  sweep(): Promise<{ readonly jobs: number; readonly expired: number }>;
};

/** Replays and analyses over the given ports. */
export function definePolicyWork(ports: PolicyWorkPorts): PolicyWork {
  const { store, now } = ports;
  return {
    async run({ id, org, user, traceId, version, task }) {
      const [found, active] = await Promise.all([ports.version(org, version), ports.active(org)]);
      if (found === null) return err(unknownId("policy version", version));
      if ((await store.running(org)) >= MOST_RUNNING_JOBS) return err(TOO_MANY);
      const at = now();
      const against = { policies: active.policies?.version ?? null, permissions: active.permissions?.version ?? null };
      const sets = setsWith(ports, org, { ...active, [found.content.kind]: found }, active);
      let state = await begin(ports, org, task, sets);
      const unkept: PolicyJob = {
        ...{ id, org, version, task, against, askedBy: user, askedAt: at, status: "running", state, completedAt: null },
      };
      while (!hasEnded(state) && now() < at + BEFORE_THE_ANSWER_MS) state = await portion(ports, org, state, sets);
      if (hasEnded(state)) return ok({ kind: "done", state });
      const job = { ...unkept, state };
      const record = auditRecord({
        id: mintId("evt", now(), ports.random(10)),
        at: now(),
        traceId,
        type: "policy.job_requested",
        actor: { type: "user", id: user },
        action: "policy.write",
        resource: `policy-job/${id}`,
        decision: "allow",
        data: { kind: task.kind, version },
      });
      if (!(await store.create(job, record))) {
        // Of a request that was sent again while its first try was at work.
        const first = await store.get(org, id);
        return first === null ? err(TOO_MANY) : ok({ kind: "job", job: first, rest: Promise.resolve() });
      }
      return ok({ kind: "job", job, rest: goOn(ports, job, now() + AFTER_THE_ANSWER_MS) });
    },

    get: (org, id) => store.get(org, id),

    list: (org, page) => store.list(org, page),

    async sweep() {
      const expired = await store.expire(now());
      const taken = await store.take(now() - QUIET_MS, SWEPT);
      const until = now() + SWEEP_MS;
      for (const { job, tries } of taken) {
        if (tries > MOST_TRIES) await store.keep({ ...job, status: "failed", completedAt: now() });
        else await goOn(ports, job, until);
      }
      return { jobs: taken.length, expired };
    },
  };
}

const TOO_MANY = refuse(
  "rate_limited",
  `${MOST_RUNNING_JOBS} replays and analyses of the org are under way (\`GET /v1/policy-jobs\`); ask again when one has ended`,
);

/** The analysis is made of both once: its questions take a while to find. */
function setsWith(ports: PolicyWorkPorts, org: string, candidate: ActiveSets, active: ActiveSets): Sets {
  let made: ReturnType<Sets["analysis"]> | null = null;
  return {
    candidate,
    analysis: () => {
      made ??= ports.analysis(org, candidate, active);
      return made;
    },
  };
}

const begin = (ports: PolicyWorkPorts, org: string, task: PolicyTask, sets: Sets): Promise<PolicyTaskState> =>
  task.kind === "replay" ? beginReplay(ports, org, task.runs) : beginAnalysis(ports, sets);

const portion = (ports: PolicyWorkPorts, org: string, state: PolicyTaskState, sets: Sets): Promise<PolicyTaskState> =>
  state.kind === "replay" ? portionOfReplay(ports, org, state, sets.candidate) : portionOfAnalysis(state, sets);

const hasEnded = (state: PolicyTaskState): boolean => state.done >= (state.kind === "replay" ? state.runs.length : state.of);

/** One that cannot go on now is in the log, and the next sweep takes it again. */
async function goOn(ports: PolicyWorkPorts, begun: PolicyJob, until: EpochMs): Promise<void> {
  const { org } = begun;
  try {
    const sets = await setsOf(ports, begun);
    let kept = ports.now();
    // Policies that a deployment changed in the middle would answer one half by one set and the other by another.
    let state = begun.state.shipped === ports.shipped() ? begun.state : await begin(ports, org, begun.task, sets);
    while (!hasEnded(state) && ports.now() < until) {
      state = await portion(ports, org, state, sets);
      if (ports.now() < kept + KEEP_EVERY_MS || hasEnded(state)) continue;
      kept = ports.now();
      await ports.store.keep({ ...begun, state });
    }
    const ended = hasEnded(state) ? ({ status: "completed", completedAt: ports.now() } as const) : {};
    await ports.store.keep({ ...begun, state, ...ended });
  } catch (error) {
    ports.log(logLine("policy.job_interrupted", { org, source_id: begun.id, error: errorName(error) }));
  }
}

/** The sets as they were when the job was asked for: versions never change. Throws where one is gone. */
async function setsOf(ports: PolicyWorkPorts, { org, version: tried, against }: PolicyJob): Promise<Sets> {
  const get = async (name: string | null): Promise<SetVersion | null> => {
    const found = name === null ? null : await ports.version(org, name);
    if (found === null && name !== null) throw new Error("a version is gone");
    return found;
  };
  const [found, policies, permissions] = await Promise.all([get(tried), get(against.policies), get(against.permissions)]);
  const active = { policies, permissions };
  return setsWith(ports, org, found === null ? active : { ...active, [found.content.kind]: found }, active);
}
