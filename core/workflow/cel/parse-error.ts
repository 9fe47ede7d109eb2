/** Why a text is no expression, in our words: the place, what stands there, and what was expected. Total. */

/** What the grammar tells: its code and words, and the place in the text that it read. */
type Told = {
  readonly code?: string | undefined;
  readonly summary?: string | undefined;
  readonly range?: { readonly start: number; readonly end: number } | undefined;
};

const TOKENS: ReadonlyMap<string, string> = new Map([
  ["EOF", "the end"],
  ["IDENTIFIER", "a name"],
  ["NUMBER", "a number"],
  ["STRING", "a text"],
  ["LPAREN", "`(`"],
  ["RPAREN", "`)`"],
  ["LBRACKET", "`[`"],
  ["RBRACKET", "`]`"],
  ["LBRACE", "`{`"],
  ["RBRACE", "`}`"],
  ["COMMA", "`,`"],
  ["COLON", "`:`"],
  ["DOT", "`.`"],
]);

/** What other languages write, and what CEL writes. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["and", "&&"],
  ["or", "||"],
  ["&", "&&"],
  ["|", "||"],
  ["=", "=="],
  ["not", "!"],
  ["is", "=="],
]);

/** One line. `text`: the expression as its author wrote it. `placeOf`: where a place of the text that was read is in that one. */
export function parseErrorOf({ code, summary, range }: Told, text: string, placeOf: (place: number) => number): string {
  if (range === undefined) return firstLine(summary);
  const start = placeOf(range.start);
  const found = text.slice(start, placeOf(range.end));
  if (start >= text.length || found.trim() === "") return `${expected(code, summary)}, and the expression ends`;
  const meant = ELSEWHERE.get(found);
  const instead = meant === undefined ? "" : `; CEL writes \`${meant}\``;
  return `at character ${Array.from(text.slice(0, start)).length + 1}, \`${short(found)}\`: ${expected(code, summary)}${instead}`;
}

function expected(code: string | undefined, summary: string | undefined): string {
  switch (code) {
    case "expected_token": {
      const token = /^Expected ([A-Z]+)/.exec(summary ?? "")?.[1] ?? "";
      return `${TOKENS.get(token) ?? "something else"} is expected`;
    }
    case "unexpected_token":
      return "a value is expected";
    case "unexpected_character": // of a whole expression that something follows, its words quote it
      return (summary ?? "").includes("'") ? "an operator or the end is expected" : "this stands for nothing in an expression";
    default:
      return firstLine(summary);
  }
}

const short = (found: string): string => (found.length > 30 ? `${found.slice(0, 30)}…` : found);

const firstLine = (summary: string | undefined): string => {
  const line = (summary ?? "it cannot be read").split("\n")[0] ?? "";
  return line.slice(0, 1).toLowerCase() + line.slice(1, 200);
};
