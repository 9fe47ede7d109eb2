/** What leaves a run's object is bounded in size, and nothing of it is lost: it is on a further page, or behind a reference. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { boundedView, EVENT_PAGE_SIZE, firstPage, jsonPieces, sizeWithin } from "../../../core/run/outside/bounded.ts";
import type { EventView, RunView } from "../../../core/run/outside/view.ts";

const viewWith = (outputs: readonly Json[], output: Json = null): RunView =>
  ({ id: "run_1", input: {}, output, steps: outputs.map((one, at) => ({ id: `s${at}`, output: one })) }) as unknown as RunView;

describe("[RUN-150] a view is bounded", () => {
  it("shows outputs as they are while all of them fit", () => {
    const view = viewWith(Array.from({ length: 10 }, () => "x".repeat(200_000)));
    expect(boundedView(view)).toBe(view);
  });

  it("shows a reference for each large output where they do not fit, and small ones as they are", () => {
    const view = boundedView(viewWith([...Array.from({ length: 200 }, () => ({ text: "x".repeat(200_000) })), { id: 7 }]));
    expect(JSON.stringify(view).length).toBeLessThan(100_000);
    expect(view.steps[3]?.output).toEqual({ $ref: "/v1/runs/run_1/steps/s3/output" });
    expect(view.steps[200]?.output).toEqual({ id: 7 });
  });

  it("does so for lists of small values, for long names of fields, and for an output that repeats the steps'", () => {
    const list = Array.from({ length: 1_000_000 }, (_, at) => at);
    expect(JSON.stringify(boundedView(viewWith([list, list]))).length).toBeLessThan(10_000);
    const names = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`${at}${"k".repeat(100_000)}`, 1]));
    expect(JSON.stringify(boundedView(viewWith([names]))).length).toBeLessThan(10_000);
    const all = Array.from({ length: 100 }, () => "x".repeat(100_000));
    const partial = boundedView(viewWith(all, Object.fromEntries(all.map((one, at) => [`s${at}`, one]))));
    expect(partial.output).toMatchObject({ s9: { $ref: "/v1/runs/run_1/steps/s9/output" } });
    expect(JSON.stringify(partial).length).toBeLessThan(100_000);
  });
});

describe("[RUN-151] events leave in pages of bounded size", () => {
  const event = (seq: number, data: Json): EventView => ({ seq, type: "step.completed", at: "2026-01-01T00:00:00Z", data });

  it("with what fits, at least one, at most as many as asked for", () => {
    const large = Array.from({ length: 20 }, (_, at) => event(at + 1, "x".repeat(200_000)));
    expect(firstPage(large, 500)).toHaveLength(5);
    expect(firstPage([event(1, "x".repeat(2 * EVENT_PAGE_SIZE)), event(2, 1)], 500).map(({ seq }) => seq)).toEqual([1]);
    expect(
      firstPage(
        large.map(({ seq }) => event(seq, seq)),
        3,
      ),
    ).toHaveLength(3);
    expect(firstPage([], 3)).toEqual([]);
  });
});

describe("a large value as text", () => {
  it.each<Json>([
    null,
    1,
    "a",
    [],
    {},
    [1, [2, { a: [] }]],
    { __proto__: 1, 'a"b': ["ä"] },
    Array.from({ length: 300 }, (_, at) => ({ at, text: "y".repeat(at) })),
  ])("comes in pieces that are its JSON", (value) => expect(Array.from(jsonPieces(value, 50)).join("")).toBe(JSON.stringify(value)));

  it("is counted without more work than asked for, at any depth", () => {
    let deep: Json = [];
    for (let at = 0; at < 100_000; at++) deep = [deep];
    expect(sizeWithin(deep, 1_000)).toBeLessThan(1_010);
    expect(sizeWithin({ abc: "de" }, 1_000)).toBe(6 + 7 + 5);
  });
});
