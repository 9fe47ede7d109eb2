/**
 * From an upstream's answer to what the caller gets: complete, in the form that was asked for, calling only what was offered,
 * redacted and scanned, with the caller's own values back in their places. Whatever is unsure is refused.
 */
import { outwardIds } from "../../core/chat/call-ids.ts";
import { type Finish, finishOf, type Said } from "../../core/chat/completion.ts";
import { type ClosedAnswer, closeAnswer } from "../../core/chat/cut-answer.ts";
import type { ChatMessage, ChatToolCall } from "../../core/chat/messages.ts";
import { forNextTurn } from "../../core/chat/opaque.ts";
import type { ChatRequest } from "../../core/chat/request.ts";
import type { KnownContent } from "../../core/guardrail/content/content.ts";
import type { FindingSummary } from "../../core/guardrail/finding.ts";
import { listedIn } from "../../core/guardrail/listed.ts";
import type { Moderation } from "../../core/guardrail/moderate/opinion.ts";
import { type Inquiry, inquiryOfOutput } from "../../core/guardrail/moderate/questions.ts";
import { strictest, withoutPerson } from "../../core/guardrail/rules/action.ts";
import { contentBefore } from "../../core/guardrail/rules/content-before.ts";
import { type Judgement, judgeCalls, judgeOutput } from "../../core/guardrail/rules/judge.ts";
import { type OutputRules, PLATFORM_GUARDRAILS } from "../../core/guardrail/rules/merge.ts";
import { withholdUnfit } from "../../core/guardrail/withhold.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { ChatAnswer } from "../../core/model/answer.ts";
import { openAgain } from "../../core/model/cut-json.ts";
import { readJsonText } from "../../core/model/json-text.ts";
import { distinctIds, flawsOfCalls, longIn, lostNumberIn, readArguments } from "../../core/model-call/asked-calls.ts";
import { askedAgain, calledInWords, type RefusedCall, shownAnswer } from "../../core/model-call/corrections.ts";
import { FLAWS, flawsOfValue, mustCall, noRoom, numberNotHeld, SHOWN_ERRORS, withoutNulls } from "../../core/model-call/flaws.ts";
import { meantName } from "../../core/model-call/meant-name.ts";
import {
  answersToRefused,
  isWrittenCalls,
  type RefusedTurn,
  refusedCalls,
  type SaidCall,
  shownName,
} from "../../core/model-call/refused-turn.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { parseUntrusted, withoutSecrets } from "../../core/untrusted-json.ts";
import { withNumbersAt, writeBareAt, writeInt64 } from "../../core/workflow/int64.ts";
import { turn } from "../../kit/turn.ts";
import type { Guard, GuardContext } from "../guardrail/ports.ts";
import { admitOpaque } from "../kit/opaque.ts";

/** Maximum calls that one answer of a chat may ask for. */
const MOST_CALLS = 32;

/** What an answer comes to. An `invalid` one may be asked for again with the correction. */
export type Judged = Verdict & {
  /** What the model said, redacted, for the record; null: the guard lets nothing of it be kept. */
  readonly redacted: Json;
};
type Verdict =
  | { readonly kind: "said"; readonly said: Said; readonly findings: readonly FindingSummary[] }
  /** Asked for again with these messages after the others; redacted. `errors`: what does not fit, in our words. */
  | {
      readonly kind: "invalid";
      readonly errors: readonly string[];
      readonly correction: readonly ChatMessage[];
      readonly findings: readonly FindingSummary[];
    }
  /** It held personal data at a place where no placeholder fits; `why` says where. Asking again would bring the same. */
  | { readonly kind: "unfit"; readonly why: string; readonly findings: readonly FindingSummary[] }
  /** The guardrails refused it: the caller is told that there was an answer, and nothing of it. */
  | { readonly kind: "blocked"; readonly findings: readonly FindingSummary[] }
  /** It breaks a rule of the org that nothing mends. */
  | { readonly kind: "broken"; readonly findings: readonly FindingSummary[] };

