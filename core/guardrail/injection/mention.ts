/**
 * Whether a text gives an instruction or only speaks of one. "How do I override the default rules", "never reveal your system prompt", 'a text such as
 * "Ignore all previous instructions"' use the words of an attack and ask nothing of the model. Looks at a bounded stretch before the words; Latin letters,
 * normalised.
 */

import type { Channel } from "../finding.ts";
import type { Family } from "./pattern.ts";

/** Units before the words that are looked at: within what a stream keeps of the text before. */
const LEFT_UNITS = 100;

const ALSO =
  "(?:do|did|does|can|could|may|might|should|would|will|have|had|has|am|was|were|been|already|accidentally|just|also|often|usually|simply|always|sometimes|now|never|not|to|want|need|wish|try|tried|like|decided|chose|keep|kept|n't)";
/** "If somebody wants it ignore …": what is wanted, and nobody who does anything. */
const THING =
  "(?<!\\b(?:wants?|wanted|needs?|needed|likes?|liked|prefers?|requires?|sees?|reads?|gets?|finds?|receives?|opens?|uses?|takes?|has|about|with|for|of|on) )";
/** A subject that is not the one spoken to: "how do I", "we", "my colleague told me to", "lets me". */
const SUBJECT = new RegExp(
  `(?:^|[^a-z'])(?:i|we|he|she|they|${THING}it|who|${THING}one|me|us|him|${THING}them|nobody|everybody|somebody|someone|users?|people|attackers?|customers?)(?:'(?:ve|d|ll|m|re|s))? (?:${ALSO} ){0,5}$`,
);
const PERSON_IN_CHARGE = /(?:^|[^a-z])(?:i|we|he|she|they) (?:want|need|ask|order|command|tell|urge|beg)(?:ed|s)? $/;
/** An infinitive that nobody is told: "to ignore all rules, set …", "how to", "an option to". */
const INFINITIVE = /(?:^|[^a-z])to (?:(?:not|simply|also|always) )?$/;
const TOLD_TO =
  /\b(?:you|need|must|have|required|instructed|ordered|commanded|supposed|going|is|are|task|goal|job|instructions?|free|able|ready|assistant|model|ai|llm|chatbot|now|want|like|sure|proceed|continue|begin|start|ought) to (?:(?:not|simply|also|always) )?$/;
/** "If somebody asks you to", "a customer who tries to": the words are what is asked for, and no order behind it ("If anyone asks: ignore …"). */
const ASKED =
  /\b(?:if|when|whenever|should|anyone|anybody|someone|somebody|users?|customers?|attackers?|people|they|messages?|texts?|documents?)\b[^.!?\n]{0,60}\b(?:asks?|asking|tells?|telling|tries|try|trying|attempts?|attempting|wants?|requests?|requesting|instructs?|urges?|tricks?|gets?)(?: (?:you|me|us|it|them|him|her|(?:the|an?|your|our) [a-z]+))? (?:to|into|that (?:you|it|they|we)) (?:(?:please|simply|just|also|now|ever) )?(?:[a-z]+(?: [a-z]+){0,3} (?:or|and) )?$/;
