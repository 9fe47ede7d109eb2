/** The pure parts of the console's client, as the browser runs them. */
import { describe, expect, it } from "vitest";

const client = async (name: string) =>
  (await import(new URL(`../../../workers/console/files/${name}.client.js`, import.meta.url).href)) as Record<
    string,
    (...given: unknown[]) => unknown
  >;
const { money, duration, relative, brief, pretty, figure } = (await client("format")) as Record<string, (...given: unknown[]) => string>;
const graph = await client("graph");
const { timelineOf } = (await client("timeline")) as {
  timelineOf: (run: unknown, now: number) => Map<string, { start: number; width: number; ms: number } | null>;
};

const AT = Date.UTC(2100, 0, 1);
const at = (ms: number) => new Date(AT + ms).toISOString();

describe("values as people read them", () => {
  it.each([
    [0, "$0.00"],
    [0.00042, "$0.0004"],
    [0.5, "$0.5000"],
    [12.345, "$12.35"],
    [undefined, "–"],
  ])("money %s is %s", (usd, text) => expect(money?.(usd)).toBe(text));

  it.each([
    [-5, "0 ms"],
    [450, "450 ms"],
    [3_240, "3.2 s"],
    [250_000, "4 min 10 s"],
    [7_500_000, "2 h 5 min"],
    [273_600_000, "3 d 4 h"],
    [Number.NaN, "–"],
  ])("%s ms are %s", (ms, text) => expect(duration?.(ms)).toBe(text));

  it.each([
    [0, "just now"],
    [-240_000, "4 min ago"],
    [-3_400, "3 s ago"],
    [720_000, "in 12 min"],
  ])("%s ms away is %s", (away, text) => expect(relative?.(at(away), AT)).toBe(text));

  it.each([
    [120.5, "USD", "$120.50"],
    [720, "s", "12 min 0 s"],
    [7.25, "%", "7.25 %"],
    [1_500, "runs", "1,500 runs"],
    [null, "runs", "–"],
  ])("%s %s is %s", (value, unit, text) => expect(figure?.(value, unit)).toBe(text));

  it("cuts long JSON to one line, and says nothing of nothing", () => {
    expect(brief?.({ a: "x".repeat(500) })).toHaveLength(160);
    expect([brief?.({}), brief?.(null), brief?.(undefined)]).toEqual(["", "", ""]);
    expect(pretty?.("as it is")).toBe("as it is");
  });
});

describe("the timeline", () => {
  const step = (id: string, from: number | null, to: number | null) => ({
    id,
    started_at: from === null ? null : at(from),
    ended_at: to === null ? null : at(to),
  });
  const run = (ended: number | null, ...steps: unknown[]) => ({
    created_at: at(-500),
    started_at: at(0),
    ended_at: ended === null ? null : at(ended),
    steps,
  });

  it("gives each step its part of the run", () => {
    const bars = timelineOf(run(1_000, step("a", 0, 250), step("b", 250, 1_000), step("c", null, null)), AT + 99_999);
    expect([...bars]).toEqual([
      ["a", { start: 0, width: 250, ms: 250 }],
      ["b", { start: 250, width: 750, ms: 750 }],
      ["c", null],
    ]);
  });

  it("lets what has not ended last until now", () => {
    expect(timelineOf(run(null, step("a", 500, null)), AT + 1_000).get("a")).toEqual({ start: 500, width: 500, ms: 500 });
  });

  it("keeps every bar inside and to be seen, whatever clocks say", () => {
    const bars = timelineOf(run(1_000, step("late", 1_000, 1_000), step("early", -700, -600), step("beyond", 5_000, 9_000)), AT);
    expect(bars.size).toBe(3);
    for (const bar of bars.values()) {
      expect(bar?.width).toBeGreaterThanOrEqual(6);
      expect(bar?.start).toBeGreaterThanOrEqual(0);
      expect((bar?.start ?? 0) + (bar?.width ?? 0)).toBeLessThanOrEqual(1_000);
    }
  });
});

describe("[CONSOLE-5] the graph of a run", () => {
  type Graph = {
    nodes: { id: string; column: number; row: number }[];
    edges: { from: string; to: string }[];
    columns: number;
    rows: number;
  };
  const graphOf = (graph as { graphOf: (definition: unknown) => Graph }).graphOf;
  it("stands each step right of what it needs, and no two on one place", () => {
    const steps = { d: { needs: ["b", "c"] }, a: {}, b: { needs: ["a"] }, c: { needs: ["a"] }, e: { needs: ["a", "d"] } };
    const { nodes, edges, columns, rows } = graphOf({ steps });
    const column = new Map(nodes.map((node) => [node.id, node.column]));
    expect(Object.fromEntries(column)).toEqual({ a: 0, b: 1, c: 1, d: 2, e: 3 });
    for (const { from, to } of edges) expect(column.get(from)).toBeLessThan(column.get(to) ?? -1);
    expect(new Set(nodes.map((node) => `${node.column}/${node.row}`)).size).toBe(5);
    expect([columns, rows, edges.length]).toEqual([4, 2, 6]);
  });
  it("draws nothing of no steps, and leaves out a need that is no step, and a circle", () => {
    expect(graphOf({})).toEqual({ nodes: [], edges: [], columns: 0, rows: 0 });
    expect(graphOf({ steps: { a: { needs: ["gone", "constructor"] } } }).nodes).toEqual([{ id: "a", column: 0, row: 0 }]);
    expect(graphOf({ steps: { a: { needs: ["b"] }, b: { needs: ["a"] }, c: {} } }).nodes.map(({ id }) => id)).toEqual(["c"]);
  });
});
