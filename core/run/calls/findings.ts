/** What the guard found in a tool's answer. Once it found an instruction, the run's calls are governed more strictly (docs/contract.md, "Tools"). */
import { type FindingSummary, isInstruction } from "../../guardrail/finding.ts";
import type { RunContext } from "../machine/birth.ts";
import type { Activity, RunState } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";

/** Emits the findings. MUST be called only when there are some. */
export function noteFindings(turn: Turn, { step }: Activity, findings: readonly FindingSummary[]): void {
  const noted = findings.some(isInstruction) ? ({ instruction: true } as const) : {};
  turn.emit("guardrail.flagged", { channel: "tool_output", findings, ...noted }, step);
}

/** An instruction was found in a tool's answer of this run, of a child of it, of the run that it continues, or of its parent before it began. */
export const hasSeenInstruction = ({ birth }: Pick<RunContext, "birth">, state: RunState): boolean =>
  (state.seenInstruction ?? birth.parent?.seenInstruction ?? birth.redrive?.seenInstruction) === true;
