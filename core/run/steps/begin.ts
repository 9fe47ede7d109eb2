/** The first event of a node: it has started with its input, or its input could not be evaluated. */
import type { Json } from "../../json.ts";
import { joined } from "../../label/labels.ts";
import type { StepKind, Template } from "../../workflow/definition.ts";
import type { Turn } from "../machine/turn.ts";
import { labelsIn, labelsOfInput, seenByItem } from "./labels.ts";
import { indexOfNode, stepOfNode } from "./node.ts";
import { failNode } from "./settle.ts";

/** `input` undefined: the event names none. */
export function begin(turn: Turn, node: string, kind: StepKind, input?: Json): void {
  const index = indexOfNode(node);
  const data = { kind, ...(input === undefined ? {} : { input, labels: labelsOfInput(turn.machinery, turn.state, node) }) };
  if (index === null) turn.emit("step.started", data, node);
  else turn.emit("item.started", { index, ...data }, stepOfNode(node));
}

/** An expression that cannot be evaluated, or whose value does not fit, fails its node. `field`: where `template` is, for the message. */
export function failAt(turn: Turn, node: string, field: string, why: string, template: Template): void {
  const index = indexOfNode(node);
  // An item takes its place in the list before it fails, so that later items keep their index.
  if (index !== null) turn.emit("item.started", { index, kind: "transform" }, stepOfNode(node));
  const read = joined(labelsIn(turn.machinery, turn.state, template, seenByItem(turn.machinery, turn.state, node)));
  failNode(turn, node, { code: "invalid_request", message: `\`${field}\` could not be evaluated: ${why}`, read });
}

/** An input that the guardrails let nowhere fails its node before anything is called. */
export function refuseAt(turn: Turn, node: string, message: string): void {
  const index = indexOfNode(node);
  if (index !== null) turn.emit("item.started", { index, kind: "transform" }, stepOfNode(node));
  failNode(turn, node, { code: "content_blocked", message, class: "safety" });
}
