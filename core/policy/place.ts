/** Where in a text something is, as people count. Pure. */

/** From 1; `column` counts characters (code points). */
export type Place = { readonly line: number; readonly column: number };

/** The place of a byte of the text's UTF-8 form, which is how Cedar counts. Beyond the end: the end. */
export function placeOfByte(text: string, offset: number): Place {
  let bytes = 0;
  let line = 1;
  let column = 1;
  for (const character of text) {
    if (bytes >= offset) break;
    bytes += sizeOf(character.codePointAt(0) ?? 0);
    if (character === "\n") {
      line += 1;
      column = 1;
    } else column += 1;
  }
  return { line, column };
}

/** The place of a UTF-16 unit of the text. */
export function placeOf(text: string, index: number): Place {
  const before = text.slice(0, index);
  return { line: before.split("\n").length, column: [...before.slice(before.lastIndexOf("\n") + 1)].length + 1 };
}

const sizeOf = (code: number): number => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
