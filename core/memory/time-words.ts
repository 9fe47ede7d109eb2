/**
 * Words that say when something is so, or only go along with it ("again", "please"): they are no part of a fact's value. English, German, Spanish, French, Italian, Portuguese,
 * Dutch and Russian. Pure; linear in texts whose length the caller bounds.
 */

const WORDS = [
  "now|right now|just now|by now|as of now|for now|currently|presently|at present|today|as of today|nowadays|these days|at the moment|for the moment|for the time being",
  "jetzt|nun|derzeit|zurzeit|zur [zZ]eit|momentan|im [mM]oment|im Augenblick|aktuell|gegenwärtig|gerade|heute|heutzutage|inzwischen|mittlerweile",
  "ahora|ahora mismo|ahorita|actualmente|hoy|hoy en día|en este momento|por ahora|de momento",
  "maintenant|actuellement|présentement|en ce moment|pour le moment|pour l['’]instant|désormais|aujourd['’]hui",
  "ora|adesso|attualmente|oggi|al momento|in questo momento|per ora",
  "agora|atualmente|hoje|no momento|neste momento|por agora",
  "nu|momenteel|op dit moment|tegenwoordig|vandaag|сейчас|теперь|сегодня|в настоящее время|в данный момент",
].join("|");
/** What goes along with a value and says nothing of it. */
const PARTICLES =
  "from now on|from today on|again|already|too|as well|please|ab jetzt|ab heute|ab sofort|von nun an|wieder|schon|bereits|auch|bitte|otra vez|de nuevo|por favor|de nouveau|encore|di nuovo|de novo";
/** When somebody moved, in small letters. */
const SINCE =
  "yesterday|recently|lately|(?:last|this) (?:night|week|weekend|month|year|spring|summer|autumn|fall|winter)|(?:\\d{1,3}|an?|a few|some|several|many|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty) (?:day|week|month|year)s? ago|in (?:\\p{Lu}\\p{L}+ )?(?:19|20)\\d\\d|temporarily" +
  "|gestern|vorgestern|kürzlich|neulich|vorübergehend|(?:letzt|dies)e[ns]? (?:Woche|Monat|Jahr|Frühling|Frühjahr|Sommer|Herbst|Winter)|vor (?:\\d{1,3}|eine[mr]|einigen|wenigen|vielen|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|zwanzig) (?:Tag|Woche|Monat|Jahr)(?:e?n)?|(?:im \\p{Lu}\\p{L}+ )?(?:19|20)\\d\\d";
/** In small letters or in capitals alone: with a capital they may be part of a name ("USA Today"). */
const AT_THE_END = new RegExp(`(?:^|\\s+)(?:${WORDS}|${PARTICLES}|${WORDS.toUpperCase()})$`, "u");
const PLACE_END = new RegExp(`(?:^|\\s+)(?:${SINCE})$`, "u");
const AT_THE_START = new RegExp(`^(?:${WORDS})(?:\\s*,)?\\s+`, "iu");

/** For a form of words: these in the middle of a sentence. */
export const WHEN = `${WORDS}|${SINCE}`;

/** The value without the words at its end that say when; empty where nothing else is in it. `isPlace`: also since when, which a wish or a taste may be about. */
export function lasting(value: string, isPlace = false): string {
  const ends = isPlace ? [AT_THE_END, PLACE_END] : [AT_THE_END];
  let rest = value.trim();
  for (;;) {
    const at = Math.max(...ends.map((end) => rest.search(end)));
    // Each turn takes a word away.
    if (at < 0) return rest;
    rest = rest.slice(0, at);
  }
}

/** A whole sentence without these words at its start and its end, and without its full stop. */
export const timelessSentence = (sentence: string): string => lasting(sentence.trim().replace(/[.!]$/, "").replace(AT_THE_START, ""));
