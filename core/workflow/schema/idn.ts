/**
 * Internationalized labels of host names: what an A-label (`xn--…`) says, and whether that is a label (RFC 5890 to 5893). Which characters
 * may stand in one is taken from Unicode's categories and from the exceptions and contextual rules of RFC 5892, without its tables.
 */

/** Letters, marks and decimal digits (RFC 5892 section 2.1), without what changes when it is normalized or folded. */
const LETTER = /^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}-]$/u;
/** RFC 5892 section 2.6: exceptions that are valid, and those that depend on what stands beside them (appendix A). */
const VALID = new Set([0xdf, 0x3c2, 0x6fd, 0x6fe, 0xf0b, 0x3007]);
const DISALLOWED = new Set([0x640, 0x7fa, 0x302e, 0x302f, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303b]);
/** Marks of canonical combining class 9, which join letters. */
const VIRAMA = new Set([
  ...[0x94d, 0x9cd, 0xa4d, 0xacd, 0xb4d, 0xbcd, 0xc4d, 0xccd, 0xd3b, 0xd3c, 0xd4d, 0xdca, 0xe3a, 0xeba, 0xf84, 0x1039, 0x103a, 0x1714],
  ...[0x1715, 0x1734, 0x17d2, 0x1a60, 0x1b44, 0x1baa, 0x1bab, 0x1bf2, 0x1bf3, 0x2d7f, 0xa806, 0xa82c, 0xa8c4, 0xa953, 0xa9c0, 0xaaf6],
  ...[0xabed, 0x10a3f, 0x11046, 0x11070, 0x1107f, 0x110b9, 0x11133, 0x11134, 0x111c0, 0x11235, 0x112ea, 0x1134d, 0x11442, 0x114c2],
  ...[
    0x115bf, 0x1163f, 0x116b6, 0x1172b, 0x11839, 0x1193d, 0x1193e, 0x119e0, 0x11a34, 0x11a47, 0x11a99, 0x11c3f, 0x11d44, 0x11d45, 0x11d97,
  ],
]);

/** Whether `xn--…` decodes to a label that may stand in a host name, and is how that label is encoded. */
export function isALabel(label: string): boolean {
  const points = decodePunycode(label.slice(4).toLowerCase());
  return points?.some((point) => point >= 0x80) === true && isULabel(points);
}

function isULabel(points: readonly number[]): boolean {
  const characters = points.map((point) => String.fromCodePoint(point));
  const text = characters.join("");
  if (text.normalize("NFC") !== text || text.startsWith("-") || text.endsWith("-")) return false;
  if (characters[2] === "-" && characters[3] === "-") return false;
  if (/^\p{M}/u.test(text)) return false;
  return points.every((_, at) => mayStand(points, characters, at)) && !mixesDigits(text);
}

function mayStand(points: readonly number[], characters: readonly string[], at: number): boolean {
  const point = points[at] ?? 0;
  const [before = "", after = ""] = [characters[at - 1], characters[at + 1]];
  switch (point) {
    case 0xb7:
      return before === "l" && after === "l";
    case 0x375:
      return /^\p{Script=Greek}$/u.test(after);
    case 0x5f3:
    case 0x5f4:
      return /^\p{Script=Hebrew}$/u.test(before);
    case 0x30fb:
      return characters.some((other) => other !== "\u30fb" && /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(other));
    case 0x200c:
      return VIRAMA.has(points[at - 1] ?? 0) || (/^\p{Script=Arabic}$/u.test(before) && /^\p{Script=Arabic}$/u.test(after));
    case 0x200d:
      return VIRAMA.has(points[at - 1] ?? 0);
    default:
      return VALID.has(point) || (!DISALLOWED.has(point) && LETTER.test(characters[at] ?? ""));
  }
}

/** Appendix A.8 and A.9: the two rows of Arabic digits never stand together. */
const mixesDigits = (text: string): boolean => /[\u0660-\u0669]/.test(text) && /[\u06f0-\u06f9]/.test(text);

/** RFC 3492 section 6.2, with the parameters of section 5; null: it is none. */
function decodePunycode(text: string): readonly number[] | null {
  const basic = text.lastIndexOf("-");
  const out = Array.from(text.slice(0, Math.max(basic, 0)), (character) => character.charCodeAt(0));
  let [point, at, bias] = [128, 0, 72];
  for (let read = basic < 0 ? 0 : basic + 1; read < text.length; ) {
    const before = at;
    let weight = 1;
    for (let k = 36; ; k += 36) {
      const digit = digitOf(text.charCodeAt(read++));
      if (digit === null) return null;
      at += digit * weight;
      const threshold = Math.min(26, Math.max(1, k - bias));
      if (digit < threshold) break;
      weight *= 36 - threshold;
      if (weight > 0x7fff_ffff) return null;
    }
    bias = adapted(at - before, out.length + 1, before === 0);
    point += Math.floor(at / (out.length + 1));
    at %= out.length + 1;
    if (point > 0x10_ffff || (point >= 0xd800 && point <= 0xdfff)) return null;
    out.splice(at++, 0, point);
  }
  return out;
}

const digitOf = (unit: number): number | null =>
  unit >= 0x61 && unit <= 0x7a ? unit - 0x61 : unit >= 0x30 && unit <= 0x39 ? unit - 0x30 + 26 : null;

/** Section 6.1. */
function adapted(delta: number, length: number, isFirst: boolean): number {
  let rest = isFirst ? Math.floor(delta / 700) : Math.floor(delta / 2);
  rest += Math.floor(rest / length);
  let k = 0;
  for (; rest > 455; k += 36) rest = Math.floor(rest / 35);
  return k + Math.floor((36 * rest) / (rest + 38));
}
