/**
 * An upstream's answer in OpenAI's chat completions format, read with distrust: servers that speak it leave fields out, add
 * their own, and count wrongly. Pure; knows no price, no schema and no transport.
 */
import { joinOpaque, opaqueOf } from "../chat/opaque.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { err, ok, type Result } from "../result.ts";
import { type Halves, type JsonRefusal, parseExact } from "../untrusted-json.ts";
import { type Ending, endingOf, mergedEnding } from "./finish.ts";
import { type ReportedUsage, readUsage } from "./reported-usage.ts";
import { BROKEN_OFF, type ToldError, toldInChoice } from "./told-error.ts";

/** A model's answer, after reading. Nothing in it has been checked against a schema, redacted or scanned. */
export type ChatAnswer = {
  /** null: the message has none (a refusal, or nothing at all). */
  readonly text: string | null;
  /** null where the upstream says nothing of it. */
  readonly finish: Ending | null;
  /** The upstream broke off: what there is, is no answer, and costs what was written. */
  readonly broke?: ToldError;
  readonly refused: boolean;
  /** The words of a refusal, where there are any. */
  readonly refusal?: string;
  /** What the model wants back unchanged in the next turn. */
  readonly opaque?: JsonObject;
  /** What the model asks to be called, as it stands there; empty: nothing. */
  readonly calls: readonly AskedCall[];
  readonly usage: ReportedUsage;
  /** The answer says that it comes from the rehearsal model. */
  readonly rehearsal: boolean;
};

/** One entry of `tool_calls`. Nothing of it is believed yet. */
export type AskedCall = {
  readonly id: string | null;
  readonly name: string | null;
  /** JSON in a text as the format has it, or the value itself as some servers send it; null: neither. */
  readonly arguments: Json;
  readonly opaque?: JsonObject;
};

/** Maximum entries of `tool_calls` that are read, more than any turn may have. */
export const MOST_CALLS_READ = 100;

/** Why a body is not an answer. */
export type AnswerRefusal = "not_an_object" | "no_choice" | "no_message";

/** `ceiling`: more tokens than this, in or out, cannot have been used (the model's window). */
export function readChatAnswer(body: Json, ceiling: number): Result<ChatAnswer, AnswerRefusal> {
  if (!isObject(body)) return err("not_an_object");
  const choices = Array.isArray(body["choices"]) ? body["choices"] : [];
  const [first] = choices;
  if (!isObject(first)) return err("no_choice");
  if (!isObject(first["message"])) return err("no_message");
  const parts = inOrder(choices).flatMap((choice) => partOf(body, choice));
  const speaker = parts.find(({ text, refusal }) => (text ?? "") !== "" || refusal !== undefined) ?? parts[0];
  const said = parts.filter((part) => part === speaker || part.calls.length > 0);
  const broke = said.flatMap((part) => part.broke ?? []).at(0) ?? null;
  const opaque = said.map((part) => part.opaque).reduce(joinOpaque, undefined);
  return ok({
    text: speaker?.text ?? null,
    finish: mergedEnding(said.map(({ finish }) => finish)),
    ...(broke === null ? {} : { broke }),
    refused: speaker?.refusal !== undefined,
    ...(speaker?.refusal === undefined ? {} : { refusal: speaker.refusal }),
    ...(opaque === undefined ? {} : { opaque }),
    calls: said.flatMap(({ calls }) => calls).slice(0, MOST_CALLS_READ),
    usage: readUsage(body["usage"], ceiling),
    rehearsal: body["system_fingerprint"] === "rehearsal",
  });
}

/** By the index that they say, and where they say none, by their place. */
function inOrder(choices: readonly Json[]): readonly JsonObject[] {
  const placeOf = (choice: JsonObject, place: number): number => (typeof choice["index"] === "number" ? choice["index"] : place);
  return choices
    .flatMap((choice, place) => (isObject(choice) ? [{ choice, place: placeOf(choice, place) }] : []))
    .sort((a, b) => a.place - b.place)
    .map(({ choice }) => choice);
}

/**
 * What one choice says. Only one is asked for, but some gateways split an answer: the words in one choice, each call in another. Words
 * of a second choice are another answer, and are not read.
 */
function partOf(body: JsonObject, choice: JsonObject) {
  const message = choice["message"];
  if (!isObject(message)) return [];
  const finish = endingOf(choice["finish_reason"]);
  const refusal = message["refusal"];
  return [
    {
      text: readContent(message["content"]),
      finish,
      broke: toldInChoice(body, choice) ?? (finish === "error" ? BROKEN_OFF : undefined),
      refusal: typeof refusal === "string" && refusal !== "" ? refusal : undefined,
      opaque: opaqueOf(message),
      calls: readCalls(message["tool_calls"], message["function_call"]),
    },
  ];
}

/** Of a message, a call, or a piece of one. */
export function withOpaque(holder: JsonObject): { readonly opaque?: JsonObject } {
  const opaque = opaqueOf(holder);
  return opaque === undefined ? {} : { opaque };
}

/** A string, or the list of parts that some servers send instead. */
export function readContent(content: Json | undefined): string | null {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return null;
  const texts = content.flatMap((part) => (isObject(part) && typeof part["text"] === "string" ? [part["text"]] : []));
  return texts.length === 0 ? null : texts.join("");
}

/** The entries of `tool_calls`, or the one call of the format's older field `function_call`, as one of them. */
export function listedCalls(listed: Json | undefined, old: Json | undefined): readonly Json[] {
  if (Array.isArray(listed) && listed.length > 0) return listed;
  return isObject(old) ? [{ function: old }] : [];
}

/** Every entry counts as a call, however broken: what is asked for is refused or answered, never overlooked. */
function readCalls(listed: Json | undefined, old: Json | undefined): AskedCall[] {
  const calls = listedCalls(listed, old);
  return calls.slice(0, MOST_CALLS_READ).map((call) => {
    const asked = isObject(call) && isObject(call["function"]) ? call["function"] : {};
    const id = isObject(call) ? call["id"] : null;
    return {
      id: typeof id === "string" && id !== "" ? id : null,
      name: typeof asked["name"] === "string" && asked["name"] !== "" ? asked["name"] : null,
      arguments: asked["arguments"] ?? null,
      ...(isObject(call) ? withOpaque(call) : {}),
    };
  });
}

/**
 * The JSON text of a whole answer or event. Whole numbers that a double does not hold are refused where something is read that is passed
 * on; beside it (a server's own counters and times) they do no harm. `halves`: of surrogate pairs.
 */
export function readEnvelope(text: string, halves: Halves = "replaced"): Result<Json, JsonRefusal> {
  const exact = parseExact(text, halves);
  if (!exact.ok) return exact;
  const path = exact.value.long.find((pointer) => /^\/(choices|data)\//.test(pointer));
  return path === undefined ? ok(exact.value.value) : err({ why: "number", path });
}
