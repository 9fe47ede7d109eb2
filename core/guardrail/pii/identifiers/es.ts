/** Spain: identity (DNI, NIE), which is also the tax number, that of companies (CIF), and social security. */
import { passesLuhn, remainder } from "../checksums.ts";
import { type IdentifierForm, spaced } from "./form.ts";

/** Real Decreto 1553/2005: the remainder by 23. */
const LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";
const isLetter = (digits: string, letter: string | undefined): boolean => LETTERS[Number(digits) % 23] === letter;

const NAMING =
  "\\bdni\\b|\\bnie\\b|\\bnif\\b|d\\.n\\.i|n\\.i\\.f|documento (?:nacional|de identidad)|identidad|identificaci[oó]n fiscal|tax (?:id|number)";

/** Orden EHA/451/2008: Luhn over seven digits; the kind of company says whether the check is written as a digit, a letter or either. */
function isCompany(text: string): boolean {
  const [kind = "", check = ""] = [text.charAt(0), text.charAt(8)];
  const value = [..."0123456789"].findIndex((digit) => passesLuhn(text.slice(1, 8) + digit));
  const [digit, letter] = [String(value), "JABCDEFGHI".charAt(value)];
  if ("ABEH".includes(kind)) return check === digit;
  return check === letter || (check === digit && !"NPQRSW".includes(kind));
}

export const ES: readonly IdentifierForm[] = [
  {
    name: "es_dni",
    lengths: [9],
    compact: /^\d{8}[A-Z]$/,
    isValid: (text) => isLetter(text.slice(0, 8), text[8]),
    naming: NAMING,
    alone: ["99999999A", "99999999a", "99999999-A", "99999999 A", "99.999.999-A", "99.999.999A", "99.999.999 A", "99 999 999 A"],
    hits: ["DNI «12345678Z»", "«12.345.678-Z»", "dni: «12345678z»"],
    misses: ["DNI 12345678A", "ref 12345678Z"],
  },
  {
    name: "es_nie",
    lengths: [9],
    compact: /^[XYZ]\d{7}[A-Z]$/,
    isValid: (text) => isLetter(`${"XYZ".indexOf(text[0] ?? "")}${text.slice(1, 8)}`, text[8]),
    naming: NAMING,
    alone: [...spaced("A 9999999 A"), "A9999999-A", "A-9999999A", "a9999999a"],
    hits: ["NIE «X1234567L»", "«X-1234567-L»", "«X-1234567L»"],
    misses: ["X1234567A", "W1234567L"],
  },
  {
    name: "es_company",
    lengths: [9],
    compact: /^[ABCDEFGHJNPQRSUVW]\d{7}[\dA-J]$/,
    isValid: isCompany,
    naming: `\\bcif\\b|c[._ ]i[._ ]f|${NAMING}`,
    alone: [],
    hits: ["CIF de la empresa «A58818501»", "CIF: «B-85905495»", "NIF «B85905495»", "C.I.F. «Q2826000H»"],
    misses: ["CIF A58818502", "A58818501", "CIF Q28260008", "CIF T58818501"],
  },
  {
    name: "es_social", // Seguridad Social, número de afiliación: province, serial, the remainder by 97
    lengths: [12],
    compact: /^\d{12}$/,
    isValid: (digits) => {
      const serial = digits.slice(2, 10);
      const number = serial.startsWith("0") ? `${digits.slice(0, 2)}${serial.slice(1)}` : digits.slice(0, 10);
      return remainder(number, 97) === Number(digits.slice(10));
    },
    naming: "seguridad social|\\bnuss\\b|\\bnaf\\b|\\bn\\.?s\\.?s\\b|afiliaci[oó]n|social security",
    alone: [],
    hits: ["Seguridad Social «28 12345678 40»", "NUSS «281234567840»"],
    misses: ["Seguridad Social 281234567841", "281234567840"],
  },
];
