/** Ways to write a text so that a person or a model still reads it and a search for its words does not: the disguises that the guard must see through. */

import { Buffer } from "node:buffer";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];
const unitsOf = (text: string): number[] => [...text].map((unit) => unit.charCodeAt(0));
const hex = (code: number, length = 2): string => code.toString(16).padStart(length, "0");

/** Letters and digits by what a table of code points gives; anything else stays. */
const mapped =
  (upper: number, lower: number, digit: ((value: number) => string) | null = null) =>
  (text: string): string =>
    text.replace(/[A-Za-z0-9]/g, (unit) => {
      const code = unit.charCodeAt(0);
      if (code < 58) return digit === null ? unit : digit(code - 48);
      return String.fromCodePoint(code < 97 ? upper + code - 65 : lower + code - 97);
    });
const digitsFrom =
  (zero: number) =>
  (value: number): string =>
    String.fromCodePoint(zero + value);
const circledDigit = (value: number): string => (value === 0 ? "\u24ea" : String.fromCodePoint(0x2460 + value - 1));

const base64 = (text: string, encoding: BufferEncoding = "utf8"): string => Buffer.from(text, encoding).toString("base64");
const between = (text: string, what: string): string => [...text].join(what);
const everyWord = (text: string, change: (word: string) => string): string => text.replace(/[A-Za-z]{4,}/g, change);
const middle = (word: string, what: string): string => word.slice(0, word.length >> 1) + what + word.slice(word.length >> 1);

function base32(text: string): string {
  const bits = bytesOf(text)
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  const words = bits.match(/.{1,5}/g) ?? [];
  const body = words.map((word) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(word.padEnd(5, "0"), 2)]).join("");
  return body.padEnd(Math.ceil(body.length / 8) * 8, "=");
}

function ascii85(text: string): string {
  const bytes = bytesOf(text);
  let out = "";
  for (let at = 0; at < bytes.length; at += 4) {
    const part = bytes.slice(at, at + 4);
    const padded = [...part, 0, 0, 0].slice(0, 4);
    let value = padded.reduce((sum, byte) => sum * 256 + byte, 0);
    const digits: string[] = [];
    for (let digit = 0; digit < 5; digit++) {
      digits.unshift(String.fromCharCode((value % 85) + 33));
      value = Math.floor(value / 85);
    }
    out += digits.slice(0, part.length + 1).join("");
  }
  return `<~${out}~>`;
}

const rotated = (by: number) => (text: string) =>
  text.replace(/[a-z]/gi, (unit) => {
    const base = unit <= "Z" ? 65 : 97;
    return String.fromCharCode(((unit.charCodeAt(0) - base + by) % 26) + base);
  });

