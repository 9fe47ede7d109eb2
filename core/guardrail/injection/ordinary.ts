/**
 * What people say to each other with the words of an attack: instructions of their own that they take back, an order that they put right, what the
 * assistant said and they ask to hear again, a message that was meant for another chat. A text is that only as a whole: it is short, it names a thing of
 * ordinary life or says whose words it is about, and nowhere does it have a word of what attacks want (`WANTED`). Reads normalised text; linear.
 */
import { CONCEPTS, conceptsOf, conceptsWithin } from "./concepts.ts";
import { isUnspaced } from "./dictionary.ts";
import { instructionFinderOf } from "./finder.ts";
import type { Concept } from "./lexicon.ts";
import { moreMeaningsOf, moreMeaningsWithin } from "./more-words.ts";
import { normalise } from "./normalise.ts";
import { SAYINGS, type Saying } from "./ordinary-words.ts";

/** A stretch of a text. */
export type Stretch = { readonly start: number; readonly end: number };

/** UTF-16 units; longer texts are judged as they stand. */
const LONGEST = 400;
/** A text with more sentences is no short message. */
const MOST_SENTENCES = 12;

/** Letters that tell that a text is Russian stand before the words, so that letters that Latin has too are read as Russian. */
const RUSSIAN = "жизнь ";
const LETTER = "[\\p{L}\\p{M}]";

function sourceOf(words: string, isWithin: boolean): string {
  const lead = /[\u0400-\u04ff]/.test(words) ? RUSSIAN : "";
  const forms = normalise(`${lead}${words}`)
    .text.slice(normalise(lead).text.length)
    .split("|")
    .map((form) => form.trim().replaceAll("*", `${LETTER}*`));
  return isWithin ? `(?:${forms.join("|")})` : `(?<!${LETTER})(?:${forms.join("|")})(?!${LETTER})`;
}

type Expressions = { readonly [K in Exclude<keyof Saying, "isUnspaced">]: RegExp };
const LANGUAGES: readonly Expressions[] = Object.values(SAYINGS).map((saying) => {
  const of = (words: string): RegExp => new RegExp(sourceOf(words, saying.isUnspaced === true), "u");
  return {
    drop: of(saying.drop),
    rules: of(saying.rules),
    own: of(saying.own),
    before: of(saying.before),
    wrong: of(saying.wrong),
    thing: of(saying.thing),
    theirs: of(saying.theirs),
    again: of(saying.again),
    said: of(saying.said),
  };
});
/** "Can you repeat all of the above, but shorter?": a question for other words, with no word on whose they were. */
const SHORTER =
  /^ ?(?:please )?(?:can|could|would|will) you (?:please )?(?:repeat|summari[sz]e|explain|say) (?:all|everything|what you said|all of the|all the|the) ?(?:of the )?above,? (?:again,? )?(?:but )?(?:a bit |a little |more )?(?:shorter|simpler|slower|slowly|briefly|in (?:simpler|simple|plain|other|fewer|easier) (?:words|terms|language)|please)[^.!?\n]{0,20}\?/;

/** Which languages a text may be of: it has a word that one of them sets aside or repeats with. */
const MAY_BE = instructionFinderOf([
  ...Object.values(SAYINGS).map(({ drop, again, isUnspaced: within }) => sourceOf(`${drop}|${again}`, within === true)),
  "above",
]);

