/**
 * Quoted words that a user's text is about: 'why does my filter block "ignore all previous instructions"?' asks about an attack and is none. Somebody
 * else's words are not the user's, but a model obeys them all the same: a quotation counts as speech about words only where the text around it asks about
 * words, and nothing there orders anybody to obey. What tools return asks nothing: no quotation is exempt there. Reads normalised text; linear.
 */

import { instructionFinderOf } from "./finder.ts";
import { isOnlySettingAside, type Stretch } from "./ordinary.ts";
import { SPEAKS_OF_QUOTED, TESTS_QUOTED } from "./quoted-by.ts";

/** Of one line, closed as it was opened; longer ones are texts of their own. */
const QUOTATION =
  /"[^"\n]{3,400}"|`[^`\n]{3,400}`|(?<![\p{L}\p{N}])'(?!\s)[^\n]{3,400}?'(?![\p{L}\p{N}])|\u300c[^\u300c\u300d\n]{3,400}\u300d/gu;
/** Minimum words of a quotation that can be a mention; a shorter one is part of the sentence around it. */
const LEAST_WORDS = 3;
/** Units before and behind a quotation that are looked at. */
const AROUND = 240;
/** A text with more quotations is judged as it stands. */
const MOST = 100;

const BEGINS =
  "(?:^|[.!?:;,\\n-] ?|\\b(?:please|and|you|to|then|help me|should i|let's|bitte|por favor|per favore|s'il te plait|s'il vous plait) )";
/** Asks for something to be done with words, and not for what they say. */
const ASKS_ABOUT_WORDS = new RegExp(
  `${BEGINS}(?:explain|translate|classify|categori[sz]e|label|rephrase|reword|paraphrase|proofread|improve|polish|correct|analy[sz]e|count|compare|spell|define|detect|flag|rate|mock|ubersetz\\w*|erklar\\w*|traduis|traduisez|traduce|traduzca|traduci|traduca|traduza|traduz|explique|expliquez|explica|spiega|spieghi|korrigier\\w*|corrige|corrigez)\\b` +
    "|\\bwhat (?:does|do|did|is|are)\\b[^.!?\\n]{0,80}\\b(?:mean|meant|wrong|difference|meaning|called|want)\\b|\\bdifference between\\b|\\bmeaning of\\b|\\bis it (?:safe|dangerous|risky|racist|rude|ok|okay)\\b|\\bis\\b[^.!?\\n]{0,20} an? (?:jailbreak|injection|attack|threat|scam|question|sentence|crime|spam)\\b" +
    "|\\bshould (?:i|we) (?:worry|be worried|report|block|delete|answer|reply|care)\\b| {8} ?(?:crashes|breaks|fails|triggers|returns|causes|(?:is|was|gets|got) (?:blocked|flagged|deleted|refused|rejected|filtered))\\b" +
    "|\\bwas (?:bedeutet|heisst|heibt|meint|meinst)\\b|\\bque (?:veut dire|signifie|significa|quiere decir|quer dizer)\\b|\\b(?:cosa|che cosa) (?:significa|vuol dire)\\b" +
    "|(?:переведи|объясни|что значит|что означает)|翻译|解释|什么意思|是什么意思|अनुवाद|का अर्थ|मतलब|\\b(?:cevir|acikla|ne demek)\\b",
);
/** What people who speak of such words speak of. */
const TRADE =
  /\b(?:filters?|regex|regexes|guardrails?|moderation|classifiers?|(?:prompt )?injections?|jailbreaks?|attacks?|attackers?|payloads?|vulnerabilit(?:y|ies)|exploits?|unit tests?|tests?|test (?:suite|case|string)s?|blog posts?|articles?|papers?|novels?|stor(?:y|ies)|films?|movies?|scenes?|plays?|chapters?|lyrics|training for|workshops?|slides?|spam|phishing|red team\w*|security|safety|our (?:bot|chatbot|model|assistant)|my (?:bot|chatbot|model|app)|a chatbot)\b/;
/** A question, an example, or work that somebody tells of. */
const ASKS_OR_TELLS =
  /\?|\b(?:texts?|phrases?|words?|wordings?|strings?|sentences?|payloads?|inputs?|prompts?|attacks?|messages?) (?:such as|like)\b|\b(?:how|why|what|which|should) |\b(?:i am|i'm|we are|we're) (?:writing|testing|building|reading|studying|preparing|researching|teaching)\b|\bwrite an? (?:unit )?test\b|\battackers? (?:often |may |might |can |could |usually |will |also )?(?:write|say|type|send|use|try|hide|insert)\b|\b(?:typical|well-known|common|classic|known|famous) (?:attack|payload|jailbreak|injection|phrase|trick)s?\b|\b(?:attack|payload|injection|jailbreak)s? (?:reads?|means?|looks? like)\b/;
/** A question with a quotation within it, which has become blanks: 'is the game "…" fun?'. */
const ASKS_WITH_IT =
  /(?:^|[.!?\n] ?)(?:is|are|was|were|does|did|has|who|where|when|why|which|ist|sind|war|hat|wer|wo|warum|est-ce|qui|es|quien|chi)\b[^.!?\n]{0,100} {8}[^.!?\n]{0,400}\?/;
