/** What the conversation offers for a place of a schema, by the place's name and description; the best first. Nothing is made up. */
import type { Json, JsonObject } from "../../core/json.ts";
import { composeHeadline, composeLetter, composeReport, composeSubject, composeSummary, isResearch, proseOf } from "./compose.ts";
import { type Facts, placeholdersIn, valuesNamed } from "./facts.ts";
import { centralSentences, closeness, keywordsOf, meaningfulWords, nameWords, sentencesOf, stemsOf } from "./words.ts";

/** Names from the root to the place, without list indexes, and what the schema says of it. */
export type Place = { readonly names: readonly string[]; readonly description: string };

const has = (words: readonly string[], ...any: readonly string[]): boolean => any.some((word) => words.includes(word));

/** The kind of placeholder that a field of this name takes. */
const KINDS: readonly [readonly string[], string][] = [
  [["email", "mail", "to", "recipient"], "EMAIL"],
  [["phone", "telephone", "mobile"], "PHONE"],
  [["card"], "CREDIT_CARD"],
  [["iban"], "IBAN"],
  [["ssn"], "SSN"],
  [["ip"], "IP"],
  [["person", "firstname", "lastname", "fullname"], "PERSON"],
  [["address", "street"], "ADDRESS"],
  [["city", "location"], "LOCATION"],
  [["company", "organisation", "organization"], "ORG"],
];

/** Texts for a place, the best first. */
export function suggestTexts(facts: Facts, place: Place): string[] {
  const words = nameWords(place.names.at(-1) ?? "");
  const path = place.names.flatMap(nameWords);
  const kind =
    KINDS.find(([names]) => has(words, ...names))?.[1] ??
    (has(words, "name") && has(path, "customer", "person", "user", "contact") ? "PERSON" : null);
  if (kind !== null)
    return [...placeholdersIn(facts, kind), ...texts(valuesNamed(facts, path)), ...(kind === "EMAIL" ? mailsIn(facts) : [])];
  const named = texts(valuesNamed(facts, path.length > 1 ? path : words));
  if (has(words, "id", "order", "number", "reference", "ref", "ticket", "code", "sku")) return [...idsFor(facts, words), ...named];
  if (has(words, "currency")) return [...named, ...(facts.currency === null ? [] : [facts.currency])];
  if (has(words, "date", "day", "at", "time")) return [...named, ...facts.dates];
  if (has(words, "query", "search", "keywords")) return present([wordsToLookFor(facts), ...named]);
  if (has(words, "subject", "title", "headline"))
    return present([isResearch(facts) ? composeHeadline(facts) : composeSubject(facts), ...named]);
  if (has(words, "reply", "text", "body", "message", "letter", "answer", "response", "content", "html"))
    return [isResearch(facts) ? composeReport(facts) : composeLetter(facts), ...named];
  if (
    has(
      words,
      "summary",
      "reason",
      "description",
      "explanation",
      "rationale",
      "note",
      "notes",
      "abstract",
      "quote",
      "issue",
      "problem",
      "comment",
    )
  )
    return present([composeSummary(facts), ...named]);
  return named;
}

/** Ids of the conversation; the one beside the word (`order A-1001`) first. */
function idsFor({ ids, material }: Facts, words: readonly string[]): string[] {
  const what = words.filter((word) => word !== "id" && word !== "number");
  const distance = (id: string): number => {
    const before = material.slice(0, material.indexOf(id)).slice(-40).toLowerCase();
    return what.some((word) => before.includes(word)) ? 0 : 1;
  };
  return [...ids].sort((a, b) => distance(a) - distance(b));
}

/** Numbers for a place, the best first. */
export function suggestNumbers(facts: Facts, place: Place): number[] {
  const words = nameWords(place.names.at(-1) ?? "");
  const path = place.names.flatMap(nameWords);
  const named = valuesNamed(facts, path.length > 1 ? path : words)
    .map(Number)
    .filter(Number.isFinite);
  if (has(words, "amount", "total", "price", "refund", "cost", "sum", "value", "usd", "eur", "cents")) return [...named, ...facts.amounts];
  if (has(words, "confidence", "probability", "certainty")) return [...named, 0.5];
  return named;
}

/** null: the conversation does not say. */
export function suggestBoolean(facts: Facts, place: Place): boolean | null {
  const named = valuesNamed(facts, nameWords(place.names.at(-1) ?? "")).find((value) => typeof value === "boolean");
  if (typeof named === "boolean") return named;
  const label = nameWords(place.names.at(-1) ?? "")
    .filter((word) => !["is", "has", "needs", "wants", "requires"].includes(word))
    .join(" ");
  for (const sentence of sentencesOf(facts.material)) {
    if (closeness(label, stemsOf(sentence)) > 0) return !/\b(not|no|never|don't|doesn't|isn't|without)\b/i.test(sentence);
  }
  return null;
}

/** The allowed value that the conversation speaks of most; null: it speaks of none. */
export function suggestChoice(facts: Facts, place: Place, allowed: readonly Json[]): Json | null {
  const named = valuesNamed(facts, nameWords(place.names.at(-1) ?? ""));
  const said = allowed.find((value) => named.some((other) => other === value));
  if (said !== undefined) return said;
  const stems = stemsOf(proseOf(facts));
  const scores = allowed.map((value) => (typeof value === "string" ? closeness(value, stems) : 0));
  const best = Math.max(0, ...scores);
  if (best > 0) return allowed[scores.indexOf(best)] ?? null;
  return (
    allowed.find((value) => typeof value === "string" && /^(other|none|unknown|general|neutral|normal|medium|n\/a)$/i.test(value)) ?? null
  );
}

/** Items for a list of texts. */
export function suggestItems(facts: Facts, place: Place): string[] {
  const words = nameWords(place.names.at(-1) ?? "");
  if (has(words, "ids", "orders", "numbers", "references", "skus")) return [...facts.ids];
  if (has(words, "sources", "citations")) return [...facts.learned.read];
  if (has(words, "tags", "keywords", "topics", "labels", "terms")) return keywordsOf(proseOf(facts), 5);
  if (has(words, "sentences", "points", "facts", "quotes", "highlights", "steps", "items")) return centralSentences(proseOf(facts), 3);
  return [];
}

/** The words of the question that carry meaning, in their order, without what stands for personal data. */
const wordsToLookFor = ({ question }: Facts): string => meaningfulWords(question.replaceAll(/\{\{[A-Z_]+_\d+\}\}/g, " "), 12).join(" ");

/** Which of several forms the conversation is about: the one whose names it uses. */
export const rankForms = (facts: Facts, forms: readonly JsonObject[]): number[] => {
  const stems = stemsOf(facts.material);
  const scores = forms.map((form) =>
    closeness(JSON.stringify([form["title"] ?? "", form["description"] ?? "", form["const"] ?? "", form["properties"] ?? ""]), stems),
  );
  return forms.map((_, index) => index).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
};

const texts = (values: readonly (string | number | boolean)[]): string[] => values.map(String);
const present = (values: readonly string[]): string[] => values.filter((value) => value !== "");
const mailsIn = ({ material }: Facts): string[] => material.match(/[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/g) ?? [];
