/**
 * A chat's answer that its model could not end, as values that can be guarded: its JSON closed, the text of a structured answer and the
 * arguments of its calls alike; and what has to be taken off again before its caller sees it. Pure.
 */
import type { ChatAnswer } from "../model/answer.ts";
import { closeJson } from "../model/cut-json.ts";
import { mayLackItsEnd } from "../model/finish.ts";

/** `text` and `calls`: the signs that were added at the end of the text and of each call's arguments; empty: it is as it was said. */
export type ClosedAnswer = {
  readonly answer: ChatAnswer;
  readonly isCut: boolean;
  readonly text: string;
  readonly calls: readonly string[];
};

/** Where the arguments begin late, nothing of them was said. */
const NO_ARGUMENTS = "{}";

/** `isJson`: the text was asked for as JSON. An answer that came to its end stays as it is. */
export function closeAnswer(answer: ChatAnswer, isJson: boolean): ClosedAnswer {
  const isCut = mayLackItsEnd(answer.finish);
  if (!isCut) return { answer, isCut, text: "", calls: answer.calls.map(() => "") };
  const text = isJson && answer.text !== null ? closeJson(answer.text.replace(FENCE, "")) : null;
  const calls = answer.calls.map(({ arguments: said }) => {
    if (said === null || (typeof said === "string" && said.trim() === "")) return { text: NO_ARGUMENTS, closers: NO_ARGUMENTS };
    return typeof said === "string" ? closeJson(said) : null;
  });
  return {
    answer: {
      ...answer,
      ...(text === null ? {} : { text: text.text }),
      calls: answer.calls.map((call, index) => ({ ...call, arguments: calls[index]?.text ?? call.arguments })),
    },
    isCut,
    text: text?.closers ?? "",
    calls: calls.map((closed) => closed?.closers ?? ""),
  };
}

/** Models put JSON into a fence. */
const FENCE = /^\s*```(?:json)?\s*/i;
