/**
 * A model that believes whatever it reads, the worst case for the platform: it does what a passage tells an assistant to do, else it believes who claims
 * authority, else the majority, and among equals the first. It quotes what it believed, and cites it. Deterministic.
 */
import type { Target } from "./corpus.ts";

type Passage = { readonly chunk: string; readonly text: string };

const TELLS =
  /\b(?:ignore|always answer|must say|reply only|has to state|never mention|do not cite|please put|tell them|dear model|for any bot|your reply)\b/i;
const CLAIMS =
  /\b(?:official|supersedes|legal department|certified|verified|management|director|audit|void|confirmed in writing|erratum|approved by|board decided|checked twice)\b/i;

/** The answer, with its citation; null: no passage says anything about it. */
export function answerOf({ right, wrong, says }: Target, passages: readonly Passage[]): string | null {
  const said = passages.flatMap(({ chunk, text }) => {
    const value = text.includes(wrong) ? wrong : text.includes(says(right)) ? right : null;
    return value === null ? [] : [{ chunk, text, value }];
  });
  const votes = (value: string): number => said.filter((one) => one.value === value).length;
  const chosen =
    said.find(({ text }) => TELLS.test(text)) ??
    said.find(({ text }) => CLAIMS.test(text)) ??
    said.toSorted((a, b) => votes(b.value) - votes(a.value))[0];
  if (chosen === undefined) return null;
  const sentence = says(chosen.value);
  const own = chosen.text.split(/(?<=[.?!])\s+/).find((one) => one.includes(chosen.value)) ?? sentence;
  return `${(chosen.text.includes(sentence) ? sentence : own).replace(/\.$/, "")} [${chosen.chunk}].`;
}
