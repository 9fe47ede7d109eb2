/** Which step starts next: the definition says, nobody else. */
import type { Json } from "../json.ts";
import { type ExpressionError, evaluate, evaluateCondition } from "../workflow/expression.ts";
import { askPerson } from "./question.ts";
import { completeStep, failStep, skipStep } from "./settle.ts";
import { stopAtCap } from "./stop.ts";
import { EVENTS_PER_TURN, type Turn } from "./turn.ts";

/** API.md: steps that are ready run side by side, six at a time. A step that waits for a person takes no place. */
const SIDE_BY_SIDE = 6;

export function startReadySteps(turn: Turn): void {
  for (const id of turn.machinery.plan.order) {
    if (turn.state.stopping !== null || turn.events.length >= EVENTS_PER_TURN) return;
    const step = turn.state.steps[id];
    if (step?.status !== "pending" || step.blockedBy > 0) continue;
    if (turn.machinery.plan.rescuers.has(id) && step.rescues === null) continue;
    if (underWay(turn) >= SIDE_BY_SIDE) return;
    start(turn, id);
  }
}

const underWay = ({ state }: Turn): number => Object.values(state.activities).filter((activity) => activity.phase !== "approving").length;

function start(turn: Turn, id: string): void {
  const step = turn.stepDefinition(id);
  if (step.when !== null) {
    const condition = evaluateCondition(step.when.cel, turn.scope());
    if (!condition.ok) return fail(turn, id, "when", condition.error);
    if (!condition.value) return skipStep(turn, id);
  }
  if (turn.state.executions >= turn.birth.definition.limits.steps) {
    return stopAtCap(turn, "limit_reached", `the run has used up its \`limits.steps\` of ${turn.birth.definition.limits.steps}`, id);
  }
  switch (step.kind) {
    case "transform": {
      const value = evaluate(step.value, turn.scope());
      if (!value.ok) return fail(turn, id, "value", value.error);
      turn.emit("step.started", { kind: "transform" }, id);
      return completeStep(turn, id, value.value);
    }
    case "tool": {
      const input = evaluate(step.input, turn.scope());
      if (!input.ok) return fail(turn, id, "input", input.error);
      return turn.emit("step.started", { kind: "tool", input: input.value }, id);
    }
    case "model": {
      const slots = evaluate(step.prompt.slots as Json, turn.scope());
      if (!slots.ok) return fail(turn, id, "prompt/slots", slots.error);
      return turn.emit("step.started", { kind: "model", input: slots.value }, id);
    }
    case "review": {
      const proposal = evaluate(step.proposal, turn.scope());
      if (!proposal.ok) return fail(turn, id, "proposal", proposal.error);
      turn.emit("step.started", { kind: "review", input: proposal.value }, id);
      return askPerson(turn, id, "step", step.severity, proposal.value);
    }
  }
}

/** An expression that cannot be evaluated is an error of its step. */
function fail(turn: Turn, id: string, field: string, error: ExpressionError): void {
  failStep(turn, id, { code: "invalid_request", message: `\`${field}\` could not be evaluated: ${error.message}` });
}
