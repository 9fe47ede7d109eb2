/** A map whose items cost much to compute: no turn of it holds the isolate long. */
import { expect, it } from "vitest";
import type { MapStep } from "../../../core/workflow/definition.ts";
import { define, transform } from "../../support/run/definition.ts";
import { Drive } from "../../support/run/drive.ts";

const LIMITS = { usd: 1, tokens: 1_000, seconds: 100_000, steps: 100_000, confirm_over_usd: null };

it("[RUN-251] a turn ends where its expressions took long, however few events it has, and the run goes on in the next", () => {
  const costly = "range.map(x, range.map(y, x * y).size()).size() + item".replaceAll("range", "input.range");
  const each: MapStep = {
    needs: [],
    when: null,
    on_error: null,
    kind: "map",
    over: { cel: "input.items" },
    concurrency: 4,
    step: transform({ cel: costly }),
  };
  const input = { items: Array.from({ length: 40 }, (_, index) => index), range: Array.from({ length: 220 }, (_, index) => index) };
  const run = new Drive(define({ each }, { limits: LIMITS }), {}, { input });
  const began: number[] = [];
  let before = 0;
  const count = (): number => run.events.filter(({ type }) => type === "item.started").length;
  run.start();
  for (let turn = 0; turn < 100 && run.state.status === "running"; turn++) {
    began.push(count() - before);
    before = count();
    run.offer({ kind: "tick" });
  }
  expect(run.state.status).toBe("completed");
  expect(run.state.steps["each"]?.output).toEqual(input.items.map((item) => 220 + item));
  expect(began.length).toBeGreaterThan(5);
  expect(Math.max(...began)).toBeLessThanOrEqual(8);
});
