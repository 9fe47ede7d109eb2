/** A turn as rows of the journal, each with what leaves by it. */
import { costsOfRun } from "../../core/costs/of-run.ts";
import type { RunEvent } from "../../core/run/machine/event.ts";
import type { RunState } from "../../core/run/machine/state.ts";
import { auditRecords } from "../../core/run/outside/audit.ts";
import { newIndexRow } from "../../core/run/outside/index-line.ts";
import type { LoadedRun, TurnPart } from "./journal.ts";

/** Maximum events per row of the journal: their records fit into one message of the queue. */
const EVENTS_PER_ROW = 120;
const NO_TEXTS: TurnPart["texts"] = new Map();

/** The rows of a turn, each with its records; the run's line in the index goes with the last. */
export function partsOf(run: LoadedRun, state: RunState, events: readonly RunEvent[], texts: TurnPart["texts"]): TurnPart[] {
  const row = events.length === 0 ? null : newIndexRow(run.machinery, run.state, state);
  const parts: TurnPart[] = [];
  let after = run.leaving.lastSeq();
  for (let start = 0; start < events.length; start += EVENTS_PER_ROW) {
    const some = events.slice(start, start + EVENTS_PER_ROW);
    const id = String(some.at(-1)?.seq);
    const records = auditRecords(run.machinery, some);
    const line = row !== null && start + EVENTS_PER_ROW >= events.length ? { run: row } : {};
    const costs = costsOfRun(run.machinery.birth, state, some);
    const leaves = records.length > 0 || "run" in line;
    const leaving = leaves ? { id, after, records, ...line } : null;
    parts.push({ events: some, leaving, costs, texts: start === 0 ? texts : NO_TEXTS });
    if (leaves) after = id;
  }
  return parts;
}