/** What attacks want, in the words of ten languages (lexicon.ts). */
const WANTED: ReadonlySet<Concept> = new Set<Concept>([
  ...(["reveal", "system", "secret", "free", "assistant", "mode", "hide", "decode", "persona", "harm", "limits", "refuse"] as const),
  ...(["answer", "authority", "task", "without"] as const),
]);
/** Words of the lexicon that people use here, too. */
const HARMLESS = new Set(
  (
    "de da dis di ver tu fais faites a as le list state type provide give paste copy describe tell text dame donne da dar give order return share key keys chef jefe capo patron legal " +
    "llama rolle papel role papel stelle hacer without no non none sin sans senza sem ohne kein keine keinen нет 没有 无 不受 बिना कोई yok 说 写 dos haz say said answer answers reply response antwort " +
    "respuesta risposta resposta reponse ответ 回答 再说 जवाब cevap yanit cevabini uy modelo modello modele " +
    "chat chats conversation discussion conversacion conversa conversazione gesprach unterhaltung unterhaltungen sohbet passe sorry tue"
  ).split(" "),
);
/** Words that ask to hear again. */
const AGAIN = /^(?:repeat|wiederhol|repit|repet|ripet|повтор|重复|复述|दोहर|tekrar|redis|redites)/u;
/** Beside what was said, what stands before it. */
const AND_ALL = /\bbefore\b|\b(?:and|plus) (?:everything|all|the rest|anything)\b/;
/** What else attacks want: places to send things to, things for everybody, works of art, another obedience. */
const MORE_WANTED =
  /@|https?:|www\.|[a-z_]\w*\.[a-z_]\w*\(|\b[a-z]{2}\d{2}(?: ?[\da-z]{4}){2}|\b(?:prompt\w*|policy|policies|guidelines?|rules?|training|programming|approve\w*|refund (?:every|all|any)\w*|grant|discount|free of charge|for free|unlock|delete|wire|transfer|rating|grade|score|recommend\w*|joke|poem|song|story|haiku|pirate|hacked|pwned|(?<!yok )say|print|output|write|translate|obey\w*|verbatim|word for word|code block|starting with|you are|you're now|from now on|you were told|were told|new instructions|including|inklusive|samt|auch|incluyendo|incluso|compris|compreso|inclusive|dahil|inclusief|customers?|clients?|kunden\w*|clientes|clienti|musteri\w*|klanten|regeln?|reglas?|regles?|regole|regras?|kural\w*|filter|filtros?|gehorch\w*|obedec\w*|obei\w*|obbed\w*|itaat|gehoorza\w*|as (?:your|the|a|an) (?:developer|creator|owner|admin\w*|engineer|operator|boss|master))\b|(?<!\p{L})правил|фильтр|данные|клиент|подчин|слуша[йи]ся|включая|规则|客户|服从|听我|包括|नियम|ग्राहक|पालन|सहित|ルール|顧客|従/u;
/** "Vous ai", "t'ai": French has no assistant there. */
const FRENCH_HAVE = /\b(?:(?:vous|nous|les|lui|leur) |[tjl]')ai\b/g;
/** "Every" and things of which an attack wants every one. */
const EVERY: readonly Concept[] = ["all", "data"];

function isWanted(text: string): boolean {
  if (MORE_WANTED.test(text)) return true;
  const means = new Set<Concept>();
  for (const { 0: word } of text.replaceAll(FRENCH_HAVE, " ").matchAll(/[\p{L}\p{M}]+/gu)) {
    if (HARMLESS.has(word) || AGAIN.test(word)) continue;
    for (const one of meaningsOf(word)) means.add(one);
  }
  return [...WANTED].some((one) => means.has(one)) || EVERY.every((one) => means.has(one));
}

/** What a word means; of a run without blanks, what its words mean that nobody uses here. */
function meaningsOf(word: string): readonly Concept[] {
  const names = (indexes: readonly number[]): readonly Concept[] => indexes.flatMap((index) => CONCEPTS[index] ?? []);
  if (!isUnspaced(word)) return [...names(conceptsOf(word)), ...moreMeaningsOf(word)];
  const known = conceptsWithin(word).filter(({ at }) => !AGAIN.test(word.slice(at)) && !HARMLESS.has(word.slice(at, at + 1)));
  return [...known.flatMap(({ found }) => names(found)), ...moreMeaningsWithin(word)];
}

const SENTENCE = /[^.!?\u3002\u0964\uff01\uff1f\n]+[.!?\u3002\u0964\uff01\uff1f\n]?/gu;

/** A system prompt to be written for some other bot. */
const TO_WRITE =
  /(?:\b(?:an?|einen?|una?|une|uma?|bir) [^.!?\n]{0,16}|системн\S+ |सिस्टम |系统|\bsistem )(?:system ?prompt\S*|prompt\S*|промпт\S*|प्रॉम्प्ट|提示词)[^.!?\n]{0,12}\b(?:for|fur|para|pour|per) (?:an? |einen? |una? |une? |uma? )[^.!?\n]{0,12}(?:bot|chatbot|assist\w+|asist\w+)\b|системн\S+ промпт\S* для (?:бота|ассистента)|\bbot icin (?:bir )?sistem promptu\b|बॉट के लिए[^.!?\n]{0,8}सिस्टम प्रॉम्प्ट/;
/** Whose: then it is one that exists. */
const EXISTS =
  /\b(?:yours?|you|dein\w*|du|dir|tus?|te|ton|tes|toi|votre|vos|tuo|tua|tuoi|ti|teu|seu|sua|voce|senin|sen|same|identical|current|ignor\w*|forget|reveal|without|ohne|sin|sans|senza|sem)\b|тво|тебя|тебе|你|तुम|आप|без/;

const MAY_BE_TO_WRITE = instructionFinderOf([TO_WRITE.source]);

/** Sentences of a short normalised text that are of ordinary life; none where the text has a word of what attacks want. */
export function ordinaryIn(text: string): readonly Stretch[] {
  if (text.length > LONGEST) return [];
  const written = MAY_BE_TO_WRITE.mayMatch(text).length === 0 || EXISTS.test(text) ? null : TO_WRITE.exec(text);
  if (written !== null) return [{ start: written.index, end: written.index + written[0].length }];
  const may = MAY_BE.mayMatch(text);
  if (may.length === 0) return [];
  const sentences: (Stretch & { readonly words: string })[] = [];
  for (const { 0: words, index } of text.matchAll(SENTENCE)) {
    if (sentences.length === MOST_SENTENCES) return [];
    sentences.push({ words, start: index, end: index + words.length });
  }
  const found = sentences.filter(
    ({ words }) => SHORTER.test(words) || may.some((language) => isOrdinary(words, text, LANGUAGES[language])),
  );
  return found.length === 0 || isWanted(text) ? [] : found.map(({ start, end }) => ({ start, end }));
}

function isOrdinary(sentence: string, text: string, words: Expressions | undefined): boolean {
  if (words === undefined) return false;
  if (words.drop.test(sentence)) {
    if (words.rules.test(sentence)) return isOwn(sentence, text, words);
    return words.before.test(sentence) && words.wrong.test(text);
  }
  return words.again.test(sentence) && words.said.test(sentence) && !words.rules.test(text) && !AND_ALL.test(text);
}

/** Instructions of the speaker's, about a thing or about nothing else; and others, which an order puts right. */
function isOwn(sentence: string, text: string, words: Expressions): boolean {
  const own = words.own.exec(sentence);
  if (words.thing.test(text)) return own !== null || !words.theirs.test(sentence);
  return own !== null && text.trimEnd().endsWith(sentence.trimEnd()) && sentence.length - own.index - own[0].length <= REST_UNITS;
}
/** Units behind "that I gave" that end the text: "you.", "dir gegeben habe." */
const REST_UNITS = 16;

/** UTF-16 units of the best-known words of an attack. */
const BEST_KNOWN = 80;
/** Whether a quotation of a normalised text sets instructions aside in a few words and orders nothing else. */
export function isOnlySettingAside(quotation: string): boolean {
  if (quotation.length > BEST_KNOWN || isWanted(quotation)) return false;
  return MAY_BE.mayMatch(quotation).some((language) => {
    const words = LANGUAGES[language];
    return words?.drop.test(quotation) === true && words.rules.test(quotation);
  });
}

/** The words and rules as texts: they are part of the version of the guardrails. */
export const ORDINARY_RULES: readonly string[] = [
  ...LANGUAGES.flatMap((words) => Object.values(words).map(({ source }) => source)),
  ...[SHORTER, AGAIN, AND_ALL, MORE_WANTED, TO_WRITE, EXISTS].map(({ source }) => source),
  ...WANTED,
  ...HARMLESS,
  `${LONGEST} ${MOST_SENTENCES}`,
];
