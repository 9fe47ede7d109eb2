/** Texts made of a regular expression, for tests that ask something of each of its matches. */
import fc from "fast-check";

/** A pattern without its borders and what it looks around for: of that no text can be made. */
function withoutLooks(source: string): string {
  let kept = "";
  for (let at = 0; at < source.length; at++) {
    if (!/^\(\?<?[!=]/.test(source.slice(at, at + 4))) {
      kept += source[at] === "\\" ? source.slice(at, ++at + 1) : source[at];
      continue;
    }
    let depth = 0;
    do {
      if (source[at] === "\\") at++;
      // A bracket within a character class is a character.
      else if (source[at] === "[") {
        while (source[++at] !== "]") if (source[at] === "\\") at++;
      } else if (source[at] === "(") depth++;
      else if (source[at] === ")") depth--;
      at++;
    } while (depth > 0);
    at--;
  }
  return kept.replaceAll("\\b", "");
}

/** Texts that a pattern matches, as far as they can be made: some of them do not, since what it looks around for is left out. Signs beyond ASCII are blanks. */
export const matchesOf = (expression: RegExp): fc.Arbitrary<string> =>
  matchesInAnyScript(expression).map((text) => text.replace(/[^\n\x20-\x7e]/g, " "));

/** The same in any script. */
export const matchesInAnyScript = (expression: RegExp): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(withoutLooks(expression.source)), { size: "-1" });
