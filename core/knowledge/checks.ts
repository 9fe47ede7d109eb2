/** What is looked at before a document is indexed, beside what the guardrails find. Pure, linear. */
import type { DocumentFinding } from "./document.ts";

/** Most characters that cannot be text, per thousand. */
const MOST_UNREADABLE = 5;
/** Sentences that tell an assistant what to do: so many, and this share of all, and a person looks at the document first. */
const FEWEST_INSTRUCTIONS = 2;
const SHARE_OF_INSTRUCTIONS = 0.15;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNREADABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/g;

/** Why the text is none that can be indexed; null: it is one. */
export function flawOfText(text: string): DocumentFinding | null {
  if (!/[\p{L}\p{N}]/u.test(text)) return { type: "empty", count: 1, message: "the text has no words" };
  if (!text.isWellFormed()) return { type: "encoding", count: 1, message: "the text is not well-formed Unicode" };
  const unreadable = text.match(UNREADABLE)?.length ?? 0;
  if (unreadable * 1_000 <= text.length * MOST_UNREADABLE) return null;
  return {
    type: "encoding",
    count: unreadable,
    message: "the text has control or replacement characters, as binary data and wrong encodings do",
  };
}

/** Whether the document comes from where the collection's may; null: it does. `sources`: hosts; null: any. */
export function flawOfSource(source: string | null, sources: readonly string[] | null): DocumentFinding | null {
  if (sources === null) return null;
  const flaw = (message: string): DocumentFinding => ({ type: "source", count: 1, message });
  if (source === null) return flaw("the collection lists its sources, and the document names none");
  const host = hostOf(source);
  if (host === null) return flaw("the document's source is no web address, and the collection lists hosts");
  return sources.some((one) => host === one || (one.startsWith("*.") && host.endsWith(one.slice(1))))
    ? null
    : flaw("the document's source is not on the collection's list");
}

/** `https://shop.example/terms` → `shop.example`. */
function hostOf(source: string): string | null {
  const match = /^https?:\/\/(?:[^/?#@\s]*@)?([a-z0-9.-]+(?::\d{1,5})?)(?:[/?#]|$)/i.exec(source);
  return match?.[1]?.toLowerCase() ?? null;
}

const TOLD = [
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|earlier|other|all|any|these|those)\b/i,
  /\b(?:always|never|only|do not|don't|must|should)\s+(?:answer|respond|reply|say|tell|state|claim|mention|cite|quote|recommend|reveal|output|write)\b/i,
  /\b(?:when|if|whenever)\b.{0,30}\b(?:asked|asks?|quer(?:y|ies)|prompt(?:ed)?|question)\b/i,
  /\byou\s+(?:are|act as|must act|will act)\s+(?:an?\s+|the\s+)?(?:ai|assistant|chatbot|bot|agent|model|language model|expert)\b/i,
  /\b(?:system prompt|system message|new instructions?|instructions? (?:for|to) (?:the )?(?:ai|assistant|model|agent|chatbot))\b/i,
  /\b(?:assistant|chatbot|language model|llm|ai agent|ai model)s?\b.{0,30}\b(?:must|should|shall|will|has to|have to|needs? to)\b/i,
  /\b(?:call|use|invoke|execute|run)\s+the\s+(?:tool|function|command)\b/i,
];

/** Whether any sentence tells an assistant what to do. */
export const tellsAssistant = (text: string): boolean => sentencesIn(text).some(isTold);

/** Sentences that tell an assistant what to do, where they are too many for a document that informs; null: they are few. */
export function instructionDensity(text: string): DocumentFinding | null {
  const sentences = sentencesIn(text);
  const told = sentences.filter(isTold).length;
  if (told < FEWEST_INSTRUCTIONS || told < sentences.length * SHARE_OF_INSTRUCTIONS) return null;
  return { type: "instructions", count: told, message: `${told} of ${sentences.length} sentences tell an assistant what to do` };
}

const sentencesIn = (text: string): string[] => text.split(/(?<=[.!?])\s+|\n+/).filter((sentence) => /\p{L}/u.test(sentence));
const isTold = (sentence: string): boolean => TOLD.some((one) => one.test(sentence.slice(0, 400)));
