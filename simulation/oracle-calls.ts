/** What tools were sent, held against what a run may send: under which key, in whose place, for what money, and how old the answers were. */
import { callSpanId } from "../core/trace/span.ts";
import { factsOf } from "./shop.ts";
import { sha256, type WatchedRun } from "./watch.ts";
import type { World } from "./world.ts";

/** At rest: each sentence holds of every run. */
export function askAboutCalls(world: World, watched: WatchedRun): void {
  oneKeyEach(world, watched);
  oneOfTwoStandIns(world, watched);
  paidOnce(world, watched);
  saysWhatIsStale(world, watched);
  endsSomeTime(world, watched);
}

const idOf = ({ machinery }: WatchedRun): string => machinery.birth.id;

/** Every attempt of an activity, also that of a tool that stands in, goes out under the same key, and no other activity under it. */
function oneKeyEach(world: World, watched: WatchedRun): void {
  const keys = new Map<string, string>();
  const activities = new Map<string, string>();
  for (const event of watched.events) {
    if (event.type !== "tool.called") continue;
    const { activity, key, tool } = event.data;
    if ((keys.get(activity) ?? key) !== key) world.watch.note("retried under a new key", `${idOf(watched)}: ${tool} of ${activity}`);
    if ((activities.get(key) ?? activity) !== activity) world.watch.note("key used twice", `${idOf(watched)}: ${tool} of ${activity}`);
    keys.set(activity, key);
    activities.set(key, activity);
  }
}

/** Of a write and the tool that stands in for it one happened at most. */
function oneOfTwoStandIns(world: World, watched: WatchedRun): void {
  const happened = new Map<string, string>();
  for (const { call, did } of world.shop.arrivals) {
    const { run, activity } = call.context;
    if (run !== idOf(watched) || !did) continue;
    const before = happened.get(activity) ?? call.tool;
    if (before !== call.tool) world.watch.note("done twice", `${run}: ${activity} was done by ${before}, and by ${call.tool}`);
    happened.set(activity, call.tool);
  }
}

/** What a run says that it paid for a call is at most what its tools charged. That it is not less is said of the run's whole bill (verdict.ts). */
function paidOnce(world: World, watched: WatchedRun): void {
  const paid = new Map<string, number>();
  const keys = new Map<string, string>();
  for (const event of watched.events) {
    if (event.type === "tool.called") keys.set(event.data.activity, event.data.key);
    if (event.type !== "tool.answered" && event.type !== "tool.looked_up") continue;
    const { activity, spent_micro_usd: spent = 0 } = event.data;
    paid.set(activity, (paid.get(activity) ?? 0) + spent);
  }
  for (const [activity, amount] of paid) {
    const charged = world.shop.bills.filter(({ key }) => key === keys.get(activity)).reduce((sum, { microUsd }) => sum + microUsd, 0);
    if (amount > charged) world.watch.note("paid twice", `${idOf(watched)}: ${amount} paid for ${activity}, ${charged} charged`);
  }
}

/** Who took an answer that is too old says so; nobody else does, but who took it from a child, or continues a run that did. */
function saysWhatIsStale(world: World, { machinery, events, state }: WatchedRun): void {
  const { id, redrive } = machinery.birth;
  const intents = new Map<string, number>();
  let took = false;
  for (const event of events) {
    if (event.type === "tool.called") intents.set(event.data.activity, event.seq);
    if (event.type !== "tool.answered" || !event.data.ok) continue;
    const span = callSpanId(sha256, id, intents.get(event.data.activity) ?? 0);
    if (world.shop.stale.has(span) && factsOf(event.data.tool).effect === "read") took = true;
  }
  const says = state.flags.includes("stale");
  if (took && !says) world.watch.note("age untold", `${id} took an answer that is too old, and does not say so`);
  const isOthers = redrive !== null || events.some((event) => event.type === "child.ended" && event.data.flags.includes("stale"));
  if (says && !took && !isOthers) world.watch.note("age untold", `${id} says that an answer was too old, and none was`);
}

/** Calls, or look-ups, of one piece of work that are repeated because they were cut short, until a person has it made again: four repeat the first one. */
const MOST_REPEATS = 4;

/** Nothing is repeated without end. A write that a lookup says did not happen is sent again as often as it is looked up. */
function endsSomeTime(world: World, watched: WatchedRun): void {
  const repeats = new Map<string, number>();
  const lookups = new Map<string, { readonly time: number; readonly again: number }>();
  for (const { type, data } of watched.events) {
    if (type === "review.decided") {
      repeats.delete(data.activity);
      lookups.delete(data.activity);
    }
    if (type === "tool.looking_up") {
      const { time = 0, again = 0 } = lookups.get(data.activity) ?? {};
      lookups.set(data.activity, { time: data.time, again: again + (data.time === time ? 1 : 0) });
      if (data.time === time && again === MOST_REPEATS)
        world.watch.note("repeated on and on", `${idOf(watched)}: what became of ${data.activity} is asked again and again`);
    }
    if ((type !== "tool.called" && type !== "model.calling") || data.repeated !== true) continue;
    if (type === "tool.called" && typeof factsOf(data.tool).idempotency === "object") continue;
    const times = (repeats.get(data.activity) ?? 0) + 1;
    repeats.set(data.activity, times);
    if (times === MOST_REPEATS + 1) world.watch.note("repeated on and on", `${idOf(watched)}: ${data.activity} is called again and again`);
  }
}
