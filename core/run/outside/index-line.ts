/**
 * A run's line in the index (D1 table `runs`), and when it is written anew. Knows the state before and after a turn; how lines travel is
 * for the shell and the records queue.
 *
 * INVARIANT: of a run that stands (it is queued, waits, is paused or has ended) the last line says exactly what the run says. A run that
 * works (`running`, `compensating`) changes with every call, and a line for each would double what D1 writes: its last line is true of
 * status, error, flags and hand-over, says nothing of calls under way, and may be behind in usage, risk and class.
 *
 * What failed may be told in the words of what was restricted (the error of a tool has the class of its arguments): the line of a run that keeps
 * something of class `restricted` has the code and the step, and the run itself has the words.
 */
import type { RunIndexRow } from "../../audit/record.ts";
import type { Json } from "../../json.ts";
import { wholePast } from "../fold/past.ts";
import { isReplied } from "../hand-over/state.ts";
import type { RunContext } from "../machine/birth.ts";
import type { RunState } from "../machine/state.ts";
import { toRunView } from "./present.ts";
import { keepsRestricted } from "./restricted.ts";
import type { RunView } from "./view.ts";

/** In place of the words of what failed in a run that keeps something of class `restricted`. */
export const SEALED_ERROR = "the run keeps restricted data: read the run to see what failed";

/** The line to be written after a turn; null: the last one still holds. `before`: the state before the turn. */
export function newIndexRow(context: RunContext, before: RunState, after: RunState): RunIndexRow | null {
  const row = toIndexRow(context, after);
  const isFirst = before.seq === 0;
  return isFirst || !isSame(standing(toIndexRow(context, before)), standing(row)) ? row : null;
}

/** The run's line in the index. */
export function toIndexRow(context: RunContext, state: RunState): RunIndexRow {
  const { birth } = context;
  const { input: _input, output: _output, steps: _steps, error, ...summary } = toRunView(context, state);
  const isSealed = keepsRestricted(context, state);
  const told = (message: string): string => (isSealed ? SEALED_ERROR : message);
  return {
    id: birth.id,
    seq: state.seq,
    org: birth.org,
    user: birth.user,
    subject: birth.subject,
    workflow: birth.definition.name,
    version: birth.version,
    status: state.status,
    summary: {
      ...summary,
      error: error === null ? null : { ...error, message: told(error.message) },
      waiting_for: lasting(state, summary.waiting_for),
    } as unknown as Json,
    created_at: birth.createdAt,
    ended_at: state.endedAt,
    class: wholePast(context, state).seen.class,
    ...(state.deadLetter === null || state.error === null
      ? {}
      : {
          dead_letter: {
            id: state.deadLetter.id,
            step: state.error.step,
            reason: { code: state.error.code, message: told(state.error.message) },
            undone: state.undone,
            status: state.deadLetter.status,
            created_at: state.endedAt ?? birth.createdAt,
          },
        }),
  };
}

/** True while the run itself does something: it neither stands still nor has ended. */
export const isAtWork = (status: string): boolean => status === "running" || status === "compensating";

/** What a line must not be behind in. */
function standing({ seq: _seq, class: dataClass, summary, ...row }: RunIndexRow): object {
  if (!isAtWork(row.status)) return { ...row, dataClass, summary };
  const { usage: _usage, risk: _risk, risk_score: _score, ...lasting } = summary as unknown as RunView;
  return { ...row, lasting };
}

/** Two states of one run share what has not changed, so little is looked at. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const [entries, others] = [Object.entries(one), other as { readonly [key: string]: unknown }];
  return (
    entries.length === Object.keys(others).length &&
    entries.every(([key, value]) => Object.hasOwn(others, key) && isSame(value, others[key]))
  );
}

/** What a run that works waits for is over in a moment; only while it ends may a person or a child run have to come first. */
function lasting(state: RunState, waits: RunView["waiting_for"]): RunView["waiting_for"] {
  if (!isAtWork(state.status)) return waits;
  const isEnding = state.status === "compensating" || state.stopping !== null || isReplied(state);
  const isLong = (waits?.kind === "review" && waits.id !== undefined) || waits?.kind === "run";
  return isEnding && isLong ? waits : null;
}
