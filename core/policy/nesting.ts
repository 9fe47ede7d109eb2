/**
 * How deep a text of policies nests. Cedar reads and evaluates recursively, and in WebAssembly a stack that ends takes the whole isolate's
 * Cedar with it: what is nested too deep is refused before Cedar sees it. Pure; linear in the text.
 */

/** Brackets that may be open at once. */
const MOST_OPEN = 40;
/** Operators of one policy: a chain of them is as deep as it is long. */
const MOST_OPERATORS = 200;
const TOKEN = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|[([{]|[)\]}]|;|\|\||&&|[-+*.!]|\bif\b/g;

/** Where the text nests too deep (UTF-16 units); null: nowhere. */
export function tooDeepAt(cedar: string): number | null {
  let open = 0;
  let operators = 0;
  for (const { 0: token, index } of cedar.matchAll(TOKEN)) {
    if (token.startsWith('"') || token.startsWith("//")) continue;
    if (token === ";") operators = 0;
    else if ("([{".includes(token)) open += 1;
    else if (")]}".includes(token)) open -= 1;
    else operators += 1;
    if (open > MOST_OPEN || operators > MOST_OPERATORS) return index;
  }
  return null;
}
