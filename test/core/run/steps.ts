import type { EventType, RunEvent } from "../../../core/run/machine/event.ts";

/** The steps of all events of one type, in order. */
export const STEP_IDS_OF = (events: readonly RunEvent[], type: EventType): string[] =>
  events.filter((event) => event.type === type).map((event) => event.step ?? "");
