/**
 * Child runs, maps, agents, priced tools and models side by side under one cap: generated definitions in which every call costs what it costs
 * at worst. Where the worst cases fit into the cap, nothing ends at it; where they do not, nothing is overspent and nothing waits for ever.
 */
import { describe, expect, it } from "vitest";
import { chance } from "../../../core/chance.ts";
import { toUsd } from "../../../core/money.ts";
import { isFinal, type Usage } from "../../../core/run/machine/state.ts";
import type { AgentStep, ItemStep, RunStep, Step } from "../../../core/workflow/definition.ts";
import { define, model, tool } from "../../support/run/definition.ts";
import { answered, Drive, type Script, said } from "../../support/run/drive.ts";

const SEEDS = 60;
const KID = "workflow.kid";
const PRICED = "data.buy";
const FREE = "orders.get";
const AGENT_MODEL = "acme/agent-2026-01-01";
/** Micro-dollars. A model's answer of 100 tokens costs 200 at most, and its prompt less than 400. */
const WORST = { model: 600, tool: 300, child: 1_000 } as const;
const TOKENS = { model: 500, child: 1_000 } as const;
const PERMITTED = { decision: "allow", policyVersion: "p1", reasons: [] } as const;
const NEVER_CONFIRM = { seconds: 600, steps: 100, confirm_over_usd: null };

type Need = { readonly usd: number; readonly tokens: number };
/** Each seed's stream of chance. */
const diceOf = (seed: string): (() => number) => {
  let rolls = 0;
  return () => chance(`${seed}:${rolls++}`);
};

const common = { needs: [] as string[], when: null, on_error: null };
const run: RunStep = { ...common, kind: "run", workflow: "kid", version: null, input: {} };
const { cache: _cache, async: _async, kind: _kind, ...prompted } = model();
const agent: AgentStep = {
  ...prompted,
  model: { ...prompted.model, id: AGENT_MODEL },
  kind: "agent",
  tools: [KID, PRICED],
  max_iterations: 2,
};

const ONE: readonly (readonly [Step, Need])[] = [
  [model(), { usd: WORST.model, tokens: TOKENS.model }],
  [tool(PRICED), { usd: WORST.tool, tokens: 0 }],
  [tool(FREE), { usd: 0, tokens: 0 }],
  [run, { usd: WORST.child, tokens: TOKENS.child }],
  [tool(KID), { usd: WORST.child, tokens: TOKENS.child }],
  // its model is asked twice, and asks for one child run and one priced call
  [agent, { usd: 2 * WORST.model + WORST.child + WORST.tool, tokens: 2 * TOKENS.model + TOKENS.child }],
];

/** A definition, and what its calls cost at worst together. */
function generated(roll: () => number): { readonly steps: { [id: string]: Step }; readonly worst: Need; readonly children: number } {
  const steps: { [id: string]: Step } = {};
  const worst = { usd: 0, tokens: 0 };
  let children = 0;
  for (let index = 0; index < 2 + Math.floor(roll() * 6); index++) {
    const [one, need] = ONE[Math.floor(roll() * ONE.length)] ?? [run, ONE[3]?.[1] ?? worst];
    const needs = Object.keys(steps).filter(() => roll() < 0.25);
    const items = roll() < 0.25 ? 1 + Math.floor(roll() * 4) : 0;
    const over = Array.from({ length: items }, (_, item) => item);
    const concurrency = 1 + Math.floor(roll() * 4);
    steps[`s${index}`] = items === 0 ? { ...one, needs } : { ...common, kind: "map", concurrency, over, step: one as ItemStep, needs };
    const times = Math.max(1, items);
    worst.usd += need.usd * times;
    worst.tokens += need.tokens * times;
    if (need.usd >= WORST.child) children += times;
  }
  return { steps, worst, children };
}

