/** Other countries of America, Asia and Africa: the identifiers that people are asked for most, where form and check are public. */
import { isDayOfYear, passesLuhn, weighted } from "../checksums.ts";
import type { IdentifierForm } from "./form.ts";

const CURP = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";

/** ISO 7064 MOD 11-2 as GB 11643-1999 uses it. */
const isChinese = (text: string): boolean =>
  "10X98765432"[weighted(text, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] === text[17];

export const WORLD: readonly IdentifierForm[] = [
  {
    name: "cn_id", // GB 11643-1999: place, birth date, serial, check
    lengths: [18],
    compact: /^[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/,
    isValid: isChinese,
    naming: "身份证|身份證|居民|公民|\\bid card\\b|national id",
    alone: ["999999999999999999", "99999999999999999A", "99999999999999999a"],
    hits: ["身份证号«11010519491231002X»", "ID «440524188001010014»"],
    misses: ["110105194912310020", "11010519491331002X"],
  },
  {
    name: "kr_rrn", // Resident registration number: birth date, sex and century; its check was given up in 2020
    lengths: [13],
    compact: /^\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[1-8]\d{6}$/,
    naming: "주민등록|주민번호|resident registration",
    alone: ["999999-9999999"],
    hits: ["주민등록번호 «820701-2345678»"],
    misses: ["821301-2345678", "8207012345678"],
  },
  {
    name: "jp_my_number", // Order on My Number, article 5: weights, remainder by 11
    lengths: [12],
    compact: /^\d{12}$/,
    isValid: (digits) => {
      const rest = weighted(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
      return (rest < 2 ? 0 : 11 - rest) === Number(digits[11]);
    },
    naming: "マイナンバー|個人番号|my ?number",
    alone: [],
    hits: ["マイナンバー «123456789018»"],
    misses: ["マイナンバー 123456789019", "123456789018"],
  },
  {
    name: "sg_nric", // ICA: weights, a letter by the remainder by 11
    lengths: [9],
    compact: /^[STFG]\d{7}[A-Z]$/,
    isValid: (text) => {
      const first = text[0] ?? "";
      const sum = weighted(text.slice(1), [2, 7, 6, 5, 4, 3, 2]) + ("TG".includes(first) ? 4 : 0);
      return ("ST".includes(first) ? "JZIHGFEDCBA" : "XWUTRQPNMLK")[sum % 11] === text[8];
    },
    naming: "\\bnric\\b|\\bfin\\b",
    alone: ["A9999999A"],
    hits: ["NRIC «S1234567D»"],
    misses: ["S1234567E"],
  },
  {
    name: "mx_curp", // RENAPO: name, birth date, sex, state, check
    lengths: [18],
    compact: /^[A-Z][AEIOUX][A-Z]{2}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z\d]\d$/,
    isValid: (text) => {
      let sum = 0;
      for (let index = 0; index < 17; index++) sum += CURP.indexOf(text[index] ?? "") * (18 - index);
      return (10 - (sum % 10)) % 10 === Number(text[17]);
    },
    naming: "\\bcurp\\b",
    alone: ["AAAA999999AAAAAA99", "AAAA999999AAAAAAA9"],
    hits: ["CURP «HEGG560427MVZRRL04»"],
    misses: ["HEGG560427MVZRRL05"],
  },
  {
    name: "ar_cuit", // AFIP: weights, 11 less the remainder by 11
    lengths: [11],
    compact: /^(?:2[03467]|3[034])\d{9}$/,
    isValid: (digits) => (11 - (weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(digits[10]),
    naming: "\\bcui[tl]\\b",
    alone: ["99-99999999-9"],
    hits: ["CUIT «20-05536168-2»"],
    misses: ["20-05536168-3", "20055361682"],
  },
  {
    name: "cl_rut", // Registro Civil: weights 2 to 7 from the right, K for ten
    lengths: [8, 9],
    compact: /^\d{7,8}[\dK]$/,
    isValid: (text) => {
      const sum = weighted([...text.slice(0, -1)].reverse().join(""), [2, 3, 4, 5, 6, 7, 2, 3].slice(0, text.length - 1));
      return "0K987654321"[sum % 11] === text.at(-1);
    },
    naming: "\\bru[tn]\\b",
    alone: ["99.999.999-9", "99.999.999-A", "99.999.999-a", "9.999.999-9", "9.999.999-A", "9.999.999-a"],
    hits: ["RUT «12.345.678-5»", "rut «123456785»"],
    misses: ["12.345.678-6", "123456785"],
  },
  {
    name: "tr_tckn", // Nüfus ve Vatandaşlık İşleri: two checks by 10
    lengths: [11],
    compact: /^[1-9]\d{10}$/,
    isValid: (digits) => {
      const odd = weighted(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
      const even = weighted(digits, [0, 1, 0, 1, 0, 1, 0, 1]);
      return (((odd * 7 - even) % 10) + 10) % 10 === Number(digits[9]) && weighted(digits, Array(10).fill(1)) % 10 === Number(digits[10]);
    },
    naming: "\\bt\\.?c\\.? ?(?:kimlik|no)|kimlik|\\btckn\\b|national id",
    alone: [],
    hits: ["TC Kimlik No «10000000146»"],
    misses: ["TC Kimlik No 10000000147", "10000000146"],
  },
  {
    name: "za_id", // Department of Home Affairs: birth date, sex, citizenship, Luhn
    lengths: [13],
    compact: /^\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4}[01]\d\d$/,
    isValid: (digits) => isDayOfYear(Number(digits.slice(4, 6)), Number(digits.slice(2, 4))) && passesLuhn(digits),
    naming: "\\bid (?:no|number|nr)|identity|identiteit|\\bsa id\\b|national id",
    alone: ["999999 9999 999"],
    hits: ["ID number «8001015009087»", "«800101 5009 087»"],
    misses: ["ID number 8001015009088", "8001015009087"],
  },
];
