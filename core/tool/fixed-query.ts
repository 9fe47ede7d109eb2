/**
 * The query parameters that a tool's URL fixes: the developer's word, which no argument repeats. Servers differ in which of two parameters with one
 * name they take, so names count as one where some server may read them as one: whatever their case, percent-encoding, width or blanks, and with
 * or without brackets behind them. Pure; linear in the text.
 */

/** How often a name is decoded: servers behind proxies decode twice. */
const DECODED = 3;

/** The name as the least careful server may read it. */
function plainName(name: string): string {
  let plain = name.replaceAll("+", " ");
  for (let times = 0; times < DECODED && plain.includes("%"); times++) plain = decoded(plain);
  plain = plain
    .normalize("NFKC")
    .replace(/[\s\p{Default_Ignorable_Code_Point}\p{Cc}]/gu, "")
    .toLowerCase();
  const bracket = plain.indexOf("[");
  return bracket > 0 ? plain.slice(0, bracket) : plain;
}

/** Each escape that stands for ASCII, by itself: one that is malformed, or a byte of a longer character, stays. */
const decoded = (text: string): string =>
  text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** Asks of an argument's name whether the query (`?a=1&b=2`, or nothing) has it already. */
export function fixedNames(query: string): (name: string) => boolean {
  const fixed = new Set(
    query
      .replace(/^\?/, "")
      .split(/[&;]/)
      .flatMap((pair) => (pair === "" ? [] : [plainName(pair.split("=", 1)[0] ?? "")])),
  );
  return (name) => fixed.size > 0 && fixed.has(plainName(name));
}
