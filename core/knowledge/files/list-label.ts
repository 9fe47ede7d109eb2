/** The numbers of lists as a reader sees them: 3, c, iii. Pure. */

/** How a list counts. */
export type Counting = "decimal" | "zero" | "lower_letter" | "upper_letter" | "lower_roman" | "upper_roman";

const ROMAN: readonly (readonly [number, string])[] = [
  [1000, "m"],
  [900, "cm"],
  [500, "d"],
  [400, "cd"],
  [100, "c"],
  [90, "xc"],
  [50, "l"],
  [40, "xl"],
  [10, "x"],
  [9, "ix"],
  [5, "v"],
  [4, "iv"],
  [1, "i"],
];

/** A number in the manner of its list. `doubled`: after z comes aa, bb (Word); else aa, ab (HTML). */
export function countedAs(counting: Counting, number: number, isDoubled = false): string {
  if (counting === "zero") return String(number).padStart(2, "0");
  if (counting === "decimal" || !Number.isInteger(number) || number < 1 || number > 3_999) return String(number);
  const small = counting.endsWith("roman") ? roman(number) : letters(number, isDoubled);
  return counting.startsWith("upper") ? small.toUpperCase() : small;
}

function roman(number: number): string {
  let left = number;
  let text = "";
  for (const [value, digits] of ROMAN)
    while (left >= value) {
      text += digits;
      left -= value;
    }
  return text;
}

function letters(number: number, isDoubled: boolean): string {
  const letter = (at: number): string => String.fromCharCode(97 + at);
  if (isDoubled) return letter((number - 1) % 26).repeat(Math.ceil(number / 26));
  let text = "";
  for (let left = number; left > 0; left = Math.floor((left - 1) / 26)) text = letter((left - 1) % 26) + text;
  return text;
}

/** What an item begins with, by its label: `3. ` is one of Markdown as it is, others stand behind a dash. `level`: 0 for the outermost list. */
export function itemPrefix(label: string, level: number): string {
  const indent = "  ".repeat(Math.min(level, 8));
  if (label === "") return `${indent}- `;
  return /^\d{1,9}\.$/.test(label) ? `${indent}${label} ` : `${indent}- ${label} `;
}
