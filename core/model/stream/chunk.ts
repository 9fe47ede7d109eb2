/**
 * One event of an upstream's stream in OpenAI's format (`chat.completion.chunk`), read with the distrust of `../answer.ts`.
 */
import { isObject, type Json, type JsonObject } from "../../json.ts";
import { err, ok, type Result } from "../../result.ts";
import { parseUntrusted } from "../../untrusted-json.ts";
import { writeJson } from "../../write-json.ts";
import { listedCalls, MOST_CALLS_READ, readContent, readEnvelope, withOpaque } from "../answer.ts";
import { type Ending, endingOf } from "../finish.ts";
import { type ReportedUsage, readUsage } from "../reported-usage.ts";
import { BROKEN_OFF, type ToldError, toldError, toldInChoice } from "../told-error.ts";
import type { SseEvent } from "./sse.ts";

/** What one event of a stream says. */
export type ChatChunk =
  | {
      readonly kind: "delta";
      /** What each choice says; empty where the chunk only counts. */
      readonly parts: readonly ChoicePiece[];
      readonly usage: ReportedUsage;
      readonly rehearsal: boolean;
    }
  /** The upstream gave up. `usage`: what it says that it used until then. */
  | { readonly kind: "error"; readonly told: ToldError; readonly usage: ReportedUsage }
  /** `[DONE]`. */
  | { readonly kind: "done" }
  /** Keeps the connection alive, or is meant for others. */
  | { readonly kind: "nothing" };

/** A piece of one choice. Only one is asked for, but some gateways put the words into one and each call into another. */
export type ChoicePiece = {
  readonly choice: number;
  /** null: this chunk says no words. */
  readonly text: string | null;
  readonly refusal: string | null;
  readonly opaque?: JsonObject;
  readonly calls: readonly CallPiece[];
  /** null: not yet. */
  readonly finish: Exclude<Ending, "error"> | null;
};

/** The next part of the answer. */
export type ChatDelta = Extract<ChatChunk, { kind: "delta" }>;

/** A piece of one entry of `tool_calls`; to be collected, never passed on. */
export type CallPiece = {
  /** Place of the entry in the list; null where the server leaves it out. */
  readonly index: number | null;
  readonly id: string | null;
  readonly name: string | null;
  /** A piece of a JSON text, or a whole value as some servers send it; null: neither. */
  readonly arguments: Json;
  readonly opaque?: JsonObject;
};

/** Why an event is not a chunk. */
export type ChunkRefusal = "not_json" | "not_an_object";

/** `ceiling`: as for `readChatAnswer`. An `event: error` is an error whatever it holds. */
export function readEvent({ type, data }: SseEvent, ceiling: number): Result<ChatChunk, ChunkRefusal> {
  const text = data.trim();
  if (text === "[DONE]") return ok({ kind: "done" });
  if (text === "" && type !== "error") return ok({ kind: "nothing" });
  const parsed = parsePiece(text);
  if (type === "error") {
    const body = parsed.ok ? parsed.value : null;
    return ok(brokenOff(body, toldError(body) ?? toldError({ error: body }) ?? BROKEN_OFF, ceiling));
  }
  if (type !== "message" && !(parsed.ok && saysSomething(parsed.value))) return ok({ kind: "nothing" });
  if (parsed.ok ? isPrimitive(parsed.value) : isWord(text)) return ok({ kind: "nothing" });
  return parsed.ok ? readChunk(parsed.value, ceiling) : err("not_json");
}

/** `null`, `""` and the like keep a connection alive. */
const isPrimitive = (value: Json): boolean => value === null || typeof value !== "object";

/** So do words such as `ping`; words of a failure do not. */
const isWord = (text: string): boolean =>
  /^[A-Za-z][\w .:/-]{0,63}$/.test(text) &&
  !/error|fail|abort|cancel|timed? ?out|unavailable|overload|exceed|limit|denied|invalid/i.test(text);

/** An event under another name, such as `ping`, counts where it holds what a chunk does. */
const saysSomething = (body: Json): boolean => Array.isArray(isObject(body) ? body["choices"] : null) || toldError(body) !== null;

/** A server may cut a text between the halves of a surrogate pair: in a piece they stand alone (the assembly puts them together). */
function parsePiece(text: string): Result<Json, "not_json"> {
  const parsed = readEnvelope(text, "refused");
  if (parsed.ok) return parsed;
  if (parsed.error.why !== "malformed") return err("not_json");
  try {
    return ok(JSON.parse(text) as Json);
  } catch {
    return err("not_json");
  }
}

/** Reads one event. `ceiling`: the most tokens that a count may claim; a higher one is not believed. */
export function readChunk(body: Json, ceiling: number): Result<ChatChunk, ChunkRefusal> {
  if (!isObject(body)) return err("not_an_object");
  const told = toldError(body);
  if (told !== null) return ok(brokenOff(body, told, ceiling));
  const choices = Array.isArray(body["choices"]) ? body["choices"] : [];
  const parts: ChoicePiece[] = [];
  for (const own of choices.slice(0, MOST_CALLS_READ)) {
    if (!isObject(own)) continue;
    const finish = endingOf(own["finish_reason"]);
    const inChoice = toldInChoice({}, own);
    if (finish === "error" || inChoice !== null) return ok(brokenOff(body, inChoice ?? BROKEN_OFF, ceiling));
    // Some servers close with a whole `message` that says everything again: only a delta is news.
    const delta = isObject(own["delta"]) ? own["delta"] : {};
    const refusal = delta["refusal"];
    parts.push({
      choice: countOf(own["index"]) ?? 0,
      text: readContent(delta["content"]),
      refusal: typeof refusal === "string" && refusal !== "" ? refusal : null,
      ...withOpaque(delta),
      calls: readPieces(listedCalls(delta["tool_calls"], delta["function_call"])),
      finish,
    });
  }
  return ok({ kind: "delta", parts, usage: readUsage(body["usage"], ceiling), rehearsal: body["system_fingerprint"] === "rehearsal" });
}

/** Some servers write it as a text. */
function countOf(value: Json | undefined): number | null {
  const count = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

function readPieces(calls: readonly Json[]): CallPiece[] {
  return calls.slice(0, MOST_CALLS_READ).map((call) => {
    const own = isObject(call) ? call : {};
    const asked = isObject(own["function"]) ? own["function"] : {};
    return {
      index: countOf(own["index"]),
      id: wordOf(own["id"]),
      name: wordOf(asked["name"]),
      arguments: argumentsOf(asked["arguments"] ?? null),
      ...withOpaque(own),
    };
  });
}

/** A piece of a text may end in half a surrogate pair; a whole value may not hold one. */
const argumentsOf = (value: Json): Json => (typeof value === "string" || parseUntrusted(writeJson(value)).ok ? value : null);

/** Pieces that continue a call may have an empty id and an empty name. */
const wordOf = (value: Json | undefined): string | null =>
  typeof value === "string" && value !== "" && value.isWellFormed() ? value : null;

const brokenOff = (body: Json, told: ToldError, ceiling: number): ChatChunk => ({
  kind: "error",
  told,
  usage: readUsage(isObject(body) ? body["usage"] : undefined, ceiling),
});
