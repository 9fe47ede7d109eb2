/** The shop's knowledge base: articles, and a plain search over them. The same words find the same articles in the same order. */
export type Article = { readonly id: string; readonly title: string; readonly text: string };

/** The articles that the shop's search finds. */
export const ARTICLES: readonly Article[] = [
  {
    id: "KB-101",
    title: "Returns and refunds",
    text: "Customers may return an unused article within 30 days of delivery. A refund is paid to the card that was charged within five working days after the parcel has arrived in the warehouse. Refunds above 100 dollars are approved by a person. Return shipping is free for broken articles and costs 5 dollars otherwise.",
  },
  {
    id: "KB-102",
    title: "Delivery times and shipping costs",
    text: "Orders that are paid before noon leave the warehouse on the same working day. Delivery takes two to four working days inside the country and up to ten days abroad. Shipping is free above 50 dollars and costs 4.90 dollars below. Furniture is delivered by a carrier who agrees on a date with the customer.",
  },
  {
    id: "KB-103",
    title: "Descaling the espresso machine",
    text: "The espresso machine needs descaling after every 200 cups, or every two months with hard water. Fill the tank with one litre of water and one sachet of descaler. Start the descaling programme and let it run for 25 minutes. Rinse the tank twice with clear water afterwards. Vinegar damages the seals and voids the warranty.",
  },
  {
    id: "KB-104",
    title: "Warranty of coffee and tea equipment",
    text: "Machines and kettles have a warranty of two years from delivery. The warranty covers broken parts and labour. It does not cover damage by lime, by vinegar or by dropping the machine. For a warranty claim the customer needs the number of the order and a photo of the damage.",
  },
  {
    id: "KB-105",
    title: "Care of oiled wood",
    text: "Desks and chairs of oak and ash are oiled, not varnished. Wipe them with a damp cloth and dry them at once. Oil the wood again after one year of use, or when water no longer forms drops on it. Stains are sanded lightly along the grain before the wood is oiled.",
  },
  {
    id: "KB-106",
    title: "Brewing tea",
    text: "Black tea from Assam is brewed with boiling water for three to five minutes. Green tea wants water of 75 degrees and two minutes. One level teaspoon of leaves is enough for a cup. A steel kettle with a thermometer makes this easy.",
  },
  {
    id: "KB-107",
    title: "Paying by card and by invoice",
    text: "The shop takes cards and invoices. A card is charged when the order leaves the warehouse, not before. Invoices are open to business customers after their first three orders and are due within 14 days.",
  },
];

/** Articles that one search finds at most. */
const MOST_HITS = 3;
/** Words that say nothing of what is looked for. */
const EMPTY_WORDS = new Set(
  "a about after all an and any are as at be by can do does for from had has have how i if in into is it its long me much my not of often on or our should so than that the their them then there they this to was we what when where which who why will with would you your".split(
    " ",
  ),
);

/** What the query's words are found in, the most of them first; a word of the title counts three times. */
export function searchArticles(query: string): { readonly id: string; readonly title: string; readonly snippet: string }[] {
  const wanted = new Set(wordsOf(query));
  const scored = ARTICLES.map((article, index) => ({
    article,
    index,
    score: 3 * shared(article.title, wanted) + shared(article.text, wanted),
  }));
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, MOST_HITS)
    .map(({ article: { id, title, text } }) => ({ id, title, snippet: snippetOf(text, wanted) }));
}

/** The article with this id, or null. */
export const findArticle = (id: unknown): Article | null => ARTICLES.find((article) => article.id === id) ?? null;

/** The sentence that has most of the words; the first one where they are equal. */
function snippetOf(text: string, wanted: ReadonlySet<string>): string {
  const sentences = text.split(/(?<=\.) /);
  return sentences.reduce((best, sentence) => (shared(sentence, wanted) > shared(best, wanted) ? sentence : best), sentences[0] ?? "");
}

const shared = (text: string, wanted: ReadonlySet<string>): number => [...new Set(wordsOf(text))].filter((word) => wanted.has(word)).length;

/** Words without a plural's ending. */
const wordsOf = (text: string): string[] =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    .filter((word) => !EMPTY_WORDS.has(word))
    .map((word) => word.replace(/(?<=\p{L}{3})s$/u, ""));
