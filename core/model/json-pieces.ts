/**
 * Where a JSON value ends in a text that arrives in pieces, or that holds several values in a row. Follows brackets and strings only;
 * whether it is JSON is for the parser. Linear in the text; pure.
 */

/** Follows one text. */
export type JsonScan = {
  /** Takes the next piece; `onEnd`: called with the place in the piece just behind each complete object, list or string. */
  push(piece: string, onEnd?: (behind: number) => void): void;
  /** Something has come, and no object, list or string is open. */
  isComplete(): boolean;
};

/** Begins a text. */
export function openJsonScan(): JsonScan {
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  let hasBegun = false;
  return {
    push(piece, onEnd) {
      for (let at = 0; at < piece.length; at++) {
        const unit = piece[at];
        if (isText) {
          if (isEscaped) isEscaped = false;
          else if (unit === "\\") isEscaped = true;
          else if (unit === '"') isText = false;
          if (isText || depth > 0) continue;
        } else if (unit === '"') {
          isText = true;
          hasBegun = true;
          continue;
        } else if (unit === "{" || unit === "[") {
          depth++;
          hasBegun = true;
          continue;
        } else if ((unit === "}" || unit === "]") && depth > 0) {
          depth--;
          if (depth > 0) continue;
        } else continue;
        onEnd?.(at + 1);
      }
    },
    isComplete: () => hasBegun && depth === 0 && !isText,
  };
}

/** No arguments, in the words that servers have for that; also once more in quotes. */
const EMPTY = /^"?(\{\s*\}|\[\s*\]|null)?"?$/;

/** Whether a text says that there are no arguments. */
export const isNoArguments = (text: string): boolean => EMPTY.test(text);

/**
 * The one object that a text of several JSON values in a row means: some servers write `{}` or `null` before or behind the real
 * arguments, or say them twice. A text that means several different objects, or holds anything else, stays as it is.
 */
export function soleObject(text: string): string {
  const values: string[] = [];
  let from = 0;
  openJsonScan().push(text, (behind) => {
    values.push(text.slice(from, behind).trim());
    from = behind;
  });
  if (text.slice(from).trim() !== "") return text;
  const said = [...new Set(values.map((value) => value.replace(/^null\s*/, "")).filter((value) => !isNoArguments(value)))];
  const [only = values[0] ?? text] = said;
  return said.length <= 1 ? only : text;
}
