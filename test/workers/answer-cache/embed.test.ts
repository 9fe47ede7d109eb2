/** A question as a vector: which model is asked, and what comes before it. */
import { expect, it } from "vitest";
import type { AuditRecord } from "../../../core/audit/record.ts";
import type { Amount } from "../../../core/budget/amount.ts";
import type { LeaseRefusal } from "../../../core/budget/lease.ts";
import type { StopScope, Stops } from "../../../core/kill-switch/stops.ts";
import type { ModelEntry } from "../../../core/model/entry.ts";
import { candidatesFor } from "../../../core/model/route.ts";
import { err, ok } from "../../../core/result.ts";
import type { Failure } from "../../../core/run/calls/call.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { defineEmbed } from "../../../workers/answer-cache/embed.ts";
import type { Health } from "../../../workers/breaker/health.ts";
import type { Desk } from "../../../workers/budget/ports.ts";
import { defineEmbeddingCalls, type EmbeddingCallPorts } from "../../../workers/governed-call/embedding-call.ts";
import { defineGovernedCalls, type GovernedPorts } from "../../../workers/governed-call/governed-call.ts";
import { defineHelperModels, type HelperModelsPorts } from "../../../workers/governed-call/helper-models.ts";
import { ASKED_FOR, CONTEXT, modelEntry } from "../../support/doubles/calls.ts";

const embedder = (changes: Partial<ModelEntry> = {}): ModelEntry =>
  modelEntry({ id: "acme/embed-2026-01-01", upstream_id: "embed-2026-01-01", tasks: ["embed"], ...changes });
type EmbedFacts = { readonly status?: string };
const AWAY: Failure = { class: "transient", code: "upstream_unavailable", message: "away", retryAfterMs: null };

/** What a test changes: the gates before the call, the models, the answer. */
type Around = Partial<GovernedPorts> &
  Partial<Pick<EmbeddingCallPorts, "ask">> & {
    readonly registered?: () => Promise<readonly ModelEntry[]>;
    /** What is to be seen of the question to the policies. */
    readonly authorize?: HelperModelsPorts["authorize"];
  };

function world({ registered = async () => [embedder()], ask, authorize, ...gates }: Around = {}) {
  const reserved: Amount[] = [];
  const settled: (Amount | null)[] = [];
  const records: AuditRecord[] = [];
  const asked: unknown[] = [];
  const ended: (string | null)[] = [];
  const lines: LogLine[] = [];
  const desk: Desk = {
    reserve: async ({ worst, records: attempt }) => {
      reserved.push(worst);
      records.push(...attempt);
      return ok({
        pressure: 0,
        alerts: [],
        onRecord: Promise.resolve(),
        settle: async (spent, end) => {
          settled.push(spent);
          records.push(...end);
        },
        tidy: () => Promise.reject(new Error("nobody waits for that")),
      });
    },
  };
  const health: Health = {
    admit: async () => ({
      allowed: true,
      ended: async (failure) => void ended.push(failure?.code ?? null),
      abandoned: async () => undefined,
    }),
  };
  const embedTexts = defineEmbeddingCalls({
    now: () => 0,
    random: (bytes) => new Uint8Array(bytes),
    helpers: defineHelperModels({
      models: registered,
      route: async () => null,
      killEpoch: async () => 1,
      authorize: async () => Promise.reject(new Error("a run's roles count as they are now")),
      authorizeInRun:
        authorize ??
        (async (question) => {
          if (question.kind !== "model") throw new Error("not about a model");
          const knowledge = { route: null, mayCall: () => true, measured: () => null, requirements: {} };
          const routed = candidatesFor({ ...question, class: question.soFar.args.class }, await registered(), knowledge);
          return { kind: "model", permission: { decision: "allow", policyVersion: "v", reasons: [] }, ...routed, tools: [] };
        }),
    }),
    governed: defineGovernedCalls({
      now: () => 0,
      stops: async () => stopped(),
      desk,
      health,
      keepTexts: async () => {},
      hold: () => () => undefined,
      log: () => {},
      ...gates,
    }),
    ask:
      ask ??
      (async ({ entry, body }) => {
        asked.push([entry.id, body]);
        return { result: ok({ vectors: [[0.6, 0.8]], tokens: 5 }), upstream: { status: "200" }, unread: null, durationMs: 12 };
      }),
  });
  const embed = defineEmbed({ log: (line) => lines.push(line), embedTexts });
  const asker = { ...CONTEXT, ...ASKED_FOR, began: true } as const;
  return { reserved, settled, records, asked, ended, lines, embedTexts, asker, embed: (text = "Where is it?") => embed(asker, text) };
}
const stopped = (...active: StopScope[]): Stops => ({ epoch: 1, active, asOf: 0 });
const CAP: LeaseRefusal = { why: "stale" };

