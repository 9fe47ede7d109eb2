/**
 * Words of an attack that a text talks about. Reported: `attackers send mails that say "ignore previous instructions"; report them`. Explained: `prompt
 * injection is an attack in which a text such as "ignore all previous instructions" … Defences: …`. A quotation mark alone exempts nothing: the sentence
 * has to say whose words they are or name the attack, the quotation may hold no more than its best-known words, a warning or a defence has to follow,
 * nothing may order anybody to do what is quoted, and what is left without the quotation has to be harmless. Even then the text is flagged. Reads
 * normalised text; linear.
 */
import { ordinaryIn, type Stretch } from "./ordinary.ts";
import { blankedOut, quotedWordsSpokenOf, TO_OBEY } from "./quoted.ts";

/** Who is known for such words. */
const WHO = "(?:attackers?|scammers?|hackers?|phishers?|fraudsters?|spammers?|criminals?)";
const SAY =
  "(?:say|says|said|write|writes|wrote|hide|hides|use|uses|send|sends|insert|inserts|contain|contains|read|reads|embed|embeds|add|adds|put|puts)";
/** A quotation that sets instructions aside and goes on with `more` at most: no other order may stand in it. */
const aside = (more = ""): string =>
  `["'](?:ignore|disregard|forget|override) (?:(?:all|any|every|your|the|previous|prior|earlier|above|of) ){0,4}(?:instructions?|rules|prompts?|guidelines?)${more}[.!]?["']`;
const REPORTED = new RegExp(`\\b${WHO}\\b[^.!?\\n"]{0,60}\\b${SAY}\\b[^.!?\\n"]{0,40}(${aside()})`, "gd");
const ATTACK = "(?:prompt injections?|injection attacks?|jailbreaks?)";
const REVEALS = "(?: and (?:reveal|show|print) (?:the|your) system prompt)?";
const EXPLAINED = new RegExp(`\\b${ATTACK}\\b[^.!?\\n"]{0,40}\\b(?:is|are|means?)\\b[^.!?\\n"]{0,80}(${aside(REVEALS)})`, "gd");
/** An explanation goes on to what helps against it. */
const DEFENDS = /^[^"\n]{0,80}\b(?:defen[cs]es?|defend|prevent(?:s|ed|ion)?|mitigat(?:e|es|ion|ions)|protect(?:s|ion)?)\b/;
/** What readers are to do about it, in the same sentence or the next. */
const WARNS =
  /^[^"\n]{0,80}\b(?:report (?:them|it|such|these|this)|beware|be careful|be aware|watch out|delete (?:them|it|such)|do not (?:open|obey|follow|answer|reply)|don't (?:open|obey|follow|answer|reply)|warn)\b/;
/** Units behind the quotation that are looked at. */
const BEHIND = 120;
/** A text with more of them is judged as it stands. */
const MOST = 5;

const RULES = [
  [REPORTED, WARNS],
  [EXPLAINED, DEFENDS],
] as const;

/** Quotations that a normalised text reports or explains; none where there are many or somebody is to obey them. */
export function reportedIn(text: string): readonly Stretch[] {
  const found: Stretch[] = [];
  for (const [told, after] of RULES)
    for (const match of text.matchAll(told)) {
      const [start, end] = match.indices?.[1] ?? [0, 0];
      if (after.test(text.slice(end, end + BEHIND))) found.push({ start, end });
    }
  found.push(...quotedWordsSpokenOf(text));
  if (found.length > MOST || TO_OBEY.test(blankedOut(text, found))) return [];
  return [...found, ...ordinaryIn(text)];
}

/** The rules as texts: they are part of the version of the guardrails. */
export const REPORTED_RULES: readonly string[] = RULES.flatMap((rule) => rule.map(({ source }) => source));
