/** Calls and manifests with everything filled in; a test changes what it is about. */

import { NOTHING_YET } from "../../../core/access/circumstances.ts";
import type { ModelEntry } from "../../../core/model/entry.ts";
import type { AskedFor, CallContext, ModelCall, ToolCall } from "../../../core/run/calls/call.ts";
import type { ManifestOf } from "../../../core/tool/manifest.ts";

export const CONTEXT: CallContext = {
  org: "acme",
  run: "run_01",
  user: "ada",
  subject: "ada",
  workflow: "support-refund",
  version: 1,
  activity: "refund",
  key: "run_01/refund",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  killEpoch: 3,
};

export const toolCall = (changes: Partial<ToolCall> = {}): ToolCall => ({
  context: CONTEXT,
  tool: "payments.refund",
  version: 1,
  input: { order: "A-1001" },
  timeoutMs: 5_000,
  ...changes,
});

export type HttpTool = ManifestOf<"http">;

export const manifest = (changes: Partial<HttpTool> = {}): HttpTool => ({
  name: "payments.refund",
  version: 1,
  description: "Refund an order",
  effect: "write",
  kind: "http",
  http: { url: "https://shop.example/payments/refund", method: "POST", headers: {}, secret: null },
  input: { type: "object", properties: { order: { type: "string" } }, required: ["order"] },
  output: { type: "object", properties: { id: { type: "string" }, amount: { type: "number" } }, required: ["id"] },
  timeout_ms: 30_000,
  idempotency: "key",
  scopes: ["write:payments"],
  approval: "policy",
  guarded: [],
  personal_data: {},
  sensitivity: "internal",
  allow: null,
  ...changes,
});

/** For an ordinary caller, before anything has happened. */
export const ASKED_FOR: AskedFor = { roles: ["caller"], soFar: NOTHING_YET };

export const modelCall = (changes: Partial<ModelCall> = {}): ModelCall => ({
  context: { ...CONTEXT, activity: "classify", key: "run_01/classify" },
  model: "acme/small-2026-01-01",
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Classify this ticket: my parcel never arrived." },
  ],
  schema: {
    name: "classify",
    schema: {
      type: "object",
      properties: { category: { enum: ["shipping", "refund"] } },
      required: ["category"],
      additionalProperties: false,
    },
  },
  tools: [],
  maxTokens: 256,
  temperature: 0,
  timeoutMs: 5_000,
  cache: "none",
  isLastResort: false,
  askedFor: ASKED_FOR,
  ...changes,
});

export const modelEntry = (changes: Partial<ModelEntry> = {}): ModelEntry => ({
  id: "acme/small-2026-01-01",
  base_url: "https://models.example/v1",
  secret: null,
  upstream_id: "small-2026-01-01",
  price: { input: 1, output: 2, cached_input: null },
  context: 8_192,
  tasks: ["classify"],
  pii: "redacted",
  latency_ms: null,
  quality: null,
  pinned: false,
  ...changes,
});
