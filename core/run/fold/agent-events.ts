/** The fold of an agent's loop: what its model said, what its tools answered, when the next iteration begins. */

import { own } from "../../json.ts";
import { KNOWLEDGE_SEARCH } from "../../tool/knowledge-search.ts";
import type { AgentCall } from "../machine/state.ts";
import { agentCallId, agentModelId, agentSummaryId, stepOfNode } from "../steps/node.ts";
import { changeAgent, dropUnsent, newActivity, undoOf, withActivity, withoutActivity } from "./change.ts";
import type { Handlers } from "./handlers.ts";

type Types = "agent.answered" | "agent.observed" | "agent.condensing" | "agent.condensed" | "agent.continued" | "agent.stopping";

/** What each event of an agent changes. */
export const AGENT_EVENTS: Handlers<Types> = {
  "agent.answered": (state, event) => {
    const { node, iteration, text, calls, digest, opaque } = event.data;
    const step = stepOfNode(node);
    const noted = changeAgent(withoutActivity(state, agentModelId(node, iteration)), node, (agent) => ({
      ...agent,
      turns: [...agent.turns, { text, calls, ...(opaque === undefined ? {} : { opaque }) }],
      seen: see(agent.seen, digest),
    }));
    const opened = calls.flatMap((call, index) => {
      const id = agentCallId(node, iteration, index + 1);
      return call.answer === null
        ? [newActivity({ id, step, node, kind: "tool", purpose: "agent", tool: call.tool, input: call.input })]
        : [];
    });
    const activities = Object.fromEntries(opened.map((activity) => [activity.id, activity]));
    return { ...noted, executions: noted.executions + opened.length, activities: { ...noted.activities, ...activities } };
  },
  "agent.observed": (before, event) => {
    const { node, activity, call, answer, digest, label, wrote } = event.data;
    const output = answer.ok ? answer.output : null;
    const made = own(before.activities, activity);
    const noted = {
      ...(wrote === undefined ? {} : { wrote, ...undoOf(made) }),
      ...(made?.tool === KNOWLEDGE_SEARCH ? { search: true as const } : {}),
    };
    const work = { activity, step: stepOfNode(node), node, output, ...noted };
    const isChild = (own(before.activities, activity)?.child ?? null) !== null; // listed since the child run ended
    const state = answer.ok && !isChild ? { ...before, done: before.done.with(before.done.length, work) } : before;
    return changeAgent(withoutActivity(state, activity), node, (agent) => {
      const answered = (asked: AgentCall): AgentCall => (asked.id === call ? { ...asked, answer } : asked);
      const last = agent.turns.length - 1;
      return {
        ...agent,
        ...(label === undefined ? {} : { label }),
        seen: see(agent.seen, digest),
        turns: agent.turns.map((said, index) => (index === last ? { ...said, calls: said.calls.map(answered) } : said)),
      };
    });
  },
  "agent.stopping": (state, event) => {
    const { node, error, undone: notUndone } = event.data;
    const gone = notUndone === undefined ? state : { ...withoutActivity(state, notUndone), undone: [...state.undone, notUndone] };
    const left = dropUnsent(gone, (activity) => activity.node === node);
    return changeAgent(left, node, (agent) => ({ ...agent, failing: error }));
  },
  "agent.condensing": (state, event) => {
    const { node, iteration, dropped } = event.data;
    const step = stepOfNode(node);
    const id = agentSummaryId(node, iteration);
    const noted = changeAgent(state, node, (agent) => ({ ...agent, dropping: dropped }));
    const summary = newActivity({ id, step, node, kind: "model", purpose: "summary", input: null, isThrifty: true });
    return withActivity({ ...noted, executions: noted.executions + 1 }, summary);
  },
  "agent.condensed": (state, event) => {
    const { node, activity, summary } = event.data;
    return changeAgent(withoutActivity(state, activity), node, ({ dropping = [], ...agent }) => ({
      ...agent,
      condensed: { dropped: dropping, summary: summary ?? agent.condensed?.summary ?? null },
    }));
  },
  "agent.continued": (state, event) => {
    const { node, iteration, stale } = event.data;
    const step = stepOfNode(node);
    const next = changeAgent(state, node, (agent) => ({ ...agent, iteration, stale }));
    const id = agentModelId(node, iteration);
    const input = own(state.agents, node)?.slots ?? null;
    return withActivity(
      { ...next, executions: next.executions + 1 },
      newActivity({ id, step, node, kind: "model", purpose: "agent", input }),
    );
  },
};

const see = (seen: { readonly [digest: string]: number }, digest: string): { readonly [digest: string]: number } => ({
  ...seen,
  [digest]: (own(seen, digest) ?? 0) + 1,
});
