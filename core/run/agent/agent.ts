/**
 * An agent: a bounded loop in which the model chooses a tool and its words, and nothing else. Each model call and each tool call is
 * an activity of its own; which comes next is decided here. It ends with an answer in words, at its bound, or when it goes in circles.
 */
import { canonicalJson } from "../../canonical-json.ts";
import { type Json, type JsonObject, own } from "../../json.ts";
import { join, type Label, OWN, UNKNOWN } from "../../label/label.ts";
import type { Message } from "../../model/message.ts";
import type { AgentStep } from "../../workflow/definition.ts";
import type { Failure, ModelOutcome } from "../calls/call.ts";
import type { RunContext } from "../machine/birth.ts";
import type { Activity, AgentAnswer, AgentCall, AgentState, RunState, StepError } from "../machine/state.ts";
import { stopAtCap } from "../machine/stop.ts";
import type { Turn } from "../machine/turn.ts";
import { toolLabel } from "../steps/labels.ts";
import { agentCallId, nodeDefinition, stepOfNode } from "../steps/node.ts";
import { promptMessages } from "../steps/prompted.ts";
import { failNode } from "../steps/settle.ts";
import { droppedNote, turnsToDrop } from "./context-window.ts";
import { turnMessages } from "./turn-messages.ts";

/** The same call with the same answer this many times is a loop: the agent stops with `loop_detected`. */
const SAME_CALL = 3;
/** This many iterations in a row without anything new are a loop, too. */
const STALE_ITERATIONS = 3;

type Asks = Extract<ModelOutcome["result"], { asks: unknown }>["asks"];
const besideOf = ({ opaque }: { readonly opaque?: JsonObject | undefined }) => (opaque === undefined ? {} : { opaque });

/** The model asks for tools. A tool that it may not call is refused at once, so that it can go on without it. */
export function takeAsks(turn: Turn, activity: Activity, { text, calls: asked, opaque }: Asks): void {
  const { node } = activity;
  const agent = own(turn.state.agents, node);
  if (agent === undefined) return;
  if (turn.state.executions + asked.length > turn.birth.definition.limits.steps) {
    return stopAtCap(
      turn,
      "limit_reached",
      `the run has used up its \`limits.steps\` of ${turn.birth.definition.limits.steps}`,
      activity.step,
    );
  }
  const allowed = new Set(agent.tools.map((tool) => tool.name));
  const calls = asked.map((call): AgentCall => {
    const refusal: AgentAnswer = { ok: false, code: "policy_denied", message: "you may not call this tool", layer: "allowlist" };
    return { id: call.id, tool: call.name, input: call.input, answer: allowed.has(call.name) ? null : refusal, ...besideOf(call) };
  });
  const digest = digestOf(turn, ["said", text, calls.map(({ tool, input }) => ({ tool, input }))]);
  turn.emit("agent.answered", { node, iteration: agent.iteration, text, calls, ...besideOf({ opaque }), digest }, activity.step);
}

/** Hands the answer or the failure of a tool back to the model. `from`: the label of what a child run answered. */
export function observe(turn: Turn, activity: Activity, answer: AgentAnswer, from: Label = OWN): void {
  const { node } = activity;
  const agent = own(turn.state.agents, node);
  const call = agent?.turns.at(-1)?.calls.find((_asked, index) => agentCallId(node, agent.iteration, index + 1) === activity.id);
  if (agent === undefined || call === undefined) return;
  const digest = digestOf(turn, ["saw", call.tool, call.input, answer]);
  const label = toolLabel(activity, join(agent.label ?? UNKNOWN, from));
  const wrote = answer.ok && activity.facts?.effect === "write" ? ({ wrote: true } as const) : {};
  turn.emit("agent.observed", { node, activity: activity.id, call: call.id, answer, digest, label, ...wrote }, activity.step);
  if ((own(own(turn.state.agents, node)?.seen ?? {}, digest) ?? 0) >= SAME_CALL) {
    stopAgent(turn, node, {
      code: "loop_detected",
      message: `the same call of \`${call.tool}\` returned the same answer ${SAME_CALL} times`,
    });
  }
}

/**
 * The agent gives up; its node fails when nothing is in flight for it any more. `notUndone`: the activity of a write whose outcome
 * nobody knows; the run's dead letter names it.
 */
export function stopAgent(turn: Turn, node: string, error: StepError, notUndone?: string): void {
  const failing = own(turn.state.agents, node)?.failing;
  if (failing === undefined || (failing !== null && notUndone === undefined)) return;
  // The first reason stays; a further write with an unknown outcome is still named.
  const named = notUndone === undefined ? {} : { undone: notUndone };
  turn.emit("agent.stopping", { node, error: failing ?? error, ...named }, stepOfNode(node));
}

