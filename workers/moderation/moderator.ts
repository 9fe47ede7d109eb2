/**
 * Asks a model of the task `moderate` about a text, or one of the task `judge` about what it rests on: a governed call like any other (workers/governed-call), on record with its money, short, and small. Only a
 * model that an org registered for the task by name is asked: one for every task (`*`) is not.
 *
 * Whatever goes wrong is an answer (`failed`): what follows from it is for the rules (core/guardrail/rules/judge.ts).
 */
import { NOTHING_YET } from "../../core/access/circumstances.ts";
import { actingAs } from "../../core/audit/persons.ts";
import { type AuditRecord, auditRecord } from "../../core/audit/record.ts";
import { fits } from "../../core/budget/amount.ts";
import { type ModerationFailure, type Opinion, readOpinions } from "../../core/guardrail/moderate/opinion.ts";
import { MOST_MODERATED_UNITS, moderationMessages, moderationTokens, OPINION_SCHEMA } from "../../core/guardrail/moderate/prompt.ts";
import type { Inquiry } from "../../core/guardrail/moderate/questions.ts";
import { findPlaceholders } from "../../core/guardrail/placeholder.ts";
import { mintId } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import { estimateTokens } from "../../core/model/estimate.ts";
import { worstCase } from "../../core/model-call/cost.ts";
import { settledUsage } from "../../core/model-call/usage.ts";
import { toUsd } from "../../core/money.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { ModelCall } from "../../core/run/calls/call.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import type { AuthorityQuestion } from "../../core/workflow/authority.ts";
import type { NotMade } from "../governed-call/governed-call.ts";
import type { Asker, Moderate, Moderated, ModeratorPorts } from "./ports.ts";

/** What models are asked for: to judge a text by rules, or a sentence by what it rests on. */
export type JudgingTask = "moderate" | "judge";
/** Milliseconds for all models together: whoever waits for the answer waits for this too. */
const TIMEOUT_MS = 5_000;
/** Models that are tried, one after the other. */
const MOST_MODELS = 2;

/** See `Moderate`. `task`: of the models that are asked. */
export function defineModerator(given: ModeratorPorts, task: JudgingTask): Moderate {
  const ports = { ...given, task };
  return async (asker, inquire) => {
    try {
      const able = await modelsFor(ports, asker.org);
      const inquiry = able.size === 0 ? null : inquire();
      return inquiry === null ? null : await moderate(ports, asker, inquiry, able);
    } catch (error) {
      ports.log(logLine("guardrail.not_moderated", { org: asker.org, run: asker.run, error: errorName(error) }));
      return { moderation: { kind: "failed", why: "unavailable" }, spent: FREE };
    }
  };
}

type Ports = ModeratorPorts & { readonly task: JudgingTask };

const FREE: Moderated["spent"] = { tokens_in: 0, tokens_out: 0, micro_usd: 0 };

/** By id: those registered for the task by name, and those that the org's own route for it lists. */
async function modelsFor({ registered, route, task }: Ports, org: string): Promise<ReadonlyMap<string, ModelEntry>> {
  const models = await registered(org);
  if (models.length === 0) return new Map();
  const own = await route(org, task);
  const listed = new Set(own?.models.map(({ id }) => id));
  return new Map(
    models.filter(({ id, tasks }) => listed.has(id) || (own === null && tasks.includes(task))).map((entry) => [entry.id, entry]),
  );
}

