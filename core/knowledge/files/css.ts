/**
 * CSS as far as it decides whether a reader sees a text: declarations by name, what each of them hides, colours. Knows nothing of
 * selectors (style-sheet.ts). Pure, linear.
 */

/** What a declaration list says, by the names below. */
export type Declarations = ReadonlyMap<string, { readonly value: string; readonly isImportant: boolean }>;

/** Declarations that are looked at; `ground` stands for both ways to give a background. */
const NAMES: ReadonlySet<string> = new Set(
  (
    "display visibility opacity content-visibility clip clip-path transform text-indent left top margin-left font-size color ground " +
    "overflow width height max-width max-height animation transition list-style-type text-decoration gap"
  ).split(" "),
);
const SAME: ReadonlyMap<string, string> = new Map([
  ["background", "ground"],
  ["background-color", "ground"],
  ["animation-name", "animation"],
  ["transition-property", "transition"],
  ["list-style", "list-style-type"],
  ["text-decoration-line", "text-decoration"],
  ["overflow-x", "overflow"],
  ["overflow-y", "overflow"],
]);
const LONGEST_LIST = 4_000;

/** A declaration list, as in `style="…"`. Of equal names the last counts, unless one before is important. */
export function declarationsOf(list: string): Declarations {
  const found = new Map<string, { readonly value: string; readonly isImportant: boolean }>();
  if (list === "") return found;
  for (const one of list.slice(0, LONGEST_LIST).split(";")) {
    const colon = one.indexOf(":");
    if (colon < 0) continue;
    const written = one.slice(0, colon).trim().toLowerCase();
    const isImportant = /!\s*important\s*$/i.test(one);
    const value = one
      .slice(colon + 1)
      .replace(/!\s*important\s*$/i, "")
      .trim()
      .toLowerCase();
    const put = (name: string, text: string): void => {
      if (NAMES.has(name) && text !== "" && (isImportant || found.get(name)?.isImportant !== true))
        found.set(name, { value: text, isImportant });
    };
    put(SAME.get(written) ?? written, value);
    if (written === "font") put("font-size", /(?:^|\s)(\d*\.?\d+(?:px|pt|em|rem|%)?)(?=[\s/])/.exec(value)?.[1] ?? "");
    if (/^(?:margin|padding)/.test(written) && /[1-9]/.test(value)) put("gap", value);
    if (/^(?:position|float)$/.test(written) && /absolute|fixed|left|right/.test(value)) put("gap", value);
  }
  return found;
}

/** Whether a value of a declaration by itself hides what it is put on, with all that is in it. */
export function isGone(name: string, value: string): boolean {
  if (name === "display") return value === "none";
  if (name === "opacity") return /^(?:0?\.0\d*|0(?:\.0\d*)?|\d(?:\.\d+)?%)$/.test(value);
  if (name === "content-visibility") return value === "hidden";
  if (name === "text-indent" || name === "left" || name === "top" || name === "margin-left") return /^-\d{3,}/.test(value);
  if (name === "clip-path") return /^inset\(\s*(?:50|100)%/.test(value);
  if (name === "clip") return /^rect\(\s*0/.test(value);
  return name === "transform" && /\bscale(?:3d|x|y)?\(\s*0(?:\.0+)?\s*[,)]/.test(value);
}

/** Whether a box without a size cuts off what is in it. */
export const isCutOff = (value: (name: string) => string | null): boolean =>
  /hidden|clip/.test(value("overflow") ?? "") &&
  ["width", "height", "max-width", "max-height"].some((name) => /^[01](?:\.0+)?(?:px|pt|em|rem|%)?$/.test(value(name) ?? ""));

/** The size of letters in pixels, where those around have `outer`; null: it is written in a way that is not read. */
export function sizeOf(value: string, outer: number): number | null {
  const match = /^(\d{0,6}(?:\.\d{0,6})?)(px|pt|em|rem|%|)$/.exec(value);
  if (match === null || match[1] === "" || match[1] === ".") return null;
  const number = Number(match[1]);
  const unit = match[2] ?? "";
  if (unit === "em") return number * outer;
  if (unit === "%") return (number * outer) / 100;
  if (unit === "rem") return number * 16;
  return unit === "pt" ? (number * 4) / 3 : number;
}

const COLOURS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    black: "#000000",
    silver: "#c0c0c0",
    gray: "#808080",
    grey: "#808080",
    white: "#ffffff",
    maroon: "#800000",
    red: "#ff0000",
    purple: "#800080",
    fuchsia: "#ff00ff",
    magenta: "#ff00ff",
    green: "#008000",
    lime: "#00ff00",
    olive: "#808000",
    yellow: "#ffff00",
    navy: "#000080",
    blue: "#0000ff",
    teal: "#008080",
    aqua: "#00ffff",
    cyan: "#00ffff",
    orange: "#ffa500",
    ivory: "#fffff0",
    snow: "#fffafa",
    whitesmoke: "#f5f5f5",
    ghostwhite: "#f8f8ff",
    darkblue: "#00008b",
    darkgreen: "#006400",
    darkred: "#8b0000",
    darkgray: "#a9a9a9",
    lightgray: "#d3d3d3",
    lightgrey: "#d3d3d3",
  }),
);
/** Nobody tells colours that are nearer to each other in each of red, green and blue, of 255. */
const NEAR = 10;

/** A colour: red, green and blue; a text where it is written in a way that is not read; null: one looks through it. */
export type Colour = readonly [number, number, number] | string | null;

/** The page's own ground. */
export const WHITE: Colour = [255, 255, 255];

/** A colour as it is written. */
export function colourOf(written: string): Colour {
  const text = written.trim().toLowerCase();
  const hex = COLOURS.get(text) ?? text;
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])([0-9a-f])?$/.exec(hex);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})?$/.exec(hex);
  const numbers = /^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:\s*[,/]\s*([\d.]{1,8}%?))?\s*\)$/.exec(hex);
  if (
    text === "transparent" ||
    text === "none" ||
    /^0(?:\.0\d*)?%?$/.test(numbers?.[4] ?? "1") ||
    /^0+$/.test(short?.[4] ?? long?.[4] ?? "1")
  )
    return null;
  const part = (digits: string | undefined, radix: number): number => Number.parseInt(digits ?? "0", radix);
  if (short !== null) return [17 * part(short[1], 16), 17 * part(short[2], 16), 17 * part(short[3], 16)];
  if (long !== null) return [part(long[1], 16), part(long[2], 16), part(long[3], 16)];
  if (numbers !== null) return [part(numbers[1], 10), part(numbers[2], 10), part(numbers[3], 10)];
  return text;
}

/** The colour that a value of `background` gives; null: one looks through it. */
export function groundOf(value: string): Colour {
  if (/^(?:none|transparent|inherit|initial|unset)$/.test(value)) return null;
  const whole = colourOf(value);
  if (typeof whole !== "string") return whole;
  // A picture or a gradient: what is written there may be of any colour.
  if (/url\(|gradient\(|var\(/.test(value)) return value;
  const word = value.split(/\s+/).find((one) => one.startsWith("#") || COLOURS.has(one));
  return word === undefined ? value : colourOf(word);
}

/** Whether letters of one colour on a ground of the other are not seen. */
export function areAlike(letters: Colour, ground: Colour): boolean {
  if (letters === null) return true;
  if (typeof letters === "string" || typeof ground === "string" || ground === null) return letters === ground;
  return letters.every((part, at) => Math.abs(part - (ground[at] ?? 0)) <= NEAR);
}