/** A failed call as the model is shown it. */
export const refusalFor = ({
  code,
  message,
  field,
  error,
  layer,
}: Pick<Failure, "code" | "message" | "field" | "error" | "layer">): AgentAnswer => ({
  ok: false,
  code,
  message,
  ...(field === undefined ? {} : { field }),
  ...(error === undefined ? {} : { error }),
  ...(layer === undefined ? {} : { layer }),
});

/** The activity's node fails; an agent first waits for what is in flight for it. */
export function failWork(
  turn: Turn,
  activity: Activity,
  error: StepError & { readonly class?: Failure["class"] },
  unknownOutcome = false,
): void {
  if (activity.purpose === "summary") return condense(turn, activity, null);
  if (activity.purpose !== "agent") return failNode(turn, activity.node, error, unknownOutcome);
  if (own(turn.state.agents, activity.node)?.failing === null || unknownOutcome) {
    return stopAgent(turn, activity.node, { code: error.code, message: error.message }, unknownOutcome ? activity.id : undefined);
  }
  observe(turn, activity, refusalFor(error));
}

/** Begins the next iteration of each agent whose calls are all answered, within its bounds. */
export function driveAgents(turn: Turn): void {
  for (const [node, agent] of Object.entries(turn.state.agents)) {
    if (agent.failing !== null) {
      if (!Object.values(turn.state.activities).some((activity) => activity.node === node)) failNode(turn, node, agent.failing);
      continue;
    }
    const last = agent.turns.at(-1);
    if (agent.turns.length !== agent.iteration || last === undefined || last.calls.some((call) => call.answer === null)) continue;
    if (turn.state.stopping !== null) return;
    if (Object.values(turn.state.activities).some((activity) => activity.node === node && activity.purpose === "summary")) continue;
    goOn(turn, node, agent);
  }
}

function goOn(turn: Turn, node: string, agent: AgentState): void {
  const definition = agentDefinition(turn, node);
  const { steps } = turn.birth.definition.limits;
  if (agent.iteration >= definition.max_iterations) {
    return stopAgent(turn, node, {
      code: "limit_reached",
      message: `the agent has used up its \`max_iterations\` of ${definition.max_iterations}`,
    });
  }
  const stale = broughtNothing(turn, agent) ? agent.stale + 1 : 0;
  if (stale >= STALE_ITERATIONS) {
    return stopAgent(turn, node, { code: "loop_detected", message: `the last ${STALE_ITERATIONS} iterations produced nothing new` });
  }
  if (turn.state.executions >= steps) return stopAtCap(turn, "limit_reached", `the run has used up its \`limits.steps\` of ${steps}`, node);
  const dropped = turnsToDrop(agent, definition, agentMessages(turn.machinery, turn.state, node));
  if (dropped !== null) return turn.emit("agent.condensing", { node, iteration: agent.iteration, dropped }, stepOfNode(node));
  turn.emit("agent.continued", { node, iteration: agent.iteration + 1, stale }, stepOfNode(node));
}

/** The summary has come, or there is none: the turns are dropped either way. */
export function condense(turn: Turn, activity: Activity, summary: string | null): void {
  turn.emit("agent.condensed", { node: activity.node, activity: activity.id, summary }, activity.step);
}

/** The request of the agent's next model call, without corrections. */
function agentMessages(context: RunContext, state: RunState, node: string): Message[] {
  const definition = nodeDefinition(context.birth.definition, node);
  const agent = own(state.agents, node);
  if (definition.kind !== "agent" || agent === undefined) return [];
  return [...promptMessages(context, state, definition.prompt, agent.slots as JsonObject), ...conversation(agent)];
}

/** Everything said and seen in the last iteration was said and seen before. */
function broughtNothing(turn: Turn, agent: AgentState): boolean {
  const last = agent.turns.at(-1);
  if (last === undefined) return false;
  const digests = [
    digestOf(turn, ["said", last.text, last.calls.map(({ tool, input }) => ({ tool, input }))]),
    ...last.calls.flatMap((call) => (call.answer === null ? [] : [digestOf(turn, ["saw", call.tool, call.input, call.answer])])),
  ];
  return digests.every((digest) => (own(agent.seen, digest) ?? 0) > 1);
}

const digestOf = (turn: Turn, what: unknown): string => turn.machinery.sha256(canonicalJson(what as Json)).slice(0, 32);

function agentDefinition(turn: Turn, node: string): AgentStep {
  const definition = nodeDefinition(turn.birth.definition, node);
  if (definition.kind !== "agent") throw new TypeError(`${node} is no agent`);
  return definition;
}

/** The conversation so far, after the messages it began with. */
export function conversation(agent: AgentState): Message[] {
  if (agent.condensed === undefined) return turnMessages(agent.turns);
  const { dropped } = agent.condensed;
  return [droppedNote(agent.condensed), ...turnMessages(agent.turns.filter((_, index) => !dropped.includes(index)))];
}
