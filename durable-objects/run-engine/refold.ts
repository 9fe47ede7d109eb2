/**
 * A run folded again from its journal and compared with the state that lived, a little at a time: a journal of many megabytes keeps
 * nobody else waiting. Turns that come meanwhile are left out.
 */
import { evolve, initialState } from "../../core/run/fold/evolve.ts";
import type { RunContext } from "../../core/run/machine/birth.ts";
import type { RunEvent } from "../../core/run/machine/event.ts";
import type { RunState } from "../../core/run/machine/state.ts";
import { turn } from "../../kit/turn.ts";

/** Turns of the journal that are folded at a time, and UTF-16 units of JSON that are compared at a time. */
const ROWS = 4;
const COMPARED = 512 * 1024;

/** `divergedAt`: the first event that is missing or after which the fold differs from what lived; null: it is the same. */
export type Refolded = { readonly state: RunState; readonly divergedAt: number | null };

/** `eventsAfter`: the events of the next so many turns after an event; none: the journal has no more. */
export async function refold(
  context: RunContext,
  lived: RunState,
  eventsAfter: (seq: number, rows: number) => Promise<readonly RunEvent[]>,
): Promise<Refolded> {
  let state = initialState(context);
  let missing: number | null = null;
  while (state.seq < lived.seq) {
    const events = await eventsAfter(state.seq, ROWS);
    if (events.length === 0) break;
    for (const event of events) {
      if (event.seq > lived.seq) break;
      if (event.seq !== state.seq + 1) missing ??= state.seq + 1;
      state = evolve(context, state, event);
    }
    await turn();
  }
  if (missing !== null) return { state, divergedAt: missing };
  return { state, divergedAt: (await isSame(state, lived)) ? null : state.seq };
}

async function isSame(left: RunState, right: RunState): Promise<boolean> {
  const others = partsOf(right);
  let compared = 0;
  for (const part of partsOf(left)) {
    if (others.next().value !== part) return false;
    compared += part.length;
    if (compared < COMPARED) continue;
    compared = 0;
    await turn();
  }
  return others.next().done === true;
}

/** The JSON of a state: each step by itself, and everything that is not so large. */
function* partsOf({ steps, ...rest }: RunState): Generator<string, undefined> {
  for (const [id, step] of Object.entries(steps)) yield JSON.stringify([id, step]);
  yield JSON.stringify(rest);
}
