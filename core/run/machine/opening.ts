/**
 * How a run begins: at once, or when its turn in its session has come. Until then it is `queued`: nothing of it is under way, and it can be
 * paused and cancelled like any run.
 */
import { own } from "../../json.ts";
import { toUsd } from "../../money.ts";
import { heedInput } from "../hand-over/raise.ts";
import { INPUT_ACTIVITY } from "../steps/node.ts";
import { askPerson } from "../steps/question.ts";
import { isOverEstimate } from "./birth.ts";
import type { Happening } from "./happening.ts";
import { takesTurns } from "./session-place.ts";
import type { Turn } from "./turn.ts";

/** Nothing has to come before the run's first step. */
export const isReady = ({ birth, state }: Turn): boolean => !takesTurns(birth) || state.session?.content !== undefined;

/** The run is born and has not begun. */
export const isUnopened = ({ state }: Turn): boolean => state.status === "queued" && state.seq > 0 && state.stopping === null;

/** Starts the run: asks a person about its input where that is due, and keeps the steps of the run that it continues. */
export function begin(turn: Turn): void {
  const { definition, input, inputFindings, redrive } = turn.birth;
  turn.emit("run.started", {});
  if (turn.birth.inputReview) {
    const rules = [...new Set(inputFindings.filter(({ action }) => action === "review").map(({ rule }) => rule ?? ""))];
    askPerson(turn, INPUT_ACTIVITY, "guardrail", "high", { rules, input });
  } else if (isOverEstimate(turn.birth)) {
    const { expected = 0, max = 0 } = turn.birth.estimate ?? {};
    const proposal = { expected_usd: toUsd(expected), max_usd: toUsd(max), confirm_over_usd: definition.limits.confirm_over_usd };
    askPerson(turn, INPUT_ACTIVITY, "budget", "medium", proposal);
  }
  for (const [step, output] of Object.entries(redrive?.kept ?? {})) {
    const labels = own(redrive?.labels ?? {}, step);
    turn.emit("step.completed", { output, kept: true, ...(labels === undefined ? {} : { labels }) }, step);
  }
  heedInput(turn);
}

/** The run's turn has come. Told again, it changes nothing. Returns why it is refused, or null. */
export function takeSession(turn: Turn, { owner, content }: Extract<Happening, { kind: "session.entered" }>): string | null {
  if (!takesTurns(turn.birth)) return "the run is in no session";
  if (turn.state.session?.content === undefined) turn.emit("session.entered", { owner, content });
  return null;
}
