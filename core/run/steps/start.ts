/** How a node of each kind starts. A kind without an entry does not compile. */
import { type Json, type JsonObject, own } from "../../json.ts";
import type { AgentStep, ModelStep, Step, StepKind } from "../../workflow/definition.ts";
import { evaluate } from "../../workflow/expression.ts";
import { misfitOf } from "../../workflow/prompt.ts";
import type { StepOf } from "../../workflow/step-kinds/rules.ts";
import { stopAtCap } from "../machine/stop.ts";
import type { Turn } from "../machine/turn.ts";
import { begin, failAt, refuseAt } from "./begin.ts";
import { rulesOf } from "./kinds.ts";
import { nodeDefinition, stepOfNode } from "./node.ts";
import { askPerson } from "./question.ts";
import { underLeakRule } from "./run-output.ts";
import { completeNode } from "./settle.ts";
import { startWait } from "./wait.ts";

/** Starts a node: MUST emit its start (or its failure), and completes it when nothing is under way for it afterwards. */
type Start<K extends StepKind> = (turn: Turn, node: string, step: StepOf<K>, input: Json) => void;

const startPrompted = (turn: Turn, node: string, step: ModelStep | AgentStep, input: Json): void => {
  const misfit = misfitOf(step.prompt, input as JsonObject);
  if (misfit === null) begin(turn, node, step.kind, input);
  else failAt(turn, node, `prompt/slots/${misfit.name}`, misfit.message, step.prompt.slots);
};

const STARTS: { readonly [K in StepKind]: Start<K> } = {
  model: startPrompted,
  agent: startPrompted,
  tool: (turn, node, _step, input) => begin(turn, node, "tool", input),
  run: (turn, node, _step, input) => begin(turn, node, "run", input),
  transform: (turn, node, _step, value) => {
    begin(turn, node, "transform");
    completeNode(turn, node, value);
  },
  review: (turn, node, { severity }, proposal) => {
    begin(turn, node, "review", proposal);
    askPerson(turn, node, "step", severity, proposal);
  },
  wait: (turn, node, step) => startWait(turn, node, step),
  map: (turn, node, step, list) =>
    Array.isArray(list) ? begin(turn, node, "map", list) : failAt(turn, node, "over", "it does not give a list", step.over),
};
const startOf = ({ kind }: Step): Start<StepKind> => STARTS[kind] as Start<StepKind>;

/** Starts a step, or an item of a map; `item`: what only the expressions of an item see. An input that cannot be evaluated fails the node. */
export function startNode(turn: Turn, node: string, item: { readonly item?: Json; readonly index?: number }): void {
  const step = nodeDefinition(turn.birth.definition, node);
  const { steps } = turn.birth.definition.limits;
  if (turn.state.executions >= steps)
    return stopAtCap(turn, "limit_reached", `the run has used up its \`limits.steps\` of ${steps}`, stepOfNode(node));
  const start = startOf(step);
  const input = rulesOf(step).input(step);
  if (input === null) return start(turn, node, step, null);
  const changed = own(turn.birth.redrive?.changes ?? {}, node);
  if (changed !== undefined) return start(turn, node, step, changed);
  const value = evaluate(input.template, { ...turn.scopeOf(stepOfNode(node)), ...item }, turn.countSteps);
  if (!value.ok) return failAt(turn, node, input.field, value.error.message, input.template);
  const goesOut = step.kind === "tool" || step.kind === "run";
  const judged = goesOut ? underLeakRule(turn, stepOfNode(node), value.value) : null;
  if (judged?.blocked == null) return start(turn, node, step, judged?.output ?? value.value);
  refuseAt(turn, node, `the input breaks ${judged.blocked}`);
}