const LOOKALIKES: { readonly [script: string]: { readonly [letter: string]: string } } = {
  Cyrillic: { a: "а", c: "с", e: "е", i: "і", j: "ј", o: "о", p: "р", s: "ѕ", x: "х", y: "у" },
  Greek: { a: "α", e: "ε", i: "ι", k: "κ", n: "η", o: "ο", p: "ρ", t: "τ", u: "υ", v: "ν", w: "ω", y: "γ" },
  Armenian: { g: "ց", h: "հ", n: "ո", o: "օ", u: "ս", l: "ӏ" },
  Cherokee: { a: "Ꭺ", d: "Ꭰ", e: "Ꭼ", i: "Ꭵ", l: "Ꮮ", m: "Ꮇ", o: "Ꮎ", p: "Ꮲ", r: "Ꮢ", s: "Ꮪ", t: "Ꭲ", w: "Ꮃ" },
  "phonetic letters": { a: "ɑ", e: "ҽ", g: "ɡ", i: "ɩ", n: "ո", o: "ᴏ", r: "ʀ", s: "ꜱ", t: "ᴛ", u: "ᴜ", v: "ᴠ", y: "ʏ" },
  "letters with strokes": {
    a: "ⱥ",
    b: "ƀ",
    d: "đ",
    e: "ɇ",
    g: "ǥ",
    h: "ħ",
    i: "ɨ",
    l: "ł",
    o: "ø",
    p: "ᵽ",
    r: "ɍ",
    t: "ŧ",
    u: "ʉ",
    y: "ɏ",
  },
  "letters with hooks": { b: "ɓ", c: "ƈ", d: "ɗ", g: "ɠ", h: "ɦ", k: "ƙ", m: "ɱ", n: "ɲ", p: "ƥ", r: "ɽ", s: "ʂ", t: "ƭ", v: "ʋ", y: "ƴ" },
  "small capitals": {
    a: "ᴀ",
    b: "ʙ",
    c: "ᴄ",
    d: "ᴅ",
    e: "ᴇ",
    f: "ꜰ",
    g: "ɢ",
    h: "ʜ",
    i: "ɪ",
    j: "ᴊ",
    k: "ᴋ",
    l: "ʟ",
    m: "ᴍ",
    n: "ɴ",
    o: "ᴏ",
    p: "ᴘ",
    r: "ʀ",
    s: "ꜱ",
    t: "ᴛ",
    u: "ᴜ",
    v: "ᴠ",
    w: "ᴡ",
    y: "ʏ",
  },
};
const UPSIDE_DOWN: { readonly [letter: string]: string } = {
  a: "ɐ",
  b: "q",
  c: "ɔ",
  d: "p",
  e: "ǝ",
  f: "ɟ",
  g: "ƃ",
  h: "ɥ",
  i: "ᴉ",
  j: "ɾ",
  k: "ʞ",
  l: "l",
  m: "ɯ",
  n: "u",
  o: "o",
  p: "d",
  q: "b",
  r: "ɹ",
  s: "s",
  t: "ʇ",
  u: "n",
  v: "ʌ",
  w: "ʍ",
  x: "x",
  y: "ʎ",
  z: "z",
};
const MORSE: { readonly [letter: string]: string } = Object.fromEntries(
  ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
    .split(" ")
    .map((code, index) => [LETTERS[index] ?? "", code]),
);
const LEET: { readonly [letter: string]: string } = { a: "4", e: "3", i: "1", o: "0", s: "5", t: "7" };
const byTable = (text: string, table: { readonly [letter: string]: string }): string =>
  [...text].map((unit) => table[unit.toLowerCase()] ?? unit).join("");
/** Letters within a word change places; the first and the last stay. */
const stirred = (word: string): string => (word.length < 5 ? word : `${word[0]}${word[2]}${word[1]}${word.slice(3, -1)}${word.at(-1)}`);

/** Plain text to its disguise. */
export type Encoder = { readonly name: string; readonly write: (text: string) => string };

/** Whole alphabets of other letters. */
export const ALPHABETS: readonly Encoder[] = [
  { name: "full-width letters", write: mapped(0xff21, 0xff41, digitsFrom(0xff10)) },
  { name: "circled letters", write: mapped(0x24b6, 0x24d0, circledDigit) },
  { name: "negative circled letters", write: (text) => mapped(0x1f150, 0x1f150)(text) },
  { name: "squared letters", write: mapped(0x1f130, 0x1f130) },
  { name: "negative squared letters", write: mapped(0x1f170, 0x1f170) },
  {
    name: "parenthesised letters",
    write: mapped(0x249c, 0x249c, (value) => (value === 0 ? "0" : String.fromCodePoint(0x2474 + value - 1))),
  },
  { name: "parenthesised capitals", write: mapped(0x1f110, 0x1f110) },
  { name: "regional indicators", write: (text) => between(mapped(0x1f1e6, 0x1f1e6)(text), "\u200b") },
  { name: "mathematical bold", write: mapped(0x1d400, 0x1d41a, digitsFrom(0x1d7ce)) },
  { name: "mathematical script", write: mapped(0x1d4d0, 0x1d4ea) },
  { name: "mathematical fraktur", write: mapped(0x1d56c, 0x1d586) },
  { name: "mathematical double-struck", write: mapped(0x1d538, 0x1d552, digitsFrom(0x1d7d8)) },
  { name: "mathematical monospace", write: mapped(0x1d670, 0x1d68a, digitsFrom(0x1d7f6)) },
  { name: "mathematical sans", write: mapped(0x1d5a0, 0x1d5ba, digitsFrom(0x1d7e2)) },
  { name: "upside down", write: (text) => [...byTable(text, UPSIDE_DOWN)].reverse().join("") },
  ...Object.entries(LOOKALIKES).map(([name, table]) => ({ name, write: (text: string) => byTable(text, table) })),
];

