/**
 * Seeded walks: random definitions in a random world that fails, dies, is stopped and cancelled at any moment. `Drive` checks after
 * every input what must always hold; here stands what must hold at the end.
 */
import { describe, expect, it } from "vitest";
import { chance } from "../../../core/chance.ts";
import { isFinal } from "../../../core/run/machine/state.ts";
import type { Step } from "../../../core/workflow/definition.ts";
import { define, model, review, tool, transform, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed, said } from "../../support/run/drive.ts";

const SEEDS = 200;

/** A stream of chance from one seed. */
class Dice {
  readonly #seed: string;
  #rolls = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  roll(): number {
    return chance(`${this.#seed}:${this.#rolls++}`);
  }

  one<T>(items: readonly T[]): T {
    return items[Math.floor(this.roll() * items.length)] as T;
  }
}

const WRITES = ["stock.reserve", "payments.refund", "mail.send"];

function randomSteps(dice: Dice): { [id: string]: Step } {
  const steps: { [id: string]: Step } = {};
  const ids: string[] = [];
  for (let index = 0; index < 2 + Math.floor(dice.roll() * 7); index++) {
    const id = `s${index}`;
    const needs = ids.filter(() => dice.roll() < 0.35);
    const when = needs[0] !== undefined && dice.roll() < 0.2 ? { cel: `steps.${needs[0]}.output != null` } : null;
    const on_error = dice.roll() < 0.2 ? { value: "spare" } : null;
    const kind = dice.roll();
    if (kind < 0.2) steps[id] = transform({ n: index }, { needs, when });
    else if (kind < 0.4) steps[id] = model({ needs, when, on_error });
    else if (kind < 0.5) steps[id] = review({ needs, when, on_error });
    else if (kind < 0.65) steps[id] = tool("orders.get", { needs, when, on_error });
    else steps[id] = tool(dice.one(WRITES), { needs, when, on_error, compensate: dice.roll() < 0.6 ? undoneBy("payments.cancel") : null });
    ids.push(id);
  }
  return steps;
}

function walk(seed: number): Drive {
  const dice = new Dice(`walk-${seed}`);
  const definition = define(randomSteps(dice), {
    on_failure: dice.roll() < 0.8 ? "compensate" : "park",
    limits: { usd: dice.roll() < 0.2 ? 0.0005 : 1, tokens: 100_000, seconds: 600, steps: 100, confirm_over_usd: null },
  });
  const run = new Drive(definition, {
    tool: (name) => {
      const luck = dice.roll();
      if (luck < 0.7) return answered({ id: `${name}-1` });
      return luck < 0.85
        ? failed("upstream_unavailable", "transient")
        : luck < 0.93
          ? failed("timeout", "unknown")
          : failed("tool_error", "permanent");
    },
    model: () =>
      dice.roll() < 0.85 ? said("text", 20, 20) : { ...said(""), result: { ok: false, invalid: { answer: "", errors: ["no"] } } },
    person: () => (dice.roll() < 0.8 ? "approve" : "reject"),
  }).start();
  for (let turn = 0; turn < 3_000 && !isFinal(run.state); turn++) {
    const luck = dice.roll();
    if (luck < 0.03) run.crash();
    else if (luck < 0.04) run.offer({ kind: "cancel", by: "ada", reason: "" });
    else if (luck < 0.06) {
      const active = run.stops?.active.length ? [] : [{ kind: "org" as const, org: "acme", name: "acme" }];
      run.stops = dice.roll() < 0.2 ? null : { epoch: (run.stops?.epoch ?? 1) + 1, active, asOf: run.now };
    } else if (luck < 0.1) {
      run.now += Math.floor(dice.roll() * 20_000);
      run.offer({ kind: "tick" });
    } else {
      const effects = run.wanted();
      const effect = dice.one(effects);
      if (effect === undefined) run.now += 5_000;
      const happening = effect === undefined ? null : run.carryOut(effect);
      if (happening !== null) run.offer(happening);
      else run.offer({ kind: "tick" });
    }
    if (turn === 2_000) run.stops = { epoch: 1_000, active: [], asOf: run.now }; // whoever was stopped goes on at last
  }
  return run;
}

describe("seeded walks", () => {
  it.each(Array.from({ length: SEEDS }, (_, seed) => seed))("[RUN-5] seed %i ends, and every write is accounted for", (seed) => {
    const run = walk(seed);
    expect(isFinal(run.state), run.types().join("\n")).toBe(true);
    expect(run.events.length).toBeGreaterThan(2);
    const { steps } = run.machinery.birth.definition;
    expect(Object.keys(steps).length).toBeGreaterThan(1);
    for (const [id, step] of Object.entries(steps)) {
      if (step.kind !== "tool") continue;
      const answers = run.events.filter((event) => event.type === "tool.answered" && event.data.activity === id && event.data.ok);
      const undone = run.events.filter((event) => event.type === "step.compensated" && event.step === id && !event.data.undone);
      expect(answers.length, `step ${id} was done more than once`).toBeLessThanOrEqual(1);
      expect(undone.length, `step ${id} was undone more than once`).toBeLessThanOrEqual(1);
      const ended = ["failed", "cancelled"].includes(run.state.status);
      const mustBeUndone =
        ended && answers.length === 1 && step.compensate !== null && run.machinery.birth.definition.on_failure === "compensate";
      if (mustBeUndone) expect(undone.length, `step ${id} stays half done in a run that ended ${run.state.status}`).toBe(1);
    }
    if (run.state.status !== "completed" && run.state.status !== "cancelled") expect(run.state.deadLetter).not.toBeNull();
  });
});
