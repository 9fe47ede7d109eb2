/** From a model's answer to an output, or to the tools it asks for: complete, in the form that was asked for, redacted and scanned. Whatever is unsure is refused. */
import { forNextTurn } from "../../core/chat/opaque.ts";
import { type FindingSummary, refusalCode } from "../../core/guardrail/finding.ts";
import { listedIn } from "../../core/guardrail/listed.ts";
import { holdsPlaceholder } from "../../core/guardrail/placeholder.ts";
import { withholdUnfit } from "../../core/guardrail/withhold.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { ChatAnswer } from "../../core/model/answer.ts";
import { closeJson } from "../../core/model/cut-json.ts";
import { readJsonText } from "../../core/model/json-text.ts";
import { shownAnswer } from "../../core/model-call/corrections.ts";
import { FLAWS, flawsOfValue, noRoom, numberNotHeld, withoutNulls } from "../../core/model-call/flaws.ts";
import { isWrittenCalls } from "../../core/model-call/refused-turn.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { ModelCall, ModelOutcome } from "../../core/run/calls/call.ts";
import { withoutSecrets } from "../../core/untrusted-json.ts";
import type { JsonSchema } from "../../core/workflow/definition.ts";
import type { Guard, GuardContext } from "../guardrail/ports.ts";
import { type Deadline, DeadlineError } from "../kit/deadline.ts";
import { type AdmittedOpaque, admitOpaque } from "../kit/opaque.ts";
import { withholdingBreaks } from "../kit/withheld.ts";
import { failure } from "./failure.ts";
import { readCalls, refusedOf, withAdmitted } from "./judge-calls.ts";
import type { ToolNames } from "./tool-names.ts";

/** The result of a call for the run, and what the guardrails found in the answer. */
export type Judged = { readonly result: ModelOutcome["result"]; readonly findings: readonly FindingSummary[] };

/** Judges a whole answer to a run's call. */
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
  const context: GuardContext = { org: call.context.org, run: call.context.run, subject: call.context.subject };
  // Form is judged with the run's own values in it: `{{EMAIL_1}}` is no address, what it stands for is.
  const filledOf = async (value: Json): Promise<Json> => (holdsPlaceholder(value) ? deadline.within(guard.reveal(context, value)) : value);
  const asked = answer.calls.length > 0 ? readCalls(call, answer, names, secrets) : null;
  const read = asked ?? (await readOutput(call, answer, filledOf).catch(nullUnlessOver));
  if (read === null) return refused("content_blocked", "the guardrails could not judge the model's answer", []);
  const { value } = withoutSecrets(read.value, secrets);
  const admitted = await deadline.within(guard.admit(context, "model_output", "model", value, false, call.injection)).catch(nullUnlessOver);
  if (admitted === null) return refused("content_blocked", "the guardrails could not judge the model's answer", []);
  const { findings } = admitted;
  /** What the message, and each of that many calls, says beside its words. */
  const besideOf = (calls: number): Promise<AdmittedOpaque | null> => {
    const parts = [forNextTurn(answer.opaque), ...answer.calls.slice(0, calls).map(({ opaque }) => opaque)];
    return deadline.within(admitOpaque(guard, context, parts, secrets)).catch(nullUnlessOver);
  };
  if (admitted.verdict === "block") return refused(refusalCode(findings), "the model's answer was refused", findings);
  if (admitted.action === "review" && asked !== null)
    return refused("injection_detected", "the model's answer carried an instruction and was refused", findings);
  if (read.errors.length > 0 || admitted.action === "retry") {
    const shown = asked !== null ? asked.inWords(admitted.value) : wordsOf(admitted.value);
    const errors = admitted.action === "retry" ? [FLAWS.instruction] : read.errors;
    const rules = admitted.action === "retry" ? ({ rules: true } as const) : {};
    const unlisted = asked?.isUnlisted === true ? ({ layer: "allowlist" } as const) : {};
    // Of an answer that carries an instruction nothing beside its words goes on.
    const beside = asked === null || admitted.action === "retry" ? null : await besideOf(asked.calls.length);
    const turn = asked === null ? null : refusedOf(call, asked.calls, admitted.value, beside?.kept ?? []);
    if (asked !== null && turn === null)
      return refused("content_blocked", "the guardrails could not judge the model's tool calls", findings);
    const back = turn === null ? {} : { asked: turn };
    return { result: { ok: false, invalid: { answer: shownAnswer(shown), errors, ...rules, ...unlisted, ...back } }, findings };
  }
  if (asked !== null) {
    const asks = withAdmitted(call, asked.calls, admitted.value);
    if (asks === null) return refused("content_blocked", "the guardrails could not judge the model's tool calls", findings);
    const fitted = await fittedCalls(call, inputsOf(value), asks.calls, filledOf).catch(nullUnlessOver);
    if (fitted === null) return refused("content_blocked", "the guardrails could not judge the model's tool calls", findings);
    if (!fitted.ok) return unfit(fitted.error, findings);
    const beside = await besideOf(answer.calls.length);
    return {
      result: { ok: true, asks: withBeside({ ...asks, calls: fitted.value }, beside?.kept ?? []) },
      findings: [...findings, ...(beside?.findings ?? [])],
    };
  }
  const review = admitted.action === "review" ? ({ review: true } as const) : {};
  if (call.schema === null) return { result: { ok: true, output: admitted.value, ...review }, findings };
  const isLeft = admitted.action === "flag" || admitted.action === "review";
  if (!isLeft && withholdingBreaks(call.schema.schema, value, admitted)) {
    return refused("injection_detected", "the model's answer carried an instruction and was refused", findings);
  }
  const fitted = await fittedTo(call.schema.schema, value, admitted.value, filledOf).catch(nullUnlessOver);
  if (fitted === null) return refused("content_blocked", "the guardrails could not judge the model's answer", findings);
  return fitted.ok
    ? { result: { ok: true, output: fitted.value, ...review }, findings }
    : unfit(noRoom(call.schema.schema, fitted.error), findings);
}

