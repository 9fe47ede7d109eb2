/** Texts made of what the conversation says: a letter, a subject line, a summary. Every fact in them is quoted. */
import { type Facts, placeholdersIn, valuesNamed } from "./facts.ts";
import { centralSentences, sentencesOf } from "./words.ts";

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

export function composeSubject(facts: Facts): string {
  const { order, amount } = matterOf(facts);
  const what = refundIsDone(facts) ? "Your refund" : "Your message";
  const money = amount !== null && what === "Your refund" ? ` of ${amount}` : "";
  return `${what}${money}${order === null ? "" : ` for order ${order}`}`;
}

export function composeSummary(facts: Facts): string {
  const sentences = centralSentences(proseOf(facts), 2);
  return sentences.length > 0 ? sentences.join(" ") : facts.material.trim().slice(0, 300);
}

/** The material without what is data for programs. */
export const proseOf = ({ material }: Facts): string =>
  sentencesOf(material)
    .filter((sentence) => !/^[[{]/.test(sentence))
    .join("\n");

/** The answer in plain text, when no form is asked for. */
export function composeAnswer(facts: Facts): string {
  if (/\b(reply|letter|respond|response|answer the customer|write (a|the|an) (mail|email|message|answer))\b/i.test(facts.asked))
    return composeLetter(facts);
  const summary = composeSummary(facts);
  return summary === "" ? "There is nothing to answer from." : summary;
}
