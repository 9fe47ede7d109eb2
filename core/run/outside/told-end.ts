/** What a child run tells its parent of its end. A message between objects holds 32 MiB: an output that might not fit is not handed over. */
import { own } from "../../json.ts";
import { joined, type Labels, whole } from "../../label/labels.ts";
import { ownPast } from "../fold/past.ts";
import type { RunContext } from "../machine/birth.ts";
import type { Happening } from "../machine/happening.ts";
import type { RunState, StepError } from "../machine/state.ts";
import { leftBehind } from "../steps/left-behind.ts";
import { sizeWithin } from "./bounded.ts";

/** UTF-16 units. Only the outputs of all steps together, where a cap cut the run short, can be larger than what an expression gives. */
const MAX_OUTPUT = 8 * 1024 * 1024;
const TOO_LARGE: StepError = { code: "limit_reached", message: "the output of the child run is too large to be returned to its parent" };

/** How a run ended, as its parent takes it. */
export function toldEnd({ birth }: RunContext, state: RunState): Omit<Extract<Happening, { kind: "child.ended" }>, "kind" | "activity"> {
  const { status, seenInstruction, flags, usage, reserved } = state;
  const fits = sizeWithin(state.output, MAX_OUTPUT) <= MAX_OUTPUT;
  const error = fits ? state.error : TOO_LARGE;
  const wrote = state.undone.length > 0 || leftBehind({ birth, state }).length > 0;
  return {
    run: birth.id,
    ok: status === "completed" && fits,
    output: fits ? state.output : null,
    ...labelsOfEnd(state, fits),
    ...(seenInstruction ? { instruction: true } : {}),
    past: ownPast({ birth }, state),
    error: error && { code: error.code, message: error.message, ...(error.layer === undefined ? {} : { layer: error.layer }) },
    flags,
    usage,
    held: { micro_usd: reserved.microUsd, tokens: reserved.tokens },
    ...(wrote ? { wrote } : {}),
    ...(state.isStuck ? { stuck: true } : {}),
  };
}

/** Labels of the output, or of what the failed steps were told, which the run's error may repeat. None: nobody noted any. */
function labelsOfEnd({ status, outputLabels, steps, labels = {} }: RunState, fits: boolean): { readonly labels?: Labels } {
  if (status === "completed") return outputLabels === undefined || !fits ? {} : { labels: outputLabels };
  const failed = Object.keys(steps).flatMap((id) => (own(steps, id)?.status === "failed" ? (own(labels, id) ?? []) : []));
  return failed.length === 0 ? {} : { labels: whole(joined(failed)) };
}
