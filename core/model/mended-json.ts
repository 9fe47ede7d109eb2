/** Slips in a model's JSON that can be read in one way only. Linear in the text; pure. */

/** The text without a comma behind the last item of a list or an object, and with spaces for other blanks between its parts; strings stay as they are. */
export function mendedJson(text: string): string {
  const signs: string[] = [];
  let inString = false;
  /** The place in `signs` of a comma that only blanks follow so far; -1: there is none. `before`: the last sign that is no blank. */
  let comma = -1;
  let before = "";
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (inString) {
      signs.push(sign);
      if (sign === "\\") signs.push(text.charAt(++at));
      else if (sign === '"') inString = false;
      continue;
    }
    if (/\s/.test(sign)) {
      signs.push(sign === "\n" || sign === "\r" || sign === "\t" ? sign : " ");
      continue;
    }
    if ((sign === "]" || sign === "}") && comma >= 0) signs[comma] = " ";
    comma = sign === "," && !["", "[", "{", ",", ":"].includes(before) ? signs.length : -1;
    inString = sign === '"';
    before = sign;
    signs.push(sign);
  }
  return signs.join("");
}
