/**
 * From what a model asks to be called to calls that a run may consider: only tools that it was offered, arguments that are JSON objects,
 * redacted and scanned. Whether an input fits its tool's schema, and whether the call may be made, is for whoever carries it out.
 */
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { ChatAnswer } from "../../core/model/answer.ts";
import type { ModelToolCall } from "../../core/model/message.ts";
import { distinctIds, flawsOfCalls, lostNumberIn, readArguments } from "../../core/model-call/asked-calls.ts";
import { calledInWords, type RefusedCall } from "../../core/model-call/corrections.ts";
import { numberNotHeld, withoutNulls } from "../../core/model-call/flaws.ts";
import { meantName } from "../../core/model-call/meant-name.ts";
import { type RefusedTurn, refusedCalls, type SaidCall, shownName } from "../../core/model-call/refused-turn.ts";
import type { ModelCall, ModelOutcome } from "../../core/run/calls/call.ts";
import { withoutSecrets } from "../../core/untrusted-json.ts";
import type { JsonSchema } from "../../core/workflow/definition.ts";
import type { ToolNames } from "./tool-names.ts";

/** Maximum calls that one turn of a run's model may ask for. */
const MOST_CALLS = 16;

/** What was asked for, in the form the guard looks at, and what is wrong with it, in our words. */
export type AskedCalls = {
  readonly value: JsonObject;
  readonly calls: readonly Named[];
  readonly errors: readonly string[];
  /** The value, after the guard, as the model sees it again where its calls are refused. */
  readonly inWords: (admitted: Json) => string;
  /** A tool was asked for that is not offered. */
  readonly isUnlisted: boolean;
};
type Named = { readonly id: string | null; readonly name: string };

/** `secrets`: what was sent along and must not come back in, also not as an id, which the guard does not look at. */
export function readCalls(call: ModelCall, answer: ChatAnswer, names: ToolNames, secrets: readonly string[]): AskedCalls {
  const toolOf = (said: string): string | null => names.fromWire(meantName(said, (name) => names.fromWire(name) !== null) ?? said);
  const schemas = new Map(call.tools.map((tool) => [tool.name, tool.input]));
  const read = answer.calls.slice(0, MOST_CALLS).map((asked) => {
    const name = asked.name === null ? null : toolOf(asked.name);
    const id = withoutSecrets(asked.id, secrets).value;
    return {
      id: typeof id === "string" ? id : null,
      name: name ?? "",
      shown: asked.name?.toWellFormed() ?? null,
      input: inputOf(asked.arguments, schemas.get(name ?? "")),
      raw: asked.arguments,
    };
  });
  const errors = flawsOfCalls(
    answer,
    read.map(({ input }) => input),
    {
      names: call.tools.map(({ name }) => names.toWire(name)),
      find: (said) => {
        const name = toolOf(said);
        return name === null ? null : names.toWire(name);
      },
      most: MOST_CALLS,
      only: null,
      lostNumber: (index) => {
        const schema = schemas.get(read[index]?.name ?? "") ?? true;
        const lost = lostNumberIn(read[index]?.raw ?? null, schema);
        return lost === null ? null : numberNotHeld(schema, lost);
      },
      flawsOfInput: () => [],
    },
  );
  const text = wordsOf(answer);
  // What was refused is shown back as it was said; what is taken, as it was read.
  const value: JsonObject =
    errors.length > 0
      ? { text, calls: read.map(({ name, shown, raw }) => ({ name: name || shown, arguments: raw })) }
      : { text, calls: read.map(({ input }) => ({ input: input ?? {} })) };
  const inWords = (admitted: Json): string => {
    const { text: words = null, calls: shown = [] } = isObject(admitted) ? admitted : {};
    const list = Array.isArray(shown) ? shown : [];
    const refused = read.map(({ name }, index): RefusedCall => {
      const call = list[index] ?? null;
      return { name: name === "" ? "" : names.toWire(name), given: isObject(call) ? (call["arguments"] ?? call["input"] ?? null) : null };
    });
    return calledInWords(typeof words === "string" ? words : null, refused);
  };
  return { value, calls: read.map(({ id, name }) => ({ id, name })), errors, inWords, isUnlisted: read.some(({ name }) => name === "") };
}

/** Calls that are refused, as their model gets them back; null: the guard's value has another shape. */
export function refusedOf(
  { messages }: Pick<ModelCall, "messages">,
  calls: readonly Named[],
  admitted: Json,
  [own, ...ofCalls]: readonly (JsonObject | undefined)[],
): RefusedTurn | null {
  if (!isObject(admitted) || !Array.isArray(admitted["calls"]) || admitted["calls"].length !== calls.length) return null;
  const text = admitted["text"] ?? null;
  const ids = idsOf(messages, calls);
  const said = admitted["calls"].map((call, index): SaidCall => {
    const { name = null, arguments: given = null, input = given } = isObject(call) ? call : {};
    return { id: ids[index] ?? "", name: calls[index]?.name || shownName(name), said: input, opaque: ofCalls[index] };
  });
  return { text: typeof text === "string" ? text : null, calls: refusedCalls(said), ...(own === undefined ? {} : { opaque: own }) };
}

function idsOf(messages: ModelCall["messages"], calls: readonly Named[]): readonly string[] {
  const before = messages.flatMap((message) => (message.role === "assistant" ? (message.toolCalls ?? []).map(({ id }) => id) : []));
  return distinctIds(
    calls.map(({ id }) => id),
    before,
  );
}

function inputOf(said: Json, schema: JsonSchema | undefined): JsonObject | null {
  const input = readArguments(said, schema);
  const kept = input === null ? null : withoutNulls(schema ?? true, input);
  return isObject(kept) ? kept : null;
}

/** The calls with what the guard made of their inputs; null: the guard's value has another shape, and cannot be believed. */
export function withAdmitted(
  { messages }: Pick<ModelCall, "messages">,
  calls: readonly Named[],
  admitted: Json,
): Extract<ModelOutcome["result"], { asks: unknown }>["asks"] | null {
  if (!isObject(admitted) || !Array.isArray(admitted["calls"]) || admitted["calls"].length !== calls.length) return null;
  const text = admitted["text"] ?? null;
  const inputs = admitted["calls"].map((call) => (isObject(call) ? (call["input"] ?? null) : null));
  if ((text !== null && typeof text !== "string") || !inputs.every(isObject)) return null;
  const ids = idsOf(messages, calls);
  return { text, calls: calls.map(({ name }, index): ModelToolCall => ({ id: ids[index] ?? "", name, input: inputs[index] ?? {} })) };
}

function wordsOf({ text }: ChatAnswer): string | null {
  const words = (text ?? "").toWellFormed();
  return words.trim() === "" ? null : words;
}
