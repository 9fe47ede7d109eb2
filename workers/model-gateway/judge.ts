/** From a model's answer to an output, or to the tools it asks for: complete, in the form that was asked for, redacted and scanned. Whatever is unsure is refused. */
import { type FindingSummary, refusalCode } from "../../core/guardrail/finding.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { ChatAnswer } from "../../core/model/answer.ts";
import { readJsonText } from "../../core/model/json-text.ts";
import { shownAnswer } from "../../core/model-call/corrections.ts";
import { FLAWS, flawsOfValue, numberNotHeld } from "../../core/model-call/flaws.ts";
import type { ModelCall, ModelOutcome } from "../../core/run/calls/call.ts";
import { withoutSecrets } from "../../core/untrusted-json.ts";
import type { Guard, GuardContext } from "../guardrail/ports.ts";
import { type Deadline, DeadlineError } from "../kit/deadline.ts";
import { admitOpaque } from "../kit/opaque.ts";
import { withholdingBreaks } from "../kit/withheld.ts";
import { failure } from "./failure.ts";
import { readCalls, withAdmitted } from "./judge-calls.ts";
import type { ToolNames } from "./tool-names.ts";

export type Judged = { readonly result: ModelOutcome["result"]; readonly findings: readonly FindingSummary[] };

export async function judgeAnswer(
  guard: Guard,
  call: ModelCall,
  answer: ChatAnswer,
  names: ToolNames,
  bearer: string | null,
  deadline: Deadline,
): Promise<Judged> {
  if (answer.refused || answer.finish === "content_filter") return refused("content_blocked", "the model refused to answer", []);
  const secrets = bearer === null ? [] : [bearer];
  const asked = answer.calls.length > 0 ? readCalls(call, answer, names, secrets) : null;
  const read = asked ?? readOutput(call, answer);
  const { value } = withoutSecrets(read.value, secrets);
  const context: GuardContext = { org: call.context.org, run: call.context.run, subject: call.context.subject };
  const admitted = await deadline.within(guard.admit(context, "model_output", "model", value)).catch(nullUnlessOver);
  if (admitted === null) return refused("content_blocked", "the guardrails could not judge the model's answer", []);
  const { findings } = admitted;
  if (admitted.verdict === "block") return refused(refusalCode(findings), "the model's answer was refused", findings);
  if (read.errors.length > 0) {
    const shown = typeof admitted.value === "string" ? admitted.value : JSON.stringify(admitted.value);
    return { result: { ok: false, invalid: { answer: shownAnswer(shown), errors: read.errors } }, findings };
  }
  if (asked !== null) {
    const asks = withAdmitted(call, asked.calls, admitted.value);
    if (asks === null) return refused("content_blocked", "the guardrails could not judge what the model asks for", findings);
    const parts = [answer.opaque, ...answer.calls.map(({ opaque }) => opaque)];
    const beside = await deadline.within(admitOpaque(guard, context, parts, secrets)).catch(nullUnlessOver);
    return { result: { ok: true, asks: withBeside(asks, beside?.kept ?? []) }, findings: [...findings, ...(beside?.findings ?? [])] };
  }
  if (call.schema !== null && withholdingBreaks(call.schema.schema, value, admitted)) {
    return refused("injection_detected", "the model's answer carried an instruction and was refused", findings);
  }
  return { result: { ok: true, output: admitted.value }, findings };
}

type Asks = Extract<ModelOutcome["result"], { asks: unknown }>["asks"];

function withBeside(asks: Asks, [own, ...ofCalls]: readonly (JsonObject | undefined)[]): Asks {
  const calls = asks.calls.map((call, index) => {
    const opaque = ofCalls[index];
    return opaque === undefined ? call : { ...call, opaque };
  });
  return { ...asks, calls, ...(own === undefined ? {} : { opaque: own }) };
}

/** The value that the answer holds, and what is wrong with it, in our words: the schema's names, never the model's. */
function readOutput(call: ModelCall, { text, finish }: ChatAnswer): { readonly value: Json; readonly errors: readonly string[] } {
  const words = (text ?? "").toWellFormed();
  // After a tool's result there may be nothing left to say.
  const isAfterTool = call.schema === null && finish !== "tool_calls" && call.messages.at(-1)?.role === "tool";
  if (words.trim() === "") return { value: words, errors: isAfterTool ? [] : [FLAWS.empty] };
  if (call.schema === null) return { value: words, errors: finish === "tool_calls" && call.tools.length > 0 ? [FLAWS.namesNoCall] : [] };
  if (finish === "length") return { value: words, errors: [FLAWS.cut] };
  const parsed = readJsonText(words, call.schema.schema);
  if (!parsed.ok) {
    const { error } = parsed;
    return { value: words, errors: [error.why === "number" ? numberNotHeld(call.schema.schema, error.path) : FLAWS.notJson] };
  }
  return { value: parsed.value, errors: flawsOfValue(call.schema.schema, parsed.value) };
}

const refused = (code: "injection_detected" | "content_blocked", message: string, findings: readonly FindingSummary[]): Judged => ({
  result: { ok: false, failure: failure("safety", code, message) },
  findings,
});

function nullUnlessOver(error: unknown): null {
  if (error instanceof DeadlineError) throw error;
  return null;
}
