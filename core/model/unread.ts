/** What an exchange that gave no answer says of what it used: the body or the stream cannot be read, or tells an error. Pure. */
import { isObject, type Json } from "../json.ts";
import type { ChatAnswer } from "./answer.ts";
import { isNothing } from "./no-answer.ts";
import { readUsage } from "./reported-usage.ts";
import type { ToldError } from "./told-error.ts";

/** What can be counted of it. */
export type Unread = Pick<ChatAnswer, "usage" | "text" | "calls">;

/**
 * What a body counts that tells an error or is no answer; null: nothing that can be believed. Where it holds words that nobody can read, a
 * count without output is no count. `ceiling`: as for `readChatAnswer`.
 */
export function unreadBody(body: Json, ceiling: number): Unread | null {
  if (!isObject(body)) return null;
  const usage = readUsage(body["usage"], ceiling);
  if (usage.kind === "absent") return null;
  const output = usage.kind === "reported" ? usage.tokens.output : (usage.output ?? 0);
  const isEmpty = isNothing(body["choices"]) && (usage.kind === "reported" || Object.hasOwn(body, "choices"));
  return isEmpty || output > 0 ? { usage, text: null, calls: [] } : null;
}

/** What is owed for a stream: what its answer counts or can be counted as, nothing, or nobody knows. */
export type Owed = "answer" | "nothing" | "unknown";

/**
 * What is owed for a stream that is over. `told`: the error that it told. `isDone`: it said that it is at its end. `hasEnded`: its server
 * ended it. `hasParts`: an event held a part of an answer. `isSilent`: no event shows a sign that a model worked.
 */
export function owedFor(
  answer: ChatAnswer,
  stream: {
    readonly told: ToldError | null;
    readonly isDone: boolean;
    readonly hasEnded: boolean;
    readonly hasParts: boolean;
    readonly isSilent: boolean;
  },
): Owed {
  const { told, isDone, hasEnded, hasParts, isSilent } = stream;
  if (answer.usage.kind === "reported" || answer.finish !== null) return "answer";
  if (told !== null) return (answer.text ?? "") !== "" || answer.calls.length > 0 ? "answer" : "nothing";
  if ((isDone || hasEnded) && isSilent) return "nothing";
  return isDone && hasParts ? "answer" : "unknown";
}