/** `request`: as the caller sent it, whose schemas speak of real values. Throws when the guard does. */
export async function judgeChat(
  guard: Guard,
  context: GuardContext,
  request: ChatRequest,
  given: ChatAnswer,
  secrets: readonly string[],
  rules: OutputRules,
  moderate: (inquire: () => Inquiry | null) => Promise<Moderation | null>,
): Promise<Judged> {
  const closed = closeAnswer(withMeantNames(given, request), request.format.kind !== "text");
  const { answer } = closed;
  const raw = rawOf(request, closed);
  const value = withoutSecrets(raw, secrets).value;
  // Form is judged with the caller's values in it: `{{EMAIL_1}}` is no address, what it stands for is.
  const filled = await guard.reveal(context, value);
  const errors = answer.refused ? [] : flawsOf(request, closed, filled);
  const admitted = await guard.admit(context, "model_output", "model", value, false, withoutPerson(rules.injection));
  if (admitted.verdict === "block") return { kind: "blocked", redacted: null, findings: admitted.findings };
  const words = wordsOf(answer, admitted.value);
  const known = await contentBefore(words, rules.content, turn);
  const moderation = words === null ? null : await moderate(() => inquiryOfOutput(words, rules, known));
  const judged = underRules(request, words, admitted.value, rules, moderation, known);
  const findings = [...admitted.findings, ...judged.findings];
  const flaws = [...errors, ...(admitted.action === "retry" ? [FLAWS.instruction] : [])];
  if (flaws.length === 0 && withoutPerson(judged.action) === "block") return { kind: "broken", redacted: null, findings };
  if (judged.action === "retry") flaws.push(...judged.flaws);
  if (flaws.length > 0) {
    // Of an answer that carries an instruction nothing beside its words goes on.
    const parts = [forNextTurn(answer.opaque), ...answer.calls.map(({ opaque }) => opaque)];
    const beside = admitted.action === "retry" ? null : await admitOpaque(guard, context, parts, secrets);
    const own = answer.calls.map(({ id }) => withoutSecrets(id, secrets).value);
    const correction = correctionOf(request, answer, admitted.value, flaws, own, beside?.kept ?? []);
    return { kind: "invalid", errors: flaws, correction, redacted: admitted.value, findings };
  }
  const revealed = await guard.reveal(context, judged.value);
  const fitted = fittedTo(request, closed, filled, revealed);
  if (!fitted.ok) return { kind: "unfit", why: fitted.error, redacted: judged.value, findings };
  const shown = fitted.value;
  const ids = answer.calls.map(({ id }) => withoutSecrets(id, secrets).value); // the guard does not look at ids
  const said = saidOf(request, closed, shown, outwardIds(ids, context.run));
  if (said === null) return { kind: "blocked", redacted: null, findings };
  const beside = await besideOf(guard, context, answer, secrets);
  return {
    kind: "said",
    redacted: judged.value,
    said: withBeside(judged.isTruncated ? { ...said, finish: "length" } : said, beside.opaque),
    findings: [...findings, ...beside.findings],
  };
}

/** What rules judge of an answer: its text, or the JSON that was asked for. null: calls of tools and refusals are not judged by them. */
function wordsOf(answer: ChatAnswer, admitted: Json): Json {
  if (answer.calls.length > 0 || answer.refused || !isObject(admitted)) return null;
  const { text = null, json } = admitted;
  return isObject(json) ? (json["value"] ?? null) : text;
}

/** The answer under the org's rules; `value` has the shape of `admitted`. Of calls and refusals only a leak of the instructions is looked for. */
function underRules(
  ...[request, words, admitted, rules, moderation, content]: [ChatRequest, Json, Json, OutputRules, Moderation | null, KnownContent]
): Judgement {
  const secrets = request.messages.flatMap(({ role, content }) => (isDevelopers(role) && content !== null ? [content] : []));
  if (words === null || !isObject(admitted)) return besideWords(admitted, rules, secrets);
  const judged = judgeOutput(words, rules, { secrets, sourcesOf: () => null, moderation, content });
  const value = isObject(admitted["json"]) ? { ...admitted, json: { value: judged.value } } : { ...admitted, text: judged.value };
  return { ...judged, value };
}

/** An answer of calls or a refusal: what it says, and what it hands to tools, must not hold the instructions. */
function besideWords(admitted: Json, rules: OutputRules, secrets: readonly string[]): Judgement {
  const off: Judgement = { action: "off", value: admitted, findings: [], flaws: [], isTruncated: false };
  if (rules.prompt_leak === "off" || !isObject(admitted)) return off;
  const { text = null, refusal = null, json = null, calls = [] } = admitted;
  const asked = Array.isArray(calls) ? calls : [];
  const inCalls = judgeCalls(
    asked.map((call) => (isObject(call) ? (call["input"] ?? null) : null)),
    rules,
    secrets,
  );
  const inWords = judgeOutput(
    [text, refusal, json],
    { ...NO_OUTPUT_RULES, prompt_leak: rules.prompt_leak },
    { secrets, sourcesOf: () => null },
  );
  const action = strictest([inCalls.action, inWords.action]);
  if (action === "off") return off;
  const [said = null, refused = null, written = null] = Array.isArray(inWords.value) ? inWords.value : [];
  const value = {
    ...admitted,
    text: said,
    refusal: refused,
    ...(json === null ? {} : { json: written }),
    calls: asked.map((call, index) => (isObject(call) ? { ...call, input: inCalls.inputs[index] ?? null } : call)),
  };
  return { ...off, action, value, findings: [...inWords.findings, ...inCalls.findings], flaws: [...inWords.flaws, ...inCalls.flaws] };
}