/** Steps in a random order of answers; a child run and a priced call cost what they may at most. */
function walk(seed: string, share: number): { readonly drive: Drive; readonly given: number[]; readonly children: number } {
  const roll = diceOf(seed);
  const { steps, worst, children } = generated(roll);
  const limits = {
    ...NEVER_CONFIRM,
    usd: toUsd(Math.max(1, Math.floor(worst.usd * share))),
    tokens: Math.max(1, Math.floor(worst.tokens * share)),
  };
  const child = { workflow: "kid", version: 1, digest: "d", limits: { ...NEVER_CONFIRM, usd: 1, tokens: TOKENS.child } };
  const authority: Script["authority"] = (question) => {
    if (question.kind === "run") return { kind: "run", child: `run_child_${question.activity}`, ...child };
    if (question.kind === "model") {
      const candidate = { id: question.model ?? "", price: { input: 1, output: 2, cached_input: null }, context: 8000 };
      const tools = question.tools.map((name) => ({ name, description: name, input: true }));
      return { kind: "model", permission: PERMITTED, candidates: [candidate], rejected: [], tools };
    }
    const facts = { tool: question.tool, version: 1, effect: "read", idempotency: "key", timeout_ms: 30_000 } as const;
    const more =
      question.tool === KID
        ? { child: { ...child, run: `run_child_${question.call?.activity}`, output: true } }
        : question.tool === PRICED
          ? { price: { micro_usd: WORST.tool } }
          : {};
    return { kind: "tool", permission: PERMITTED, facts: { ...facts, ...more } };
  };
  const asks: Script["model"] = ({ messages }) => {
    if (messages.length > 2) return said("done", 10, 100);
    const calls = [KID, PRICED].map((name, n) => ({ id: `c${n}`, name, input: {} }));
    return { ...said(null), result: { ok: true, asks: { text: null, calls } } };
  };
  const drive = new Drive(define(steps, { tools: [KID, PRICED, FREE], limits }), {
    authority,
    tool: () => answered({ id: 1 }),
    child: () => "never",
    model: (call) => (call.model === AGENT_MODEL ? asks(call) : said("done", 10, 100)),
  });
  const given: number[] = [];
  const underWay = new Map<string, string>();
  drive.start();
  for (let turn = 0; turn < 3_000 && !isFinal(drive.state); turn++) {
    for (const { id, kind, phase, child: started } of Object.values(drive.state.activities))
      if (phase === "calling" && started !== null && (kind === "run" || kind === "tool")) underWay.set(id, started.run);
    const effects = drive.wanted().filter(({ kind }) => kind !== "child.start");
    const ending = [...underWay.keys()].filter((id) => drive.state.activities[id]?.phase === "calling");
    const isEnd = ending.length > 0 && (effects.length === 0 || roll() < 0.1);
    const effect = isEnd ? undefined : effects[Math.floor(roll() * effects.length)];
    const ended = ending[Math.floor(roll() * ending.length)];
    if (effect !== undefined) {
      const happening = drive.carryOut(effect);
      drive.offer(happening ?? { kind: "tick" });
    } else if (ended !== undefined) {
      const { reserved } = drive.activity(ended);
      given.push(reserved.microUsd);
      const spent = Math.min(reserved.microUsd, WORST.child);
      const usage: Usage = {
        tokensIn: 0,
        tokensOut: Math.min(reserved.tokens, TOKENS.child),
        microUsd: spent,
        modelCalls: 1,
        toolCalls: 0,
        cacheHits: 0,
      };
      const end = { ok: true, output: {}, error: null, flags: [], usage, held: { micro_usd: 0, tokens: 0 } } as const;
      expect(drive.offer({ kind: "child.ended", activity: ended, run: underWay.get(ended) ?? "", ...end })).toBeNull();
    } else {
      drive.now += 5_000;
      drive.offer({ kind: "tick" });
    }
  }
  return { drive, given, children };
}

describe("[RUN-315] calls and child runs side by side", () => {
  const seeds = Array.from({ length: SEEDS }, (_, seed) => seed);

  it.each(seeds)("seed %i: where all worst cases fit, no call and no child run ends at the cap", (seed) => {
    const { drive, given, children } = walk(`fits-${seed}`, 1);
    expect(drive.state.status, drive.types().join("\n")).toBe("completed");
    expect(drive.state.flags).toEqual([]);
    expect(given).toHaveLength(children);
  });

  it.each(seeds)("seed %i: where they do not fit, nothing is overspent, and the run ends", (seed) => {
    const { drive } = walk(`short-${seed}`, 0.1 + (seed % 8) / 10);
    expect(isFinal(drive.state), drive.types().join("\n")).toBe(true); // `Drive` checks the cap after every input
  });
});
