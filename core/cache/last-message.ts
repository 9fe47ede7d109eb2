/** What a conversation asks last, apart from the words around it that a developer wrote. Pure. */
import type { Message } from "../model/message.ts";
import { splitSlots } from "../workflow/prompt.ts";
import { type Facts, factsOf } from "./facts.ts";

/** What is asked, without the words that every question of the kind shares. */
export type LastMessage = {
  /** The last message, of a user. */
  readonly whole: string;
  /** What of it is the same for everybody: the template. Empty: all of it was asked. */
  readonly frame: string;
  /** What was asked: the slots' values, or the whole message where it has none. */
  readonly parts: readonly { readonly name: string; readonly text: string }[];
};

/** null: nobody asked last (a tool answered, a model spoke). */
export function lastMessage(messages: readonly Message[]): LastMessage | null {
  const last = messages.at(-1);
  if (last?.role !== "user") return null;
  const { frame, values } = splitSlots(last.content);
  return values.length === 0
    ? { whole: last.content, frame: "", parts: [{ name: "", text: last.content }] }
    : { whole: last.content, frame, parts: values };
}

/** What the embedding model is given. Without the template, whose many equal words would make everything near. */
export const askedText = ({ parts }: LastMessage): string => parts.map(({ text }) => text).join("\n");

/** Slot by slot: a word in another slot is another fact. */
export function factsOfMessage({ parts }: LastMessage, hash: (word: string) => string): Facts {
  const each = parts.map(({ name, text }) => ({ name, facts: factsOf(text, hash) }));
  return {
    firm: each.flatMap(({ name, facts }) => [hash(`slot ${name}`), ...facts.firm]),
    maybe: each.flatMap(({ name, facts }) => facts.maybe.map((word) => hash(`${name} ${word}`))),
    words: each.flatMap(({ name, facts }) => facts.words.map((word) => hash(`${name} ${word}`))),
  };
}
