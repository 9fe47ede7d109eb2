/**
 * How a run begins: at once, or when its turn in its session has come. Until then it is `queued`: nothing of it is under way, and it can be
 * paused and cancelled like any run.
 */
import { textsOf } from "../../guardrail/json-texts.ts";
import { own } from "../../json.ts";
import { OWN } from "../../label/label.ts";
import { intentOf } from "../../memory/intent.ts";
import { fitted } from "../../memory/snippets.ts";
import { toUsd } from "../../money.ts";
import { evaluate } from "../../workflow/expression.ts";
import { heedInput } from "../hand-over/raise.ts";
import { INPUT_ACTIVITY } from "../steps/node.ts";
import { askPerson } from "../steps/question.ts";
import { failAhead } from "../steps/settle.ts";
import { isOverEstimate } from "./birth.ts";
import type { Happening } from "./happening.ts";
import { takesTurns } from "./session-place.ts";
import { scopeOfRun, type Turn } from "./turn.ts";

/** Maximum UTF-16 units of what is looked for. */
const QUERY_UNITS = 4_000;

/** Nothing has to come before the run's first step. */
export function isReady(turn: Turn): boolean {
  if (takesTurns(turn.birth) && turn.state.session?.content === undefined) return false;
  considerMemory(turn);
  const { recalled } = turn.state;
  return recalled === undefined || !recalled.intent.needed || recalled.found !== undefined;
}

/** Before the first step it is decided, by words alone, whether what is remembered of the person is needed. */
function considerMemory(turn: Turn): void {
  const { birth, state } = turn;
  if (birth.definition.memory?.recall !== "auto" || state.recalled !== undefined) return;
  const query = askedIn(turn);
  turn.emit("memory.considered", { intent: intentOf(query), query });
}

/** The person's words: those that the definition says are said in a session, as far as they are known, else every text of the input. */
function askedIn({ birth, state, machinery }: Turn): string {
  const words = birth.definition.session?.user;
  const said = words === undefined ? null : evaluate(words, scopeOfRun(machinery, state));
  if (said?.ok && typeof said.value === "string") return said.value.slice(0, QUERY_UNITS);
  const texts = textsOf(birth.input);
  return (texts.ok ? texts.value : [])
    .filter(({ kind }) => kind === "string")
    .map(({ text }) => text)
    .join("\n")
    .slice(0, QUERY_UNITS);
}

/** What is remembered has come, or nobody could say. Told again, it changes nothing. Returns why it is refused, or null. */
export function takeRecalled(turn: Turn, { snippets, label, failed }: Extract<Happening, { kind: "memory.recalled" }>): string | null {
  const { recalled } = turn.state;
  if (recalled === undefined || !recalled.intent.needed) return "the run recalls nothing";
  if (recalled.found !== undefined) return null;
  const found = fitted(snippets, turn.birth.definition.memory?.max_tokens ?? 0);
  turn.emit("memory.recalled", { found: { ...found, label: found.kept.length === 0 ? OWN : label, ...(failed ? { failed } : {}) } });
  return null;
}

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
  failAhead(turn, null);
}

/** The run's turn has come. Told again, it changes nothing. Returns why it is refused, or null. */
export function takeSession(turn: Turn, { owner, content }: Extract<Happening, { kind: "session.entered" }>): string | null {
  if (!takesTurns(turn.birth)) return "the run is in no session";
  if (turn.state.session?.content === undefined) turn.emit("session.entered", { owner, content });
  return null;
}
