/**
 * Which of a run's spans leave next. A span leaves once, when it has ended, and the run's own is the last but for what undoes the run later:
 * backends take no second version of a span. Decides by the journal and by how far it has left; sends nothing.
 */
import type { Json } from "../../json.ts";
import { accepts } from "../../label/label.ts";
import { requestText, spanText, type TraceResource } from "../../trace/otlp.ts";
import { isKeptByEnd } from "../../trace/rule.ts";
import { wholePast } from "../fold/past.ts";
import type { RunEvent } from "../machine/event.ts";
import { isFinal, type RunState } from "../machine/state.ts";
import type { Machinery } from "../machine/turn.ts";
import { BARE, type TraceOptions } from "./span-content.ts";
import { spansOfRun } from "./trace.ts";

/** A trace that is read here is of this deployment. */
const HERE: TraceResource = { service: "bulkhead", version: null };

/** Spans of one page, unless more ended with the same event. */
const PAGE = 400;

/** Spans that leave together, each as a text of OTLP/JSON. `upTo`: with them everything has left that had ended by this event. */
export type TracePage = { readonly spans: readonly string[]; readonly upTo: number };

/** Spans end with events of these types, and with those that end a run. */
const ENDINGS: ReadonlySet<RunEvent["type"]> = new Set([
  "step.completed",
  "step.failed",
  "step.compensated",
  "item.completed",
  "item.failed",
  "policy.decided",
  "model.called",
  "tool.answered",
  "tool.looked_up",
  "child.ended",
  "review.decided",
  "review.withdrawn",
  "run.resumed",
  "run.completed",
  "run.failed",
  "run.cancelled",
  "run.dead_lettered",
]);

/** True when spans end with this event. */
export const endsSpans = ({ type }: RunEvent): boolean => ENDINGS.has(type);

/** Whether spans of the run leave as it is now. An unsampled run leaves when its end says that it must not be missing. */
export function isExported({ birth }: Pick<Machinery, "birth">, state: RunState): boolean {
  const { trace } = birth;
  if (trace === undefined) return false;
  if (trace.sampled) return true;
  if (!isFinal(state)) return false;
  const end = {
    failed: state.status !== "completed",
    flagged: state.flags.length > 0 || state.seenInstruction === true,
    ranMs: state.clock.ranMs,
    microUsd: state.usage.microUsd,
  };
  return isKeptByEnd(trace, end);
}

/** Highest class of data of which anything that was said may leave: what is confidential stays where it is under lock. */
const MOST_SAID = "internal";

/** True when the org wants what was said in its traces, and the run saw nothing that may not leave. */
export const tellsContent = (machinery: Machinery, state: RunState): boolean =>
  machinery.birth.trace?.content === true && accepts(MOST_SAID, wholePast(machinery, state).seen.class);

/**
 * The next page of a run of which everything up to event `left` has left. `events`: its whole journal; the state may know of more by now, which
 * leaves with the page after.
 */
export function nextTracePage(
  machinery: Machinery,
  state: RunState,
  events: readonly RunEvent[],
  left: number,
  options: TraceOptions,
): TracePage {
  const ended = spansOfRun(machinery, state.usage, events, options)
    .filter((span) => span.closedBy !== null && span.closedBy > left)
    .sort((one, other) => (one.closedBy ?? 0) - (other.closedBy ?? 0));
  const cut = ended[PAGE - 1]?.closedBy ?? null;
  const page = cut === null ? ended : ended.filter(({ closedBy }) => (closedBy ?? 0) <= cut);
  const upTo = page.length < ended.length ? (cut ?? 0) : (events.at(-1)?.seq ?? left);
  return { spans: page.map(spanText), upTo };
}

/** The whole trace as it is now, as clients see it: what has not ended is cut off at the newest event. */
export const toTrace = (machinery: Machinery, state: RunState, events: readonly RunEvent[]): Json =>
  JSON.parse(requestText(spansOfRun(machinery, state.usage, events, BARE).map(spanText), HERE)) as Json;
