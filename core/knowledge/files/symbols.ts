/** What letters of the fonts Symbol and Wingdings show, whose numbers stand for other characters than they do elsewhere. Pure. */

/** Of the encoding of Adobe's font Symbol, from 0x20 and from 0xA0. `�`: nothing that a text has. */
const LOW = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼";
const HIGH = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪�〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭";
const WINGDINGS: ReadonlyMap<number, string> = new Map([
  [0x22, "✂"],
  [0x28, "☎"],
  [0x2a, "✉"],
  [0x4a, "☺"],
  [0x4c, "☹"],
  [0x6c, "●"],
  [0x6e, "■"],
  [0x6f, "□"],
  [0x70, "□"],
  [0x71, "□"],
  [0x72, "□"],
  [0x75, "◆"],
  [0x76, "❖"],
  [0x78, "☒"],
  [0x9f, "•"],
  [0xa1, "○"],
  [0xa7, "▪"],
  [0xa8, "☐"],
  [0xd8, "➢"],
  [0xdf, "←"],
  [0xe0, "→"],
  [0xe1, "↑"],
  [0xe2, "↓"],
  [0xe8, "→"],
  [0xef, "⇦"],
  [0xf0, "⇨"],
  [0xfb, "✗"],
  [0xfc, "✓"],
  [0xfd, "☒"],
  [0xfe, "☑"],
]);
const WINGDINGS_2: ReadonlyMap<number, string> = new Map([
  [0x4f, "✗"],
  [0x50, "✓"],
  [0x51, "☒"],
  [0x52, "☑"],
  [0x53, "☒"],
  [0x54, "☒"],
  [0xa3, "☐"],
]);
/** A picture that no character stands for. */
const UNKNOWN = "▯";

/** What a font shows for a character of the private range that such fonts use (U+F020 to U+F0FF), or for a number below it. */
export function symbolOf(font: string, code: number): string {
  const name = font.trim().toLowerCase();
  const isPrivate = code >= 0xf000 && code <= 0xf0ff;
  const low = isPrivate ? code - 0xf000 : code;
  if (name === "symbol" || (isPrivate && !/dings/.test(name))) {
    const found = low >= 0x20 && low < 0x7f ? LOW[low - 0x20] : low >= 0xa0 ? HIGH[low - 0xa0] : undefined;
    return found === undefined || found === "�" ? UNKNOWN : found;
  }
  if (name === "wingdings") return WINGDINGS.get(low) ?? UNKNOWN;
  if (name === "wingdings 2") return WINGDINGS_2.get(low) ?? UNKNOWN;
  if (isPrivate || /^(?:wingdings 3|webdings)$/.test(name)) return UNKNOWN;
  const isText = code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isText ? String.fromCodePoint(code) : UNKNOWN;
}

/** A text as its font shows it. */
export const shownIn = (font: string, text: string): string =>
  font.toLowerCase() === "symbol"
    ? text.replace(/[\u0080-\u00ff\uf020-\uf0ff]|[A-Za-z"$'*@\\^`]/g, (letter) => symbolOf(font, letter.charCodeAt(0)))
    : text.replace(/[\uf020-\uf0ff]/g, (letter) => symbolOf(font, letter.charCodeAt(0)));
