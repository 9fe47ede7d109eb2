/** A chat that is answered whole: what is asked, and what is read of its answer or refusal. */
import type { Refusal } from "../../../core/errors/problem.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { Result } from "../../../core/result.ts";
import type { Reply } from "../../../workers/chat/ports.ts";

export const ASK = { model: "task:write", messages: [{ role: "user", content: "Say hello." }] };
export const refusal = (reply: Result<Reply, Refusal>): Refusal => {
  if (reply.ok) throw new Error("it was answered");
  return reply.error;
};
export function answer(reply: Result<Reply, Refusal>) {
  if (!reply.ok) throw new Error(JSON.stringify(reply.error));
  if (reply.value instanceof Response) throw new Error("it was streamed");
  const { body, headers } = reply.value;
  const [choice] = body["choices"] as {
    message: { content: string | null; tool_calls?: JsonObject[]; refusal: string | null };
    finish_reason: string;
  }[];
  if (choice === undefined) throw new Error("no choice");
  return { body, headers, ...choice };
}
