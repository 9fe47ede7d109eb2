/** Other European countries: the identifiers that people are asked for most, where form and check are public. */
import { isDayOfYear, passesLuhn, remainder, weighted } from "../checksums.ts";
import { passesBarcodeCheck } from "../named.ts";
import type { IdentifierForm } from "./form.ts";

const HETU = "0123456789ABCDEFHJKLMNPRSTUVWXY";
const isBirthday = (text: string): boolean => isDayOfYear(Number(text.slice(0, 2)), Number(text.slice(2, 4)));

export const EUROPE: readonly IdentifierForm[] = [
  {
    name: "ch_ahv", // Zentrale Ausgleichsstelle: 756 and the check of EAN-13
    lengths: [13],
    compact: /^756\d{10}$/,
    isValid: passesBarcodeCheck,
    naming: "\\bahv|\\bavs\\b|sozialversicherung",
    alone: ["999.9999.9999.99", "999 9999 9999 99"],
    hits: ["AHV «756.9217.0769.85»", "ahv «7569217076985»"],
    misses: ["756.9217.0769.86", "7569217076985"],
  },
  {
    name: "be_national", // Rijksregister: birth date and order, 97 less the remainder by 97; a 2 before it from 2000 on
    lengths: [11],
    compact: /^\d{11}$/,
    isValid: (digits) => {
      const check = Number(digits.slice(9));
      return [digits.slice(0, 9), `2${digits.slice(0, 9)}`].some((number) => 97 - remainder(number, 97) === check);
    },
    naming: "rijksregister|registre national|\\bniss\\b|\\binsz\\b|num[ée]ro national",
    alone: ["99.99.99-999.99"],
    hits: ["Rijksregister «85.07.30-033.28»"],
    misses: ["85.07.30-033.29", "85073003328"],
  },
  {
    name: "fi_hetu", // Digi- ja väestötietovirasto: birth date, century, serial, the remainder by 31
    lengths: [10, 11],
    compact: /^\d{6}[A-FU-Y]?\d{3}[\dA-FHJ-NPR-Y]$/,
    isValid: (text) => isBirthday(text) && HETU[remainder(text.slice(0, 6) + text.slice(-4, -1), 31)] === text.at(-1),
    naming: "hetu\\b|henkil[öo]tunnus|personbeteckning",
    alone: ["999999-999A", "999999A999A", "999999A9999"],
    hits: ["HETU «131052-308T»"],
    misses: ["131052-308U", "131352-308T"],
  },
  {
    name: "se_personal", // Skatteverket, personnummer: Luhn over ten digits
    lengths: [10, 12],
    compact: /^(?:19|20)?\d{10}$/,
    isValid: (digits) => {
      const ten = digits.slice(-10);
      return isDayOfYear(((Number(ten.slice(4, 6)) - 1) % 60) + 1, Number(ten.slice(2, 4))) && passesLuhn(ten);
    },
    naming: "personnummer|personal identity|samordningsnummer",
    alone: ["999999-9999", "99999999-9999"],
    hits: ["personnummer «811228-9874»", "«19811228-9874»"],
    misses: ["811228-9873", "811328-9874"],
  },
  {
    name: "no_national", // Skatteetaten, fødselsnummer: two checks by 11
    lengths: [11],
    compact: /^\d{11}$/,
    isValid: (digits) =>
      weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 && weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    naming: "f[øo]dsels?-?n(?:ummer|r)|personnummer|\\bd-nummer",
    alone: ["999999 99999"],
    hits: ["fødselsnummer «01010750160»"],
    misses: ["fødselsnummer 01010750161", "01010750160"],
  },
  {
    name: "dk_cpr", // CPR-kontoret: birth date and serial; its check was given up in 2007
    lengths: [10],
    compact: /^\d{10}$/,
    isValid: isBirthday,
    naming: "\\bcpr\\b|personnummer",
    alone: [],
    hits: ["CPR «070761-4285»"],
    misses: ["CPR 071361-4285", "070761-4286"],
  },
  {
    name: "pt_nif", // Autoridade Tributária: weights 9 to 2, remainder by 11
    lengths: [9],
    compact: /^[1235689]\d{8}$/,
    isValid: (digits) => {
      const rest = weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
      return (rest < 2 ? 0 : 11 - rest) === Number(digits[8]);
    },
    naming: "\\bnif\\b|contribuinte|\\bnipc\\b",
    alone: [],
    hits: ["NIF «123 456 789»"],
    misses: ["NIF 123 456 788", "123456789"],
  },
  {
    name: "ie_pps", // Department of Social Protection: weights 8 to 2, a second letter weighs 9, the remainder by 23
    lengths: [8, 9],
    compact: /^\d{7}[A-W][A-IW]?$/,
    isValid: (text) => {
      const second = text[8] === undefined || text[8] === "W" ? 0 : text.charCodeAt(8) - 64;
      return "WABCDEFGHIJKLMNOPQRSTUV"[(weighted(text, [8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23] === text[7];
    },
    naming: "\\bpps|personal public service|\\brsi\\b",
    alone: [],
    hits: ["PPS «1234567T»"],
    misses: ["PPS 1234567U", "1234567T"],
  },
  {
    name: "at_social", // Dachverband der Sozialversicherungsträger: weights, the fourth digit checks
    lengths: [10],
    compact: /^[1-9]\d{9}$/,
    isValid: (digits) => isBirthday(digits.slice(4)) && weighted(digits, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === Number(digits[3]),
    naming: "sozialversicherung|\\bsv-?n(?:r|ummer)|\\bsvnr\\b|versicherungsnummer",
    alone: [],
    hits: ["SVNR «1237 010180»"],
    misses: ["SVNR 1238 010180", "1237 010180"],
  },
  {
    name: "ru_snils", // Pension fund: weights 9 to 1, the remainder by 101
    lengths: [11],
    compact: /^\d{11}$/,
    isValid: (digits) => (weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === Number(digits.slice(9)),
    naming: "снилс|страхово|snils",
    alone: ["999-999-999 99"],
    hits: ["СНИЛС «112-233-445 95»"],
    misses: ["112-233-445 96", "11223344595"],
  },
  {
    name: "ru_inn", // Federal Tax Service: two checks by 11 and 10
    lengths: [12],
    compact: /^\d{12}$/,
    isValid: (digits) =>
      (weighted(digits, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(digits[10]) &&
      (weighted(digits, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(digits[11]),
    naming: "(?<!\\p{L})инн(?!\\p{L})|налогоплательщик|\\binn\\b",
    alone: [],
    hits: ["ИНН «500100732259»"],
    misses: ["ИНН 500100732258", "500100732259"],
  },
];
