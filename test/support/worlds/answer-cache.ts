/** A room of kept answers with everything around it scripted; the KV namespace is the runtime's own. */

import { env } from "cloudflare:workers";
import { createHmac } from "node:crypto";
import type { Message } from "../../../core/model/message.ts";
import type { ModelCall, ModelOutcome } from "../../../core/run/calls/call.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { type AnswerCache, defineAnswerCache } from "../../../workers/answer-cache/answer-cache.ts";
import { keptValues } from "../../../workers/answer-cache/kept-values.ts";
import type { AnswerCachePorts } from "../../../workers/answer-cache/ports.ts";
import { withAnswerCache } from "../../../workers/answer-cache/with-answer-cache.ts";
import { modelCall, modelEntry } from "../doubles/calls.ts";
import { type ScriptedGuard, scriptedGuard } from "../doubles/scripted-guard.ts";
import { FAR } from "../far.ts";

export type AnswerWorld = {
  readonly cache: AnswerCache;
  readonly guard: ScriptedGuard;
  readonly log: LogLine[];
  /** Of the model, in the order in which it is asked; the last one is given again and again. */
  answers: (ModelOutcome | (() => Promise<ModelOutcome>))[];
  readonly asked: ModelCall[];
  now: number;
  policyVersion: string;
  guardVersion: string;
  upstreamId: string;
  /** By run and placeholder. */
  readonly vault: Map<string, string>;
  vectors: (text: string) => readonly number[] | null;
  readonly embedded: string[];
  /** Through the cache, as a run calls. */
  call(changes?: Partial<ModelCall>): Promise<ModelOutcome>;
};

export function answerWorld(changes: Partial<AnswerCachePorts> = {}): AnswerWorld {
  const guard = scriptedGuard();
  const log: LogLine[] = [];
  const ports: AnswerCachePorts = {
    now: () => world.now,
    values: keptValues(env.ANSWERS, (line) => log.push(line)),
    guard,
    vault: { open: async (_org, { run, placeholders }) => placeholders.map((name) => world.vault.get(`${run} ${name}`) ?? null) },
    model: async (_org, id) => modelEntry({ id, upstream_id: world.upstreamId }),
    grounds: () => ({ policyVersion: world.policyVersion, guardVersion: world.guardVersion }),
    mac: async (text) => createHmac("sha256", "the key of a test").update(text).digest("hex"),
    embed: async (_context, text) => {
      world.embedded.push(text);
      const vector = world.vectors(text);
      return vector === null ? null : { vector, model: "acme/embed-2026-01-01", tokens: 7 };
    },
    log: (line) => log.push(line),
    ...changes,
  };
  const cache = defineAnswerCache(ports);
  const callModel = withAnswerCache(cache, async (call: ModelCall) => {
    world.asked.push(call);
    const answer = world.answers[Math.min(world.asked.length, world.answers.length) - 1];
    if (answer === undefined) throw new Error("a call that no test wrote an answer for");
    return typeof answer === "function" ? answer() : answer;
  });
  const world: AnswerWorld = {
    cache,
    guard,
    log,
    answers: [answered({ category: "shipping" })],
    asked: [],
    now: FAR,
    policyVersion: "p1",
    guardVersion: "g1",
    upstreamId: "small-2026-01-01",
    vault: new Map(),
    vectors: () => null,
    embedded: [],
    call: (changes = {}) => callModel(modelCall({ cache: "exact", ...changes })),
  };
  return world;
}

export const answered = (
  output: ModelOutcome["result"] extends infer R ? (R extends { output: infer O } ? O : never) : never,
  changes: Partial<ModelOutcome> = {},
): ModelOutcome => ({
  result: { ok: true, output },
  usage: { input: 40, output: 9, cachedInput: 0 },
  durationMs: 900,
  findings: [],
  upstream: { finish_reason: "stop", status: "200" },
  ...changes,
});

export const failed = (kind: "transient" | "permanent" | "safety" = "transient"): ModelOutcome => ({
  result: { ok: false, failure: { class: kind, code: "upstream_unavailable", message: "the upstream is away", retryAfterMs: null } },
  usage: null,
  durationMs: 300,
  findings: [],
  upstream: {},
});

/** A prompt as a chat sends it, or a run. */
export const says = (content: string, system = "Be brief."): Message[] => [
  { role: "system", content: system },
  { role: "user", content },
];

/** Milliseconds of the quickest of a few: the others waited for the machine. */
export async function quickest(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < 6; turn++) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return Math.min(...times);
}

/** Everything that lies in KV. */
export async function keptTexts(): Promise<string> {
  const { keys } = await env.ANSWERS.list();
  const values = await Promise.all(keys.map(async (key) => `${JSON.stringify(key)} ${await env.ANSWERS.get(key.name)}`));
  return values.join("\n");
}