const NO_OUTPUT_RULES = PLATFORM_GUARDRAILS.output;

const isDevelopers = (role: ChatMessage["role"]): boolean => role === "system" || role === "developer";

/** What the answer says beside its words, of the message first and then of each call: guarded, with the caller's own values in it. */
export async function besideOf(
  guard: Guard,
  context: GuardContext,
  answer: ChatAnswer,
  secrets: readonly string[],
): Promise<{ readonly opaque: readonly (JsonObject | undefined)[]; readonly findings: readonly FindingSummary[] }> {
  const { kept, findings } = await admitOpaque(guard, context, [answer.opaque, ...answer.calls.map(({ opaque }) => opaque)], secrets);
  if (kept.every((part) => part === undefined)) return { opaque: kept, findings };
  const shown = await guard.reveal(
    context,
    kept.map((part) => part ?? null),
  );
  const opaque = Array.isArray(shown) ? shown.map((part) => (isObject(part) ? part : undefined)) : [];
  return { opaque, findings };
}

/** The answer with the opaque fields that the model wants back: the first is the message's own, the others those of its calls, in order. */
export function withBeside(said: Said, [own, ...ofCalls]: readonly (JsonObject | undefined)[]): Said {
  const calls = said.calls.map((call, index): ChatToolCall => {
    const opaque = ofCalls[index];
    return opaque === undefined ? call : { ...call, opaque };
  });
  return { ...said, calls, ...(own === undefined ? {} : { opaque: own }) };
}

/** The answer with the names of its calls as the caller's tools have them. */
function withMeantNames(answer: ChatAnswer, { tools }: ChatRequest): ChatAnswer {
  const names = new Set(tools.map(({ name }) => name));
  const calls = answer.calls.map((call) => ({
    ...call,
    name: call.name === null ? null : (meantName(call.name, (name) => names.has(name)) ?? call.name),
  }));
  return { ...answer, calls };
}

/** The answer as one value: arguments and JSON texts as what they hold, so that they stay JSON whatever is replaced in them. */
function rawOf(request: ChatRequest, { answer, isCut }: ClosedAnswer): JsonObject {
  const words = answer.text?.toWellFormed() ?? null;
  const isJson = words !== null && request.format.kind !== "text" && answer.calls.length === 0;
  // What stands in the middle of a text that was cut may be a draft.
  const { format } = request;
  const schema = format.kind === "json_schema" ? format.schema : true;
  const parsed = isJson ? (isCut ? parseUntrusted(words) : readJsonText(words, schema)) : null;
  const parametersOf = new Map(request.tools.map(({ name, parameters }) => [name, parameters]));
  return {
    text: words,
    ...(parsed?.ok ? { text: null, json: { value: isCut ? parsed.value : withoutNulls(schema, parsed.value) } } : {}),
    refusal: answer.refusal?.toWellFormed() ?? null,
    calls: answer.calls.map((call) => {
      const input = inputOf(call.arguments, parametersOf.get(call.name ?? ""));
      const unread = input === null && call.arguments !== null ? { said: call.arguments } : {};
      return { name: call.name?.toWellFormed() ?? null, input, ...unread };
    }),
  };
}

function inputOf(said: Json, parameters: JsonObject | undefined): Json {
  const input = readArguments(said, parameters, true);
  return input === null || longIn(said).length > 0 ? input : withoutNulls(parameters ?? true, input);
}

