/** Words and sentences of a text: what they are, how alike two texts are, and which sentences say most. English, in small. */

const STOP_WORDS = new Set(
  "a about above after again all also am an and any are as at be because been before being but by can could did do does doing down each few for from further had has have having he her here hers him his how i if in into is it its itself just me more most my no nor not of off on once only or other our out over own same she should so some such than that the their them then there these they this those through to too under until up very was we were what when where which while who whom why will with would you your yours hello hi dear thanks thank regards please".split(
    " ",
  ),
);

/** What people write when they mean a category of support; a model would know more of them. */
const MEANINGS: { readonly [stem: string]: readonly string[] } = {
  refund: ["refund", "money", "reimburs", "return", "repay"],
  bill: ["bill", "invoic", "charg", "payment", "paid"],
  ship: ["ship", "deliver", "arriv", "parcel", "packag", "track", "late"],
  deliver: ["ship", "deliver", "arriv", "parcel", "packag", "track", "late"],
  technic: ["error", "bug", "crash", "login", "password", "website"],
  account: ["account", "login", "password", "profil"],
  complaint: ["complain", "disappoint", "unhappi", "angry", "broken", "terribl"],
  question: ["question", "wonder", "know", "ask"],
  cancel: ["cancel", "stop", "unsubscrib"],
  defect: ["broken", "defect", "damag", "crack", "fault"],
  damag: ["broken", "defect", "damag", "crack"],
  urgent: ["urgent", "immediat", "asap", "today", "now"],
  high: ["urgent", "immediat", "asap", "today", "now"],
  negativ: ["broken", "disappoint", "angry", "bad", "terribl", "late", "wrong", "unhappi", "never"],
  positiv: ["great", "love", "happi", "excellent", "wonderful", "perfect"],
};

/** `orderId`, `order_id`, `Order ID` → `order`, `id`. */
export const nameWords = (name: string): string[] =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");

/** A word without its commonest English endings. */
export function stem(word: string): string {
  const base = word.toLowerCase();
  for (const ending of [
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "ies",
    "ied",
    "ical",
    "ely",
    "edly",
    "ed",
    "es",
    "al",
    "ly",
    "y",
    "e",
    "s",
  ]) {
    if (base.endsWith(ending) && base.length - ending.length >= 3) return base.slice(0, -ending.length);
  }
  return base;
}

/** Stems of the words that carry meaning, in order. */
export const stemsOf = (text: string): string[] =>
  nameWords(text)
    .filter((word) => !STOP_WORDS.has(word) && word.length > 1)
    .map(stem);

/** The first `count` words that carry meaning, as they are written, once each. */
export const meaningfulWords = (text: string, count: number): string[] =>
  [...new Set(nameWords(text).filter((word) => !STOP_WORDS.has(word) && word.length > 1))].slice(0, count);

/** How often the text speaks of what the label means. */
export function closeness(label: string, stems: readonly string[]): number {
  let score = 0;
  for (const word of new Set(stemsOf(label))) {
    const meanings = MEANINGS[word] ?? [];
    for (const said of stems) {
      if (said === word) score += 2;
      else if (meanings.some((meaning) => said.startsWith(meaning) || (said.length > 3 && meaning.startsWith(said)))) score += 1;
    }
  }
  return score;
}

/** Sentences and lines, whole. Placeholders and numbers with points stay in one piece. */
export const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[.!?])\s+(?=[\p{Lu}{"'])|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => /\p{L}{2}/u.test(sentence));

/** Lines shorter than this end where their writer wanted: nobody wrapped them. */
const WRAPPED = 50;

/** Sentences that are whole, of text as people write it for people: wrapped lines are joined; code, tables and headings left out. */
export function wholeSentences(text: string): string[] {
  const paragraphs = text.replaceAll(/^```[\s\S]*?^```/gm, "\n\n").split(/\n[ \t\r]*\n/);
  const sentences = paragraphs.flatMap((paragraph) => sentencesOf(unwrap(paragraph))).filter((sentence) => nameWords(sentence).length > 3);
  const whole = sentences.filter((sentence) => /[.!?][)\]"'”’]*$/.test(sentence) && sentence.length <= 600 && !/^[[{|#]/.test(sentence));
  return whole.length > 0 ? whole : sentences.filter((sentence) => !/^[[{|#]/.test(sentence));
}

function unwrap(paragraph: string): string {
  const lines = paragraph.split("\n").map((line) => line.trim());
  return lines.reduce((text, line, index) => {
    const before = lines[index - 1] ?? "";
    const wrapped = before.length >= WRAPPED && !/[.!?:|]$/.test(before) && !/^([-*|>#]|\d+[.)])/.test(line);
    return index === 0 ? line : `${text}${wrapped ? " " : "\n"}${line}`;
  }, "");
}

/** The `count` sentences that share most with the rest of the text, in the order of the text. */
export function centralSentences(text: string, count: number): string[] {
  return rankedSentences(sentencesOf(text).slice(0, 200))
    .slice(0, count)
    .sort((a, b) => a.index - b.index)
    .map(({ sentence }) => sentence);
}

/** Sentences by how much they share with the others, with their places. */
export function rankedSentences(sentences: readonly string[]): { readonly sentence: string; readonly index: number }[] {
  const frequency = new Map<string, number>();
  for (const word of sentences.flatMap(stemsOf)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const weight = (sentence: string): number => {
    const words = [...new Set(stemsOf(sentence))];
    return words.length === 0 ? 0 : words.reduce((sum, word) => sum + (frequency.get(word) ?? 0), 0) / (words.length + 4);
  };
  const ranked = sentences.map((sentence, index) => ({ sentence, index, weight: weight(sentence) }));
  return ranked.sort((a, b) => b.weight - a.weight || a.index - b.index);
}

/** The words that a text repeats most. */
export function keywordsOf(text: string, count: number): string[] {
  const frequency = new Map<string, number>();
  for (const word of nameWords(text)) {
    if (word.length > 3 && !STOP_WORDS.has(word) && /^\p{L}+$/u.test(word)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  }
  return [...frequency]
    .sort((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([word]) => word);
}