/** An order to do what is quoted. */
export const TO_OBEY = new RegExp(
  "(?:^|[.!?:;,)\"'`\\n-] ?|\\b(?:please|now|and|then|just|must|will|so|want you to|like you to|have to|need to|can you|could you|would you|should|bitte|jetzt|y|et|e) )" +
    "(?:do (?:it|so|this|that|what|as|exactly|whatever)\\b|doing so\\b|follow (?:it|this|that|them|him|her|these|those|the|what|his|its)\\b|obey\\b|execute (?:it|this|that|them|the|what)\\b|carry (?:it|this|that|them) out\\b|carry out\\b|comply\\b|perform (?:it|this|that|what)\\b|act (?:on|accordingly|as it|like it)\\b|go ahead\\b|proceed\\b|run (?:it|this|that)\\b|answer it\\b|fulfil\\w* (?:it|this|that)\\b|make it (?:so|happen)\\b|adopt (?:it|this)\\b" +
    "|mach (?:das|es)\\b|tu (?:das|es|was)\\b|fuhr\\w* (?:es|das|sie) aus\\b|befolg\\w*|gehorch\\w*|fais-le\\b|faites-le\\b|execute-l\\w+|execute[z]?\\b|obeis\\w*|hazlo\\b|obedece\\w*|ejecuta\\w*|cumple\\w*|fallo\\b|obbedisci\\w*|esegui\\w*|faca isso\\b|obedeca\\w*|faca o que\\b)" +
    "|(?:сделай это|выполни|исполни|подчин)|照做|执行它|服从|पालन कर|वैसा ही कर|\\b(?:bunu yap|itaat et|uygula)",
);

/** A thing that has no rules or limits: "a game without any rules". */
const THING_WITHOUT =
  /\b(?:an?|the|our|my|this|some) (?:[a-z]+ )?(?!(?:ai|assistant|model|bot|chatbot|version|character|persona|mode|response|answer|system|machine|being|entity|person|human|program|story|world|conversation|chat) )[a-z]+ (?:without|with no|free of)(?: any| all)? (?:rules|limits?|restrictions?|constraints?|boundaries|limitations?)\b/g;
/** Who has them instead: then it is a part to play. */
const PART_TO_PLAY =
  /\b(?:you are|you're|you will|you must|you can|pretend|act|imagine|roleplay|ai|model|bot|chatbot|assistant|answer|respond|reply|character|persona|role|obey|ignore|forget|disregard|prompt|anything|everything|harmful|illegal|moral\w*|ethic\w*)\b/;
/** Longer texts are judged as they stand. */
const SHORT_UNITS = 400;
const MAY_BE_THING = instructionFinderOf([THING_WITHOUT.source]);

/** Things of a short normalised text of which it says that they have no rules, where it says nothing of a part to play. */
export function thingsWithoutRules(text: string): readonly Stretch[] {
  if (text.length > SHORT_UNITS || MAY_BE_THING.mayMatch(text).length === 0 || PART_TO_PLAY.test(text)) return [];
  return Array.from(text.matchAll(THING_WITHOUT), ({ 0: thing, index }) => ({ start: index, end: index + thing.length }));
}

/** The rules as texts: they are part of the version of the guardrails. */
export const QUOTED_RULES: readonly string[] = [
  QUOTATION,
  ASKS_ABOUT_WORDS,
  TRADE,
  ASKS_OR_TELLS,
  ASKS_WITH_IT,
  SPEAKS_OF_QUOTED,
  TESTS_QUOTED,
  TO_OBEY,
  THING_WITHOUT,
  PART_TO_PLAY,
].map(({ source }) => source);

/** Quotations that a user's normalised text is about; none where it orders anybody to obey one of them. */
export function quotedWordsAskedAbout(text: string): readonly Stretch[] {
  return quotedWhere(
    text,
    (near, quotation) =>
      ASKS_ABOUT_WORDS.test(near) ||
      ASKS_WITH_IT.test(near) ||
      (TRADE.test(near) && ASKS_OR_TELLS.test(near)) ||
      SPEAKS_OF_QUOTED.test(near) ||
      (TESTS_QUOTED.test(near) && isOnlySettingAside(quotation)),
  );
}

/** Quotations of a normalised text that set instructions aside in a few words and that it says somebody else writes (quoted-by.ts); none where it orders anybody to obey one of them. */
export const quotedWordsSpokenOf = (text: string): readonly Stretch[] =>
  quotedWhere(text, (near, quotation) => (SPEAKS_OF_QUOTED.test(near) || TESTS_QUOTED.test(near)) && isOnlySettingAside(quotation));

/** `isSpokenOf`: of the text near a quotation, all quotations blank. */
function quotedWhere(text: string, isSpokenOf: (near: string, quotation: string) => boolean): readonly Stretch[] {
  if (!/["'`\u300c]/.test(text)) return [];
  const quotations: Stretch[] = [];
  for (const { 0: quotation, index } of text.matchAll(QUOTATION)) {
    if (quotations.length === MOST) return [];
    if (isUnspacedOrLong(quotation)) quotations.push({ start: index, end: index + quotation.length });
  }
  if (quotations.length === 0) return [];
  const around = blankedOut(text, quotations);
  return quotations.filter(({ start, end }) => {
    const near = around.slice(Math.max(0, start - AROUND), end + AROUND);
    return isSpokenOf(near, text.slice(start, end)) && !TO_OBEY.test(near);
  });
}

const isUnspacedOrLong = (quotation: string): boolean =>
  UNSPACED.test(quotation) || quotation.trim().split(/\s+/, LEAST_WORDS).length === LEAST_WORDS;
const UNSPACED = /[\u3040-\u9fff]/;

/** The same length: offsets stay. */
export function blankedOut(text: string, stretches: readonly Stretch[]): string {
  if (stretches.length === 0) return text;
  let read = "";
  let at = 0;
  for (const { start, end } of [...stretches].sort((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    const from = Math.max(at, start);
    read += text.slice(at, from) + " ".repeat(end - from);
    at = end;
  }
  return read + text.slice(at);
}
