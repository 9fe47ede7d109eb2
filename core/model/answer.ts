/**
 * An upstream's answer in OpenAI's chat completions format, read with distrust: servers that speak it leave fields out, add
 * their own, and count wrongly. Pure; knows no price, no schema and no transport.
 */
import { opaqueOf } from "../chat/opaque.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { err, ok, type Result } from "../result.ts";
import { type JsonRefusal, parseExact } from "../untrusted-json.ts";
import { type Ending, endingOf } from "./finish.ts";
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
  const choice = Array.isArray(body["choices"]) ? body["choices"][0] : undefined;
  if (!isObject(choice)) return err("no_choice");
  const message = choice["message"];
  if (!isObject(message)) return err("no_message");
  const refusal = typeof message["refusal"] === "string" && message["refusal"] !== "" ? { refusal: message["refusal"] } : {};
  const finish = endingOf(choice["finish_reason"]);
  const broke = toldInChoice(body, choice) ?? (finish === "error" ? BROKEN_OFF : null);
  return ok({
    text: readContent(message["content"]),
    finish,
    ...(broke === null ? {} : { broke }),
    refused: "refusal" in refusal,
    ...refusal,
    ...withOpaque(message),
    calls: readCalls(message["tool_calls"]),
    usage: readUsage(body["usage"], ceiling),
    rehearsal: body["system_fingerprint"] === "rehearsal",
  });
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

/** Every entry counts as a call, however broken: what is asked for is refused or answered, never overlooked. */
function readCalls(calls: Json | undefined): AskedCall[] {
  if (!Array.isArray(calls)) return [];
  return calls.slice(0, MOST_CALLS_READ).map((call) => {
    const asked = isObject(call) && isObject(call["function"]) ? call["function"] : {};
    const id = isObject(call) ? call["id"] : null;
    return {
      id: typeof id === "string" ? id : null,
      name: typeof asked["name"] === "string" ? asked["name"] : null,
      arguments: asked["arguments"] ?? null,
      ...(isObject(call) ? withOpaque(call) : {}),
    };
  });
}

/**
 * The JSON text of a whole answer or event. Whole numbers that a double does not hold are refused where something is read that is passed
 * on; beside it (a server's own counters and times) they do no harm.
 */
export function readEnvelope(text: string): Result<Json, JsonRefusal> {
  const exact = parseExact(text);
  if (!exact.ok) return exact;
  const path = exact.value.long.find((pointer) => /^\/(choices|data)\//.test(pointer));
  return path === undefined ? ok(exact.value.value) : err({ why: "number", path });
}
