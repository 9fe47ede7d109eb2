/** A question as a vector: which model is asked, and what comes before it. */
import { expect, it } from "vitest";
import type { AuditRecord } from "../../../core/audit/record.ts";
import type { Amount } from "../../../core/budget/amount.ts";
import type { ModelEntry } from "../../../core/model/entry.ts";
import { err, ok } from "../../../core/result.ts";
import type { Failure } from "../../../core/run/calls/call.ts";
import { defineEmbed, type EmbedPorts } from "../../../workers/answer-cache/embed.ts";
import { CONTEXT, modelEntry } from "../../support/doubles/calls.ts";

const embedder = (changes: Partial<ModelEntry> = {}): ModelEntry =>
  modelEntry({ id: "acme/embed-2026-01-01", upstream_id: "embed-2026-01-01", tasks: ["embed"], ...changes });
const AWAY: Failure = { class: "transient", code: "upstream_unavailable", message: "away", retryAfterMs: null };

function world(changes: Partial<EmbedPorts> = {}) {
  const reserved: Amount[] = [];
  const settled: (Amount | null)[] = [];
  const records: AuditRecord[] = [];
  const asked: unknown[] = [];
  const ended: (string | null)[] = [];
  const embed = defineEmbed({
    now: () => 0,
    random: (bytes) => new Uint8Array(bytes),
    registered: async () => [embedder()],
    isStopped: async () => false,
    reserve: async ({ worst, records: attempt }) => {
      reserved.push(worst);
      records.push(...attempt);
      return ok({
        settle: async (spent: Amount | null, end: readonly AuditRecord[]) => {
          settled.push(spent);
          records.push(...end);
        },
      });
    },
    admit: async () => ({ ended: async (failure) => void ended.push(failure?.code ?? null) }),
    ask: async ({ entry, body }) => {
      asked.push([entry.id, body]);
      return { result: ok({ vectors: [[0.6, 0.8]], tokens: 5 }), durationMs: 12 };
    },
    ...changes,
  });
  return { reserved, settled, records, asked, ended, embed: (text = "Where is it?") => embed(CONTEXT, text) };
}

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

it.each<[string, Partial<EmbedPorts>]>([
  ["no model is registered", { registered: async () => [] }],
  ["one has every task, which no embedding model has", { registered: async () => [embedder({ tasks: ["*", "classify"] })] }],
  ["the text is longer than the model reads", { registered: async () => [embedder({ context: 2 })] }],
  ["the switch is thrown", { isStopped: async ({ model }) => model === "acme/embed-2026-01-01" }],
  ["nobody knows whether it is", { isStopped: async () => Promise.reject(new Error("away")) }],
  ["there is no money", { reserve: async () => err("budget_exceeded") }],
  ["nobody knows whether there is", { reserve: async () => Promise.reject(new Error("away")) }],
  ["the upstream rests", { admit: async () => null }],
])("[EMBED-2] nothing is asked when %s", async (_, changes) => {
  const made = world(changes);
  expect([await made.embed(), made.asked]).toEqual([null, []]);
  expect(made.settled.every((spent) => spent?.tokens === 0)).toBe(true);
});

it("[EMBED-3] a model that is to see nothing of a person's sees no placeholder", async () => {
  const made = world({ registered: async () => [embedder({ pii: "never" })] });
  expect(await made.embed("Write to {{EMAIL_1}}")).toBeNull();
  expect(made.asked).toEqual([]);
  expect(await made.embed("Write to them")).not.toBeNull();
});

it("[EMBED-4] the cheapest is asked", async () => {
  const dear = embedder({ id: "acme/a-2026-01-01", price: { input: 9, output: 0, cached_input: null } });
  const made = world({ registered: async () => [dear, embedder()] });
  expect((await made.embed())?.model).toBe("acme/embed-2026-01-01");
});

it("[EMBED-5] a failure gives no vector, is told to the breaker, and leaves the worst case taken", async () => {
  const made = world({ ask: async () => ({ result: err(AWAY), durationMs: 3 }) });
  expect(await made.embed()).toBeNull();
  expect([made.settled, made.ended]).toEqual([[null], ["upstream_unavailable"]]);
});
