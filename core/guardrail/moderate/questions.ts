/**
 * What a model of the task `moderate` is asked about a text, by the rules that need one: the tone of an answer, topics by their meaning, and a second opinion
 * where the built-in score of a category of content is near its threshold. Pure; knows no model.
 */
import { canonicalJson } from "../../canonical-json.ts";
import type { Json } from "../../json.ts";
import { type KnownContent, nearContent } from "../content/content.ts";
import type { InputRules, OutputRules } from "../rules/merge.ts";
import { CONTENT_CATEGORIES, type ContentCategory, type ContentRule, type TopicsRule } from "../rules/settings.ts";
import { textsIn } from "../rules/texts.ts";

/** One question about a text: whether it breaks the rule. */
export type Question =
  | { readonly kind: "tone"; readonly want: string }
  | { readonly kind: "topics"; readonly allow: readonly string[]; readonly deny: readonly string[] }
  | { readonly kind: "content"; readonly category: ContentCategory }
  /** Whether the passages say what the sentence does. `rule`, `sentence`: by their place among the rules `grounded_in` and the sentences that claim something. */
  | { readonly kind: "grounded"; readonly rule: number; readonly sentence: number };

/** A text with the questions about it; never without a question. */
export type Inquiry = { readonly text: string; readonly questions: readonly Question[] };

/** Maximum questions of one text; of more rules, the later ones have the built-in detector's word alone. */
const MOST_QUESTIONS = 16;

/** The questions about a user's input; null: no rule needs a model, or a length refuses the input anyway. `known`: of its texts (rules/content-before.ts). */
export function inquiryOfInput(
  value: Json,
  rules: Pick<InputRules, "content" | "topics" | "max_chars">,
  known?: KnownContent,
): Inquiry | null {
  if (!needsModel(rules)) return null;
  const text = textsIn(value).join("\n");
  return rules.max_chars !== null && [...text].length > rules.max_chars
    ? null
    : inquiry(text, [...aboutTopics(rules.topics), ...aboutContent(text, rules.content, known)]);
}

/** The questions about a model's whole answer; null: no rule needs a model. `known`: of its texts. */
export function inquiryOfOutput(
  value: Json,
  rules: Pick<OutputRules, "content" | "topics" | "tone">,
  known?: KnownContent,
): Inquiry | null {
  if (!needsModel(rules)) return null;
  const text = textsIn(value).join("\n");
  const tones = rules.tone.map(({ want }): Question => ({ kind: "tone", want }));
  return inquiry(text, [...tones, ...aboutTopics(rules.topics), ...aboutContent(text, rules.content, known)]);
}

/** Whether a model may be asked at all under these rules. */
const needsModel = ({ content, topics, tone = [] }: Pick<InputRules, "content" | "topics"> & Partial<Pick<OutputRules, "tone">>): boolean =>
  topics.length > 0 || tone.length > 0 || Object.keys(content).length > 0;

function inquiry(text: string, questions: readonly Question[]): Inquiry | null {
  if (text.trim() === "" || questions.length === 0) return null;
  const once = new Map(questions.map((question) => [keyOf(question), question]));
  return { text, questions: [...once.values()].slice(0, MOST_QUESTIONS) };
}

const aboutTopics = (topics: readonly TopicsRule[]): readonly Question[] =>
  topics.map(({ allow, deny }): Question => ({ kind: "topics", allow, deny }));

function aboutContent(text: string, content: ContentRule, known: KnownContent | undefined): readonly Question[] {
  const asked = CONTENT_CATEGORIES.filter((category) => (content[category] ?? "off") !== "off");
  if (asked.length === 0) return [];
  const near = nearContent(text, known);
  return asked.filter((category) => near.has(category)).map((category): Question => ({ kind: "content", category }));
}

/** The same text for the same question. */
export const keyOf = (question: Question): string => canonicalJson(question as unknown as Json);