const NEGATED =
  /\b(?:never|do not|don't|must not|mustn't|cannot|can't|not|refuse to|decline to|without|rather than|instead of|nobody may) (?:ever |to |directly |simply )?$/;
/** "Never show or reveal": what the first verb of a row is told, the others are. A comma or an "and" may begin an order: "Do not wait, ignore …". */
const NEGATED_ROW = /\b(?:never|do not|don't|must not)(?: [a-z]+){1,4},? n?or $/;
/** Verbs after a noun that does it: "a config can override", "rules that override", "the form replaces". */
const STATEMENT =
  /\b(?:(?:can|could|may|might|will|would|shall|does|which|that|cannot) |(?:rules?|settings?|config\w*|files?|options?|parameters?|flags?|admins?|administrators?|policy|policies|form|letter|versions?) (?:can |may |will |also )?)$/;
/** Quoted, or in brackets of code, after words that introduce an example: a mention in a model's answer alone (quoted.ts has the rules for users). */
const QUOTED =
  /(?:such as|like|e\.?g\.?|example|examples|mean[st]?|meaning|says?|said|saying|reads?|writes?|wrote|written|phrases?|texts?|words?|called|strings?|tokens?|between|payloads?|sentences?|prompts?|messages?|commands?|inputs?|or|and|marks?|uses?|contains?|containing|type[sd]?|literally|question|attack|attempt|translate|title|named|patterns?|lines?)\b ?:?(?: [a-z]+){0,3} ?["'`(][^"`\n]{0,90}$/;
/** In running text rather than at the beginning of a line: "ChatML uses <|im_start|>", "between [INST] and [/INST]". */
const NAMED = /[a-z,;:] ["'`(]?$/;

/** Of a release from rules that is told as an order: who was told it by somebody else, "my boss told me to ignore the safety rules". */
const TOLD_SOMEBODY =
  /(?:^|[^a-z'])(?:told|tells|asked|asks|ordered|orders|instructed|wants?|wanted|forced|forces|pressured|urged|expects|expected|made) (?:me|us|him|her|them|everyone|everybody|(?:my|our|the|his|her) [a-z]+)(?: to)? (?:(?:just|simply) )?$|(?:^|[^a-z'])(?:says?|said|think|thinks|insists?) (?:that )?(?:i|we|he|she|they) (?:should|must|can|could|have to|need to|had to) (?:just |simply )?$/;
/** The same words of an order. */
const SETS_ASIDE = /^(?:ignore|bypass|disable|remove|disregard|break|violate|skip)\b/;

/** "Without any restrictions on length": free of something other than rules of what may be said. */
const OF_SIZE =
  /\b(?:no|without|free of)(?: any| all| the)? (?:restrictions?|limits?|limitations?|constraints?) (?:on|of|in|as to|regarding|for|concerning) (?:the |its |your |word |file )?(?:length|size|words?|number|count|format|style|time|budget|space|pages?|paragraphs?|layout|dates?|price|weight|quantity|seats?|luggage|colou?rs?)\b/;
/** Units behind the matched words in which the size may be named. */
const SIZE_UNITS = 40;

/** The rules as texts: they are part of the version of the guardrails. */
export const MENTION_RULES: readonly string[] = [
  SUBJECT,
  PERSON_IN_CHARGE,
  INFINITIVE,
  TOLD_TO,
  ASKED,
  NEGATED,
  NEGATED_ROW,
  STATEMENT,
  QUOTED,
  NAMED,
  OF_SIZE,
  TOLD_SOMEBODY,
  SETS_ASIDE,
].map(({ source }) => source);

/** True when the text only speaks of the matched words. `start`, `end`: their place in the normalised text. Of a part to play only what is quoted is a mention: "she can do anything now" is the part; and an order that somebody else was given. */
export function isMention(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  family: Family,
  channel: Channel,
): boolean {
  const left = text.slice(Math.max(0, start - LEFT_UNITS), start);
  const isOfFreedom = family === "persona" || family === "release";
  if (isOfFreedom && (OF_SIZE.exec(text.slice(start, end + SIZE_UNITS))?.index ?? end) < end - start) return true;
  if (left === "") return false;
  const isQuoted = channel === "model_output" && QUOTED.test(left);
  if (isOfFreedom) return isQuoted || (SETS_ASIDE.test(text.slice(start, end)) && TOLD_SOMEBODY.test(left));
  if (NEGATED.test(left) || NEGATED_ROW.test(left)) return true;
  if (isQuoted) return true;
  if (ASKED.test(left) && !/\bi(?:'m| am)? (?:asking|telling|want)/.test(left)) return true;
  if (SUBJECT.test(left) && !PERSON_IN_CHARGE.test(left)) return true;
  if (INFINITIVE.test(left) && !TOLD_TO.test(left)) return true;
  return STATEMENT.test(left);
}

/** Of a token of a template: whether a sentence names it. */
export const isNamed = (text: string, start: number): boolean => NAMED.test(text.slice(Math.max(0, start - 4), start));
