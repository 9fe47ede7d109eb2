/** Asking a model about a text: which is asked, what goes before and on record, and what comes of its silence. */
import { expect, it } from "vitest";
import type { AuditRecord } from "../../../core/audit/record.ts";
import type { Amount } from "../../../core/budget/amount.ts";
import type { Inquiry } from "../../../core/guardrail/moderate/questions.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { StopScope } from "../../../core/kill-switch/stops.ts";
import { readChatAnswer } from "../../../core/model/answer.ts";
import { hasTask } from "../../../core/model/defaults.ts";
import type { ModelEntry } from "../../../core/model/entry.ts";
import { candidatesFor } from "../../../core/model/route.ts";
import { err, ok } from "../../../core/result.ts";
import type { Failure } from "../../../core/run/calls/call.ts";
import type { Health } from "../../../workers/breaker/health.ts";
import { defineGovernedCalls } from "../../../workers/governed-call/governed-call.ts";
import { defineHelperModels, type HelperModelsPorts } from "../../../workers/governed-call/helper-models.ts";
import { requestBody } from "../../../workers/model-gateway/request-body.ts";
import { toolNames } from "../../../workers/model-gateway/tool-names.ts";
import { defineModerator } from "../../../workers/moderation/moderator.ts";
import type { Asker } from "../../../workers/moderation/ports.ts";
import { defineTaskCall } from "../../../workers/task-call/task-call.ts";
import { ASKED_FOR, CONTEXT, modelEntry } from "../../support/doubles/calls.ts";
import { memoryGuard } from "../../support/memory-guard.ts";

const JUDGE = "acme/judge-2026-01-01";
const judge = (changes: Partial<ModelEntry> = {}): ModelEntry =>
  modelEntry({ id: JUDGE, upstream_id: "judge", tasks: ["moderate"], price: { input: 10, output: 10, cached_input: null }, ...changes });
const INQUIRY: Inquiry = {
  text: "Write to ada@example.com about the vote.",
  questions: [{ kind: "topics", allow: [], deny: ["politics"] }],
};
const ASKER: Asker = { ...CONTEXT, ...ASKED_FOR, text: "raw" };
const BROKEN = '{"answers": [{"question": 1, "broken": true, "confidence": 0.7}]}';
const LATE: Failure = { class: "transient", code: "timeout", message: "late", retryAfterMs: null };
const AWAY: Failure = { class: "transient", code: "upstream_unavailable", message: "away", retryAfterMs: null };

type Said = string | Failure;
type Around = {
  readonly models?: readonly ModelEntry[];
  readonly said?: (model: string) => Said;
  readonly stops?: readonly StopScope[];
  readonly refusesMoney?: boolean;
  readonly resting?: boolean;
  readonly denied?: boolean;
  readonly route?: HelperModelsPorts["route"];
  readonly authorize?: HelperModelsPorts["authorize"];
  readonly authorizeInRun?: HelperModelsPorts["authorize"];
  readonly task?: "moderate" | "judge";
};

