/** Germany: tax, pension and health insurance, identity card. */
import { crossSum, passesMod11And10 } from "../checksums.ts";
import { type IdentifierForm, spaced } from "./form.ts";

/** A is 01, Z is 26, as the insurers count letters. */
const lettersAsDigits = (text: string): string => text.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 64).padStart(2, "0"));

/** Products of digits and weights, their digits added up. */
const crossSumOf = (digits: string, weights: readonly number[]): number =>
  crossSum(weights.map((weight, index) => weight * (digits.charCodeAt(index) - 48)));

/** Of the first ten digits one occurs twice or three times, and none more often. */
function hasTaxDigits(digits: string): boolean {
  const counts = new Map<string, number>();
  for (const digit of digits.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return most >= 2 && most <= 3 && [...counts.values()].filter((count) => count > 1).length === 1;
}

/** A day and the hour have as many digits as a number of a tax office. */
const HOUR =
  "(?:(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])|(?:0[1-9]|[12]\\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\\d{2})(?:[01]\\d|2[0-3])";

/** 7, 3, 1 and again (ICAO Doc 9303 part 3, section 4.9): letters from 10. */
function isCardCheck(text: string): boolean {
  let sum = 0;
  for (let index = 0; index < 9; index++) sum += Number.parseInt(text[index] ?? "0", 36) * ([7, 3, 1][index % 3] ?? 1);
  return sum % 10 === Number(text[9]);
}

export const DE: readonly IdentifierForm[] = [
  {
    name: "de_tax_id", // Steuer-IdNr, BZSt: ISO 7064 MOD 11,10, section 139b AO
    lengths: [11],
    compact: /^[1-9]\d{10}$/,
    isValid: (digits) => hasTaxDigits(digits) && passesMod11And10(digits),
    naming: "steuer-? ?(?:id|ident|nummer|nr)|steuerliche[nr]? ?ident|\\bid[ -]?nr\\b|\\bidnummer|\\btin\\b|tax ?(?:id|number|payer)",
    alone: [],
    hits: ["Steuer-ID «86 095 742 719»", "IdNr. «86095742719»"],
    misses: ["Steuer-ID 86095742718", "86095742719"],
  },
  {
    // Steuernummer of a tax office: ten or eleven digits as the state writes them, twelve or thirteen (the fifth 0) for all
    // of Germany. Each state has its own check, so the words decide.
    name: "de_tax_number",
    lengths: [10, 11, 12, 13],
    compact: new RegExp(`^(?!${HOUR})(?:\\d{10,12}|\\d{4}0\\d{8})$`),
    naming: "(?:steuer-? ?(?:nummer|nr)|\\bst\\.?-? ?nr\\b)(?![^]*(?:tel|fon|fax|mobil|handy|iban|konto|kunde|steuer-? ?id))",
    alone: [],
    hits: [
      "Steuernummer «181/815/08155»",
      "Meine Steuernummer: «21/815/08150»",
      "St.-Nr. «93815/08152»",
      "Steuer-Nr. «2893081508152»",
      "StNr «013 815 08153»",
    ],
    misses: ["181/815/08155", "Best.-Nr. 93815/08152", "Steuernummer beantragt am 01.02.2024 10:15", "Steuer-Nr. 2893181508152"],
  },
  {
    name: "de_pension", // VKVV section 2: area, birth date, initial, serial, check
    lengths: [12],
    compact: /^\d{2}(?:0[1-9]|[12]\d|3[01]|5[1-9]|[67]\d|8[01])(?:0[1-9]|1[0-2])\d{2}[A-Z]\d{3}$/,
    isValid: (text) => crossSumOf(lettersAsDigits(text), [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]) % 10 === Number(text[11]),
    naming: "rentenversicherung|sozialversicherung|\\bsvnr\\b|\\brvnr\\b|versicherungsnummer|social security|pension",
    alone: ["99999999A999", ...spaced("99 999999 A 999")],
    hits: ["«15 070649 C 103»", "SV-Nummer «15070649C103»"],
    misses: ["15 070649 C 104", "15 071349 C 103"],
  },
  {
    name: "de_health", // KVNR, GKV-Spitzenverband: letter, eight digits, check
    lengths: [10],
    compact: /^[A-Z]\d{9}$/,
    isValid: (text) => crossSumOf(lettersAsDigits(text), [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]) % 10 === Number(text[9]),
    naming:
      "krankenversicher|krankenkasse|versicherten-?(?:nr|nummer|id)|\\bkvnr\\b|\\bkv-?nr\\b|gesundheitskarte|health insurance|health id",
    alone: [],
    hits: ["KVNR «A123456780»", "Versichertennummer: «A 123 456 780»"],
    misses: ["KVNR A123456781", "A123456780"],
  },
  {
    name: "de_id_card", // Personalausweis, BMI: no vowels, check as in ICAO Doc 9303
    lengths: [9, 10],
    compact: /^[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ\d]{8}\d?$/,
    isValid: (text) => text.length === 9 || isCardCheck(text),
    naming: "personalausweis|\\bperso\\b|\\bperso-?(?:nr|nummer)|ausweis-?(?:nr|nummer)|\\bpa-?nr\\b|german id|identity card|id card",
    alone: [],
    hits: ["Personalausweis «L01X00T471»", "Personalausweisnummer «LK5WFLTV86»", "Ausweisnummer «L01X00T47»"],
    misses: ["Personalausweis L01X00T472", "L01X00T471"],
  },
];
