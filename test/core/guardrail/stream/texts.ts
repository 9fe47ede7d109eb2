/** Texts made to be hard for a guard that reads in pieces: personal data, near misses, disguises, and the marks between them. */
import fc from "fast-check";

export const PEM = (body: string): string => `-----BEGIN RSA ${"PRIVATE"} KEY-----\n${body}\n-----END RSA ${"PRIVATE"} KEY-----`;
export const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";

const data = [
  "ada@example.com",
  "ada@shop-mail.com",
  "ada&#64;shop-mail.com",
  "ada@\nshop-mail.com",
  "ada=40shop-mail.com",
  "4111&nbsp;1111&nbsp;1111&nbsp;1111",
  "4111·1111·1111·1111",
  "94105 (415) 555-2671",
  "12/05/2024 06 12 34 56 78",
  "8.8.4.4",
  "ada [at] example [dot] com",
  "ada(at)example.com",
  "ada%40example.com",
  '"ada lovelace"@example.com',
  "用户@例子.公司",
  "4111 1111 1111 1111",
  "4111111111111111",
  "4111 - 1111 - 1111 - 1111",
  "4111\n1111\n1111\n1111",
  "４１１１ １１１１ １１１１ １１１１",
  "4111\u200b1111\u200b1111\u200b1111",
  "123-45-6789",
  "DE89 3704 0044 0532 0130 00",
  "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
  "MT86 MALT 0110 0ABC DEFG HIJK LMNO PQR",
  "GB29 NWBK 6016 1331 9268 19",
  "10.0.0.1",
  "2001:db8::8a2e:370:7334",
  "+49 30 1234567",
  "(202) 555-0143",
  "0151 23456789 ext 12",
  "612 345 678",
  "bh_0123456789abcdefABCDEF",
  "password: hunter2hunter2",
  '"api_key":"Xk29fjs02lq"',
  "my secret is Xk29fjs02lq",
  JWT,
  PEM("MIIEowIBAAKCAQEA0123\n4567"),
];
const misses = [
  "-----BEGIN CERTIFICATE-----",
  `-----BEGIN ${"PRIVATE"} KEY-----`,
  "-----BEGIN",
  "-----",
  "eyJhbGciOiJIUzI1NiJ9.",
  "eyJ",
  "4111 1111 1111",
  "DE89 3704",
  "is 25",
  "GB29 NWBK",
  "ada@",
  "@example",
  "(at)",
  "[dot]",
  "+49 ",
  "2024-01-02",
  "1,234,567",
  "v1.2.3.4",
  "{{EMAIL_1}}",
  "{{PHONE_",
  "{{",
  "}}",
  "ssn ",
  "call ",
  "order ",
  "password ",
  "bearer ",
];
const marks = [
  " ",
  "  ",
  "\n",
  ", ",
  ",",
  ";",
  ". ",
  ".",
  ":",
  '"',
  "'",
  "(",
  ")",
  "[",
  "]",
  "-",
  "_",
  "@",
  "%",
  "/",
  "\\n",
  '\\"',
  "\u200b",
  "、",
  "，",
  "\u2028",
];
const words = [
  "Hello",
  "the",
  "order",
  "in",
  "we",
  "Ünï",
  "Größe",
  "日本語",
  "😀",
  "𝟒",
  "a",
  "x",
  "ext",
  "12",
  "7",
  "and so on",
  "ａｂ",
  "½",
  "㏂",
  "\ud83d",
];

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...data) },
  { weight: 3, arbitrary: fc.constantFrom(...misses) },
  { weight: 5, arbitrary: fc.constantFrom(...marks) },
  { weight: 5, arbitrary: fc.constantFrom(...words) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 6 }) },
);
/** Short ones, and ones that outgrow every window; some without any blank. */
export const text = fc.oneof(
  { weight: 6, arbitrary: fc.array(piece, { maxLength: 16 }).map((parts) => parts.join("")) },
  { weight: 2, arbitrary: fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(" ")) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.integer({ min: 20, max: 120 }))
      .map(([parts, count]) => parts.join("").repeat(count).slice(0, 6000)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom("7", "1 ", "ab", "語", "x.", "12-34 ", "４", "A1", "a@", "k\u200b"),
        fc.integer({ min: 300, max: 1200 }),
        fc.array(piece, { maxLength: 4 }),
      )
      .map(([unit, count, parts]) => unit.repeat(count) + parts.join("") + unit.repeat(count)),
  },
);

/** Sizes of pieces; used round and round. */
export const cuts = fc.oneof(
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 }),
  fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }),
);

export function pieces(whole: string, sizes: readonly number[]): string[] {
  const cut: string[] = [];
  for (let at = 0, index = 0; at < whole.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    cut.push(whole.slice(at, at + size));
    at += size;
  }
  return cut;
}
