/**
 * What leaves a run's object at once, bounded: a message between objects holds 32 MiB. Large outputs of steps are shown as references,
 * and events leave in pages. Sizes are UTF-16 units, counted without writing JSON.
 */
import { isObject, type Json } from "../../json.ts";
import { type EventView, FINAL_STATUSES, type RunView, type StepView } from "./view.ts";

/** A view larger than this shows its large outputs as references. */
const MAX_VIEW = 4 * 1024 * 1024;
/** In such a view, an output that is larger than this is a reference. */
const LARGE_OUTPUT = 8 * 1024;
/** Events of one page; a larger event is a page by itself. */
export const EVENT_PAGE_SIZE = 1024 * 1024;

/** The size of a value; counting ends beyond `most`. */
export function sizeWithin(value: Json, most: number): number {
  let size = 0;
  const open: Json[] = [value];
  while (open.length > 0 && size <= most) {
    const next = open.pop();
    size += typeof next === "string" ? next.length + 3 : 6;
    if (Array.isArray(next)) for (const item of next) open.push(item);
    else if (isObject(next)) {
      for (const key of Object.keys(next)) {
        size += key.length + 4;
        open.push(next[key] ?? null);
      }
    }
  }
  return size;
}

/** Where the output of a step is read by itself. */
const outputPath = (run: string, step: string): string => `/v1/runs/${run}/steps/${encodeURIComponent(step)}/output`;

/** The view as it may leave: as it is, or with a reference `{"$ref": path}` in the place of each large output. */
export function boundedView(view: RunView): RunView {
  let left = MAX_VIEW - sizeWithin(view.input, MAX_VIEW) - sizeWithin(view.output, MAX_VIEW);
  for (const step of view.steps) {
    if (left < 0) break;
    left -= 300 + sizeWithin(step.output, left);
  }
  if (left >= 0) return view;
  const steps = view.steps.map((step): StepView => ({ ...step, output: lightened(view.id, step.id, step.output) }));
  return { ...view, steps, output: lightOutput(view) };
}

const lightened = (run: string, step: string, output: Json): Json =>
  sizeWithin(output, LARGE_OUTPUT) > LARGE_OUTPUT ? { $ref: outputPath(run, step) } : output;

/** A run that a cap ended may show the outputs of all its steps by their ids: then it can be larger than any other output. */
function lightOutput({ id, output, steps }: RunView): Json {
  if (!isObject(output) || sizeWithin(output, MAX_VIEW / 2) <= MAX_VIEW / 2) return output;
  const known = new Set(steps.map((step) => step.id));
  const entries = Object.entries(output).map(([key, item]) => [key, known.has(key) ? lightened(id, key, item) : item] as const);
  return Object.fromEntries(entries);
}

/** The first events that fit into a page: at least one, and at most `limit`. */
export function firstPage(events: readonly EventView[], limit: number): EventView[] {
  const page: EventView[] = [];
  let left = EVENT_PAGE_SIZE;
  for (const event of events) {
    if (page.length >= limit) break;
    left -= sizeWithin(event.data, EVENT_PAGE_SIZE) + 100;
    if (left < 0 && page.length > 0) break;
    page.push(event);
  }
  return page;
}

const END_TYPES: ReadonlySet<string> = new Set(FINAL_STATUSES.map((status) => `run.${status}`));

/** True for the event that ended the run. Others may follow it: money given back, alerts about it, tries of the callback, what was remembered. */
export const endsRun = ({ type }: EventView): boolean => END_TYPES.has(type);

/** The events up to the one that ended the run; all of them when none of these did. */
export function throughEnd(events: readonly EventView[]): readonly EventView[] {
  const end = events.findIndex(endsRun);
  return end === -1 ? events : events.slice(0, end + 1);
}

/** What a run writes down for itself alone: told to whoever reads on, and no reason to read on. */
const BOOKKEEPING: ReadonlySet<string> = new Set(["budget.asked", "budget.leased", "budget.refused", "parent.told", "session.left"]);

/** The last events of an ended run without the bookkeeping behind the last one that tells a client something. */
export function withoutBookkeeping(events: readonly EventView[]): readonly EventView[] {
  const last = events.findLastIndex(({ type }) => !BOOKKEEPING.has(type));
  return events.slice(0, last + 1);
}

/** The value as JSON text, in pieces of some size, so that nobody writes all of a large value at once. */
export function* jsonPieces(value: Json, size = 256 * 1024): Generator<string> {
  if (value === null || typeof value !== "object" || sizeWithin(value, size) <= size) {
    yield JSON.stringify(value);
    return;
  }
  const entries: readonly (readonly [string, Json])[] = Array.isArray(value)
    ? value.map((item) => ["", item] as const)
    : Object.entries(value).map(([key, item]) => [`${JSON.stringify(key)}:`, item] as const);
  let before = Array.isArray(value) ? "[" : "{";
  for (const [name, item] of entries) {
    yield before + name;
    yield* jsonPieces(item, size);
    before = ",";
  }
  yield Array.isArray(value) ? "]" : "}";
}
