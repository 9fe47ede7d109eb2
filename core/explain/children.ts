/** How the explanations of child runs enter their parent's. Pure. */
import type { MicroUsd } from "../money.ts";
import { childNode } from "./child-runs.ts";
import type { CostView, Explanation, PathPart } from "./explain.ts";

/** Maximum nodes that child runs add to a tree of costs; further child runs stay leaves. */
const MOST_NODES = 2_000;

/**
 * The parent's explanation with the trees of costs and the critical paths of these children in it. A child whose sum is not what the parent
 * counted for it (it is under way, say) stays a leaf, so that the leaves still sum to the run's cost.
 */
export function withChildren(parent: Explanation, children: ReadonlyMap<string, Explanation>): Explanation {
  let left = MOST_NODES;
  const entered = (node: CostView): CostView => {
    const child = children.get(node.name.slice(childNode("").length));
    if (node.children !== undefined || child === undefined || node.name !== childNode(child.run))
      return node.children === undefined ? node : { ...node, children: node.children.map(entered) };
    const inner = child.cost.children ?? [];
    const size = nodesIn(inner);
    if (inner.length === 0 || size > left || micros(child.cost) !== micros(node)) return node;
    left -= size;
    return { ...node, children: inner };
  };
  const path = parent.time.critical_path.map((part): PathPart => {
    const within = part.run === undefined ? undefined : children.get(part.run)?.time.critical_path;
    return within === undefined ? part : { ...part, within };
  });
  return { ...parent, cost: entered(parent.cost), time: { ...parent.time, critical_path: path } };
}

const nodesIn = (nodes: readonly CostView[]): number => nodes.reduce((sum, { children }) => sum + 1 + nodesIn(children ?? []), 0);

const micros = ({ usd }: CostView): MicroUsd => Math.round(usd * 1_000_000);
