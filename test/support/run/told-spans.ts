/** The spans of a journal in a form that a test writes down by hand. */
import { expect } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import type { RunEvent } from "../../../core/run/machine/event.ts";
import { NO_USAGE } from "../../../core/run/machine/state.ts";
import { BARE, type TraceOptions } from "../../../core/run/outside/span-content.ts";
import { spansOfRun } from "../../../core/run/outside/trace.ts";
import { callSpanId, runSpanId, stepSpanId } from "../../../core/trace/span.ts";
import type { AgentStep, Definition } from "../../../core/workflow/definition.ts";
import { define, model, tool } from "./definition.ts";
import { Drive, T0 } from "./drive.ts";

/** The id of the run whose spans are told. */
export const RUN = "run_01JH0000000000000000000000";
const { cache: _cache, async: _async, kind: _kind, ...asked } = model();
/** A step of an agent with two tools. */
export const desk: AgentStep = { ...asked, kind: "agent", tools: ["mail.send", "orders.get"], max_iterations: 5 };

/** `[type, milliseconds after the start, step, data]`; numbered from 1. */
export type Line = readonly [type: string, at: number, step: string | null, data?: object];
export const journal = (lines: readonly Line[]): RunEvent[] =>
  lines.map(
    ([type, at, step, data], index) =>
      ({ seq: index + 1, type, at: T0 + at, ...(step === null ? {} : { step }), data: data ?? {} }) as never,
  );

/** A span without what all have. `of`: the name of the span above it, null for the run's own. */
export type Told = {
  readonly name: string;
  readonly of: string | null;
  readonly id: string;
  readonly kind: number;
  readonly time: readonly [start: number, end: number, closedBy: number | null];
  readonly says: JsonObject;
  readonly events: readonly (readonly [name: string, at: number, says: JsonObject])[];
  readonly links: readonly JsonObject[];
};
/** What every span says. */
const COMMON = { "run.id": RUN, "workflow.version": "specimen@1", "org.id": "acme", "user.id": "ada" };

/** The spans of a journal, told by names and short ids: `#3` belongs to the third event, `a` to the step or activity `a`. */
export function spans(
  lines: readonly Line[],
  definition: Definition = define({ a: tool("mail.send"), desk }),
  options: TraceOptions = BARE,
  birth = {},
): Told[] {
  const { machinery } = new Drive(definition, {}, birth);
  const { sha256 } = machinery;
  const usage = { ...NO_USAGE, tokensIn: 7, tokensOut: 5, microUsd: 2_000 };
  const all = spansOfRun(machinery, usage, journal(lines), options);
  const names = new Map(all.map(({ id, name }) => [id, name]));
  const shortIds = new Map<string, string>([[runSpanId(sha256, RUN), "run"]]);
  for (let seq = 1; seq <= lines.length; seq++) shortIds.set(callSpanId(sha256, RUN, seq), `#${seq}`);
  for (const id of ["a", "b", "desk", "each", "each/0", "each/1", "w", "a/compensate", "desk/1.1"])
    shortIds.set(stepSpanId(sha256, RUN, id), id);
  return all.map((span) => {
    expect(span.traceId).toBe(machinery.birth.traceId);
    expect(span.failed).toBe("error.type" in span.attributes);
    expect(span.droppedEvents).toBe(0);
    const says = Object.fromEntries(Object.entries(span.attributes).filter(([key]) => !(key in COMMON)));
    expect(span.attributes).toMatchObject(COMMON);
    return {
      name: span.name,
      of: span.parent === null ? null : (names.get(span.parent) ?? "?"),
      id: shortIds.get(span.id) ?? "?",
      kind: span.kind,
      time: [span.start - T0, span.end - T0, span.closedBy],
      says: says as JsonObject,
      events: span.events.map(({ name, at, attributes }) => [name, at - T0, attributes] as const),
      links: span.links.map(({ spanId, attributes }) => ({
        ...attributes,
        isOfRun: spanId === runSpanId(sha256, String(attributes["run.id"])),
      })),
    };
  });
}
/** What a span says that ended well after so many milliseconds. */
export const OK = (ms: number): JsonObject => ({ "latency.ms": ms, success: true });
/** What a span says that failed with a code. */
export const BAD = (ms: number, code: string): JsonObject => ({ "latency.ms": ms, success: false, "error.type": code });
/** A span without links and events. */
export const plain = { links: [], events: [] } as const;
/** What the span of a run says. */
export const ROOT_SAYS = { "bulkhead.kind": "run", "gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "specimen" };
/** What the span of a run that ended says besides. */
export const ENDED = {
  "tokens.input": 7,
  "tokens.output": 5,
  "gen_ai.usage.input_tokens": 7,
  "gen_ai.usage.output_tokens": 5,
  "cost.usd": 0.002,
};
/** All but those of a name. */
export const without = <T extends { readonly name: string }>(all: readonly T[], name: string): T[] =>
  all.filter((one) => one.name !== name);
/** The run's own span. */
export const root = (all: readonly Told[]): Told => all[0] as Told;
/** The first span of a name. */
export const named = (all: readonly Told[], name: string): Told => all.find((one) => one.name === name) as Told;

/** The data of a `run.completed`. */
export const END = { output: { done: 1 }, flags: [], error: null };
