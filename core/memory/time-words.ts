/**
 * Words that say that something is so now, which every fact is: they are no part of its value. English, German, Spanish, French, Italian, Portuguese,
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
/** In small letters or in capitals alone: with a capital they may be part of a name ("USA Today"). */
const AT_THE_END = new RegExp(`(?:^|\\s+)(?:${WORDS}|${WORDS.toUpperCase()})$`, "u");
const AT_THE_START = new RegExp(`^(?:${WORDS})(?:\\s*,)?\\s+`, "iu");

/** The value without the words at its end that say when; empty where nothing else is in it. */
export function lasting(value: string): string {
  let rest = value.trim();
  // Each turn takes a word away.
  for (let at = rest.search(AT_THE_END); at >= 0; at = rest.search(AT_THE_END)) rest = rest.slice(0, at);
  return rest;
}

/** A whole sentence without these words at its start and its end, and without its full stop. */
export const timelessSentence = (sentence: string): string => lasting(sentence.trim().replace(/[.!]$/, "").replace(AT_THE_START, ""));