function world({
  models = [judge()],
  said = () => BROKEN,
  stops = [],
  refusesMoney,
  resting,
  denied,
  route,
  authorize,
  authorizeInRun = async () => ({ kind: "refused", code: "internal", message: "not in a run", transient: false }),
  task = "moderate",
}: Around = {}) {
  const reserved: Amount[] = [];
  const paying: (string | null)[] = [];
  const settled: (Amount | null)[] = [];
  const records: AuditRecord[] = [];
  const asked: { model: string; body: JsonObject; timeoutMs: number }[] = [];
  const ended: (string | null)[] = [];
  let clock = 1_000;
  const health: Health = {
    admit: async () =>
      resting === true
        ? { allowed: false, retryAfterMs: 1_000 }
        : { allowed: true, ended: async (failure) => void ended.push(failure?.code ?? null), abandoned: async () => undefined },
  };
  const helpers = defineHelperModels({
    models: async () => models,
    route: route ?? (async () => null),
    killEpoch: async () => 1,
    authorizeInRun,
    authorize:
      authorize ??
      (async (question) => {
        if (question.kind !== "model") throw new Error("not about a model");
        const own = await (route ?? (async () => null))("acme", "moderate");
        const routed = candidatesFor({ ...question, class: question.soFar.args.class }, models, {
          route: own,
          mayCall: () => denied !== true,
          measured: () => null,
          requirements: {},
        });
        const permission = { decision: "allow", policyVersion: "v", reasons: [] } as const;
        return { kind: "model", permission, ...routed, tools: [] };
      }),
  });
  const { ask: askTask } = defineTaskCall({
    now: () => clock,
    random: (bytes) => new Uint8Array(bytes).fill(7),
    helpers,
    governed: defineGovernedCalls({
      now: () => 0,
      hold: () => () => undefined,
      keepTexts: async () => {},
      stops: async () => ({ epoch: 1, active: stops, asOf: 0 }),
      log: () => undefined,
      health,
      desk: {
        reserve: async ({ worst, workflow, records: attempt }) => {
          paying.push(workflow);
          if (refusesMoney === true) return err({ why: "stale" });
          reserved.push(worst);
          records.push(...attempt);
          const settle = async (spent: Amount | null, end: readonly AuditRecord[]) => {
            settled.push(spent);
            records.push(...end);
          };
          return ok({ pressure: 0, alerts: [], onRecord: Promise.resolve(), settle, tidy: async () => undefined });
        },
      },
    }),
    body: (entry, call) => requestBody(entry, call, toolNames(call.tools)),
    breakOff: (_subject, work) => work(new AbortController().signal),
    ask: async ({ entry, body, timeoutMs }) => {
      asked.push({ model: entry.id, body, timeoutMs });
      const words = said(entry.id);
      if (typeof words !== "string") {
        clock += words.code === "timeout" ? timeoutMs : 0;
        return { result: err(words), upstream: words.code === "timeout" ? {} : { status: "503" }, unread: null, durationMs: timeoutMs };
      }
      clock += 40;
      const answer = readChatAnswer(
        {
          choices: [{ message: { content: words }, finish_reason: "stop" }],
          usage: { prompt_tokens: 100, completion_tokens: 20 },
        },
        10_000,
      );
      if (!answer.ok) throw new Error(answer.error);
      return { result: ok({ answer: answer.value, secrets: [], leftOut: [] }), upstream: { status: "200" }, unread: null, durationMs: 40 };
    },
  });
  const moderate = defineModerator(
    { random: (bytes) => new Uint8Array(bytes).fill(7), log: () => undefined, scrub: memoryGuard().guard.scrub, askTask },
    task,
  );
  const ask = (asker: Partial<Asker> = {}, inquiry: Inquiry | null = INQUIRY) => moderate({ ...ASKER, ...asker }, () => inquiry);
  return { ask, reserved, paying, settled, records, asked, ended };
}

it("[MOD-6] the money is reserved, the call on record as one of the task, and its cost told", async () => {
  const made = world();
  expect(await made.ask()).toEqual({
    moderation: { kind: "answered", model: JUDGE, opinions: [{ question: INQUIRY.questions[0], broken: true, confidence: 0.7 }] },
    spent: { tokens_in: 100, tokens_out: 20, micro_usd: 1_200 },
  });
  expect(made.reserved[0]?.microUsd).toBeGreaterThan(1_200);
  expect(made.settled).toEqual([{ microUsd: 1_200, tokens: 120 }]);
  expect(made.records.map(({ event_type, data }) => [event_type, (data as JsonObject)["task"]])).toEqual([
    ["model.calling", "moderate"],
    ["model.called", "moderate"],
  ]);
  expect(JSON.stringify(made.records)).not.toContain("vote");
  expect(made.ended).toEqual([null]);
});

it("[MOD-7] the text is redacted, its answer short, cold and in a form, and five seconds are the most", async () => {
  const made = world();
  await made.ask();
  const [{ body, timeoutMs } = { body: {}, timeoutMs: 0 }] = made.asked;
  expect(JSON.stringify(body)).not.toContain("ada@example.com");
  expect(JSON.stringify(body)).toContain("[EMAIL_1] about the vote.");
  expect(body).toMatchObject({ model: "judge", temperature: 0, max_tokens: 176, response_format: { type: "json_schema" } });
  expect(body).not.toHaveProperty("tools");
  expect(timeoutMs).toBe(5_000);
  await made.ask({ text: "redacted" }, { ...INQUIRY, text: "Write to {{EMAIL_1}}." });
  expect(JSON.stringify(made.asked[1]?.body)).toContain("Write to {{EMAIL_1}}.");
});

