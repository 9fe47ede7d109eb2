/**
 * The one door of helper calls: calls of models that the platform makes beside what was asked of it, for a run, a chat, a collection or a review
 * (the tasks `moderate`, `judge` and `embed`, and the model that a collection names). Which models may be given a text is decided here as for any other
 * call: by the policies, by the class of the text (what the org requires, what the model accepts) and by `pii: "never"`.
 *
 * Whatever leaves by a helper call MUST go to a model that came from here, and hold no other text than the one that was shown here.
 */
import type { SoFar } from "../../core/access/circumstances.ts";
import { holdsRedacted } from "../../core/guardrail/placeholder.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { TaskRoute } from "../../core/model/task-route.ts";
import type { CallContext } from "../../core/run/calls/call.ts";
import type { AuthorityAnswer, AuthorityQuestion, Caller } from "../../core/workflow/authority.ts";

/** For whom a helper call is. `workflow`: empty where no workflow asks. */
export type HelperAsker = Pick<CallContext, "org" | "run" | "user" | "workflow"> & {
  readonly roles: Caller["roles"];
  /** The roles are those that a run began with: of these count those that its user still has. Absent: they are the caller's of now. */
  readonly began?: true;
  /** What the texts derive from; nobody may leave it out, since its class decides who may see them. */
  readonly soFar: SoFar;
};

/** A model of a task that the org registered for it by name, or the one model of this id. */
export type Wanted = { readonly task: string } | { readonly model: string };

/** Everything of a call that its model would read, redacted, and how long call and answer may be. */
export type HelperTexts = { readonly texts: readonly string[]; readonly expectedTokens: number; readonly maxTokens: number };

/** Which models helper calls may go to. Throws only where one of our own rooms does: nothing may be asked then. */
export type HelperModels = {
  /** Those that the org registered itself: for the task by name, by its own route for the task, or by this id. A model of every task is none of them. */
  registered(org: string, wanted: Wanted): Promise<ReadonlyMap<string, ModelEntry>>;
  /** Those of them that may be given these texts, in the order in which they are to be tried. */
  allowed(asker: HelperAsker, wanted: Wanted, about: HelperTexts): Promise<readonly ModelEntry[]>;
};

type Authorize = (question: AuthorityQuestion, killEpoch: number) => Promise<AuthorityAnswer>;

/** What the door needs from other rooms. */
export type HelperModelsPorts = {
  /** The models that the org registered itself: none that stands in for a missing one. */
  readonly models: (org: string) => Promise<readonly ModelEntry[]>;
  readonly route: (org: string, task: string) => Promise<TaskRoute | null>;
  readonly authorize: Authorize;
  /** As `authorize`, for roles that a run began with. */
  readonly authorizeInRun: Authorize;
  readonly killEpoch: () => Promise<number>;
};

/** The door over the given ports. */
export function defineHelperModels(ports: HelperModelsPorts): HelperModels {
  const registered: HelperModels["registered"] = async (org, wanted) => {
    const models = await ports.models(org);
    if (models.length === 0) return new Map();
    const isWanted = "model" in wanted ? ({ id }: ModelEntry) => id === wanted.model : await hasTaskByName(ports, org, wanted.task);
    return new Map(models.filter(isWanted).map((entry) => [entry.id, entry]));
  };
  return {
    registered,
    async allowed(asker, wanted, about) {
      const able = await registered(asker.org, wanted);
      if (able.size === 0) return [];
      const authorize = asker.began === true ? ports.authorizeInRun : ports.authorize;
      const answer = await authorize(questionOf(asker, wanted, about), await ports.killEpoch());
      if (answer.kind !== "model" || answer.permission.decision !== "allow") return [];
      return answer.candidates.flatMap(({ id }) => able.get(id) ?? []);
    },
  };
}

async function hasTaskByName({ route }: HelperModelsPorts, org: string, task: string): Promise<(entry: ModelEntry) => boolean> {
  const own = await route(org, task);
  const listed = new Set(own?.models.map(({ id }) => id));
  return ({ id, tasks }) => listed.has(id) || (own === null && tasks.includes(task));
}

function questionOf(
  { org, user, roles, workflow, run, soFar }: HelperAsker,
  wanted: Wanted,
  { texts, expectedTokens, maxTokens }: HelperTexts,
): AuthorityQuestion {
  return {
    kind: "model",
    caller: { org, user, roles },
    ...{ workflow, run, soFar, expectedTokens, maxTokens },
    ...("model" in wanted ? { model: wanted.model, task: null } : { model: null, task: wanted.task }),
    ...{ fallback: [], wishes: {}, seed: run, tools: [] },
    holdsPersonalData: texts.some(holdsRedacted),
  };
}
