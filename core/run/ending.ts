/**
 * How a run ends. A failure that nothing absorbs undoes the completed writes in reverse order; a cap ends with what there is
 * when no write is left half done; a cancel undoes too. Whatever could not be undone is a dead letter that names it.
 */
import { withPrefix } from "../ids.ts";
import type { Json } from "../json.ts";
import { evaluate } from "../workflow/expression.ts";
import { isFinal, isInFlight } from "./state.ts";
import type { Turn } from "./turn.ts";
import type { RunFlag } from "./view.ts";

/** Every step is completed or skipped: the definition's output is the run's. */
export function complete(turn: Turn): void {
  const output = evaluate(turn.birth.definition.output, turn.scope());
  if (output.ok) return turn.emit("run.completed", { output: output.value, flags: turn.state.flags, error: null });
  turn.emit("run.stopping", {
    why: "failure",
    error: { code: "invalid_request", message: `\`output\` could not be evaluated: ${output.error.message}`, step: null },
  });
}

/** Called while the run stops, until it has ended: waits for what is in flight, then undoes step by step. */
export function windDown(turn: Turn): void {
  const { state } = turn;
  if (isFinal(state) || state.stopping === null) return;
  if (Object.values(state.activities).some((activity) => isInFlight(activity) && activity.purpose === "step")) return;
  if (state.undoing === null) {
    if (state.stopping.why === "cap" && !hasHalfDoneWrites(turn)) return endPartial(turn);
    const steps = turn.birth.definition.on_failure === "compensate" ? toUndo(turn) : [];
    if (steps.length === 0) return end(turn);
    return turn.emit("run.compensating", { steps });
  }
  const [step] = state.undoing;
  if (step === undefined) return end(turn);
  if (!(`${step}/compensate` in state.activities)) undo(turn, step);
}

/** Completed tool steps that say how they are undone, last first. */
const toUndo = (turn: Turn): string[] =>
  turn.state.done.toReversed().filter((id) => {
    const step = turn.stepDefinition(id);
    return step.kind === "tool" && step.compensate !== null;
  });

function undo(turn: Turn, id: string): void {
  const step = turn.stepDefinition(id);
  if (step.kind !== "tool" || step.compensate === null) throw new TypeError(`step ${id} has no compensation`);
  const activity = `${id}/compensate`;
  const input = evaluate(step.compensate.input, turn.scope(turn.state.steps[id]?.output ?? null));
  if (input.ok) return turn.emit("step.compensating", { activity, tool: step.compensate.tool, input: input.value }, id);
  turn.emit(
    "step.compensated",
    { activity, undone: { code: "invalid_request", message: `\`compensate/input\` could not be evaluated: ${input.error.message}` } },
    id,
  );
}

function end(turn: Turn): void {
  const { stopping, undone, flags } = turn.state;
  if (stopping === null) return;
  const deadLetter = withPrefix("dl", turn.birth.id);
  const parked = stopping.why !== "cancel" && turn.birth.definition.on_failure === "park";
  if (undone.length > 0 || parked) {
    turn.emit("run.dead_lettered", { error: stopping.error, flags, undone, dead_letter: deadLetter });
  } else if (stopping.why === "cancel") turn.emit("run.cancelled", { reason: stopping.error.message });
  else turn.emit("run.failed", { error: stopping.error, flags, undone, dead_letter: deadLetter });
}

/** A cap ends with what there is when no write was made, or every write was made or skipped. */
function hasHalfDoneWrites(turn: Turn): boolean {
  const { birth, state } = turn;
  const writes = Object.entries(birth.definition.steps).filter(
    ([, step]) => step.kind === "tool" && birth.toolEffects[step.tool] !== "read" && birth.toolEffects[step.tool] !== "none",
  );
  const made = writes.filter(([id]) => state.done.includes(id));
  const open = writes.filter(([id]) => !state.done.includes(id) && state.steps[id]?.status !== "skipped");
  return state.undone.length > 0 || (made.length > 0 && open.length > 0);
}

function endPartial(turn: Turn): void {
  const { birth, state } = turn;
  const { on_budget } = birth.definition;
  const outputs = Object.entries(state.steps).filter(([, step]) => step.status === "completed");
  const output: Json = on_budget === null ? Object.fromEntries(outputs.map(([id, step]) => [id, step.output])) : on_budget.value;
  const added: RunFlag[] = state.stopping?.error.code === "budget_exceeded" ? ["partial", "budget_exceeded"] : ["partial"];
  turn.emit("run.completed", { output, flags: [...state.flags, ...added], error: state.stopping?.error ?? null });
}