function flawsOf(request: ChatRequest, closed: ClosedAnswer, filled: Json): readonly string[] {
  const { answer, isCut } = closed;
  const { finish, calls } = answer;
  if (calls.length > 0) return flawsOfAsked(request, closed, filled).slice(0, SHOWN_ERRORS);
  // Asked for again, it would end at the same limit and be paid again.
  if (finish === "content_filter" || isCut) return [];
  const { toolChoice, format } = request;
  if (isCallInWords(request, answer.text ?? "")) return [FLAWS.writtenCall];
  if (toolChoice === "required") return [FLAWS.mustCall];
  if (toolChoice !== null && typeof toolChoice !== "string") return [mustCall(toolChoice.name)];
  const isBlank = (answer.text ?? "").trim() === "";
  const isCallLost = finish === "tool_calls" && request.tools.length > 0 && toolChoice !== "none";
  if (isCallLost && format.kind === "text") return [FLAWS.namesNoCall];
  // After a tool's result there may be nothing left to say.
  const isAfterTool = request.messages.at(-1)?.role === "tool";
  const mayBeEmpty = isAfterTool || request.stop.length > 0; // what stops it may come first
  if (format.kind === "text") return isBlank && !mayBeEmpty ? [FLAWS.empty] : [];
  if (isBlank) return [FLAWS.empty];
  const json = isObject(filled) ? filled["json"] : undefined;
  if (!isObject(json)) {
    const schema = format.kind === "json_schema" ? format.schema : true;
    const read = readJsonText(answer.text ?? "", schema);
    return [!read.ok && read.error.why === "number" ? numberNotHeld(schema, read.error.path) : FLAWS.notJson];
  }
  const value = json["value"] ?? null;
  if (format.kind === "json_object") return isObject(value) ? [] : [FLAWS.notObject];
  return flawsOfValue(format.schema, value);
}

/** Of arguments that were cut only what there is of them is known. */
function flawsOfAsked({ tools, toolChoice }: ChatRequest, { answer, calls: cut }: ClosedAnswer, filled: Json): readonly string[] {
  const offered = toolChoice === "none" ? [] : tools;
  const calls = isObject(filled) && Array.isArray(filled["calls"]) ? filled["calls"] : [];
  // Numbers that a double does not hold go through as they are: nothing here reckons with them.
  const inputs = calls.map((call, index) =>
    isObject(call) ? withNumbersAt(call["input"] ?? null, longIn(answer.calls[index]?.arguments ?? null)) : null,
  );
  const parametersOf = new Map(offered.map(({ name, parameters }) => [name, parameters]));
  return flawsOfCalls({ calls: answer.calls, finish: null }, inputs, {
    names: [...parametersOf.keys()],
    find: (said) => (parametersOf.has(said) ? said : null),
    most: MOST_CALLS,
    lostNumber: (call) => {
      const schema = parametersOf.get(answer.calls[call]?.name ?? "") ?? true;
      const lost = lostNumberIn(answer.calls[call]?.arguments ?? null, schema);
      return lost === null ? null : numberNotHeld(schema, lost);
    },
    only: toolChoice !== null && typeof toolChoice !== "string" ? toolChoice.name : null,
    flawsOfInput: (name, input, call) => (cut[call] === "" ? flawsOfValue(parametersOf.get(name) ?? false, input) : []),
  });
}

/**
 * The answer with its placeholders, as the caller's schemas allow: what does not fit is withheld. `filled` fits; `shown` is the same with
 * placeholders for what the caller did not send. An error says where nothing fits.
 */
function fittedTo(request: ChatRequest, { answer, isCut, calls: cut }: ClosedAnswer, filled: Json, shown: Json): Result<Json, string> {
  if (answer.refused || !isObject(filled) || !isObject(shown)) return ok(shown);
  const { format } = request;
  if (format.kind === "json_schema" && isObject(filled["json"]) && isObject(shown["json"])) {
    const { schema } = format;
    const [before, after] = [filled["json"]["value"] ?? null, shown["json"]["value"] ?? null];
    // What does not fit by itself is passed on only as one that was cut.
    if (isCut && flawsOfValue(schema, before).length > 0) return ok(shown);
    const withhold = withholdUnfit(before, after, (value) => flawsOfValue(schema, value).length === 0, listedIn(schema as Json));
    if (!withhold.ok) return err(noRoom(schema, withhold.error));
    return ok({ ...shown, json: { value: withhold.value(after) } });
  }
  const [before, after] = [filled["calls"], shown["calls"]];
  if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length) return ok(shown);
  const calls: Json[] = [];
  for (const [index, call] of after.entries()) {
    const [name, said] = [answer.calls[index]?.name ?? "", before[index]];
    const parameters = request.tools.find((tool) => tool.name === name)?.parameters ?? true;
    if (!isObject(call) || !isObject(said)) return ok(shown);
    if (cut[index] !== "") {
      calls.push(call);
      continue;
    }
    const long = longIn(answer.calls[index]?.arguments ?? null);
    const fits = (value: Json): boolean => flawsOfValue(parameters, withNumbersAt(value, long)).length === 0;
    const withhold = withholdUnfit(said["input"] ?? null, call["input"] ?? null, fits, listedIn(parameters as Json));
    if (!withhold.ok) return err(`call ${index + 1} of \`${name}\`: ${noRoom(parameters, withhold.error)}`);
    calls.push({ ...call, input: withhold.value(call["input"] ?? null) });
  }
  return ok({ ...shown, calls });
}

