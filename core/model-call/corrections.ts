/** An answer that does not fit is shown to the model with what is wrong with it, and asked for again. How often, and how much is shown. */
import type { Json } from "../json.ts";
import type { Failure } from "../run/calls/call.ts";
import { SHOWN_CHARACTERS } from "./refused-turn.ts";

/** docs/contract.md, "Workflows": how often a model is asked again when its answer does not fit; then the answer is invalid. */
export const CORRECTIONS = 2;

/** The refused answer as the model sees it again. */
export const shownAnswer = (text: string): string => text.slice(0, SHOWN_CHARACTERS).toWellFormed();

/** A call that was refused. `name` "": of no tool that there is. `given`: its arguments as they were said; null: nothing that can be shown. */
export type RefusedCall = { readonly name: string; readonly given: Json };

/**
 * Refused calls in words, behind what was said beside them. No JSON with calls: a model that sees one as its own answer writes its next calls
 * as text, which nobody makes.
 */
export function calledInWords(text: string | null, calls: readonly RefusedCall[]): string {
  const lines = calls.map(({ name, given }) => {
    const tool = name === "" ? "a tool that there is not" : `\`${name}\``;
    return `I called ${tool}${given === null ? "." : ` with: ${typeof given === "string" ? given : JSON.stringify(given)}`}`;
  });
  return [...(text === null || text === "" ? [] : [text]), ...lines].join("\n");
}

/** What form the next answer may have. `json`: of words. `mustCall`: a tool has to be called. */
export type AskedForm = { readonly json: boolean; readonly tools: boolean; readonly mustCall?: boolean };

/** The refusal of an answer, with what is wrong with it, and what may come in its place. */
export function askedAgain(errors: readonly string[], { json, tools, mustCall = false }: AskedForm): string {
  const words = json ? "one JSON value that fits the schema, and nothing else" : "words";
  const ask = !tools
    ? `Answer again ${json ? "with" : "in"} ${words}.`
    : mustCall
      ? "Answer again with a call of a tool. Call it as a tool is called, do not write the call down."
      : `Answer again: call a tool as a tool is called, without writing the call down, or answer ${json ? "with" : "in"} ${words}.`;
  return [json && !tools ? MISFIT : REFUSED, ...errors.map((error) => `- ${error}`), ask].join("\n");
}

const MISFIT = "Your answer does not fit the JSON schema:";
const REFUSED = "Your answer cannot be taken:";

/** Whether a message asks for an answer again. */
export const asksAgain = (content: string): boolean => content.startsWith(`${MISFIT}\n`) || content.startsWith(`${REFUSED}\n`);

/** An answer without a word and without a call holds nothing that could be corrected: the next model is asked instead. */
export const EMPTY_ANSWER: Failure = {
  class: "permanent",
  code: "output_invalid",
  message: "the model's answer is empty",
  retryAfterMs: null,
};
