/** What a run's money went to, as a tree: the run, its steps, and in each step the models, tools and child runs. Read off the journal. */
import type { MicroUsd } from "../money.ts";
import type { Birth } from "../run/machine/birth.ts";
import type { RunEvent } from "../run/machine/event.ts";
import { childNode } from "./child-runs.ts";

/** A node's money is the sum of its children's. Calls of one model or tool in one step are one leaf: a long map has few. */
export type CostNode = {
  readonly name: string;
  readonly microUsd: MicroUsd;
  readonly calls?: number;
  /** How long people took. Absent: it is not about people. */
  readonly ms?: number;
  readonly children?: readonly CostNode[];
};

type Leaf = { microUsd: MicroUsd; calls: number };

/** What was spent before the first step: a model's opinion of the input. */
const INPUT = "(input)";
/** A model's opinions of what signals brought. */
const SIGNALS = "(signals)";

/** The sum of the leaves is what the run's usage has. */
export function costTree(birth: Birth, events: readonly RunEvent[]): CostNode {
  const steps = new Map<string, Map<string, Leaf>>();
  const add = (step: string, name: string, microUsd: MicroUsd): void => {
    const leaves = steps.get(step) ?? new Map<string, Leaf>();
    const leaf = leaves.get(name) ?? { microUsd: 0, calls: 0 };
    leaf.microUsd += microUsd;
    leaf.calls += 1;
    leaves.set(name, leaf);
    steps.set(step, leaves);
  };
  for (const event of events) {
    const step = event.step ?? INPUT;
    switch (event.type) {
      case "run.started":
        if (birth.inputModerated !== undefined) add(INPUT, "moderation", birth.inputModerated.micro_usd);
        break;
      case "signal.received":
        if (event.data.moderated !== undefined) add(SIGNALS, "moderation", event.data.moderated.micro_usd);
        break;
      case "model.called":
        if (event.data.moderated !== undefined) add(step, "moderation", event.data.moderated.micro_usd);
        if (event.data.cached === undefined && event.data.unasked !== true)
          add(step, `model ${event.data.model}`, event.data.spent.micro_usd);
        break;
      case "tool.answered":
        if (event.data.cached === undefined && event.data.unasked !== true)
          add(step, `tool ${event.data.tool}`, event.data.spent_micro_usd ?? 0);
        break;
      case "tool.looked_up":
        add(step, `tool ${event.data.tool}`, event.data.spent_micro_usd ?? 0);
        break;
      case "child.ended":
        add(step, childNode(event.data.run), event.data.usage.microUsd);
        break;
    }
  }
  const children = [...steps].map(([name, leaves]) =>
    node(
      name,
      [...leaves].map(([leaf, { microUsd, calls }]) => ({ name: leaf, microUsd, calls })),
    ),
  );
  return node(`run ${birth.definition.name}`, children);
}

/** A node over these, the dearest first. */
export function node(name: string, children: readonly CostNode[]): CostNode {
  const dearestFirst = children.toSorted((a, b) => b.microUsd - a.microUsd);
  return { name, microUsd: children.reduce((sum, { microUsd }) => sum + microUsd, 0), children: dearestFirst };
}
