/** A part of the fold: one function for each of its types of event. */
import type { RunContext } from "../machine/birth.ts";
import type { EventOf, EventType } from "../machine/event.ts";
import type { RunState } from "../machine/state.ts";

/** The state after an event of one type. */
export type Handler<T extends EventType> = (state: RunState, event: EventOf<T>, context: RunContext) => RunState;
/** A handler for each of these types: one that is missing does not compile. */
export type Handlers<T extends EventType> = { readonly [K in T]: Handler<K> };
