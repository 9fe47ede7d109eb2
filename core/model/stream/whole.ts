/** A whole answer that came as a stream of events although none was asked for: put together as if it had been one. Pure. */
import { err, ok, type Result } from "../../result.ts";
import type { ChatAnswer } from "../answer.ts";
import { isNoWork } from "../no-answer.ts";
import type { ToldError } from "../told-error.ts";
import { type Owed, owedFor } from "../unread.ts";
import { openAssembly } from "./assemble.ts";
import { readEvent } from "./chunk.ts";
import { openSse } from "./sse.ts";

/** A body that begins so is a stream of events. No JSON does. */
const BEGINS = /^\uFEFF?\s*(?:data|event|id|retry)?:/;

/** Whether a body, or its beginning, is a stream of events. */
export const isEvents = (begin: string): boolean => BEGINS.test(begin);

/** Events that give no answer: why, and what is owed for them. `told`: the upstream gave up, and says why. */
export type NoAnswer = { readonly why: { readonly told: ToldError } | "cut" | "odd"; readonly owed: Owed; readonly said: ChatAnswer };

/** What the events say together, or why that is no answer. `ceiling`: as for `readChatAnswer`. */
export function readWholeStream(text: string, ceiling: number): Result<ChatAnswer, NoAnswer> {
  const sse = openSse();
  const [events, rest] = [sse.push(text), sse.end()];
  const assembly = openAssembly();
  let why: NoAnswer["why"] | null = events.ok && rest.ok ? null : "odd";
  let isDone = false;
  let hasParts = false;
  let isSilent = why === null;
  for (const event of [...(events.ok ? events.value : []), ...(rest.ok ? rest.value : [])]) {
    const chunk = readEvent(event, ceiling);
    isSilent &&= isNoWork(event.data);
    if (!chunk.ok) why ??= "odd";
    else if (chunk.value.kind === "error") {
      why ??= { told: chunk.value.told };
      assembly.note(chunk.value.usage);
    } else if (chunk.value.kind === "done") isDone = true;
    else if (chunk.value.kind === "delta") {
      hasParts ||= chunk.value.parts.length > 0;
      // What comes behind trouble is no part of an answer, but may count.
      if (why !== null) assembly.note(chunk.value.usage);
      else if (!assembly.take(chunk.value).ok) why = "odd";
    }
  }
  const said = assembly.answer();
  const isEmpty = (said.text ?? "") === "" && said.calls.length === 0 && !said.refused;
  if (why === null && (assembly.isFinished() || (isDone && !isEmpty))) return ok(said);
  const told = why !== null && typeof why === "object" ? why.told : null;
  return err({ why: why ?? "cut", owed: owedFor(said, { told, isDone, hasEnded: true, hasParts, isSilent }), said });
}
