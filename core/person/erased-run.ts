/** What stays of a run whose person is erased: that it was, when, of which workflow, how it ended and what it cost. */
import type { Json, JsonObject } from "../json.ts";
import type { RunView } from "../run/outside/view.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";

/** Stands where the person's id was. */
export const ERASED = "erased";

/**
 * The run without its person, and without anything that it was given, made or said. `summary`: as lists show it, which has no input, output
 * and steps.
 */
export function erasedRun(summary: JsonObject, at: EpochMs): RunView {
  const { risk: _risk, hand_over: _handOver, ...rest } = summary as unknown as RunView;
  return {
    ...rest,
    user: rest.user === rest.subject ? ERASED : rest.user,
    subject: ERASED,
    input: null,
    output: null,
    error: rest.error === null ? null : { code: rest.error.code, message: ERASED, step: rest.error.step },
    steps: [],
    waiting_for: null,
    metadata: {},
    ...(rest.dead_letter === undefined ? {} : { dead_letter: { ...rest.dead_letter, status: "discarded" } }),
    erased_at: rest.erased_at ?? toRfc3339(at),
  };
}

/** The same as lists show it. */
export function erasedSummary(view: RunView): JsonObject {
  const { input: _input, output: _output, steps: _steps, ...summary } = view;
  return JSON.parse(JSON.stringify(summary as unknown as Json)) as JsonObject;
}
