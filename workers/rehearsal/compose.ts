/** Texts made of what the conversation says: a letter, a subject line, a summary. Every fact in them is quoted. */
import { expectTokens } from "../../core/model/estimate.ts";
import { type ChatMessage, type Facts, placeholdersIn, valuesNamed } from "./facts.ts";
import { centralSentences, rankedSentences, sentencesOf, stemsOf, wholeSentences } from "./words.ts";

/** What a letter is about, as far as the conversation tells. */
type Matter = { readonly order: string | null; readonly refund: string | null; readonly amount: string | null };

function matterOf(facts: Facts): Matter {
  const named = (words: readonly string[]): string | null => {
    const value = valuesNamed(facts, words)[0];
    return value === undefined || String(value).length > 60 ? null : String(value);
  };
  const currency = named(["currency"]) ?? facts.currency ?? "";
  const amount = named(["refund", "amount"]) ?? named(["amount"]) ?? named(["total"]) ?? facts.amounts[0]?.toString() ?? null;
  return {
    order: facts.ids[0] ?? named(["order", "id"]),
    refund: facts.named.some(({ words }) => words.includes("refund")) ? named(["refund", "id"]) : null,
    amount: amount === null ? null : `${money(amount)} ${currency}`.trim(),
  };
}

/** `249.9` → `249.90`, as money is written. */
const money = (amount: string): string => (/^\d+\.\d$/.test(amount) ? `${amount}0` : amount);

const refundIsDone = (facts: Facts): boolean =>
  facts.named.some(({ words, value }) => words.includes("refund") && (words.includes("amount") || value === "refunded"));

