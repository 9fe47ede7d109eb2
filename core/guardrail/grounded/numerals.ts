/**
 * Numbers in whatever characters they are written: a text with the digits of every script, circled, raised, mathematical and fullwidth ones, fractions and
 * Chinese numerals as plain ones, so that a number cannot hide from those that it contradicts. Pure, linear.
 */

/** What is not ASCII and may stand for a number; ideographs that are numerals. */
const MAY_COUNT =
  /[\p{N}\u066b\u066c\uff04\uff05\uff0c\uff0e\u{1f4af}\u{1f51f}〇一二三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟两兩万萬亿億]/u;
const BEYOND_ASCII = /[\u0080-\uffff]/;
/** Characters that no reader sees, and the frame of a keycap, next to a digit. */
const UNSEEN = /(?<=\p{N})(?:\p{Default_Ignorable_Code_Point}|\u20e3)+/gu;
/** `1½`, `⅔`. */
const FRACTION = /(?:(\d{1,9}) ?)?([\u00bc-\u00be\u2150-\u215e])/gu;
/** Raised and lowered digits behind a letter or a digit are a note or a power, and no part of its number. */
const RAISED = /(?<=[\p{L}\d])(?=[\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089])(?<![\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089])/gu;
const DIGIT = /\p{Nd}/u;
const OTHER = /\P{ASCII}/gu;

/** Digits in black circles have no compatibility form: the first of each row, its value, and how many there are. */
const CIRCLED: readonly (readonly [first: number, value: number, count: number])[] = [
  [0x2776, 1, 10],
  [0x2780, 1, 10],
  [0x278a, 1, 10],
  [0x24eb, 11, 10],
  [0x24f5, 1, 10],
  [0x24ff, 0, 1],
  [0x1f10b, 0, 1],
  [0x1f10c, 0, 1],
];
const PICTURES: ReadonlyMap<string, string> = new Map([
  ["\u{1f4af}", "100"],
  ["\u{1f51f}", "10"],
  ["\u066b", "."],
  ["\u066c", ","],
]);
/** Decimal digits of one script stand in a row from zero to nine; of mathematical ones several rows follow each other (Unicode 16, 4.6). */
const LONGEST_ROW = 60;
const TEN = 10;

/** The text with its numbers in plain digits. Words stay as they are. */
export function withPlainNumbers(text: string): string {
  if (!BEYOND_ASCII.test(text) || !MAY_COUNT.test(text)) return text;
  return text
    .replace(UNSEEN, "")
    .replace(FRACTION, (_whole, before: string | undefined, fraction: string) => fractionOf(before ?? "0", fraction))
    .replace(RAISED, " ")
    .replace(OTHER, (character) => plain(character))
    .replace(IDEOGRAPHS, (written, at: number, whole: string) =>
      ideographs(written, whole.slice(at + written.length, at + written.length + 1)),
    );
}

function plain(character: string): string {
  const picture = PICTURES.get(character);
  if (picture !== undefined) return picture;
  if (!/[\p{N}\uff04\uff05\uff0c\uff0e]/u.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (DIGIT.test(character)) return String(digitAt(code));
  const row = CIRCLED.find(([first, , count]) => code >= first && code < first + count);
  if (row !== undefined) return `${row[1] + code - row[0]}`;
  // A letter that is a number (`Ⅲ`) stays one, and so does what has no value here: it is compared as it stands.
  const form = character.normalize("NFKC");
  return /\p{L}/u.test(form) && !IDEOGRAPH.test(form) ? character : form;
}

const digits = new Map<number, number>();

function digitAt(code: number): number {
  const known = digits.get(code);
  if (known !== undefined) return known;
  let first = code;
  while (code - first < LONGEST_ROW && DIGIT.test(String.fromCodePoint(first - 1))) first--;
  const value = (code - first) % TEN;
  digits.set(code, value);
  return value;
}

function fractionOf(before: string, fraction: string): string {
  const [above, below] = fraction.normalize("NFKC").split("\u2044");
  // Four decimals: three behind a point are thousands.
  return ` ${(Number(before) + Number(above) / Number(below)).toFixed(4).replace(/0{1,2}$/, "")}`;
}

const VALUES: ReadonlyMap<string, number> = new Map(
  ["〇零", "一壹", "二贰两兩", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"].flatMap((row, value) =>
    Array.from(row, (character) => [character, value] as const),
  ),
);
const SCALES: ReadonlyMap<string, number> = new Map([
  ...Array.from("十拾", (one) => [one, 10] as const),
  ...Array.from("百佰", (one) => [one, 100] as const),
  ...Array.from("千仟", (one) => [one, 1_000] as const),
  ...Array.from("万萬", (one) => [one, 10_000] as const),
  ...Array.from("亿億", (one) => [one, 100_000_000] as const),
]);
const IDEOGRAPH = /[〇零一二三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟两兩万萬亿億]/u;
const IDEOGRAPHS = /\d{0,9}[〇零一二三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟两兩万萬亿億]{1,20}/gu;
/** Words of these characters that count nothing: by all means, just in case, very. */
const NO_NUMBER = new Set(["千万", "万一", "一一", "十分", "三三两两", "万万"]);
/** What a single numeral has to stand before, so that it is a number and not a part of a word: `三天`, `三 days`. */
const COUNTED = /^[\s%％天日月年元块周週個个小时時分秒岁歲次件名位]$/u;

function ideographs(written: string, next: string): string {
  const numerals = written.replace(/^\d+/, "");
  const isWord = NO_NUMBER.has(numerals) || (numerals === "十" && next === "分");
  if (isWord || (written.length === 1 && !COUNTED.test(next) && next !== "")) return written;
  let [total, section, digit] = [0, 0, written === numerals ? 0 : Number(written.slice(0, written.length - numerals.length))];
  // Digits alone are read one by one: `三〇〇`.
  if (!Array.from(numerals).some((one) => SCALES.has(one)))
    return ` ${written.length === numerals.length ? "" : digit}${Array.from(numerals, (one) => VALUES.get(one) ?? 0).join("")} `;
  for (const one of numerals) {
    const scale = SCALES.get(one);
    if (scale === undefined) digit = VALUES.get(one) ?? 0;
    else if (scale < 10_000) [section, digit] = [section + (digit === 0 ? 1 : digit) * scale, 0];
    else [total, section, digit] = [total + Math.max(1, section + digit) * scale, 0, 0];
  }
  return ` ${total + section + digit} `;
}
