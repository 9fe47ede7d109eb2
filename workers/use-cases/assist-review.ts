/**
 * Assisted review: where the org wants it, a model of the task `judge` is asked once a person reads an open review, and what it suggests is shown beside
 * it. It decides nothing; a review that it says nothing of is a review like any other. What it says is untrusted: it is redacted, cut, shown as
 * text and given to nobody else.
 */
import { NOTHING_YET } from "../../core/access/circumstances.ts";
import {
  type AssistMode,
  MOST_REASON_UNITS,
  readSuggestion,
  SUGGESTION_SCHEMA,
  SUGGESTION_TOKENS,
  type Suggestion,
  type SuggestionAnswer,
  suggestionMessages,
  suggestionView,
  workflowOf,
} from "../../core/review/suggestion.ts";
import type { ReviewView } from "../../core/review/view.ts";
import { errorLine } from "../kit/thrown.ts";
import type { TaskAsker, TaskQuestion } from "../task-call/ports.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

const TASK = "judge";
/** Of an older case nobody knows what is shown: a model that may not see everything is not asked. */
const UNSEEN = { trust: "untrusted", class: "restricted" } as const;
/** Milliseconds for all models together. Nobody waits for it: who reads the review again sees what came. */
const TIMEOUT_MS = 15_000;

type Ports = Pick<UseCasePorts, "reviews" | "store" | "guard" | "taskModels" | "random" | "now" | "log">;

/** The review as this person may see it, with what a model suggests. `later`: keeps the request alive for the work that is not waited for. */
export async function withSuggestion(
  ports: Ports,
  by: Requester,
  review: ReviewView,
  later: ((work: Promise<unknown>) => void) | null,
): Promise<ReviewView> {
  const mode = await modeOf(ports, by);
  if (mode === "off") return review;
  const { org, user } = by.principal;
  // Nothing is asked again of a review that is closed: the queue says so.
  if (later !== null && (review.status === "pending" || review.status === "escalated")) await begin(ports, by, review.id, later);
  const found = await ports.reviews(org).suggestionOf(review.id, user);
  const suggestion = found === null ? undefined : suggestionView(found.suggestion ?? undefined, mode, found.judged, ports.now());
  return suggestion === undefined ? review : { ...review, suggestion };
}

/** Whether this person could see what a model suggests of the review, before they judge it. */
export async function seesSuggestion(ports: Ports, by: Requester, review: string): Promise<boolean> {
  const mode = await modeOf(ports, by);
  if (mode === "off") return false;
  const found = await ports.reviews(by.principal.org).suggestionOf(review, by.principal.user);
  return found !== null && (mode === "at_once" || found.judged);
}

const modeOf = async ({ store }: Ports, { principal }: Requester): Promise<AssistMode> =>
  (await store.orgs.settings(principal.org)).assisted_review;

async function begin(ports: Ports, by: Requester, id: string, later: (work: Promise<unknown>) => void): Promise<void> {
  const queue = ports.reviews(by.principal.org);
  if (!(await ports.taskModels.isRegistered(by.principal.org, TASK))) return; // nobody to ask: the review shows no suggestion at all
  const asked = await queue.askSuggestion(id);
  if (asked === null) return;
  const work = async (): Promise<void> => {
    const said = await suggestionFor(ports, by, asked).catch((error: unknown): Suggestion => {
      ports.log(errorLine("review.not_suggested", error, by.trace.traceId, asked.request.run));
      return failed(asked.request.digest, "internal", ports.now());
    });
    await queue.suggest(id, said);
  };
  later(work().catch(() => undefined)); // the next reader finds it lost, and asks once more
}

type Asked = NonNullable<Awaited<ReturnType<ReturnType<UseCasePorts["reviews"]>["askSuggestion"]>>>;

const failed = (digest: string, why: string, at: number): Suggestion => ({ status: "failed", digest, attempts: 0, at, why });

async function suggestionFor(ports: Ports, by: Requester, { request, shown }: Asked): Promise<Suggestion> {
  const { principal, trace } = by;
  const seen = request.seen ?? UNSEEN;
  const asker: TaskAsker = {
    ...{ org: principal.org, user: principal.user, roles: principal.roles, traceId: trace.traceId, spanId: trace.spanId },
    ...{ run: request.run, workflow: workflowOf(request), activity: request.activity, subject: request.startedBy },
    soFar: { ...NOTHING_YET, args: seen, seen, own: false },
  };
  const nonce = [...ports.random(8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const messages = suggestionMessages(shown, nonce);
  const question: TaskQuestion<SuggestionAnswer> = {
    messages,
    schema: { name: "suggestion", schema: SUGGESTION_SCHEMA },
    maxTokens: SUGGESTION_TOKENS,
    timeoutMs: TIMEOUT_MS,
    read: readSuggestion,
  };
  const answer = await ports.taskModels.ask(asker, TASK, () => question);
  const at = ports.now();
  if (answer === null) return failed(request.digest, "unavailable", at);
  if (!answer.said.ok) return failed(request.digest, answer.said.error, at);
  const { model, value } = answer.said.value;
  const scrubbed = ports.guard.scrub(value.reason, true);
  if (scrubbed.verdict === "block") return failed(request.digest, "refused", at);
  const reason = scrubbed.text.slice(0, MOST_REASON_UNITS);
  return { status: "ready", digest: request.digest, attempts: 0, at, model, action: value.action, reason };
}
