/** Whether a run's newest line for the index is behind the run. Looks at rows as its journal has them, and not at when they were written. */
import type { RecordsRow, RunIndexRow } from "../core/audit/record.ts";
import type { RunState } from "../core/run/machine/state.ts";
import type { Machinery } from "../core/run/machine/turn.ts";
import { toIndexRow } from "../core/run/outside/index-line.ts";
import type { HousedObject } from "./house.ts";

/** The newest line among the rows after this number; null: none has one. */
export function newestLine({ disk }: HousedObject, after: number): RunIndexRow | null {
  const rows = disk.run("SELECT leaves FROM journal WHERE last_seq > ? AND leaves IS NOT NULL ORDER BY last_seq DESC", [after]);
  for (const { leaves } of rows as { leaves: string }[]) {
    const { run } = JSON.parse(leaves) as RecordsRow;
    if (run !== undefined) return run;
  }
  return null;
}

/** What changes with each call of a run that works, and is as it was at the line's time. */
const MOVING: ReadonlySet<string> = new Set(["usage", "risk", "risk_score", "class"]);

/** True when the run says something that the line does not. */
export function isBehind(line: RunIndexRow, machinery: Machinery, state: RunState): boolean {
  const isMoving = state.status === "running" || state.status === "compensating";
  const shown = (row: RunIndexRow): string =>
    JSON.stringify(row, (key, value: unknown) => (key === "seq" || (isMoving && MOVING.has(key)) ? undefined : value));
  return shown(line) !== shown(toIndexRow(machinery, state));
}
