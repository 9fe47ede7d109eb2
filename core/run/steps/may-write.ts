/** Which steps may change something outside. */
import { own } from "../../json.ts";
import type { Step } from "../../workflow/definition.ts";
import type { Turn } from "../machine/turn.ts";
import { rulesOf } from "./kinds.ts";

/** Whether carrying the step out may change something outside. A tool that was not registered when the run started counts as one that writes. */
export function mayWrite(turn: Turn, step: Step): boolean {
  const writes = (tool: string): boolean => !["read", "none"].includes(own(turn.birth.toolEffects, tool) ?? "write");
  return rulesOf(step).mayWrite(step, writes);
}
