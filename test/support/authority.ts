/** An authority with scripted ports, and the questions that runs ask it. */
import { NOTHING_YET } from "../../core/access/circumstances.ts";
import type { Role } from "../../core/access/principal.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { ManifestOf } from "../../core/tool/manifest.ts";
import type { AuthorityQuestion } from "../../core/workflow/authority.ts";
import type { Definition, Limits } from "../../core/workflow/definition.ts";
import { defineAccess, NO_SETS } from "../../workers/access/access.ts";
import { type AuthorityPorts, defineAuthority } from "../../workers/access/authority.ts";

export type HttpTool = ManifestOf<"http">;

export const manifest: HttpTool = {
  name: "payments.refund",
  version: 3,
  description: "",
  effect: "write",
  kind: "http",
  http: { url: "https://pay.example.com/", method: "POST", headers: {}, secret: null },
  input: true,
  output: true,
  timeout_ms: 10_000,
  idempotency: "key",
  scopes: [],
  approval: "policy",
  guarded: ["/amount"],
  personal_data: {},
  sensitivity: "internal",
  allow: null,
};
export const model = (id: string, more: Partial<ModelEntry> = {}): ModelEntry => ({
  id,
  base_url: null,
  secret: null,
  upstream_id: id,
  price: { input: 1, output: 1, cached_input: null },
  context: 1_000,
  tasks: ["classify"],
  pii: "redacted",
  latency_ms: null,
  quality: null,
  pinned: true,
  ...more,
});
export const caller = { org: "acme", user: "ann", roles: ["caller"] } as const;
export const aboutTool: Extract<AuthorityQuestion, { kind: "tool" }> = {
  kind: "tool",
  caller,
  workflow: "w",
  run: "run_1",
  tool: "payments.refund",
  chosenBy: "definition",
  untrusted: [],
  compensation: false,
  soFar: NOTHING_YET,
};
export const aboutModel: Extract<AuthorityQuestion, { kind: "model" }> = {
  kind: "model",
  caller,
  workflow: "w",
  run: "run_1",
  model: null,
  task: "classify",
  fallback: [],
  holdsPersonalData: true,
  expectedTokens: 100,
  maxTokens: 100,
  wishes: {},
  seed: "run_1/a",
  tools: [],
  soFar: NOTHING_YET,
};
export const aboutRun: Extract<AuthorityQuestion, { kind: "run" }> = {
  kind: "run",
  caller,
  run: "run_1",
  activity: "child",
  workflow: "order-fulfilment",
  version: null,
  input: { n: 1 },
  soFar: NOTHING_YET,
};
export const CLOSED = {
  type: "object",
  properties: { n: { type: "integer", maximum: 100 } },
  required: ["n"],
  additionalProperties: false,
};
export const limits: Limits = { usd: 2, tokens: 500, seconds: 60, steps: 10, confirm_over_usd: null };
export const authority = (more: Partial<AuthorityPorts> = {}) => {
  const room = defineAuthority({
    now: () => Date.UTC(2026, 0, 4, 23, 59),
    log: () => undefined,
    access: defineAccess(() => undefined),
    policies: async () => NO_SETS,
    rolesLeft: async ({ roles }) => roles,
    tool: async () => manifest,
    egress: async () => null,
    collectionClass: async () => null,
    settings: async () => ({ models: {}, accepts: {}, risk: { review_over: 70, block_over: 90 } }),
    overridden: async () => null,
    models: async () => [model("a/one-1"), model("a/two-1")],
    route: async () => null,
    measured: () => null,
    workflow: async (_org, _name, version) => ({ version: version ?? 4, digest: "d1", definition: { limits, input: true } as Definition }),
    childRunId: async (org, run, activity) => `child of ${org} ${run} ${activity}`,
    filled: async (_context, value) => value,
    ...more,
  });
  return {
    authorize: (question: AuthorityQuestion, killEpoch = 0) => room.authorize(question, killEpoch),
    inRun: (question: AuthorityQuestion) => room.authorizeInRun(question, 0),
    mayRemember: (roles: readonly Role[]) =>
      room.mayRemember({ caller: { ...caller, roles }, run: "run_1", workflow: "w", action: "memory.recall", subject: "ann" }, 0),
  };
};
