/** Spans of chats, read off their records. */
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import type { RecordsMessage } from "../../../core/audit/record.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { TraceMessage } from "../../../core/trace/message.ts";
import { chatSpans } from "../../../core/trace/of-chat.ts";
import { requestText, spanText } from "../../../core/trace/otlp.ts";
import { DEFAULT_TRACE_SETTINGS, type TraceSettings } from "../../../core/trace/rule.ts";
import { exportChats } from "../../../workers/traces/chats.ts";
import { readOtlp } from "../../support/otlp.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const record = (id: string, run: string, data: JsonObject = {}, event_type = "model.called") =>
  ({
    ...{ event_id: id, timestamp: "2026-11-30T10:00:01.500Z", trace_id: "0af7651916cd43dd8448eb211c80319c", event_type },
    ...{ actor: { type: "user", id: "ada" }, action: "model.call", resource: `run/${run}/chat` },
    data: {
      model: "openai/small-1",
      attempt: 1,
      ok: true,
      duration_ms: 500,
      tokens_in: 7,
      tokens_out: 3,
      usd: 0.25,
      answer: "words",
      ...data,
    },
  }) as never;
const message = (kind = "budget-ledger"): RecordsMessage =>
  ({
    ...{ v: 1, org: "acme", source: { kind, id: "acme" } },
    rows: [
      {
        id: "row_1",
        records: [
          record("evt_1", "run_chat"),
          record("evt_2", "run_chat", { ok: false, code: "timeout" }),
          record("evt_3", "run_chat", {}, "model.calling"),
          record("evt_4", "run_of_a_workflow"),
        ],
        costs: [
          { run: "run_chat", workflow: null },
          { run: "run_of_a_workflow", workflow: "refund" },
        ],
      },
    ],
  }) as never;
const spansOf = (settings: TraceSettings, from = message()) =>
  readOtlp(JSON.parse(requestText(chatSpans(from, settings, true, sha256).map(spanText), { service: "bulkhead", version: null })));

it("[OTLP-17] each attempt is one, with what it used and how it ended, and what a run asked is none", () => {
  const [good, bad, ...others] = spansOf(DEFAULT_TRACE_SETTINGS);
  expect(others).toEqual([]);
  expect(good).toMatchObject({ name: "chat openai/small-1", kind: 3, parentSpanId: null, failed: false });
  expect((good?.end ?? 0) - (good?.start ?? 0)).toBe(500);
  expect(good?.attributes).toMatchObject({
    ...{ "org.id": "acme", "user.id": "ada", "run.id": "run_chat", "model.name": "openai/small-1", "gen_ai.system": "openai" },
    ...{ "tokens.input": 7, "tokens.output": 3, "cost.usd": 0.25, "latency.ms": 500, success: true },
  });
  expect(bad).toMatchObject({ failed: true, attributes: { success: false, "error.type": "timeout" } });
  expect(good?.spanId).not.toBe(bad?.spanId);
  expect(spansOf(DEFAULT_TRACE_SETTINGS)).toEqual([good, bad]);
  expect(JSON.stringify([good, bad])).not.toContain("words");
  expect(spansOf(DEFAULT_TRACE_SETTINGS, message("run"))).toEqual([]);
});

it("[OTLP-17] the org's share and bounds hold", () => {
  const none = { ...DEFAULT_TRACE_SETTINGS, percent: 0 };
  expect(spansOf(none).map(({ failed }) => failed)).toEqual([true]);
  expect(spansOf({ ...none, dear_usd: 0.25 })).toHaveLength(2);
  expect(spansOf({ ...none, slow_ms: 500 })).toHaveLength(2);
});

it("[OTLP-17] a queue that takes nothing holds up no record, and it is said", async () => {
  const said: unknown[] = [];
  const ports = { olderNames: false, sha256, log: (line: { event: string }) => void said.push(line.event) };
  const send = async () => {
    throw new Error("away");
  };
  await exportChats([message()], { ...ports, send, settings: async () => DEFAULT_TRACE_SETTINGS } as never);
  expect(said).toEqual(["trace.chats_dropped"]);
  const sent: TraceMessage[] = [];
  await exportChats([message()], {
    ...ports,
    send: async (one: TraceMessage) => void sent.push(one),
    settings: async () => DEFAULT_TRACE_SETTINGS,
  } as never);
  expect(sent).toMatchObject([{ v: 1, kind: "texts", org: "acme" }]);
  const texts = sent.flatMap((one) => (one.kind === "texts" ? one.texts : []));
  expect(texts.map((text) => JSON.parse(text))).toMatchObject([{ kind: 3 }, { kind: 3 }]);
});
