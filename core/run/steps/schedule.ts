/** Which step starts next: the definition says, nobody else. */
import type { Json, JsonObject } from "../../json.ts";
import type { WaitStep } from "../../workflow/definition.ts";
import { type ExpressionError, evaluate, evaluateCondition } from "../../workflow/expression.ts";
import { misfitOf } from "../../workflow/prompt.ts";
import { isBusy } from "../machine/state.ts";
import { stopAtCap } from "../machine/stop.ts";
import { EVENTS_PER_TURN, type Turn } from "../machine/turn.ts";
import { indexOfNode, type NodeDefinition, nodeDefinition, stepOfNode } from "./node.ts";
import { askPerson } from "./question.ts";
import { completeNode, failNode, skipStep } from "./settle.ts";

/** API.md: steps that are ready run side by side, six at a time. A step that waits for a person, a signal or a time takes no place. */
const SIDE_BY_SIDE = 6;

export function startReadySteps(turn: Turn): void {
  for (const id of turn.machinery.plan.order) {
    if (turn.state.stopping !== null || turn.events.length >= EVENTS_PER_TURN) return;
    const step = turn.state.steps[id];
    if (step?.status !== "pending" || step.blockedBy > 0) continue;
    if (turn.machinery.plan.rescuers.has(id) && step.rescues === null) continue;
    if (stepsUnderWay(turn) >= SIDE_BY_SIDE) return;
    startStep(turn, id);
  }
}

/** The items of one map count as one step: its own `concurrency` bounds them. */
const stepsUnderWay = ({ state }: Turn): number =>
  new Set(
    Object.values(state.activities)
      .filter(isBusy)
      .map((activity) => activity.step),
  ).size;

function startStep(turn: Turn, id: string): void {
  const step = turn.stepDefinition(id);
  if (step.when !== null) {
    const condition = evaluateCondition(step.when.cel, turn.scope());
    if (!condition.ok) return failAt(turn, id, "when", condition.error);
    if (!condition.value) return skipStep(turn, id);
  }
  startNode(turn, id, {});
}

/** Starts a step, or an item of a map with what its expressions see of it. */
export function startNode(turn: Turn, node: string, item: { readonly item?: Json; readonly index?: number }): void {
  const definition = nodeDefinition(turn.birth.definition, node);
  const { steps } = turn.birth.definition.limits;
  if (turn.state.executions >= steps)
    return stopAtCap(turn, "limit_reached", `the run has used up its \`limits.steps\` of ${steps}`, stepOfNode(node));
  if (definition.kind === "wait") return startWait(turn, node, definition);
  const [field, template] = inputOf(definition);
  const input = evaluate(template, { ...turn.scope(), ...item });
  if (!input.ok) return failAt(turn, node, field, input.error);
  if (definition.kind === "model" || definition.kind === "agent") {
    const misfit = misfitOf(definition.prompt, input.value as JsonObject);
    if (misfit !== null) return failAt(turn, node, `${field}/${misfit.name}`, misfit);
  }
  switch (definition.kind) {
    case "transform":
      started(turn, node, "transform");
      return completeNode(turn, node, input.value);
    case "review":
      started(turn, node, "review", input.value);
      return askPerson(turn, node, "step", definition.severity, input.value);
    case "map": {
      if (!Array.isArray(input.value)) return failAt(turn, node, "over", { path: "", message: "it does not give a list" });
      return started(turn, node, "map", input.value);
    }
    default:
      return started(turn, node, definition.kind, input.value);
  }
}

function started(turn: Turn, node: string, kind: NodeDefinition["kind"], input?: Json): void {
  const index = indexOfNode(node);
  const data = { kind, ...(input === undefined ? {} : { input }) };
  if (index === null) turn.emit("step.started", data, node);
  else turn.emit("item.started", { index, ...data }, stepOfNode(node));
}

/** The one template whose value a node starts with, and the field's name for messages. */
function inputOf(definition: Exclude<NodeDefinition, WaitStep>): [field: string, template: Json] {
  switch (definition.kind) {
    case "transform":
      return ["value", definition.value];
    case "model":
    case "agent":
      return ["prompt/slots", definition.prompt.slots as Json];
    case "review":
      return ["proposal", definition.proposal];
    case "map":
      return ["over", definition.over];
    case "tool":
    case "run":
      return ["input", definition.input];
  }
}

function startWait(turn: Turn, id: string, wait: WaitStep): void {
  if (wait.signal !== null) {
    const until = wait.timeout_ms === null ? null : turn.at + wait.timeout_ms;
    return turn.emit("step.started", { kind: "wait", resume_at: until, signal: wait.signal }, id);
  }
  const field = wait.seconds === null ? "until" : "seconds";
  const value = evaluate(wait.seconds ?? wait.until, turn.scope());
  if (!value.ok) return failAt(turn, id, field, value.error);
  const resumeAt = field === "seconds" ? secondsFrom(value.value, turn.at) : instantOf(value.value);
  if (resumeAt === null)
    return failAt(turn, id, field, {
      path: "",
      message: field === "seconds" ? "it does not give a number of seconds" : "it does not give an RFC 3339 time",
    });
  turn.emit("step.started", { kind: "wait", resume_at: resumeAt }, id);
}

/** A year at most: an alarm further ahead is a mistake. */
const MAX_WAIT_MS = 366 * 24 * 3_600_000;

const secondsFrom = (value: Json, at: number): number | null =>
  typeof value === "number" && value >= 0 && value * 1000 <= MAX_WAIT_MS ? at + Math.round(value * 1000) : null;

function instantOf(value: Json): number | null {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isFinite(at) ? at : null;
}

/** An expression that cannot be evaluated is an error of its node. */
function failAt(turn: Turn, node: string, field: string, error: Pick<ExpressionError, "message"> & { readonly path?: string }): void {
  const index = indexOfNode(node);
  // An item takes its place in the list before it fails, so that those after it keep theirs.
  if (index !== null) turn.emit("item.started", { index, kind: "transform" }, stepOfNode(node));
  failNode(turn, node, { code: "invalid_request", message: `\`${field}\` could not be evaluated: ${error.message}` });
}
