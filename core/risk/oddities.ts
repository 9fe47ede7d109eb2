/**
 * What is unusual about the arguments of a call, by their form: addresses, encoded text, sizes and numbers unlike those of earlier calls
 * of the tool in the run. Reads each argument once and keeps nothing of it.
 */
import { isObject, type Json } from "../json.ts";

/** The kinds of oddity, each with its points and the words for it. */
export const ODDITIES = {
  /** A web address: what a value is sent to when a tool follows it, and what can carry data in its path. */
  address: { points: 3, why: "an argument holds a web address" },
  /** A long run of characters without spaces and vowel-poor, such as base64 or hex: text that hides what it says. */
  encoded: { points: 4, why: "an argument holds encoded text" },
  /** More than a person would type into a form. */
  large: { points: 3, why: "the arguments are larger than 4,000 characters" },
  /** A number at least ten times as large as in every earlier call of this tool in the run. */
  number: { points: 3, why: "a number is at least ten times as large as in the run's earlier calls of this tool" },
} as const;

/** A kind of oddity. */
export type Oddity = keyof typeof ODDITIES;

/** UTF-16 units of all texts together; above it the arguments are large. */
const LARGE = 4_000;
/** A number is odd from this many times the largest of earlier calls. */
const TIMES = 10;
/** UTF-16 units of a text that are looked at; an argument beyond is large anyway. */
const READ = 20_000;
/** Base64, base64url or hex of at least 48 bytes, in one piece, with a digit and both cases, or all hex. */
const ENCODED = /[A-Za-z0-9+/_-]{64,}={0,2}/g;
const ADDRESS = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/]/i;

/** What the run knows of a tool's earlier arguments. */
export type Earlier = { readonly largestNumber: number | null };

/** The oddities of these arguments, each kind once, in the order of `ODDITIES`. */
export function odditiesOf(input: Json, earlier: Earlier = { largestNumber: null }): Oddity[] {
  const found = new Set<Oddity>();
  let size = 0;
  const texts = (text: string): void => {
    size += text.length;
    const read = text.slice(0, READ);
    if (ADDRESS.test(read)) found.add("address");
    if ((read.match(ENCODED) ?? []).some(isEncoded)) found.add("encoded");
  };
  each(input, texts, (number) => {
    if (earlier.largestNumber !== null && earlier.largestNumber > 0 && Math.abs(number) >= TIMES * earlier.largestNumber)
      found.add("number");
  });
  if (size > LARGE) found.add("large");
  return (Object.keys(ODDITIES) as Oddity[]).filter((kind) => found.has(kind));
}

/** The largest number in a value, without its sign; null: there is none. */
export function largestNumber(input: Json): number | null {
  let largest: number | null = null;
  each(
    input,
    () => {},
    (number) => {
      largest = Math.max(largest ?? 0, Math.abs(number));
    },
  );
  return largest;
}

const isEncoded = (text: string): boolean =>
  /^[0-9a-fA-F]+$/.test(text) || (/[0-9]/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text));

/** Calls back for each text, names of fields included, and each number of a value. */
function each(value: Json, onText: (text: string) => void, onNumber: (number: number) => void): void {
  const open: Json[] = [value];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (typeof at === "string") onText(at);
    else if (typeof at === "number") onNumber(at);
    else if (Array.isArray(at)) for (const item of at) open.push(item);
    else if (isObject(at))
      for (const [name, item] of Object.entries(at)) {
        onText(name);
        open.push(item);
      }
  }
}