/**
 * `admitted` as its schema allows: placeholders that stand for what this run's input put in count as what they stand for, others as they
 * are, and where one does not fit, the field is withheld. An error is the place where nothing fits.
 */
async function fittedTo(
  schema: JsonSchema,
  said: Json,
  admitted: Json,
  filledOf: (value: Json) => Promise<Json>,
): Promise<Result<Json, string>> {
  const fits = (value: Json): boolean => flawsOfValue(schema, value).length === 0;
  if (fits(admitted)) return ok(admitted);
  const filled = await filledOf(said);
  // What did not fit before anything was replaced is for whoever carries it out.
  if (!fits(filled)) return ok(admitted);
  const withhold = withholdUnfit(filled, await filledOf(admitted), fits, listedIn(schema as Json));
  return withhold.ok ? ok(withhold.value(admitted)) : withhold;
}

/** Each call's input, as its tool's schema allows. */
async function fittedCalls(
  { tools }: ModelCall,
  said: readonly Json[],
  calls: Asks["calls"],
  filledOf: (value: Json) => Promise<Json>,
): Promise<Result<Asks["calls"], string>> {
  const fitted: Asks["calls"][number][] = [];
  for (const [index, asked] of calls.entries()) {
    const schema = tools.find(({ name }) => name === asked.name)?.input ?? true;
    const input = await fittedTo(schema, said[index] ?? null, asked.input, filledOf);
    if (!input.ok) return err(`call ${index + 1} of \`${asked.name}\`: ${noRoom(schema, input.error)}`);
    fitted.push({ ...asked, input: isObject(input.value) ? input.value : asked.input });
  }
  return ok(fitted);
}

const wordsOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

const inputsOf = (value: Json): readonly Json[] =>
  isObject(value) && Array.isArray(value["calls"]) ? value["calls"].map((call) => (isObject(call) ? (call["input"] ?? null) : null)) : [];

const unfit = (why: string, findings: readonly FindingSummary[]): Judged => ({
  result: { ok: false, failure: failure("permanent", "output_invalid", why) },
  findings,
});

type Asks = Extract<ModelOutcome["result"], { asks: unknown }>["asks"];

function withBeside(asks: Asks, [own, ...ofCalls]: readonly (JsonObject | undefined)[]): Asks {
  const calls = asks.calls.map((call, index) => {
    const opaque = ofCalls[index];
    return opaque === undefined ? call : { ...call, opaque };
  });
  return { ...asks, calls, ...(own === undefined ? {} : { opaque: own }) };
}

/** The value that the answer holds, and what is wrong with it, in our words: the schema's names, never the model's. */
async function readOutput(
  call: ModelCall,
  { text, finish }: ChatAnswer,
  filledOf: (value: Json) => Promise<Json>,
): Promise<{ readonly value: Json; readonly errors: readonly string[] }> {
  const words = (text ?? "").toWellFormed();
  // After a tool's result there may be nothing left to say.
  const isAfterTool = call.schema === null && finish !== "tool_calls" && call.messages.at(-1)?.role === "tool";
  if (words.trim() === "") return { value: words, errors: isAfterTool ? [] : [FLAWS.empty] };
  const isWritten = call.tools.length > 0 && isWrittenCalls(words, call.schema?.schema);
  if (isWritten) return { value: words, errors: [FLAWS.writtenCall] };
  if (call.schema === null) return { value: words, errors: finish === "tool_calls" && call.tools.length > 0 ? [FLAWS.namesNoCall] : [] };
  // Of an answer that was cut, what closes by itself is whole; what stands in its middle may be a draft.
  const isCut = finish === "length";
  if (isCut && closeJson(words)?.closers !== "") return { value: words, errors: [FLAWS.cut] };
  const parsed = readJsonText(words, call.schema.schema);
  if (!parsed.ok) {
    const { error } = parsed;
    return { value: words, errors: [error.why === "number" ? numberNotHeld(call.schema.schema, error.path) : FLAWS.notJson] };
  }
  const value = withoutNulls(call.schema.schema, parsed.value);
  const errors = flawsOfValue(call.schema.schema, value);
  if (errors.length === 0) return { value, errors };
  return { value, errors: flawsOfValue(call.schema.schema, await filledOf(value)) };
}

const refused = (code: "injection_detected" | "content_blocked", message: string, findings: readonly FindingSummary[]): Judged => ({
  result: { ok: false, failure: failure("safety", code, message) },
  findings,
});

function nullUnlessOver(error: unknown): null {
  if (error instanceof DeadlineError) throw error;
  return null;
}
