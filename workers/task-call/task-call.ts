/**
 * Asks a model of a task one short question: a helper call (workers/governed-call/helper-models.ts), on record with its money, and small. What follows
 * from its answer is for whoever asked.
 */
import { actingAs } from "../../core/audit/persons.ts";
import { type AuditRecord, auditRecord } from "../../core/audit/record.ts";
import { fits } from "../../core/budget/amount.ts";
import { mintId } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import { estimateTokens } from "../../core/model/estimate.ts";
import { worstCase } from "../../core/model-call/cost.ts";
import { settledUsage, unreadUsage } from "../../core/model-call/usage.ts";
import { toUsd } from "../../core/money.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NotMade } from "../governed-call/governed-call.ts";
import type { TaskAnswer, TaskAsker, TaskCallPorts, TaskFailure, TaskModels, TaskQuestion, TaskSpent } from "./ports.ts";

/** Models that are tried, one after the other. */
const MOST_MODELS = 2;

/** See `TaskModels`. */
export function defineTaskCall(ports: TaskCallPorts): TaskModels {
  const isRegistered = async (org: string, task: string): Promise<boolean> => (await ports.helpers.registered(org, { task })).size > 0;
  return {
    ask: async (asker, task, put) => {
      const question = (await isRegistered(asker.org, task)) ? put() : null;
      return question === null ? null : await askEach(ports, asker, task, question);
    },
    isRegistered,
  };
}

const FREE: TaskSpent = { tokens_in: 0, tokens_out: 0, micro_usd: 0 };

async function askEach<T>(ports: TaskCallPorts, asker: TaskAsker, task: string, question: TaskQuestion<T>): Promise<TaskAnswer<T>> {
  const deadline = ports.now() + question.timeoutMs;
  const expectedTokens = estimateTokens(question.messages, question.schema.schema);
  const texts = question.messages.flatMap(({ content }) => content ?? []);
  const chosen = await ports.helpers.allowed(asker, { task }, { texts, expectedTokens, maxTokens: question.maxTokens });
  let why: TaskFailure = "unavailable";
  let spent = FREE;
  for (const entry of chosen.slice(0, MOST_MODELS)) {
    const timeoutMs = deadline - ports.now();
    if (timeoutMs <= 0) return { said: err("timeout"), spent };
    const asked = await askOne(ports, asker, { task, entry, question, expectedTokens, timeoutMs });
    spent = plus(spent, asked.spent);
    if (asked.said.ok) return { said: ok({ model: entry.id, value: asked.said.value }), spent };
    why = asked.said.error;
  }
  return { said: err(why), spent };
}

const plus = (a: TaskSpent, b: TaskSpent): TaskSpent => ({
  tokens_in: a.tokens_in + b.tokens_in,
  tokens_out: a.tokens_out + b.tokens_out,
  micro_usd: a.micro_usd + b.micro_usd,
});

type One<T> = {
  readonly task: string;
  readonly entry: ModelEntry;
  readonly question: TaskQuestion<T>;
  readonly expectedTokens: number;
  readonly timeoutMs: number;
};
type Asked<T> = { readonly said: Result<T, TaskFailure>; readonly spent: TaskSpent };

async function askOne<T>(ports: TaskCallPorts, asker: TaskAsker, one: One<T>): Promise<Asked<T>> {
  const { task, entry, question, expectedTokens, timeoutMs } = one;
  const { messages, schema, maxTokens } = question;
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
    content: { run: asker.run, subject: asker.subject ?? user, prompt: { messages: asJson(messages), schema: schema.schema, tools: [] } },
    reserve: (promptSha256) => ({
      id: mintId("run", ports.now(), ports.random(10)),
      records: [recordOf(ports, asker, "model.calling", { model, task, prompt_sha256: promptSha256, reserved_usd: toUsd(worst.microUsd) })],
    }),
    isPressed: () => false,
    unused: () => [
      recordOf(ports, asker, "model.called", { model, task, ok: false, answer_sha256: null, code: "upstream_unavailable", usd: 0 }),
    ],
  });
  if (!opened.ok) {
    if ("givenBack" in opened.error) await opened.error.givenBack;
    return { said: err(WHY[opened.error.kind]), spent: FREE };
  }
  const body = ports.body(entry, { messages, schema, tools: [], maxTokens, temperature: 0 });
  const asking = { entry, body, context: asker, timeoutMs, own: ["temperature"] };
  const { result, upstream, unread, durationMs } = await ports.breakOff({ org, workflow, model }, (signal) => ports.ask(asking, signal));
  const failure = result.ok ? (result.value.broke ?? null) : result.error;
  const usage = result.ok ? settledUsage(result.value.answer, () => expectedTokens).tokens : unreadUsage(unread, () => expectedTokens);
  const value = result.ok && failure === null ? question.read(result.value.answer.text ?? "") : null;
  let taken = 0;
  const said = value === null ? {} : { answer: { value: asJson(value), isText: true } };
  await opened.value.end({ failure, usage, upstream, durationMs, ...said }, ({ microUsd }, told, answerSha256) => {
    taken = microUsd;
    return [
      recordOf(ports, asker, "model.called", {
        ...{ model, task, ok: value !== null, answer_sha256: answerSha256, duration_ms: durationMs, usd: toUsd(microUsd) },
        ...{ tokens_in: usage?.input ?? 0, tokens_out: usage?.output ?? 0 },
        ...(told === null ? { held: true } : {}),
        ...(failure === null ? (value === null ? { code: "output_invalid" } : {}) : { code: failure.code }),
      }),
    ];
  });
  await opened.value.onRecord;
  const spent = { tokens_in: usage?.input ?? 0, tokens_out: usage?.output ?? 0, micro_usd: taken };
  if (value !== null) return { said: ok(value), spent };
  return { said: err(failure === null ? "garbage" : failure.code === "timeout" ? "timeout" : "unavailable"), spent };
}

const asJson = <T>(value: T): Json[] & T => JSON.parse(JSON.stringify(value)) as Json[] & T;

const WHY: { readonly [K in NotMade["kind"]]: TaskFailure } = {
  unreadable: "unavailable",
  stopped: "stopped",
  cap: "unpaid",
  pressed: "unavailable",
  resting: "unavailable",
};

function recordOf({ now, random }: TaskCallPorts, asker: TaskAsker, type: string, data: JsonObject): AuditRecord {
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
