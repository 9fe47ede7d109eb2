/**
 * CSS as far as it decides whether a reader sees a text: declarations by name, what each of them hides, colours. Knows nothing of
 * selectors (style-sheet.ts). Pure, linear.
 */

/** What a declaration list says, by the names below. */
export type Declarations = ReadonlyMap<string, { readonly value: string; readonly isImportant: boolean }>;

import { isUnread, quantityOf, withoutComments, withoutEscapes } from "./css-value.ts";

/** Declarations that are looked at; `ground` stands for both ways to give a background. */
const NAMES: ReadonlySet<string> = new Set(
  (
    "display visibility opacity content-visibility clip clip-path transform scale translate filter mask letter-spacing text-indent left top " +
    "margin-left margin-top font-size color fill-colour fill ground overflow width height max-width max-height animation transition " +
    "list-style-type text-decoration gap"
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
  ["-webkit-text-fill-color", "fill-colour"],
  ["-webkit-mask", "mask"],
  ["-webkit-mask-image", "mask"],
  ["mask-image", "mask"],
  ["-webkit-clip-path", "clip-path"],
  ["-webkit-filter", "filter"],
  ["-webkit-transform", "transform"],
  ["inset-inline-start", "left"],
  ["inset-block-start", "top"],
  ["margin-inline-start", "margin-left"],
  ["margin-block-start", "margin-top"],
  ["block-size", "height"],
  ["inline-size", "width"],
  ["max-block-size", "max-height"],
  ["max-inline-size", "max-width"],
]);
const LONGEST_LIST = 4_000;

/** A declaration list, as in `style="…"`. Of equal names the last counts, unless one before is important. */
export function declarationsOf(list: string): Declarations {
  const found = new Map<string, { readonly value: string; readonly isImportant: boolean }>();
  if (list === "") return found;
  for (const one of withoutComments(list.slice(0, LONGEST_LIST)).split(";")) {
    const colon = one.indexOf(":");
    if (colon < 0) continue;
    const written = withoutEscapes(one.slice(0, colon)).trim().toLowerCase();
    const isImportant = /!\s*important\s*$/i.test(one);
    const value = withoutEscapes(one.slice(colon + 1).replace(/!\s*important\s*$/i, ""))
      .replaceAll(/\s+/g, " ")
      .trim()
      .toLowerCase();
    const put = (name: string, text: string): void => {
      if (NAMES.has(name) && text !== "" && (isImportant || found.get(name)?.isImportant !== true))
        found.set(name, { value: text, isImportant });
    };
    put(SAME.get(written) ?? written, value);
    if (written === "font") put("font-size", /(?:^|\s)(\d*\.?\d+(?:px|pt|em|rem|%)?)(?=[\s/])/.exec(value)?.[1] ?? "");
    for (const [name, part] of sidesOf(written, value)) put(name, part);
    if (/^(?:margin|padding)/.test(written) && /[1-9]/.test(value)) put("gap", value);
    if (/^(?:position|float)$/.test(written) && /absolute|fixed|left|right/.test(value)) put("gap", value);
  }
  return found;
}

/** Of a declaration for several sides, what it says of the top and of the left. */
function sidesOf(written: string, value: string): readonly (readonly [string, string])[] {
  if (written !== "margin" && written !== "inset") return [];
  const [top = "", right = top, , left = right] = value.split(" ");
  return written === "margin"
    ? [
        ["margin-top", top],
        ["margin-left", left],
      ]
    : [
        ["top", top],
        ["left", left],
      ];
}

/** Pixels beyond which nothing is on a page, to its left or above it. */
const OFF_PAGE = 100;
/** Letters that are scaled to less are seen by nobody. */
const SMALLEST_SCALE = 0.02;

/** The quantity in pixels, as far as that tells whether it is far; null: it is not read. */
function pixelsOf(value: string): number | null {
  const quantity = quantityOf(value);
  if (quantity === null) return null;
  const { number, unit } = quantity;
  const each: { readonly [unit: string]: number } = {
    "": 1,
    px: 1,
    pt: 4 / 3,
    em: 16,
    rem: 16,
    ch: 8,
    ex: 8,
    in: 96,
    cm: 38,
    mm: 3.8,
    pc: 16,
    "%": 1,
  };
  // Of the size of a screen: the whole of it is far.
  return number * (each[unit] ?? (/^[sld]?v(?:w|h|min|max|i|b)$/.test(unit) ? 1 : 0));
}