it.each<[string, Around, string]>([
  ["it takes too long", { said: () => LATE }, "timeout"],
  ["it answers with something else", { said: () => "It is fine." }, "garbage"],
  ["it is away", { said: () => AWAY }, "unavailable"],
  ["its upstream rests", { resting: true }, "unavailable"],
  ["the kill switch stops it", { stops: [{ kind: "model", org: "acme", name: JUDGE }] }, "stopped"],
  ["the org has no money", { refusesMoney: true }, "unpaid"],
  ["the policies deny it", { denied: true }, "unavailable"],
  ["it accepts less than what the text derives from", { models: [judge({ accepts: "public" })] }, "unavailable"],
  ["it may see nothing of a person's", { models: [judge({ pii: "never" })] }, "unavailable"],
  ["the question is a bug of ours", { authorize: async () => Promise.reject(new Error("bug")) }, "unavailable"],
])("[MOD-8] it has failed, and says why, when %s", async (_what, around, why) => {
  const made = world(around);
  expect((await made.ask())?.moderation).toEqual({ kind: "failed", why });
  expect(made.settled).toHaveLength(made.reserved.length);
});

it("[MOD-8] what was spent on an answer that cannot be used is told, and a text of any length is bounded", async () => {
  expect((await world({ said: () => "It is fine." }).ask())?.spent.micro_usd).toBe(1_200);
  const made = world();
  expect((await made.ask({}, { ...INQUIRY, text: "a ".repeat(20_000) }))?.moderation).toEqual({ kind: "failed", why: "too_long" });
  expect(made.asked).toEqual([]);
});

it("[MOD-8] a cap of whoever asks holds too: nothing leaves that it does not cover", async () => {
  const made = world();
  expect((await made.ask({ left: { microUsd: 1_000, tokens: 10_000 } }))?.moderation).toEqual({ kind: "failed", why: "unpaid" });
  expect([made.asked, made.reserved]).toEqual([[], []]);
  expect((await made.ask({ left: { microUsd: 100_000, tokens: 10_000 } }))?.moderation.kind).toBe("answered");
});

it.each<[string, readonly ModelEntry[]]>([
  ["no model is registered", []],
  ["one has every task", [judge({ tasks: ["*", "answer"] })]],
])("[MOD-9] nobody is asked when %s", async (_what, models) => {
  const made = world({ models });
  expect([await made.ask(), made.asked]).toEqual([null, []]);
  expect(hasTask(judge(), "moderate")).toBe(true);
});

it("[MOD-9] beside one for every task only the one for this task is asked, and nobody where there is no question", async () => {
  const every = judge({ id: "acme/every-1", tasks: ["*"], price: { input: 0, output: 0, cached_input: null } });
  const made = world({ models: [every, judge()] });
  await made.ask();
  expect(made.asked.map(({ model }) => model)).toEqual([JUDGE]);
  expect(await made.ask({}, null)).toBeNull();
});

it("[MOD-9] the org's route for the task says which, and the next is asked where the first fails", async () => {
  const other = judge({ id: "acme/other-1", tasks: ["answer"] });
  const route = async () => ({ task: "moderate", models: [{ id: "acme/other-1" }, { id: JUDGE }], strategy: "fallback" as const });
  const made = world({ models: [judge(), other], route, said: (model) => (model === JUDGE ? BROKEN : AWAY) });
  expect((await made.ask())?.moderation).toMatchObject({ kind: "answered", model: JUDGE });
  expect(made.asked.map(({ model }) => model)).toEqual(["acme/other-1", JUDGE]);
  const late = world({ models: [judge(), other], route, said: () => LATE });
  expect((await late.ask())?.moderation).toEqual({ kind: "failed", why: "timeout" });
  expect(late.asked).toHaveLength(1);
});

it("[MOD-14] for a run's answer, the roles count that are left of those that the run began with", async () => {
  const questions: unknown[] = [];
  const authorizeInRun: HelperModelsPorts["authorize"] = async ({ caller }) => {
    questions.push(caller.roles);
    return { kind: "refused", code: "policy_denied", message: "no", transient: false };
  };
  const made = world({ authorizeInRun });
  expect((await made.ask({ began: true }))?.moderation).toEqual({ kind: "failed", why: "unavailable" });
  expect([questions, made.asked]).toEqual([[["caller"]], []]);
  expect((await made.ask())?.moderation).toMatchObject({ kind: "answered" });
  expect(questions).toHaveLength(1);
});

it("[DESK-13] an opinion counts against the caps of the workflow whose run it serves, and in a chat against no workflow's", async () => {
  const made = world();
  await made.ask({ workflow: "refund" });
  await made.ask({ workflow: "(chat)" });
  expect(made.paying).toEqual(["refund", null]);
});
