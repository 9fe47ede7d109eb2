/**
 * What a run gives out in the end, under the rules of its definition about what no answer may hold. Each answer was judged when it came; here what
 * was put together of several, and what a child run or a tool brought, is judged as a whole. What a single answer holds was decided about then.
 */
import { canonicalJson } from "../../canonical-json.ts";
import type { FindingSummary } from "../../guardrail/finding.ts";
import { withoutPerson } from "../../guardrail/rules/action.ts";
import { type Judgement, judgeHeld } from "../../guardrail/rules/judge.ts";
import { type Json, own } from "../../json.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import { rulesIn, secretsOf } from "../calls/rules.ts";
import type { Turn } from "../machine/turn.ts";

/** The output after what can be taken out of it. `blocked`: the rules that let nothing of it go on; null: it goes on. */
type JudgedOutput = { readonly output: Json; readonly blocked: string | null };

/** Judges the output and notes what is found. Nobody can be asked any more: `retry` and `review` act as `block`. */
export function underOutputRules(turn: Turn, output: Json): JudgedOutput {
  const rules = rulesIn(turn.birth).output;
  if (rules.prompt_leak === "off" && rules.forbid.length === 0) return { output, blocked: null };
  const answers = answersOf(turn);
  const whole = canonicalJson(output);
  if (answers.some((answer) => canonicalJson(answer) === whole)) return { output, blocked: null };
  return noted(turn, judgeHeld(output, rules, secretsOf(turn), answers), output);
}

/**
 * The input of a tool or a child run, put together by expressions, under `prompt_leak`: what no single answer repeats of the instructions, and
 * several together do. `retry` and `review` act as `block`.
 */
export function underLeakRule(turn: Turn, step: string, input: Json): JudgedOutput {
  const { prompt_leak } = rulesIn(turn.birth).output;
  if (prompt_leak === "off") return { output: input, blocked: null };
  return noted(turn, judgeHeld(input, { prompt_leak, forbid: [] }, secretsOf(turn), answersOf(turn)), input, step);
}

/** Notes what was found. Nobody can be asked any more. */
function noted(turn: Turn, judged: Judgement, given: Json, step?: string): JudgedOutput {
  if (judged.action === "off") return { output: given, blocked: null };
  const findings = judged.findings.map((one): FindingSummary => {
    const action = withoutPerson(one.action ?? "off");
    return { ...one, action: action === "retry" ? "block" : action };
  });
  turn.emit("guardrail.flagged", { channel: "model_output", findings }, step);
  const broken = findings.filter(({ action }) => action === "block").map(({ rule }) => `\`${rule}\``);
  return { output: judged.value, blocked: broken.length === 0 ? null : [...new Set(broken)].join(", ") };
}

/** What models answered in this run, each item of a `map` for itself. */
function answersOf({ birth, state }: Turn): readonly Json[] {
  return Object.entries(birth.definition.steps).flatMap(([id, step]) => {
    const output = own(state.steps, id)?.output ?? null;
    const { prompted, item } = mentionsOf(step);
    if (prompted !== null && item === null) return [output];
    if (item === null || mentionsOf(item).prompted === null) return [];
    return Array.isArray(output) ? output : [output];
  });
}
