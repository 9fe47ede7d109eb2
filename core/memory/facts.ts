/**
 * What a person says of themselves in a fixed form, as facts: English and German, by words, so that no model invents any; of other languages whole sentences
 * alone (fact-sentences.ts). Pure, linear. A fact of a predicate that has one value closes the one before it.
 */
import { sentencesOf } from "../guardrail/rules/sentences.ts";
import { wholeSentenceFact } from "./fact-sentences.ts";
import { lasting, WHEN } from "./time-words.ts";

/** PERSISTED: in memories. `subject` is always the person of the memory. */
export type Fact = {
  readonly subject: "person";
  readonly predicate: string;
  readonly object: string;
  /** 0 to 1: how sure it is that the sentence says so. */
  readonly confidence: number;
  /** True: there is one value at a time, and a newer one closes an older one. */
  readonly single: boolean;
};

/** A fact with the sentence that says it, word for word. */
export type StatedFact = { readonly text: string; readonly fact: Fact };

type Form = { readonly form: RegExp; readonly predicate: string; readonly single: boolean; readonly confidence: number };

/** Where a value ends: with the clause, also where another one is joined to it. A list ("nickel and wool") is one value. */
const END =
  "(?=\\s+(?:because|since|seit|while|when|but|which|who|so|weil|denn|wenn|aber|während|obwohl|although)\\b" +
  "|\\s+(?:and|und|or|oder)\\s+(?:i|my|we|our|it|he|she|they|you|ich|meine?[nrms]?|wir|unsere?|er|sie|es)\\b|[.,;:!?\\n(]|\\s*$)";
const VALUE = `([^.,;:!?\\n(]{1,120}?)${END}`;
const form = (words: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})\\s+${VALUE}`, "iu");

const FORMS: readonly Form[] = [
  {
    predicate: "name",
    single: true,
    confidence: 0.9,
    form: form("my name is(?: now)?|call me|ich hei(?:ß|ss)e(?: (?:jetzt|nun))?|mein name ist|nenn(?:en sie)? mich"),
  },
  {
    predicate: "lives_in",
    single: true,
    confidence: 0.9,
    form: form(
      "i (?:(?:now|currently|presently) )?live in|i(?:'ve| have)? moved to|ich wohne (?:(?:jetzt|nun|derzeit|zurzeit|momentan|aktuell|inzwischen|mittlerweile) )?in",
    ),
  },
  {
    predicate: "lives_in",
    single: true,
    confidence: 0.9,
    form: new RegExp(`(?<![\\p{L}\\p{N}])ich bin (?:(?:${WHEN}) )?nach ([^.,;:!?\\n(]{1,120}?) (?:um)?gezogen(?![\\p{L}\\p{N}])`, "iu"),
  },
  { predicate: "works_as", single: true, confidence: 0.8, form: form("i work (?:as|at|for)|ich arbeite (?:als|bei|für)") },
  { predicate: "allergic_to", single: false, confidence: 0.95, form: form("i(?:'m| am) allergic to|ich bin allergisch gegen") },
  {
    predicate: "dislikes",
    single: false,
    confidence: 0.8,
    form: form(
      "i (?:don't|do not|never) (?:like|want|eat|drink)|i (?:hate|dislike)|ich (?:hasse|mag kein(?:e[nrs]?)?|esse kein(?:e[nrs]?)?)",
    ),
  },
  { predicate: "prefers", single: false, confidence: 0.85, form: form("i(?:'d| would)? prefer|ich bevorzuge|ich möchte lieber") },
  { predicate: "likes", single: false, confidence: 0.7, form: form("i (?:really )?(?:like|love)|ich mag(?! kein)|ich liebe") },
];
/** `my shoe size is 42`, `meine Schuhgröße ist 42`. */
const ATTRIBUTE = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:my|meine?)\\s+((?:[\\p{L}-]{2,30}\\s){0,2}[\\p{L}-]{2,30})\\s+(?:is|ist|lautet)\\s+(?:(?:now|currently|presently|jetzt|nun|derzeit|zurzeit|momentan|aktuell|inzwischen|mittlerweile) )?${VALUE}`,
  "iu",
);
/** Of these nothing is said that lasts. */
const PASSING = /^(?:order|ticket|question|problem|parcel|package|lamp|bestellung|frage|problem|paket|opinion|guess|meinung)$/iu;
/** Sentences that ask are no facts. */
const ASKS = /\?\s*$/;
/** A place is a name: "a shared flat", "constant fear" and "einer Altbauwohnung" are none. */
const PLACE = /^(?:(?:the|der|den|die|dem)\s+)?\p{Lu}/u;
const NO_PLACE = /^(?:angst|furcht|sorge|panik|armut|frieden|miete|untermiete|scheidung|trennung)\b/iu;
/** Before a statement, these say that it is somebody else's, or that it is only supposed. */
const NOT_ONES_OWN =
  /(?<![\p{L}\p{N}])(?:says?|said|saying|tells?|told|writes?|wrote|claims?|claimed|asks?|asked|thinks?|mentioned|if|unless|suppose|supposing|imagine|pretend|as if|sagt\p{L}*|meint\p{L}*|schreib\p{L}*|schrieb\p{L}*|behaupte\p{L}*|fragt\p{L}*|erzähl\p{L}*|falls|wenn|angenommen|stell\p{L}* (?:dir|ihnen) vor|als ob)(?![\p{L}\p{N}])/iu;
