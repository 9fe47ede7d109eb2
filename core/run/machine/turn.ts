/** One turn in the making: events are appended and folded at once, so that each decision sees what the one before decided. */
import { ContentTexts } from "../../audit/content.ts";
import { type Json, own } from "../../json.ts";
import type { Stops } from "../../kill-switch/stops.ts";
import { SILENCE, sessionInScope } from "../../session/session.ts";
import type { EpochMs } from "../../time.ts";
import type { Step } from "../../workflow/definition.ts";
import type { Scope } from "../../workflow/expression.ts";
import { toldError } from "../calls/error-class.ts";
import { evolve } from "../fold/evolve.ts";
import { sizeWithin } from "../outside/bounded.ts";
import { asStored } from "./as-stored.ts";
import type { RunContext } from "./birth.ts";
import type { EventData, EventType, RunEvent } from "./event.ts";
import type { RunState } from "./state.ts";

/** What deciding needs: the context that the fold has too, and a hash, which `core/` does not have itself. */
export type Machinery = RunContext & { readonly sha256: (text: string) => string };

/** Maximum events of a turn, which is one row of the journal; what would follow is decided in the next turn. */
const EVENTS_PER_TURN = 400;
/** About so many UTF-16 units of events fill a turn, too: it is decided, written and read in one piece. */
const SIZE_PER_TURN = 128 * 1024;

/** Steps of expressions that fill a turn, too: some 50 ms, so that nobody else on the machine waits long. */
const STEPS_PER_TURN = 300_000;

const sizeOf = (event: RunEvent): number => sizeWithin(event.data as unknown as Json, SIZE_PER_TURN);

/** True when a turn takes no more events than these. A turn may be full before, by the steps of its expressions (`RunTurn.isCut`). */
export function isFull(events: readonly RunEvent[]): boolean {
  let size = 0;
  for (const event of events) size += sizeOf(event);
  return events.length >= EVENTS_PER_TURN || size >= SIZE_PER_TURN;
}

/** The decisions of one happening. INVARIANT: `state` is always the fold of all events so far, those of this turn included. */
export class Turn {
  readonly machinery: Machinery;
  readonly at: EpochMs;
  readonly stops: Stops | null;
  readonly events: RunEvent[] = [];
  /** What the events of this turn name by its digest (`…_sha256`): it is kept beside the audit log. */
  readonly content: ContentTexts;
  #state: RunState;
  #size = 0;
  #steps = 0;

  constructor(machinery: Machinery, state: RunState, at: EpochMs, stops: Stops | null) {
    this.machinery = machinery;
    this.content = new ContentTexts(machinery.sha256);
    this.at = at;
    this.stops = stops;
    this.#state = state;
  }

  get state(): RunState {
    return this.#state;
  }

  /** As `isFull` says of its events; also where their expressions took long. */
  get isFull(): boolean {
    return this.events.length >= EVENTS_PER_TURN || this.#size >= SIZE_PER_TURN || this.isLong;
  }

  /** The expressions of this turn took as long as those of a turn may. */
  get isLong(): boolean {
    return this.#steps >= STEPS_PER_TURN;
  }

  /** Adds the steps of an evaluation. */
  readonly countSteps = (steps: number): void => {
    this.#steps += steps;
  };

  get birth(): RunContext["birth"] {
    return this.machinery.birth;
  }

  emit<T extends EventType>(type: T, given: EventData[T], step?: string): void {
    const data = asStored(given);
    const event = { seq: this.#state.seq + 1, type, at: this.at, ...(step === undefined ? {} : { step }), data } as RunEvent;
    this.events.push(event);
    this.#size += sizeOf(event);
    this.#state = evolve(this.machinery, this.#state, event);
  }

  stepDefinition(id: string): Step {
    const step = own(this.birth.definition.steps, id);
    if (!step) throw new TypeError(`no step ${id} in the definition`);
    return step;
  }

  /** What expressions of a step see: one that takes over for another also sees why that one failed. */
  scopeOf(step: string): Scope {
    const error = failureBehind(this.#state, step);
    return { ...this.scope(), ...(error === null ? {} : { error }) };
  }

  /** What expressions see. `output`: of the call that a compensation undoes. */
  scope(output?: Scope["output"]): Scope {
    return scopeOfRun(this.machinery, this.#state, output);
  }
}

/** What expressions see of a run. `output`: of the call that a compensation undoes; at the end of the run, its own. */
export function scopeOfRun({ birth }: Pick<RunContext, "birth">, state: RunState, output?: Scope["output"]): Scope {
  const { id, org, user, subject, input } = birth;
  const session = sessionInScope(state.session?.content ?? SILENCE);
  return { input, steps: state.steps, run: { id, org, user, subject }, session, ...(output === undefined ? {} : { output }) };
}

/** Why the step failed for which this one takes over; null: it takes over for none. */
function failureBehind({ steps }: RunState, id: string): NonNullable<Scope["error"]> | null {
  const rescued = own(steps, id)?.rescues ?? null;
  const failed = rescued === null ? undefined : own(steps, rescued);
  return failed === undefined || failed.error === null ? null : toldError(failed.error, failed.errorClass);
}
