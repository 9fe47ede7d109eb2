/** A chat room with the real guard and gateway, a scripted upstream, a desk that counts, and everything else within reach. */

import type { AuditRecord } from "../../../core/audit/record.ts";
import type { Amount } from "../../../core/budget/amount.ts";
import type { LeaseRefusal } from "../../../core/budget/lease.ts";
import { PLATFORM_GUARDRAILS } from "../../../core/guardrail/rules/merge.ts";
import { openStream } from "../../../core/guardrail/stream/open-stream.ts";
import type { RunId } from "../../../core/ids.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { StopScope } from "../../../core/kill-switch/stops.ts";
import type { ModelEntry } from "../../../core/model/entry.ts";
import { err, ok } from "../../../core/result.ts";
import type { Failure } from "../../../core/run/calls/call.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import type { AuthorityAnswer } from "../../../core/workflow/authority.ts";
import type { Health } from "../../../workers/breaker/health.ts";
import type { Desk } from "../../../workers/budget/ports.ts";
import { defineChat } from "../../../workers/chat/chat.ts";
import type { Asked, ChatPorts } from "../../../workers/chat/ports.ts";
import { guardOver } from "../../../workers/composition/chat.ts";
import { defineGovernedCalls } from "../../../workers/governed-call/governed-call.ts";
import { defineModelGateway } from "../../../workers/model-gateway/gateway.ts";
import { modelEntry } from "./calls.ts";
import { scriptedGuard } from "./scripted-guard.ts";
import { json, scriptedUpstream } from "./upstream.ts";

export const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
export const RUN = "run_01JD4M2Q00000000000000000A" as RunId;
export const SMALL = "acme/small-2026-01-01";
export const BIG = "acme/big-2026-01-01";

type Answer = Response | ((signal: AbortSignal) => Response | Promise<Response>);