async function moderate(
  ports: Ports,
  asker: Asker,
  { text: given, questions }: Inquiry,
  able: ReadonlyMap<string, ModelEntry>,
): Promise<Moderated> {
  const failed = (why: ModerationFailure, spent = FREE): Moderated => ({ moderation: { kind: "failed", why }, spent });
  if (given.length > MOST_MODERATED_UNITS) return failed("too_long");
  const deadline = ports.now() + TIMEOUT_MS;
  const text = asker.text === "raw" ? ports.scrub(given, asker.names).text : given;
  const holdsPersonalData = asker.text === "raw" ? text !== given : findPlaceholders(given).length > 0;
  const nonce = [...ports.random(8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const messages = moderationMessages({ text, questions }, nonce);
  const maxTokens = moderationTokens(questions.length);
  const expectedTokens = estimateTokens(messages, OPINION_SCHEMA);
  const chosen = await candidates(ports, asker, able, { holdsPersonalData, expectedTokens, maxTokens });
  let why: ModerationFailure = "unavailable";
  let spent = FREE;
  for (const entry of chosen.slice(0, MOST_MODELS)) {
    const timeoutMs = deadline - ports.now();
    if (timeoutMs <= 0) return failed("timeout", spent);
    const asked = await askOne(ports, asker, { entry, messages, questions, maxTokens, expectedTokens, timeoutMs });
    spent = plus(spent, asked.spent);
    if (asked.said.ok) return { moderation: { kind: "answered", model: entry.id, opinions: asked.said.value }, spent };
    why = asked.said.error;
  }
  return failed(why, spent);
}

const plus = (a: Moderated["spent"], b: Moderated["spent"]): Moderated["spent"] => ({
  tokens_in: a.tokens_in + b.tokens_in,
  tokens_out: a.tokens_out + b.tokens_out,
  micro_usd: a.micro_usd + b.micro_usd,
});

/** In the order in which the route and the policies have them; without those that serve the task only because they serve every task. */
async function candidates(
  ports: Ports,
  { org, user, roles, workflow, run, soFar = NOTHING_YET }: Asker,
  able: ReadonlyMap<string, ModelEntry>,
  size: { readonly holdsPersonalData: boolean; readonly expectedTokens: number; readonly maxTokens: number },
): Promise<readonly ModelEntry[]> {
  const caller = { org, user, roles };
  const question: AuthorityQuestion = {
    ...{ kind: "model" as const, caller, workflow, run, model: null, task: ports.task, fallback: [], ...size },
    ...{ wishes: {}, seed: run, tools: [], soFar },
  };
  const answer = await ports.authorize(question, await ports.killEpoch());
  if (answer.kind !== "model" || answer.permission.decision !== "allow") return [];
  return answer.candidates.flatMap(({ id }) => able.get(id) ?? []);
}

type One = {
  readonly entry: ModelEntry;
  readonly messages: ModelCall["messages"];
  readonly questions: Inquiry["questions"];
  readonly maxTokens: number;
  readonly expectedTokens: number;
  readonly timeoutMs: number;
};
type Asked = { readonly said: Result<readonly Opinion[], ModerationFailure>; readonly spent: Moderated["spent"] };

async function askOne(ports: Ports, asker: Asker, one: One): Promise<Asked> {
  const { entry, messages, questions, maxTokens, expectedTokens, timeoutMs } = one;
  const { org, user, workflow } = asker;
  const model = entry.id;
  const worst = worstCase(entry, expectedTokens, maxTokens);
  if (asker.left !== undefined && !fits(worst, asker.left)) return { said: err("unpaid"), spent: FREE };
  const opened = await ports.governed({
    user,
    costs: { run: asker.run, workflow, kind: "llm", trace: asker.traceId },
    subject: { org, workflow, model },
    isRegistered: true,
    entry,
    model: entry,
    worst,
    timeoutMs,
    settles: "now",
    content: { run: asker.run, subject: asker.subject ?? user, prompt: { messages: asJson(messages), schema: OPINION_SCHEMA, tools: [] } },
    reserve: (promptSha256) => ({
      id: mintId("run", ports.now(), ports.random(10)),
      records: [
        recordOf(ports, asker, "model.calling", {
          model,
          task: ports.task,
          prompt_sha256: promptSha256,
          reserved_usd: toUsd(worst.microUsd),
        }),
      ],
    }),
    isPressed: () => false,
    unused: () => [
      recordOf(ports, asker, "model.called", {
        model,
        task: ports.task,
        ok: false,
        answer_sha256: null,
        code: "upstream_unavailable",
        usd: 0,
      }),
    ],
  });
  if (!opened.ok) {
    if ("givenBack" in opened.error) await opened.error.givenBack;
    return { said: err(WHY[opened.error.kind]), spent: FREE };
  }
  const schema = { name: "moderation", schema: OPINION_SCHEMA };
  const body = ports.body(entry, { messages, schema, tools: [], maxTokens, temperature: 0 });
  const asking = { entry, body, context: asker, timeoutMs };
  const { result, upstream, durationMs } = await ports.breakOff({ org, workflow, model }, (signal) => ports.ask(asking, signal));
  const failure = result.ok ? (result.value.broke ?? null) : result.error;
  const usage = result.ok ? settledUsage(result.value.answer, () => expectedTokens).tokens : null;
  const opinions = result.ok && failure === null ? readOpinions(result.value.answer.text ?? "", questions) : null;
  let taken = 0;
  const said = opinions === null ? {} : { answer: { value: asJson(opinions), isText: true } };
  await opened.value.end({ failure, usage, upstream, durationMs, ...said }, ({ microUsd }, told, answerSha256) => {
    taken = microUsd;
    return [
      recordOf(ports, asker, "model.called", {
        ...{ model, task: ports.task, ok: opinions !== null, answer_sha256: answerSha256, duration_ms: durationMs, usd: toUsd(microUsd) },
        ...{ tokens_in: usage?.input ?? 0, tokens_out: usage?.output ?? 0 },
        ...(told === null ? { held: true } : {}),
        ...(failure === null ? (opinions === null ? { code: "output_invalid" } : {}) : { code: failure.code }),
      }),
    ];
  });
  await opened.value.onRecord;
  const spent = { tokens_in: usage?.input ?? 0, tokens_out: usage?.output ?? 0, micro_usd: taken };
  if (opinions !== null) return { said: ok(opinions), spent };
  return { said: err(failure === null ? "garbage" : failure.code === "timeout" ? "timeout" : "unavailable"), spent };
}

const asJson = <T>(value: T): Json[] & T => JSON.parse(JSON.stringify(value)) as Json[] & T;

const WHY: { readonly [K in NotMade["kind"]]: ModerationFailure } = {
  unreadable: "unavailable",
  stopped: "stopped",
  cap: "unpaid",
  pressed: "unavailable",
  resting: "unavailable",
};

function recordOf({ now, random }: Ports, asker: Asker, type: string, data: JsonObject): AuditRecord {
  const at = now();
  return auditRecord({
    id: mintId("evt", at, random(10)),
    at,
    traceId: asker.traceId,
    type,
    actor: actingAs(asker.user, true),
    action: type === "model.calling" ? "budget.reserve" : "model.call",
    resource: `run/${asker.run}/${asker.activity}`,
    decision: type === "model.calling" ? "allow" : null,
    data,
  });
}
