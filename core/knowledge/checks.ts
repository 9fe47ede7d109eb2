/** What is looked at before a document is indexed, beside what the guardrails find. Pure, linear. */
import { type Telling, tellingsIn } from "../guardrail/injection/told.ts";
import type { DocumentFinding } from "./document.ts";
import { portionsOf } from "./portions.ts";

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

/** Sentences that speak to an assistant about itself or about what it was given: one of them is much for a short document. */
const TOLD_PLAINLY = [
  /\b(?:ignore|disregard|forget|override)\b.{0,60}\b(?:previous|prior|other|retrieved|these|those|outdated)\b.{0,30}\b(?:instructions?|passages?|documents?|sources?|answers?|figures?|context|messages?)\b/i,
  /\b(?:retrieved|other|remaining)\s+(?:passages?|documents?|chunks?|sources?|context)\b.{0,80}\b(?:outdated|wrong|void|false|obsolete|untrusted|ignored?)\b/i,
  /\b(?:answer|reply|respond)\s+only\s+(?:from|with|by|according)\b/i,
  /\b(?:assistant|chatbot|language model|llm|ai agent|ai model)s?\b.{0,30}\b(?:must|should|shall|will|has to|have to|needs? to)\b/i,
  /<\/?\s*(?:instructions?|system|assistant|prompt)\s*>/i,
];
/** Sentences that declare other documents void. A document's own terms may say it once; one that is short and says it is about the others. */
const OVERRULES = [
  /\b(?:all|any|every|the|older|earlier|previous|prior)\s+(?:other\s+|earlier\s+|previous\s+|prior\s+|older\s+)?(?:statements?|documents?|pages?|figures?|entries|articles?|information|catalogues?)\b.{0,60}\b(?:void|wrong|invalid|outdated|obsolete|incorrect|no longer valid)\b/i,
  /\b(?:supersedes?|overrides?|replaces?)\s+(?:the|all|any|every)\b.{0,60}\b(?:catalogue|documents?|statements?|pages?|information|entries|articles?|sources?)\b/i,
  /\bonly this\b.{0,40}\b(?:verified|valid|correct|true|official|binding)\b/i,
  /\bdisregard\b.{0,40}\b(?:outdated|older|earlier|previous|other)\b/i,
];
/** Of a short document, the share of sentences that speak to an assistant or overrule other documents, from which on a person looks at it. */
const SHARE_OF_PLAIN = 0.2;

/** Sentences in other languages that speak to an assistant plainly, or overrule: what one of them says beside "answer" and "always". */
const PLAIN: readonly Telling[] = ["addressed", "obliged", "ignore_others", "overrules", "only_this"];
const isPlainly = (tellings: ReadonlySet<Telling>): boolean => PLAIN.some((one) => tellings.has(one));

/** Whether any sentence tells an assistant what to do, or declares other documents void. */
export const tellsAssistant = (text: string): boolean =>
  sentencesIn(text).some((sentence) => isTold(sentence) || matchesAny(OVERRULES, sentence)) || tellingsIn(text).some(isPlainly);

/** Sentences that tell an assistant what to do, or declare other documents void, where they are too many for a document that informs; null: they are few. */
export function instructionDensity(text: string): DocumentFinding | null {
  const counted = NO_SENTENCES();
  for (const portion of portionsOf(text)) count(counted, portion);
  return densityOf(counted);
}

/** The same, in turns: `pause` is awaited between two portions, for others to be served meanwhile. */
export async function instructionDensityInTurns(text: string, pause: () => Promise<void>): Promise<DocumentFinding | null> {
  const counted = NO_SENTENCES();
  for (const portion of portionsOf(text)) {
    await pause();
    count(counted, portion);
  }
  return densityOf(counted);
}

/** Sentences: all; those that tell an assistant something and those that do so plainly, in English and in other languages. */
type Counted = Record<"all" | "told" | "toldElsewhere" | "plain" | "plainElsewhere", number>;
const NO_SENTENCES = (): Counted => ({ all: 0, told: 0, toldElsewhere: 0, plain: 0, plainElsewhere: 0 });

function count(counted: Counted, portion: string): void {
  const sentences = sentencesIn(portion);
  const elsewhere = tellingsIn(portion);
  counted.all += sentences.length;
  counted.told += sentences.filter(isTold).length;
  counted.toldElsewhere += elsewhere.filter((one) => one.size > 0).length;
  counted.plain += sentences.filter((sentence) => [TOLD_PLAINLY, OVERRULES].some((list) => matchesAny(list, sentence))).length;
  counted.plainElsewhere += elsewhere.filter(isPlainly).length;
}

function densityOf(counted: Counted): DocumentFinding | null {
  // A sentence that both lists know counts once.
  const told = Math.max(counted.told, counted.toldElsewhere);
  const plain = Math.max(counted.plain, counted.plainElsewhere);
  const isDense = told >= FEWEST_INSTRUCTIONS && told >= counted.all * SHARE_OF_INSTRUCTIONS;
  const isPlain = plain > 0 && plain >= counted.all * SHARE_OF_PLAIN;
  if (!isDense && !isPlain) return null;
  const most = Math.max(told, plain);
  return {
    type: "instructions",
    count: most,
    message: `${most} of ${counted.all} sentences tell an assistant what to do or what to believe`,
  };
}

const sentencesIn = (text: string): string[] => text.split(/(?<=[.!?])\s+|\n+/).filter((sentence) => /\p{L}/u.test(sentence));
const matchesAny = (list: readonly RegExp[], sentence: string): boolean => list.some((one) => one.test(sentence.slice(0, 400)));
const isTold = (sentence: string): boolean => matchesAny(TOLD, sentence);