/** Codes: letters as bytes, numbers or other letters. */
export const CODES: readonly Encoder[] = [
  { name: "base64", write: (text) => base64(text) },
  { name: "base64 in groups", write: (text) => (base64(text).match(/.{1,4}/g) ?? []).join(" ") },
  { name: "base64 in lines", write: (text) => (base64(text).match(/.{1,24}/g) ?? []).join("\n") },
  { name: "base64 with hyphens", write: (text) => (base64(text).match(/.{1,8}/g) ?? []).join("-") },
  { name: "base64url", write: (text) => Buffer.from(text).toString("base64url") },
  { name: "base64 of UTF-16", write: (text) => base64(text, "utf16le") },
  { name: "base64 of UTF-16 BE", write: (text) => Buffer.from(text, "utf16le").swap16().toString("base64") },
  { name: "base64 twice", write: (text) => base64(base64(text)) },
  { name: "base64 backwards", write: (text) => [...base64(text)].reverse().join("") },
  { name: "base64 of backwards", write: (text) => base64([...text].reverse().join("")) },
  { name: "base64 in a data URL", write: (text) => `data:text/plain;base64,${base64(text)}` },
  { name: "base32", write: base32 },
  { name: "base32 in small letters", write: (text) => base32(text).replace(/=+$/, "").toLowerCase() },
  { name: "base32 in groups", write: (text) => (base32(text).match(/.{1,8}/g) ?? []).join(" ") },
  { name: "ascii85", write: ascii85 },
  {
    name: "hex",
    write: (text) =>
      bytesOf(text)
        .map((byte) => hex(byte))
        .join(""),
  },
  {
    name: "hex with blanks",
    write: (text) =>
      bytesOf(text)
        .map((byte) => hex(byte))
        .join(" "),
  },
  {
    name: "hex capitals with colons",
    write: (text) =>
      bytesOf(text)
        .map((byte) => hex(byte).toUpperCase())
        .join(":"),
  },
  {
    name: "hex with 0x",
    write: (text) =>
      bytesOf(text)
        .map((byte) => `0x${hex(byte)}`)
        .join(", "),
  },
  {
    name: "hex in lines",
    write: (text) =>
      (
        bytesOf(text)
          .map((byte) => hex(byte))
          .join("")
          .match(/.{1,32}/g) ?? []
      ).join("\n"),
  },
  { name: "hex of base64", write: (text) => Buffer.from(base64(text)).toString("hex") },
  {
    name: "octal",
    write: (text) =>
      bytesOf(text)
        .map((byte) => byte.toString(8))
        .join(" "),
  },
  {
    name: "octal escapes",
    write: (text) =>
      bytesOf(text)
        .map((byte) => `\\${byte.toString(8).padStart(3, "0")}`)
        .join(""),
  },
  { name: "decimal", write: (text) => bytesOf(text).join(" ") },
  { name: "decimal with commas", write: (text) => bytesOf(text).join(", ") },
  { name: "decimal in lines", write: (text) => bytesOf(text).join("\n") },
  { name: "decimal with hyphens", write: (text) => bytesOf(text).join("-") },
  { name: "fromCharCode", write: (text) => `eval(String.fromCharCode(${bytesOf(text).join(",")}))` },
  {
    name: "chr calls",
    write: (text) =>
      bytesOf(text)
        .map((byte) => `chr(${byte})`)
        .join("+"),
  },
  {
    name: "binary",
    write: (text) =>
      bytesOf(text)
        .map((byte) => byte.toString(2).padStart(8, "0"))
        .join(" "),
  },
  {
    name: "binary in one run",
    write: (text) =>
      bytesOf(text)
        .map((byte) => byte.toString(2).padStart(8, "0"))
        .join(""),
  },
  {
    name: "percent",
    write: (text) =>
      bytesOf(text)
        .map((byte) => `%${hex(byte)}`)
        .join(""),
  },
  {
    name: "percent twice",
    write: (text) =>
      bytesOf(text)
        .map((byte) => `%25${hex(byte)}`)
        .join(""),
  },
  { name: "percent of blanks and vowels", write: (text) => text.replace(/[ aeiou]/g, (unit) => `%${hex(unit.charCodeAt(0))}`) },
  {
    name: "references, decimal",
    write: (text) =>
      unitsOf(text)
        .map((code) => `&#${code};`)
        .join(""),
  },
  {
    name: "references, hex",
    write: (text) =>
      unitsOf(text)
        .map((code) => `&#x${hex(code)};`)
        .join(""),
  },
  {
    name: "references with zeros",
    write: (text) =>
      unitsOf(text)
        .map((code) => `&#${String(code).padStart(7, "0")};`)
        .join(""),
  },
  {
    name: "references without semicolons",
    write: (text) =>
      unitsOf(text)
        .map((code) => `&#${code}`)
        .join(""),
  },
  {
    name: "references of references",
    write: (text) =>
      unitsOf(text)
        .map((code) => `&amp;#${code};`)
        .join(""),
  },
  {
    name: "Unicode escapes",
    write: (text) =>
      unitsOf(text)
        .map((code) => `\\u${hex(code, 4)}`)
        .join(""),
  },
  {
    name: "Unicode escapes in braces",
    write: (text) =>
      unitsOf(text)
        .map((code) => `\\u{${hex(code)}}`)
        .join(""),
  },
  {
    name: "code points",
    write: (text) =>
      unitsOf(text)
        .map((code) => `U+${hex(code, 4).toUpperCase()}`)
        .join(" "),
  },
  {
    name: "byte escapes",
    write: (text) =>
      bytesOf(text)
        .map((byte) => `\\x${hex(byte)}`)
        .join(""),
  },
  {
    name: "CSS escapes",
    write: (text) =>
      unitsOf(text)
        .map((code) => `\\${hex(code)} `)
        .join(""),
  },
  {
    name: "quoted-printable",
    write: (text) =>
      bytesOf(text)
        .map((byte) => `=${hex(byte).toUpperCase()}`)
        .join(""),
  },
  { name: "quoted-printable with soft breaks", write: (text) => everyWord(text, (word) => middle(word, "=\n")) },
  { name: "encoded words", write: (text) => `=?utf-8?B?${base64(text)}?=` },
  {
    name: "encoded words, quoted",
    write: (text) => `=?utf-8?Q?${text.replaceAll(" ", "_").replace(/[aeiou]/g, (unit) => `=${hex(unit.charCodeAt(0))}`)}?=`,
  },
  { name: "rot13", write: rotated(13) },
  { name: "rot3", write: rotated(3) },
  { name: "rot19", write: rotated(19) },
  { name: "rot47", write: (text) => text.replace(/[!-~]/g, (unit) => String.fromCharCode(((unit.charCodeAt(0) - 33 + 47) % 94) + 33)) },
  {
    name: "atbash",
    write: (text) =>
      text.replace(/[a-z]/gi, (unit) => {
        const base = unit <= "Z" ? 65 : 97;
        return String.fromCharCode(25 - (unit.charCodeAt(0) - base) + base);
      }),
  },
  { name: "backwards", write: (text) => [...text].reverse().join("") },
  { name: "words backwards", write: (text) => text.replace(/[a-z]+/gi, (word) => [...word].reverse().join("")) },
  { name: "words in reverse order", write: (text) => text.split(" ").reverse().join(" ") },
  {
    name: "Morse",
    write: (text) =>
      text
        .toLowerCase()
        .split(" ")
        .map((word) => [...word].flatMap((unit) => MORSE[unit] ?? []).join(" "))
        .join(" / "),
  },
  { name: "tag characters", write: (text) => `Hello${String.fromCodePoint(...unitsOf(text).map((code) => 0xe0000 + code))}` },
  {
    name: "variation selectors",
    write: (text) => `Hello 😊${String.fromCodePoint(...bytesOf(text).map((byte) => (byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16)))}`,
  },
  {
    name: "zero-width bits",
    write: (text) =>
      `Hello${bytesOf(text)
        .map((byte) => byte.toString(2).padStart(8, "0").replaceAll("0", "\u200b").replaceAll("1", "\u200c"))
        .join("")} there`,
  },
  {
    name: "invisible operators as bits",
    write: (text) =>
      `Hello${bytesOf(text)
        .map((byte) => byte.toString(2).padStart(8, "0").replaceAll("0", "\u2062").replaceAll("1", "\u2064"))
        .join("")} there`,
  },
];