/** A sentence that the developer dictates for the case that nothing was done: "…, say that a colleague will look into it". */
function toldToSay({ asked }: Facts): string | null {
  const said = /\bsay that ([^.,;:\n]{3,160})/i.exec(asked)?.[1]?.trim();
  return said === undefined ? null : `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}

/** A letter to whoever wrote, by the name or the mail address that stands for them. */
export function composeLetter(facts: Facts): string {
  const { order, refund, amount } = matterOf(facts);
  const [name] = placeholdersIn(facts, "PERSON");
  const [mail] = placeholdersIn(facts, "EMAIL");
  const about = order === null ? "Thank you for your message." : `Thank you for your message about order ${order}.`;
  const lines = [`Hello${name === undefined && mail === undefined ? "" : ` ${name ?? mail}`},`, "", about];
  if (amount !== null && refundIsDone(facts)) lines.push(`We have refunded ${amount}${refund === null ? "" : ` (refund ${refund})`}.`);
  else lines.push(toldToSay(facts) ?? "We look into it.");
  const quote = centralSentences(proseOf(facts), 1)[0];
  if (quote !== undefined) lines.push(`You wrote: "${quote.slice(0, 200)}"`);
  if (mail !== undefined && name !== undefined) lines.push(`We answer to ${mail}.`);
  return [...lines, "", "Kind regards", "Customer support"].join("\n");
}

/** A subject line for a mail. */
export function composeSubject(facts: Facts): string {
  const { order, amount } = matterOf(facts);
  const what = refundIsDone(facts) ? "Your refund" : "Your message";
  const money = amount !== null && what === "Your refund" ? ` of ${amount}` : "";
  return `${what}${money}${order === null ? "" : ` for order ${order}`}`;
}

/** Sentences of one summary: a tenth of the text's, within these. */
const SUMMARY = { most: 8, considered: 2_000 };

/** The sentences that say most, whole and in their order, as many as `tokens` hold; the best one alone where not even it fits. */
export function composeSummary(facts: Facts, least = 2, tokens = Number.POSITIVE_INFINITY): string {
  const sentences = [...new Set(wholeSentences(facts.prose))].slice(0, SUMMARY.considered);
  const ranked = rankedSentences(sentences);
  const wanted = Math.min(SUMMARY.most, Math.max(least, Math.round(sentences.length / 10)));
  const taken: typeof ranked = [];
  for (const candidate of ranked) {
    if (taken.length === wanted) break;
    if (expectTokens(inOrder([...taken, candidate])) <= tokens) taken.push(candidate);
  }
  return inOrder(taken.length > 0 ? taken : ranked.slice(0, 1)) || facts.material.trim().slice(0, 300);
}

const inOrder = (chosen: readonly { readonly sentence: string; readonly index: number }[]): string =>
  [...chosen]
    .sort((a, b) => a.index - b.index)
    .map(({ sentence }) => sentence)
    .join(" ");

/** Sentences of a report, at most. */
const REPORT = 4;

/** Sentences of an answer that cites, at most. */
const CITED = 2;
/** What the best sentence shares with the question, so that it counts as an answer: so many words that carry meaning, or so much of the question. */
const ANSWERS = { words: 2, share: 0.5 };

/** Sentences of the passages, word for word, each with the name of its passage: those that share most of the question's rarer words. */
function composeCited({ passages, question }: Facts, tokens: number): string {
  const own = stemsOf(question);
  const wanted = new Set(own);
  const sentences = passages.flatMap(({ chunk, text }, rank) =>
    wholeSentences(text).map((sentence, index) => ({ chunk, sentence, rank, index, stems: new Set(stemsOf(sentence)) })),
  );
  const holding = (word: string): number => sentences.filter(({ stems }) => stems.has(word)).length;
  const weights = new Map([...wanted].map((word) => [word, 1 / Math.max(1, holding(word))]));
  const scored = sentences.map((one) => {
    const shared = [...wanted].filter((word) => one.stems.has(word));
    return { ...one, shared: shared.length, score: shared.reduce((sum, word) => sum + (weights.get(word) ?? 0), 0) };
  });
  const isAnswer = ({ shared }: { readonly shared: number }): boolean => shared >= ANSWERS.words || shared >= wanted.size * ANSWERS.share;
  const ranked = scored
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => b.shared - a.shared || b.score - a.score || a.rank - b.rank || a.index - b.index);
  const [best] = ranked;
  if (best === undefined || !isAnswer(best)) return "The passages do not say.";
  const taken = ranked.slice(0, CITED).filter((one) => one === best || one.shared * 2 > best.shared);
  const texts = taken.map(({ sentence, chunk }) => cited(sentence, chunk));
  return texts.length > 1 && expectTokens(texts.join(" ")) > tokens ? (texts[0] ?? "") : texts.join(" ");
}

/** `You have 30 days.` → `You have 30 days [returns@1#0].` */
const cited = (sentence: string, chunk: string): string =>
  sentence.replace(/([.!?]*)\s*$/u, (_, end: string) => ` [${chunk}]${end === "" ? "." : end}`);

/** What the texts that were read say to the question: their own sentences, those with most of its words. */
export function composeReport(facts: Facts, tokens = Number.POSITIVE_INFINITY): string {
  if (facts.passages.length > 0) return composeCited(facts, tokens);
  const { learned, question } = facts;
  const wanted = new Set(stemsOf(question));
  const sentences = wholeSentences(learned.prose).map((sentence, index) => ({
    sentence,
    index,
    shared: new Set(stemsOf(sentence).filter((word) => wanted.has(word))).size,
  }));
  const ranked = sentences.filter(({ shared }) => shared > 0).sort((a, b) => b.shared - a.shared || a.index - b.index);
  const taken: typeof ranked = [];
  for (const candidate of ranked.slice(0, REPORT)) {
    if (taken.length === 0 || expectTokens(inOrder([...taken, candidate])) <= tokens) taken.push(candidate);
  }
  return taken.length > 0 ? inOrder(taken) : "What could be looked up does not say.";
}

/** The first sentence of the question, as a headline. */
export const composeHeadline = ({ question }: Facts): string => (sentencesOf(question)[0] ?? "").replace(/[?!.]+$/, "");

const asksForLetter = ({ asked }: Facts): boolean =>
  /\b(reply|letter|respond|response|answer the customer|write (a|the|an) (mail|email|message|answer))\b/i.test(asked);

/** Something was looked up for an answer that is not a letter. */
export const isResearch = (facts: Facts): boolean =>
  facts.passages.length > 0 || ((facts.learned.prose !== "" || facts.learned.nothing) && !asksForLetter(facts));

/** The answer in plain text, when no form is asked for, in at most so many tokens where sentences allow it. */
export function composeAnswer(facts: Facts, tokens = Number.POSITIVE_INFINITY): string {
  if (isResearch(facts)) return composeReport(facts, tokens);
  if (asksForLetter(facts)) return composeLetter(facts);
  const summary = composeSummary(facts, 3, tokens);
  return summary === "" ? "There is nothing to answer from." : summary;
}

/** Maximum UTF-16 units that are quoted from a person's text. */
const QUOTED = 400;

/** To somebody who simply talks to it: what it is, and what it heard. */
export function composeChat(messages: readonly ChatMessage[]): string {
  const last = [...messages].reverse().find(({ role, content }) => (role === "user" || role === "tool") && content.trim() !== "");
  const said = last?.content.trim() ?? "";
  const quote = said.length > QUOTED ? `${said.slice(0, QUOTED).toWellFormed()}…` : said;
  const heard = said === "" ? "Nothing was said to it." : last?.role === "tool" ? `The tool answered: ${quote}` : `You wrote: ${quote}`;
  return `This is the rehearsal model: it makes its answers from the conversation alone, and no language model was asked. ${heard}`;
}

/** The material without what is data for programs. */
export const proseOf = ({ material }: Facts): string =>
  sentencesOf(material)
    .filter((sentence) => !/^[[{]/.test(sentence))
    .join("\n");