/** `desk`: in place of the one that counts. */
export function chatWorld(answers: readonly Answer[], { desk: other, ...change }: Partial<ChatPorts> & { readonly desk?: Desk } = {}) {
  const upstream = scriptedUpstream(...answers);
  const entries: ModelEntry[] = [
    modelEntry({ id: SMALL, upstream_id: "small", price: { input: 1, output: 2, cached_input: null } }),
    modelEntry({ id: BIG, upstream_id: "big", price: { input: 10, output: 20, cached_input: null } }),
  ];
  const gateway = defineModelGateway({
    model: async () => null,
    guard: scriptedGuard(),
    secret: async () => null,
    fetch: upstream.fetch,
    rehearsal: async () => json({}),
    aiGateway: null,
    hashUser: async () => "hashed",
    now: () => NOW,
    allowPrivateHosts: false,
  });
  const world = {
    upstream,
    /** What was reserved and how it was settled; `undefined`: not yet, null: held. */
    calls: [] as { call: string; worst: Amount; spent: Amount | null | undefined }[],
    records: [] as AuditRecord[],
    /** Log lines of the chat and of its gates. */
    lines: [] as LogLine[],
    pressure: 0,
    refuse: null as ((worst: Amount) => LeaseRefusal | null) | null,
    /** The desk puts nothing on record. */
    isForgetful: false,
    stops: [] as StopScope[],
    health: [] as { model: string; failure: Failure | null }[],
    /** Models whose upstream rests. */
    resting: new Set<string>(),
    order: [SMALL, BIG],
    waits: [] as Promise<unknown>[],
    /** Files of texts that are kept beside the record (core/audit/content.ts). */
    texts: [] as string[],
    /** Texts cannot be kept. */
    keepsNoTexts: false,
    complete: (body: JsonObject, signal?: AbortSignal) => room.complete(asked(body, signal)),
    embed: (body: JsonObject) => room.embed(asked(body)),
    /** Everything that was to happen after the answer has happened. */
    settled: () => Promise.all(world.waits),
  };
  const asked = (body: JsonObject, signal?: AbortSignal): Asked => ({
    principal: {
      org: "acme",
      user: "ada",
      roles: ["caller"],
      credential: "key_1",
      credentialExpiresAt: null,
      credentialCreatedAt: 0,
      credentialCreatedBy: null,
      root: null,
      forOthers: false,
      platformAdmin: false,
    },
    body,
    trace: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" },
    at: NOW,
    signal: signal ?? new AbortController().signal,
    waitUntil: (work) => world.waits.push(work),
  });
  const stops = change.stops ?? (async () => ({ epoch: 1, active: world.stops, asOf: NOW }));
  const desk: Desk = {
    async reserve({ call, worst, records }) {
      const refusal = world.refuse?.(worst) ?? null;
      if (refusal !== null) return err(refusal);
      const entry: (typeof world.calls)[number] = { call, worst, spent: undefined };
      world.calls.push(entry);
      world.records.push(...records);
      const onRecord = world.isForgetful ? Promise.reject(new Error("the ledger forgot")) : Promise.resolve();
      return ok({
        pressure: world.pressure,
        alerts: [],
        onRecord,
        tidy: async () => {},
        async settle(spent, outcome) {
          if (entry.spent !== undefined) throw new Error("settled twice");
          entry.spent = spent;
          world.records.push(...outcome);
        },
      });
    },
  };
  const health: Health = {
    async admit(_org, { id }) {
      if (world.resting.has(id)) return { allowed: false, retryAfterMs: 7_000 };
      return {
        allowed: true,
        abandoned: async () => undefined,
        ended: async (failure) => {
          world.health.push({ model: id, failure });
        },
      };
    },
  };
  const keepTexts = async (_of: object, _name: string, lines: readonly string[]): Promise<void> => {
    if (world.keepsNoTexts) throw new Error("R2 is away");
    world.texts.push(lines.join("\n"));
  };
  const room = defineChat({
    rules: async () => PLATFORM_GUARDRAILS,
    moderate: async () => null,
    now: () => NOW,
    random: (bytes) => new Uint8Array(bytes),
    log: (line) => void world.lines.push(line),
    timeouts: { attemptMs: 60, idleMs: 40, streamMs: 2_000, watchMs: 15 },
    mintRunId: async () => RUN,
    guardOver,
    openText: openStream,
    stops,
    async authorize(question): Promise<AuthorityAnswer> {
      if (question.kind !== "model") throw new Error("another question");
      const wanted = question.model === null ? world.order : world.order.filter((id) => id === question.model);
      const candidates = wanted.flatMap((id) => entries.filter((entry) => entry.id === id));
      if (candidates.length === 0)
        return { kind: "refused", code: "not_found", message: "no registered model may answer", transient: false };
      const permission = { decision: "allow", policyVersion: "p1", reasons: [] } as const;
      const found = candidates.map(({ id, price, context }) => ({ id, price, context }));
      return { kind: "model", permission, candidates: found, rejected: [], tools: [] };
    },
    models: async () => entries,
    governed: defineGovernedCalls({
      now: () => 0,
      stops,
      desk: other ?? desk,
      health,
      keepTexts,
      hold: () => () => undefined,
      log: (line) => world.lines.push(line),
    }),
    sharesAnswers: async () => false,
    kept: { find: async () => ({ hit: null, stale: async () => null, keep: async () => undefined }) },
    upstream: gateway,
    record: async (_org, record) => {
      world.records.push(record);
    },
    ...change,
  });
  return world;
}

/** A whole answer of an upstream. */
export const says = (content: unknown, more: object = {}, choice: object = {}) =>
  json({ choices: [{ message: { role: "assistant", content }, finish_reason: "stop", ...choice }], usage: USED, ...more });
export const USED = { prompt_tokens: 31, completion_tokens: 7, total_tokens: 38 };

/** A stream of an upstream: each text is sent as it stands. `then`: what happens after the last. */
export function streams(frames: readonly (string | Uint8Array)[], then: "end" | "cut" | "hang" = "end") {
  const seen = { cancelled: false };
  let next = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const frame = frames[next++];
      if (frame !== undefined) controller.enqueue(typeof frame === "string" ? new TextEncoder().encode(frame) : frame);
      else if (then === "end") controller.close();
      else if (then === "cut") controller.error(new TypeError("connection reset by the other side"));
      else return new Promise<void>(() => undefined);
    },
    cancel() {
      seen.cancelled = true;
    },
  });
  return { seen, response: new Response(body, { headers: { "content-type": "text/event-stream" } }) };
}
export const frame = (body: unknown): string => `data: ${typeof body === "string" ? body : JSON.stringify(body)}\n\n`;
export const delta = (content: string, finish: string | null = null): string =>
  frame({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] });
export const usageFrame = frame({ choices: [], usage: USED });
export const DONE = frame("[DONE]");
