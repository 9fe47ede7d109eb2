/** A turn as rows of the journal: what goes with the first of them, and what with the last. */
import { expect, it } from "vitest";
import { initialState } from "../../../core/run/fold/evolve.ts";
import { partsOf } from "../../../durable-objects/run-engine/turn-parts.ts";
import { define, tool } from "../../support/run/definition.ts";
import { Drive } from "../../support/run/drive.ts";

it("[RUN-134] a turn of many events is rows of 120, also where they are full: its texts go with the first, the run's line with the last", () => {
  const all = {
    needs: [],
    when: null,
    on_error: null,
    kind: "map" as const,
    over: { cel: "input.list" },
    concurrency: 64,
    step: tool("orders.get"),
  };
  const drive = new Drive(define({ a: all, b: all }), {}, { input: { list: Array.from({ length: 40 }, () => 1) } });
  drive.quiet = true;
  const { machinery, events, state } = drive.start().run();
  const run = { machinery, state: initialState(machinery), leaving: { lastSeq: () => "7" } } as never;
  const texts = new Map([["d", "x"]]);
  expect(events.length).toBeGreaterThan(240);
  const parts = partsOf(run, state, events.slice(0, 240), texts);
  expect(
    parts.map(({ events: some, texts: { size }, leaving }) => [some.length, size, leaving?.id, leaving?.after, leaving?.run?.status]),
  ).toEqual([
    [120, 1, "120", "7", undefined],
    [120, 0, "240", "120", "completed"],
  ]);
  expect(partsOf(run, state, [], texts)).toEqual([]);
});