/** The arguments of a function in a value; null: it has none of this name. */
function argumentsOf(value: string, name: RegExp): readonly string[] | null {
  const match = name.exec(value);
  if (match === null) return null;
  const start = match.index + match[0].length;
  const end = value.indexOf(")", start);
  return value
    .slice(start, end < 0 ? undefined : end)
    .split(/[\s,]+/)
    .filter((one) => one !== "");
}

const isNothing = (value: string | undefined, below = Number.EPSILON): boolean => {
  const quantity = value === undefined ? null : quantityOf(value);
  return quantity !== null && Math.abs(quantity.number) < below;
};

/** Whether nothing is left of what a clip path shows. */
function isClippedAway(value: string): boolean {
  const inset = argumentsOf(value, /^inset\(/);
  if (inset !== null) {
    const percent = inset
      .slice(0, inset.includes("round") ? inset.indexOf("round") : 4)
      .map((one) => (one.endsWith("%") ? Number.parseFloat(one) : 0));
    const [top = 0, right = top, bottom = top, left = right] = percent;
    return top + bottom >= 100 || left + right >= 100;
  }
  const round = argumentsOf(value, /^(?:circle|ellipse)\(/);
  if (round !== null) return isNothing(round[0]) || (value.startsWith("ellipse") && isNothing(round[1]));
  if (!value.startsWith("polygon(")) return false;
  const points = value
    .slice(8, value.lastIndexOf(")"))
    .split(",")
    .map((point) => point.trim().replaceAll(/\b0(?:px|%|em)\b/g, "0"));
  return new Set(points).size < 3;
}

/** Whether a value of a declaration by itself hides what it is put on, with all that is in it. */
export function isGone(name: string, value: string): boolean {
  if (name === "display") return value === "none";
  if (name === "opacity") return isFaint(value);
  if (name === "content-visibility") return value === "hidden";
  if (name === "text-indent" || name === "left" || name === "top" || name === "margin-left" || name === "letter-spacing")
    return (pixelsOf(value) ?? 0) <= -OFF_PAGE;
  // Above what stands before it, as pages do with pictures; only far above it is off the page.
  if (name === "margin-top") return (pixelsOf(value) ?? 0) <= -10 * OFF_PAGE;
  if (name === "clip-path") return isClippedAway(value);
  if (name === "clip") {
    const [top, right, bottom, left] = argumentsOf(value, /^rect\(/) ?? ["x"];
    return (
      top !== "x" &&
      ((isNothing(top) && right === undefined) ||
        (top === bottom && top !== "auto") ||
        (left === right && left !== "auto") ||
        (isNothing(top) && isNothing(right)))
    );
  }
  if (name === "filter") return isFaint(argumentsOf(value, /\bopacity\(/)?.[0] ?? "1");
  if (name === "scale")
    return value
      .split(" ")
      .slice(0, 2)
      .some((one) => isNothing(one, SMALLEST_SCALE));
  if (name === "translate")
    return value
      .split(" ")
      .slice(0, 2)
      .some((one) => (pixelsOf(one) ?? 0) <= -10 * OFF_PAGE);
  if (name !== "transform") return false;
  const scaled = argumentsOf(value, /\bscale(?:3d|x|y)?\(/)?.slice(0, 2) ?? [];
  const moved = argumentsOf(value, /\btranslate(?:3d|x|y)?\(/)?.slice(0, 2) ?? [];
  const turned = /\brotate[xy]\(\s*-?(?:90|270)deg/.test(value);
  const matrix = argumentsOf(value, /\bmatrix\(/);
  return (
    turned ||
    scaled.some((one) => isNothing(one, SMALLEST_SCALE)) ||
    moved.some((one) => (pixelsOf(one) ?? 0) <= -10 * OFF_PAGE) ||
    (matrix !== null && isNothing(matrix[0], SMALLEST_SCALE) && isNothing(matrix[1], SMALLEST_SCALE))
  );
}

/** So faint that nobody sees it: less than a tenth. */
function isFaint(value: string): boolean {
  const quantity = quantityOf(value);
  return quantity !== null && (quantity.unit === "%" ? quantity.number < 10 : quantity.unit === "" && quantity.number < 0.1);
}

/** Declarations that hide by a value which is not read here, such as a variable: nobody knows whether they do. */
const READ: ReadonlySet<string> = new Set(
  "display visibility opacity content-visibility clip clip-path transform scale translate filter text-indent left top margin-left margin-top font-size color fill-colour letter-spacing".split(
    " ",
  ),
);

/** Whether a value may hide what it is put on, and may not. */
export const mayHide = (name: string, value: string): boolean =>
  (READ.has(name) && isUnread(value)) ||
  (name === "mask" && value !== "none") ||
  (name === "filter" && /\bblur\(\s*(?:\d{2,}|[4-9])/.test(value)) ||
  (name === "clip-path" && /^(?:path|url|shape)\(/.test(value)) ||
  ((name === "left" || name === "top" || name === "margin-left" || name === "margin-top") && (pixelsOf(value) ?? 0) >= 10 * OFF_PAGE) ||
  (name === "letter-spacing" && (pixelsOf(value) ?? 0) <= -4 && !isGone(name, value));

/** Whether a box without a size cuts off what is in it. */
export const isCutOff = (value: (name: string) => string | null): boolean =>
  /hidden|clip|scroll|auto/.test(value("overflow") ?? "") &&
  ["width", "height", "max-width", "max-height"].some((name) => {
    const quantity = quantityOf(value(name) ?? "");
    return quantity !== null && Math.abs(quantity.number) <= 1;
  });

/** The size of letters in pixels, where those around have `outer`; null: it is written in a way that is not read. */
export function sizeOf(value: string, outer: number): number | null {
  const quantity = quantityOf(value);
  if (quantity === null) return null;
  const { number, unit } = quantity;
  if (number <= 0) return 0;
  if (unit === "em") return number * outer;
  if (unit === "%") return (number * outer) / 100;
  if (unit === "rem") return number * 16;
  if (unit === "pt") return (number * 4) / 3;
  if (unit === "ex" || unit === "ch") return (number * outer) / 2;
  return unit === "px" || unit === "" ? number : null;
}

/** The names of colours (CSS Color 4, section 6.1), each with its red, green and blue. */
const COLOURS: ReadonlyMap<string, string> = new Map(
  (
    "aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4 black 000000 " +
    "blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00 " +
    "chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b " +
    "darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f " +
    "darkorange ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f " +
    "darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969 " +
    "dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff " +
    "gold ffd700 goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4 " +
    "indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd " +
    "lightblue add8e6 lightcoral f08080 lightcyan e0ffff lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen 90ee90 " +
    "lightgrey d3d3d3 lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 " +
    "lightslategrey 778899 lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff " +
    "maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db mediumseagreen 3cb371 " +
    "mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585 midnightblue 191970 mintcream f5fffa " +
    "mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 " +
    "orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee palevioletred db7093 papayawhip ffefd5 " +
    "peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 purple 800080 rebeccapurple 663399 red ff0000 " +
    "rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d " +
    "silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa springgreen 00ff7f steelblue 4682b4 " +
    "tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3 white ffffff whitesmoke f5f5f5 " +
    "yellow ffff00 yellowgreen 9acd32"
  )
    .match(/\S+ \S+/g)
    ?.map((pair): [string, string] => [pair.split(" ")[0] ?? "", `#${pair.split(" ")[1]}`]),
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
  const turned = /^hsla?\(\s*(-?[\d.]{1,8})(?:deg)?[\s,]+([\d.]{1,8})%?[\s,]+([\d.]{1,8})%?(?:\s*[,/]\s*([\d.]{1,8}%?))?\s*\)$/.exec(hex);
  const numbers = /^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:\s*[,/]\s*([\d.]{1,8}%?))?\s*\)$/.exec(hex);
  if (
    text === "transparent" ||
    text === "none" ||
    isFaint(numbers?.[4] ?? turned?.[4] ?? "1") ||
    /^0+$/.test(short?.[4] ?? long?.[4] ?? "1")
  )
    return null;
  const part = (digits: string | undefined, radix: number): number => Number.parseInt(digits ?? "0", radix);
  if (short !== null) return [17 * part(short[1], 16), 17 * part(short[2], 16), 17 * part(short[3], 16)];
  if (long !== null) return [part(long[1], 16), part(long[2], 16), part(long[3], 16)];
  if (turned !== null) return fromHsl(Number(turned[1]), Number(turned[2]) / 100, Number(turned[3]) / 100);
  if (numbers !== null) return [part(numbers[1], 10), part(numbers[2], 10), part(numbers[3], 10)];
  return text;
}

/** CSS Color 4, section 7.1. */
function fromHsl(hue: number, saturation: number, lightness: number): Colour {
  const share = saturation * Math.min(lightness, 1 - lightness);
  const part = (n: number): number => {
    const at = (n + hue / 30) % 12;
    return Math.round(255 * (lightness - share * Math.max(-1, Math.min(at - 3, 9 - at, 1))));
  };
  return [part(0), part(8), part(4)];
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