/** What is put between letters, or in their place. */
export const FILLINGS: readonly Encoder[] = [
  ...([" ", ".", "-", "_", "*", "/", "|", ",", "~", "\u00b7", "\n", "\t", "+", ":", "  "] as const).map((what) => ({
    name: `letters parted by ${JSON.stringify(what)}`,
    write: (text: string) =>
      text
        .split(" ")
        .map((word) => between(word, what))
        .join(what === "\n" ? "\n\n" : what.trim() === "" ? `${what}${what}${what}` : `${what}${what}`),
  })),
  {
    name: "letters parted by dots, words by blanks",
    write: (text) =>
      text
        .split(" ")
        .map((word) => between(word, "."))
        .join(" "),
  },
  {
    name: "letters parted by hyphens, words by blanks",
    write: (text) =>
      text
        .split(" ")
        .map((word) => between(word, "-"))
        .join(" "),
  },
  { name: "one letter a line", write: (text) => between(text.replaceAll(" ", ""), "\n") },
  { name: "zero-width blanks", write: (text) => between(text, "\u200b") },
  { name: "word joiners", write: (text) => everyWord(text, (word) => between(word, "\u2060")) },
  { name: "soft hyphens", write: (text) => everyWord(text, (word) => between(word, "\u00ad")) },
  { name: "combining marks", write: (text) => everyWord(text, (word) => [...word].map((unit) => `${unit}\u0336\u0301\u0323`).join("")) },
  { name: "enclosing marks", write: (text) => everyWord(text, (word) => between(word, "\u20dd")) },
  { name: "Hangul fillers", write: (text) => everyWord(text, (word) => between(word, "\u3164")) },
  { name: "Braille blanks for blanks", write: (text) => text.replaceAll(" ", "\u2800") },
  { name: "variation selectors between letters", write: (text) => everyWord(text, (word) => between(word, "\ufe0f")) },
  { name: "tags in words", write: (text) => everyWord(text, (word) => middle(word, "<b></b>")) },
  { name: "tags around letters", write: (text) => everyWord(text, (word) => `<span style="x">${word.slice(0, 1)}</span>${word.slice(1)}`) },
  { name: "comments in words", write: (text) => everyWord(text, (word) => middle(word, "<!-- x -->")) },
  { name: "breaks in words", write: (text) => everyWord(text, (word) => middle(word, "<wbr>")) },
  { name: "soft hyphens by name", write: (text) => everyWord(text, (word) => middle(word, "&shy;")) },
  { name: "zero-width by number", write: (text) => everyWord(text, (word) => middle(word, "&#8203;")) },
  { name: "bold in words", write: (text) => everyWord(text, (word) => `${word.slice(0, 2)}**${word.slice(2, 4)}**${word.slice(4)}`) },
  { name: "code in words", write: (text) => everyWord(text, (word) => middle(word, "``")) },
  { name: "links in words", write: (text) => everyWord(text, (word) => `[${word.slice(0, 2)}](x)${word.slice(2)}`) },
  { name: "backslashes in words", write: (text) => everyWord(text, (word) => middle(word, "\\")) },
  { name: "quotes joined", write: (text) => everyWord(text, (word) => middle(word, "' + '")) },
  { name: "blanks in words", write: (text) => everyWord(text, (word) => middle(word, " ")) },
  { name: "hyphens in words", write: (text) => everyWord(text, (word) => middle(word, "-")) },
  { name: "dots in words", write: (text) => everyWord(text, (word) => middle(word, ".")) },
  { name: "letters doubled", write: (text) => everyWord(text, (word) => middle(word, word[(word.length >> 1) - 1] ?? "")) },
  { name: "letters stretched", write: (text) => everyWord(text, (word) => middle(word, (word[(word.length >> 1) - 1] ?? "").repeat(3))) },
  { name: "letters stirred", write: (text) => everyWord(text, stirred) },
  { name: "no blanks", write: (text) => text.replaceAll(" ", "") },
  {
    name: "CamelCase",
    write: (text) => text.replace(/ ?([a-z])([a-z]*)/gi, (_, first: string, rest: string) => first.toUpperCase() + rest),
  },
  { name: "underscores for blanks", write: (text) => text.replaceAll(" ", "_") },
  { name: "hyphens for blanks", write: (text) => text.replaceAll(" ", "-") },
  { name: "plus signs for blanks", write: (text) => text.replaceAll(" ", "+") },
  { name: "percent 20 for blanks", write: (text) => text.replaceAll(" ", "%20") },
  { name: "figures for letters", write: (text) => byTable(text, LEET) },
  { name: "figures for some letters", write: (text) => text.replace(/[eo]/g, (unit) => LEET[unit] ?? unit) },
  { name: "signs for letters", write: (text) => byTable(text, { a: "@", e: "€", i: "!", o: "0", s: "$", t: "+" }) },
  {
    name: "changing case",
    write: (text) => [...text].map((unit, index) => (index % 2 === 0 ? unit.toLowerCase() : unit.toUpperCase())).join(""),
  },
];

export const ENCODERS: readonly Encoder[] = [...ALPHABETS, ...CODES, ...FILLINGS];
