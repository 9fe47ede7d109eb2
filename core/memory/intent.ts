/**
 * Whether a message calls for what is remembered of its person: by words, in ten languages, so that nothing is fetched for most messages and no
 * model is asked. Pure, linear.
 */
import { type IntentWords, PARTED, UNPARTED } from "./intent-words.ts";

/** `why`: the rule that decided, for people who look at the run (`GET /v1/runs/{id}/context`). */
export type Intent = {
  readonly needed: boolean;
  readonly why: "refers_to_the_past" | "about_the_person" | "asks_for_advice" | "stands_alone";
};

/** Characters of a message that are looked at. */
const LOOKED_AT = 8_000;

/** `\b` knows the letters of English alone. */
const whole = (words: string): RegExp => new RegExp(`(?<![\\p{L}\\p{M}\\p{N}_])(?:${words})(?![\\p{L}\\p{M}\\p{N}_])`, "iu");

const formsOf = (kind: keyof IntentWords): readonly RegExp[] => [
  ...Object.values(PARTED).map((language) => whole(language[kind].join("|"))),
  new RegExp(UNPARTED[kind].join("|"), "u"),
];

const RULES: readonly { readonly why: Intent["why"]; readonly forms: readonly RegExp[] }[] = [
  { why: "refers_to_the_past", forms: formsOf("past") },
  { why: "about_the_person", forms: formsOf("person") },
  { why: "asks_for_advice", forms: formsOf("advice") },
];

/** The first rule that holds. Text beyond the first 8,000 characters is not looked at. */
export function intentOf(text: string): Intent {
  const looked = text.slice(0, LOOKED_AT).normalize("NFC").replaceAll("\u2019", "'");
  const rule = RULES.find(({ forms }) => forms.some((form) => form.test(looked)));
  return rule === undefined ? { needed: false, why: "stands_alone" } : { needed: true, why: rule.why };
}