/** At the start of a sentence or anywhere before the statement: it is told, translated or played. */
const FICTION =
  /^[^\p{L}]*(?:(?:so|and|but|well|und|aber)\s+)?(?:in|im)\s+(?:(?:the|my|this|a|our|his|her|that|der|dem|meine[mr]|eine[mr]|diese[mr]|unsere[mr])\s+)?(?:\p{L}+\s+)?(?:story|tale|novel|book|game|film|movie|play|dreams?|script|poem|song|roman|buch|spiel|geschichte|märchen|traum|träumen|gedicht|lied|theaterstück|drehbuch)(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])(?:role-?play|rollenspiel|fiction|fiktion|hypothetical(?:ly)?|hypothetisch|let['’]?s say|sagen wir|assum(?:e|ing)|what if|nehmen wir an)(?![\p{L}\p{N}])|(?:translat|übersetz|traduc|tradui|traduz|traduir|перев[её]д|çevir|अनुवाद|翻译)[^,;]*:|(?<![\p{L}\p{N}])(?:example|sample|beispiel|beispielsatz)(?: sentence)?\s*:/iu;
/** Right before the statement: it was so. */
const PAST =
  /(?<![\p{L}\p{N}])(?:once|formerly|previously|back then|in those days|in the past|as a (?:child|kid|boy|girl|student)|früher|damals|einst|ehemals|als (?:kind|junge|mädchen|student(?:in)?))[\s,:]*$/iu;
/** In the clause of the statement, before it: it is denied, doubted or wished. */
const DENIES =
  /(?<![\p{L}\p{N}])(?:not|never|cannot|\p{L}+n['’]t|dont|isnt|no longer|nobody|no one|doubt\p{L}*|unsure|wish\p{L}*|hope|hoping|maybe|perhaps|possibly|false|untrue|wrong|lie|myth|rumou?r|dream\p{L}*|nicht|nie|niemals|niemand|kein\p{L}*|bezweifl\p{L}*|zweifl\p{L}*|vielleicht|womöglich|wünsch\p{L}*|hoff\p{L}*|träum\p{L}*|falsch|lüge|gerücht)(?![\p{L}\p{N}])/iu;
/** These deny nothing of what they introduce. */
const AFFIRMS =
  /(?<![\p{L}\p{N}])(?:(?:do not|don['’]?t|never|not to|nicht) (?:forget|overlook|ignore|vergessen)|vergiss nicht|vergessen sie nicht|no doubt|without (?:a |any )?doubt|not only|nicht nur|why not)(?![\p{L}\p{N}])/giu;
const CLAUSES = /[,;:(–—]|(?<![\p{L}\p{N}])(?:but|and|or|because|aber|und|oder|denn|sondern|weil|doch)(?![\p{L}\p{N}])/iu;
const COMPLEMENT = /(?<![\p{L}\p{N}])(?:that|dass|daß)\s*$/iu;

/** In small letters, or in capitals alone: "No Doubt" and "Nothing Else Matters" are names. */
const cased = (words: string, before: string, after: string): RegExp =>
  new RegExp(`${before}(?:${words}|${words.toUpperCase()})${after}`, "u");
const ADVERBS =
  "actually|really|definitely|certainly|surely|still|now|just|simply|also|currently|absolutely|clearly|eigentlich|wirklich|sicher|bestimmt|ganz|gar|jetzt|auch|doch";
/** A value that begins so is none: it is denied, doubted, or a complaint of what is on file. */
const NO_VALUE = cased(
  "not|no|never|none|neither|nobody|nothing|nowhere|unknown|wrong|incorrect|incorrectly|false|outdated|obsolete|misspelled|missing|maybe|perhaps|possibly|probably|supposedly|allegedly|nicht|nie|niemals|kein|keine|keinen|keinem|keiner|keines|niemand|nichts|falsch|veraltet|unbekannt|weder|vielleicht|wahrscheinlich|angeblich",
  `^(?:(?:${ADVERBS}|${ADVERBS.toUpperCase()})\\s+){0,3}`,
  "(?! (?:only|nur))(?![\\p{L}\\p{N}])",
);
/** A value that ends so is over, denied or played. */
const NO_LONGER =
  /(?<![\p{L}\p{N}])(?:not|never|no more|no longer|any ?more|any longer|nicht(?: mehr)?|nie|once|früher|(?:in|im)\s+(?:(?:the|my|this|a|der|meine[mr]|dem|eine[mr])\s+)?(?:story|novel|game|film|movie|play|dreams?|roman|spiel|geschichte|traum|träumen))$/iu;
/** After the value: it is taken back, or was somebody's word. */
const TAKEN_BACK =
  /^[\s,;:(–—-]*(?:(?:and|but|aber|doch|und)\s+)?(?:(?:(?:that|this|it)(?:['’]s| is| was)|das (?:ist|war)|well)\s+)?(?:not (?:true|any ?more|really|any longer)|not\s*[.!]?$|no more|no longer|nicht (?:mehr|wirklich|wahr)|(?:a |eine? )?(?:lie|joke|lüge|witz)|false|untrue|gelogen|(?:just )?(?:kidding|joking)|(?:nur )?(?:ein )?scherz|(?:das )?stimmt nicht|(?:he|she|they|my \p{L}+|er|sie) (?:says?|said|wrote|claims?|sagt\p{L}*|meint\p{L}*|behaupte\p{L}*))(?![\p{L}\p{N}])/iu;

/** The person states it of themselves, now: nothing before, in or after the value denies it. */
function isMeant(sentence: string, said: RegExpExecArray, value: string): boolean {
  const before = sentence.slice(0, said.index);
  if (NOT_ONES_OWN.test(before) || FICTION.test(before) || PAST.test(before)) return false;
  const clause = COMPLEMENT.test(before) ? before : (before.split(CLAUSES).at(-1) ?? "");
  if (DENIES.test(clause.replace(AFFIRMS, " "))) return false;
  return !NO_VALUE.test(value) && !NO_LONGER.test(value) && !TAKEN_BACK.test(sentence.slice(said.index + said[0].length));
}

/** Quotation marks with what closes them, in the languages of Europe. */
const QUOTES: ReadonlyMap<string, readonly string[]> = new Map([
  ['"', ['"']],
  ["“", ["”"]],
  ["„", ["“", "”"]],
  ["«", ["»"]],
  ["»", ["«"]],
]);
/** A line of a mail that is quoted in an answer. */
const QUOTED_LINE = /^[ \t]*>.*$/gm;

/** The text with blanks where somebody else's words are quoted, also where a quotation never closes. */
function ownWords(text: string): string {
  const lines = text.replace(QUOTED_LINE, (line) => " ".repeat(line.length));
  const parts: string[] = [];
  let at = 0;
  for (let index = 0; index < lines.length; index++) {
    const closes = QUOTES.get(lines[index] ?? "");
    if (closes === undefined) continue;
    const ends = closes.map((close) => lines.indexOf(close, index + 1)).filter((end) => end >= 0);
    const end = ends.length === 0 ? lines.length : Math.min(...ends) + 1;
    parts.push(lines.slice(at, index), " ".repeat(end - index));
    at = end;
    index = end - 1;
  }
  return parts.join("") + lines.slice(at);
}

/** Every fact of a text, each predicate and value once. */
export function factsIn(text: string): readonly StatedFact[] {
  const found = new Map<string, StatedFact>();
  const own = ownWords(text.slice(0, 16_000));
  for (const { start, end } of sentencesOf(own)) {
    const sentence = own.slice(start, end).trim();
    if (sentence.length > 400 || ASKS.test(sentence)) continue;
    for (const fact of factsOf(sentence)) found.set(`${fact.predicate} ${fact.object.toLowerCase()}`, { text: sentence, fact });
  }
  return [...found.values()];
}

function factsOf(sentence: string): readonly Fact[] {
  const stated = FORMS.flatMap(({ form: words, predicate, single, confidence }): Fact[] => {
    const said = words.exec(sentence);
    const object = lasting(said?.[1] ?? "", predicate === "lives_in");
    if (said === null || !isMeant(sentence, said, object)) return [];
    if (predicate === "lives_in" && (!PLACE.test(object) || NO_PLACE.test(object))) return [];
    return object === "" ? [] : [{ subject: "person", predicate, object, confidence, single }];
  });
  if (stated.length > 0) return stated;
  const whole = wholeSentenceFact(sentence);
  if (whole !== null) return [{ subject: "person", ...whole }];
  const said = ATTRIBUTE.exec(sentence);
  const value = lasting(said?.[2] ?? "");
  if (said === null || value === "" || !isMeant(sentence, said, value)) return [];
  const [, name = ""] = said;
  const last = name.split(/\s/).at(-1) ?? "";
  if (name === "" || PASSING.test(last)) return [];
  return [{ subject: "person", predicate: `attribute:${name.toLowerCase()}`, object: value, confidence: 0.75, single: true }];
}

/** Two facts say the same. */
export const isSameFact = (one: Fact, other: Fact): boolean =>
  one.predicate === other.predicate && one.object.toLowerCase() === other.object.toLowerCase();
