/** A whole answer that came as a stream of events although none was asked for: put together as if it had been one. Pure. */
import { err, ok, type Result } from "../../result.ts";
import type { ChatAnswer } from "../answer.ts";
import type { ToldError } from "../told-error.ts";
import { openAssembly } from "./assemble.ts";
import { readEvent } from "./chunk.ts";
import { openSse } from "./sse.ts";

/** A body that begins so is a stream of events. No JSON does. */
const BEGINS = /^\uFEFF?\s*(?:data|event|id|retry)?:/;

/** Whether a body, or its beginning, is a stream of events. */
export const isEvents = (begin: string): boolean => BEGINS.test(begin);

/** What the events say together, or why that is no answer. `told`: the upstream gave up, and says why. `ceiling`: as for `readChatAnswer`. */
export function readWholeStream(text: string, ceiling: number): Result<ChatAnswer, { readonly told: ToldError } | "cut" | "odd"> {
  const sse = openSse();
  const [events, rest] = [sse.push(text), sse.end()];
  if (!events.ok || !rest.ok) return err("odd");
  const assembly = openAssembly();
  let isDone = false;
  for (const event of [...events.value, ...rest.value]) {
    const chunk = readEvent(event, ceiling);
    if (!chunk.ok) return err("odd");
    if (chunk.value.kind === "error") return err({ told: chunk.value.told });
    isDone ||= chunk.value.kind === "done";
    if (chunk.value.kind === "delta" && !assembly.take(chunk.value).ok) return err("odd");
  }
  const answer = assembly.answer();
  const isEmpty = (answer.text ?? "") === "" && answer.calls.length === 0 && !answer.refused;
  return assembly.isFinished() || (isDone && !isEmpty) ? ok(answer) : err("cut");
}