it("[EMBED-1] money is reserved before the call and settled to what it cost, both on record, without the text", async () => {
  const made = world();
  expect(await made.embed()).toEqual({ vector: [0.6, 0.8], model: "acme/embed-2026-01-01", tokens: 5 });
  expect(made.asked).toEqual([["acme/embed-2026-01-01", { model: "embed-2026-01-01", input: ["Where is it?"], encoding_format: "float" }]]);
  expect(made.reserved[0]?.tokens).toBeGreaterThanOrEqual(4);
  expect(made.settled).toEqual([{ microUsd: 5, tokens: 5 }]);
  expect(made.records.map(({ event_type }) => event_type)).toEqual(["model.calling", "model.called"]);
  expect(JSON.stringify(made.records)).not.toContain("Where");
  expect(made.ended).toEqual([null]);
});

it.each<[string, Around]>([
  ["no model is registered", { registered: async () => [] }],
  ["one has every task, which no embedding model has", { registered: async () => [embedder({ tasks: ["*", "classify"] })] }],
  ["the text is longer than the model reads", { registered: async () => [embedder({ context: 2 })] }],
  ["the switch is thrown", { stops: async () => stopped({ kind: "model", org: "acme", name: "acme/embed-2026-01-01" }) }],
  ["the run's workflow is stopped", { stops: async () => stopped({ kind: "workflow", org: "acme", name: CONTEXT.workflow }) }],
  ["nobody knows whether it is", { stops: async () => Promise.reject(new Error("away")) }],
  ["there is no money", { desk: { reserve: async () => err(CAP) } }],
  ["nobody knows whether there is", { desk: { reserve: async () => Promise.reject(new Error("away")) } }],
  ["the upstream rests", { health: { admit: async () => ({ allowed: false, retryAfterMs: 1_000 }) } }],
])("[EMBED-2] nothing is asked when %s", async (why, changes) => {
  const made = world(changes);
  expect([await made.embed(), made.asked]).toEqual([null, []]);
  expect(made.settled).toEqual(made.reserved.map(() => ({ microUsd: 0, tokens: 0 })));
  expect(made.reserved).toHaveLength(why === "the upstream rests" ? 1 : 0);
});

it("[EMBED-3] a model that is to see nothing of a person's sees no placeholder", async () => {
  const made = world({ registered: async () => [embedder({ pii: "never" })] });
  expect(await made.embed("Write to {{EMAIL_1}}")).toBeNull();
  expect(made.asked).toEqual([]);
  expect(await made.embed("Write to them")).not.toBeNull();
});

it("[EMBED-3] nor what stands in a document in the place of personal data", async () => {
  const made = world({ registered: async () => [embedder({ pii: "never" })] });
  expect(await made.embed("Write to [EMAIL_1]")).toBeNull();
  expect(made.asked).toEqual([]);
});

it("[EMBED-6] of several texts those without placeholders are embedded all the same, each in its place", async () => {
  const ask: EmbeddingCallPorts["ask"] = async ({ body }) => {
    const vectors = (body["input"] as string[]).map((text) => [text.length]);
    return { result: ok({ vectors, tokens: 5 }), upstream: { status: "200" }, unread: null, durationMs: 12 };
  };
  const call = { wanted: { model: embedder().id }, timeoutMs: 1_000, for: "knowledge", resource: "knowledge" } as const;
  const texts = ["a", "to [EMAIL_1]", "ccc", "{{PHONE_1}}"];
  const vectorsOf = async (pii: ModelEntry["pii"], of = texts) => {
    const { embedTexts, asker } = world({ ask, registered: async () => [embedder({ pii })] });
    return (await embedTexts({ ...call, texts: of, asker }))?.vectors ?? null;
  };
  expect(await vectorsOf("never")).toEqual([[1], null, [3], null]);
  expect(await vectorsOf("redacted")).toEqual(texts.map((text) => [text.length]));
  expect(await vectorsOf("never", ["to [EMAIL_1]"])).toBeNull();
});

it("[EMBED-4] the cheapest is asked", async () => {
  const dear = embedder({ id: "acme/a-2026-01-01", price: { input: 9, output: 0, cached_input: null } });
  const made = world({ registered: async () => [dear, embedder()] });
  expect((await made.embed())?.model).toBe("acme/embed-2026-01-01");
});

it.each<[string, Failure["code"], EmbedFacts, Amount | null]>([
  ["refused with a status bills nothing", "upstream_unavailable", { status: "503" }, { microUsd: 0, tokens: 0 }],
  ["that never came back leaves the worst case taken", "timeout", {}, null],
  ["in another format leaves the worst case taken", "upstream_unavailable", { status: "200" }, null],
])("[EMBED-5] a failure gives no vector and is told to the breaker; one %s", async (_, code, upstream, spent) => {
  const made = world({ ask: async () => ({ result: err({ ...AWAY, code }), unread: null, upstream, durationMs: 3 }) });
  expect(await made.embed()).toBeNull();
  expect([made.settled, made.ended]).toEqual([[spent], [code]]);
});

it("a bug is no vector, and is in the log without the text", async () => {
  const made = world({ registered: async () => Promise.reject(new RangeError("Where is it?")) });
  expect(await made.embed()).toBeNull();
  expect(made.lines).toEqual([{ level: "warn", event: "answers.not_embedded", org: CONTEXT.org, run: CONTEXT.run, error: "RangeError" }]);
});
