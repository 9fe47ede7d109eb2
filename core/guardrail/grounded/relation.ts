/** Whether a sentence turns round what another one says: who does what to whom, what comes first, where from and where to. By rules; pure. */
import { BY, CONNECTORS, PREPOSITIONS } from "./lexicon.ts";
import { matchOf } from "./match.ts";
import { halvesOf, keysOf, placesOf, type Row, type Token } from "./tokens.ts";

/** Who does what to whom, what comes after what, or where from and where to is the other way round. */
export function isReversed(row: Row, other: Row): boolean {
  for (const connector of new Set(CONNECTORS.values())) {
    const [mine, theirs] = [halvesOf(row, connector), halvesOf(other, connector)];
    if (mine === null || theirs === null) continue;
    const straight = common(mine.behind, theirs.behind);
    const crossed = [common(mine.behind, theirs.before), common(mine.before, theirs.behind)] as const;
    if (connector === "by") {
      if (straight === 0 && crossed[1] > 0 && common(mine.head, theirs.head) > 0) return true;
    } else if (crossed[0] > straight && crossed[1] > 0) return true;
  }
  if (isOtherActor(row, other) || isOtherActor(other, row)) return true;
  if (isSwapped(placesOf(row), placesOf(other)) || isExchanged(row, other)) return true;
  return (
    other.language === "en" && (row.language === "en" || row.language === null) && row.tokens.some((_, at) => isTurned(row, at, other))
  );
}

/** One row names who acts behind `by`; the other one says the same act without, and has that actor behind it instead of before it. */
function isOtherActor(passive: Row, active: Row): boolean {
  const halves = halvesOf(passive, "by");
  if (halves === null || halves.head.size === 0 || active.words.some((word) => BY.has(word))) return false;
  const at = active.tokens.findIndex((token) => keysOf(token).some((key) => halves.head.has(key)));
  const act = active.tokens[at];
  if (act === undefined || at === 0) return false;
  const keys = (tokens: readonly Token[]): ReadonlySet<string> => new Set(tokens.filter(({ part }) => part === act.part).flatMap(keysOf));
  const [before, behind] = [keys(active.tokens.slice(0, at)), keys(active.tokens.slice(at + 1))];
  return common(before, halves.behind) === 0 && common(behind, halves.behind) > 0 && common(behind, halves.before) > 0;
}

type Places = ReturnType<typeof placesOf>;

/** `from Riga to Bergen` for `from Bergen to Riga`: what stands behind one preposition stands behind another there, and the other way round. */
function isSwapped(mine: Places, theirs: Places): boolean {
  for (const [from, place] of mine)
    for (const [to, other] of mine) {
      if (from >= to || common(place, other) > 0) continue;
      const [a, b] = [theirs.get(from), theirs.get(to)];
      if (a === undefined || b === undefined) continue;
      if (common(place, b) > 0 && common(other, a) > 0 && common(place, a) === 0 && common(other, b) === 0) return true;
    }
  return false;
}

const common = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => [...a].filter((key) => b.has(key)).length;

/** Three words in a row, the middle one being what the first does to the third: the other row has them in the opposite order. */
function isTurned(row: Row, at: number, other: Row): boolean {
  const [first, middle, last] = row.tokens.slice(at, at + 3);
  if (first === undefined || middle === undefined || last === undefined || first.part !== last.part) return false;
  const [a, b, c] = [first, middle, last].map((token) => matchOf(token, other)?.token);
  if (a === undefined || b === undefined || c === undefined || a === b || b === c || a === c) return false;
  const mine = voiceOf(row, middle, last);
  const isAscending = a.at < b.at && b.at < c.at;
  const isDescending = c.at < b.at && b.at < a.at;
  if (!isAscending && !isDescending) return false;
  const theirs = voiceOf(other, b, isAscending ? c : a);
  if (mine === null || theirs === null) return false;
  // A noun before the middle that only joins it ("cards and invoices") is no actor.
  if (mine === "list" || theirs === "list") return false;
  return isDescending ? mine === theirs : mine !== theirs;
}

/** How the middle word reaches its right neighbour: plainly, by whoever does it, or through another preposition (null). */
function voiceOf({ words }: Row, middle: Token, right: Token): "plain" | "by" | "list" | null {
  const between = words.slice(middle.at + 1, right.at);
  if (between.length > 3) return null;
  if (between.includes("and") || between.includes("or") || between.includes("und") || between.includes("et") || between.includes("y"))
    return "list";
  if (between.some((word) => BY.has(word))) return "by";
  return between.some((word) => PREPOSITIONS.has(word)) ? null : "plain";
}

/** What one does to the other the other does to the one as well. */
const MUTUAL: ReadonlySet<string> = new Set(
  "between both each same equal equals differ differs different similar together meet meets met marry married border borders neighbour neighbours share shares match matches resemble resembles zwischen beide entre".split(
    " ",
  ),
);
const JOINING: ReadonlySet<string> = new Set(["and", "or", "und", "oder", "et", "ou", "y", "o"]);

/**
 * The same words, of which two have changed places: `the tenant needs the owner's consent` for `the owner needs the tenant's consent`. Where the languages let
 * words change places freely, an article or a preposition that came along says that they mean the same (`den Mann beißt der Hund`).
 */
function isExchanged(row: Row, other: Row): boolean {
  if (row.tokens.length < 3 || row.tokens.length > 24 || [...row.words, ...other.words].some((word) => MUTUAL.has(word))) return false;
  // One of the two may be in the passive.
  if ([BY, AUXILIARIES].some((words) => row.words.some((word) => words.has(word)) !== other.words.some((word) => words.has(word))))
    return false;
  const matches = row.tokens.map((token) => matchOf(token, other));
  const theirs = matches.flatMap((match) => (match === null || match.isOpposite ? [] : [match.token]));
  if (theirs.length < row.tokens.length || new Set(theirs).size < theirs.length) return false;
  const order = theirs.toSorted((a, b) => a.at - b.at);
  const moved = theirs.flatMap((token, at) => (order[at] === token ? [] : [at]));
  const [first = 0, second = 0] = moved;
  if (moved.length !== 2 || second - first < 2) return false;
  const between = row.words.slice((row.tokens[first]?.at ?? 0) + 1, row.tokens[second]?.at);
  if (between.some((word) => JOINING.has(word))) return false;
  return [first, second].every((at) => {
    const [mine, their] = [row.tokens[at], theirs[at]];
    if (mine === undefined || their === undefined || mine.concepts.some(({ id }) => !their.concepts.some((one) => one.id === id)))
      return false;
    const [before, beforeThere] = [row.words[mine.at - 1] ?? "", other.words[their.at - 1] ?? ""];
    if (before === beforeThere && PREPOSITIONS.has(before)) return false;
    // German and Spanish may put the verb before whoever acts: an article that came along, or one that says nothing, turns nothing round.
    const isIn = (language: string): boolean => other.language === language || row.language === language;
    if (!isIn("en") && !isIn("fr") && before === beforeThere) return false;
    return !isIn("de") || (before !== beforeThere && (GERMAN_CASES.has(before) || GERMAN_CASES.has(beforeThere)));
  });
}

/** Words that make a passive, folded. */
const AUXILIARIES: ReadonlySet<string> = new Set(
  "is are was were be been being wird werden wurde wurden est sont ete etre sera es son fue fueron ser sera sido".split(" "),
);

/** German articles that say whether somebody acts. */
const GERMAN_CASES: ReadonlySet<string> = new Set("der den dem des ein einen einem eines".split(" "));