/** What was refused, redacted, as the model's own turn; then what is wrong with it. `ids`, `beside`: of its calls, the latter behind its own. */
function correctionOf(
  request: ChatRequest,
  { calls: said }: ChatAnswer,
  admitted: Json,
  errors: readonly string[],
  ids: readonly Json[],
  [own, ...ofCalls]: readonly (JsonObject | undefined)[],
): readonly ChatMessage[] {
  const { text = null, json, calls } = isObject(admitted) ? admitted : {};
  const words = typeof text === "string" ? text : null;
  if (Array.isArray(calls) && calls.length > 0 && request.tools.length > 0) {
    const known = distinctIds(ids);
    const shown = calls.slice(0, MOST_CALLS).map((call, index): SaidCall => {
      const { name = null, input = null, said: unread = null } = isObject(call) ? call : {};
      const given = input === null ? unread : writeBareAt(input, longIn(said[index]?.arguments ?? null));
      return { id: known[index] ?? "", name: shownName(name), said: given, opaque: ofCalls[index] };
    });
    const turn: RefusedTurn = { text: words, calls: refusedCalls(shown), ...(own === undefined ? {} : { opaque: own }) };
    const toolCalls = turn.calls.map(({ unread: _unread, ...call }): ChatToolCall => call);
    return [
      { role: "assistant", content: words, name: null, toolCalls, ...(own === undefined ? {} : { opaque: own }) },
      ...answersToRefused(turn, errors).map(({ id, content }): ChatMessage => ({ role: "tool", toolCallId: id, content })),
    ];
  }
  const asked = Array.isArray(calls) ? calls.map(refusedCall(request)) : [];
  const answer = asked.length > 0 ? calledInWords(words, asked) : isObject(json) ? JSON.stringify(json["value"] ?? null) : (words ?? "");
  const { toolChoice, tools, format } = request;
  const mustCall = toolChoice === "required" || (toolChoice !== null && typeof toolChoice !== "string");
  const form = { json: format.kind !== "text", tools: tools.length > 0 && toolChoice !== "none", mustCall };
  const ask = askedAgain(errors, form);
  return [
    { role: "assistant", content: shownAnswer(answer), name: null, toolCalls: [] },
    { role: "user", content: ask, name: null },
  ];
}

/** A name that no tool has is not repeated. */
const refusedCall =
  ({ tools }: ChatRequest) =>
  (call: Json): RefusedCall => {
    const { name = null, input = null, said = null } = isObject(call) ? call : {};
    return { name: tools.find((tool) => tool.name === name)?.name ?? "", given: input ?? said };
  };

/** The text of a call in the place of one, where a tool may be called. */
export function isCallInWords({ tools, toolChoice, format }: ChatRequest, text: string): boolean {
  if (tools.length === 0 || toolChoice === "none") return false;
  return isWrittenCalls(text, format.kind === "json_schema" ? format.schema : true);
}

/** null: the guard's value has another shape, and cannot be believed. */
function saidOf(request: ChatRequest, closed: ClosedAnswer, shown: Json, ids: readonly string[]): Said | null {
  const { answer } = closed;
  if (!isObject(shown) || !Array.isArray(shown["calls"]) || shown["calls"].length !== answer.calls.length) return null;
  const { text = null, json, refusal = null } = shown;
  if ((text !== null && typeof text !== "string") || (refusal !== null && typeof refusal !== "string")) return null;
  const calls: ChatToolCall[] = [];
  for (const [index, call] of shown["calls"].entries()) {
    const input = isObject(call) ? call["input"] : undefined;
    if (!isObject(input)) return null;
    calls.push({
      id: ids[index] ?? "",
      name: answer.calls[index]?.name ?? "",
      arguments: openAgain(writeBareAt(input, longIn(answer.calls[index]?.arguments ?? null)), closed.calls[index] ?? ""),
    });
  }
  const finish: Finish = finishOf(answer.finish, calls.length);
  const { format } = request;
  const schema = format.kind === "json_schema" ? format.schema : true;
  const words = isObject(json) && format.kind !== "text" ? writeInt64(schema, json["value"] ?? null) : text;
  const isSilent = calls.length > 0 && (words ?? "") === "";
  return { text: isSilent || refusal !== null ? null : openAgain(words ?? "", closed.text), refusal, calls, finish };
}
