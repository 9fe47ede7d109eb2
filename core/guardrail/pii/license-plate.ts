/** Licence plates: up to four groups of capitals and digits right behind words that name one. */
import type { Finding } from "../finding.ts";
import { finderOf } from "../needs.ts";
import { type Detector, finding, keyWordsBefore, matchesFrom } from "./detector.ts";
import { isNamedBy } from "./named.ts";

const NAMING =
  /licen[cs]e ?-?plates?|number ?-?plates?|\bplates?\b|vehicle reg\w*|registration (?:no|number|plate|mark)|\breg(?:istration)?\.? (?:no|number)\b|car reg\w*|\brego\b|kennzeichen|immatriculation|\bplaque|matr[íi]cula|\bplacas?\b|\btarga\b|kenteken|tablic\w* rejestracyjn\w*|nr\.? rej|rejestracyjn\w*|госномер|номерной знак|номер машины|गाड़ी (?:नंबर|संख्या)|वाहन (?:नंबर|संख्या)|车牌|車牌|ナンバープレート|번호판|plaka/gu;
/** A word for more than cars: what has a plate's form counts right behind it. */
const REGISTRATION = /\bregistration(?:[^\p{L}\d]{1,6}|[^\n\d]{0,20}\n(?:[^\d\n]{0,24}\n)?[^\d\n]{0,16})$/u;
const SURE_FORM =
  /^(?:[A-Z]{2}\d{2} ?[A-Z]{3}|\d{4} ?[BCDFGHJ-NPRSTV-Z]{3}|[A-Z]{2}[ -]?\d{3}[ -]?[A-Z]{2}|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}|[A-Z]{2}[ -]?\d{2}[ -]?[A-Z]{1,2}[ -]?\d{4}|\d[A-Z]{3}\d{3}|[A-Z]{3}\d[A-Z]\d{2})$/;
const QUICK =
  /plate|\breg|plaque|immatric|kennz|matr[íi]c|placa|targa|kenteken|tablic|rejestr|госномер|номер|गाड़ी|वाहन|车牌|車牌|ナンバー|번호판|plaka|vehicle/iu;
const FINDER = finderOf([NAMING.source]);
/** Five to nine letters and digits, both kinds or four digits at least, with a blank or hyphen between groups. */
const PLATE =
  /(?<![\p{Script=Latin}\d_-])(?=[A-ZÄÖÜ\dАВЕКМНОРСТУХ -]{4,13})(?:[A-ZÄÖÜ]{1,4}[ -]){0,2}(?=[A-ZАВЕКМНОРСТУХ\d]*\d|[A-Z]{2,4}[ -]?\d)[A-ZАВЕКМНОРСТУХ\d]{1,8}(?:[ -][A-Z\d]{1,4}){0,3}(?![\p{L}\d_])/gu;
/** With one more group a word of the sentence is in it. */
const MOST_SIGNS = 10;
/** The first character of Chinese plates names the province. */
const PROVINCE = /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]$/u;

export const licensePlates: Detector = {
  type: "LICENSE_PLATE",
  names: ["license_plate"],
  stage: "first",
  longest: 2 * 5 + 8 + 3 * 5,
  mayFind: ({ digits }) => digits >= 1,
  // What stands before a word may be cut out, so that one begins there.
  words: new RegExp(QUICK.source.replaceAll("\\b", ""), "giu"),
  find(text, from, field) {
    const found: Finding[] = [];
    if (!QUICK.test(text) && !QUICK.test(field)) return found;
    for (const { 0: match, index } of matchesFrom(PLATE, text, from)) {
      const plate = match.replace(/[^\p{L}\d]/gu, "").length > MOST_SIGNS ? match.replace(/[ -][^ -]+$/, "") : match;
      const letters = plate.replace(/[^\p{L}]/gu, "").length;
      const digits = plate.replace(/\D/g, "").length;
      if (
        digits === 0 ||
        letters + digits < 4 ||
        letters + digits > MOST_SIGNS ||
        (letters === 0 && digits < 5) ||
        /^\d{4}-\d{2}-\d{2}$/.test(plate)
      )
        continue;
      const start = index > from && PROVINCE.test(text.slice(0, index).slice(-1)) ? index - 1 : index;
      const before = keyWordsBefore(text, start, field, 48);
      const isNamed = FINDER.mayMatch(before).length > 0 && isNamedBy(before, NAMING);
      if (!isNamed && !(SURE_FORM.test(plate) && REGISTRATION.test(before))) continue;
      found.push(finding("LICENSE_PLATE", start, index + plate.length, 0.85, "license_plate"));
    }
    return found;
  },
  samples: {
    hits: [
      "license plate «7ABC123»",
      "number plate «AB12 CDE», a blue car",
      "Kennzeichen «B-MW 1234»",
      "Kennzeichen: «M AB 123»",
      "plaque d'immatriculation «AA-123-BB»",
      "matrícula «1234 BCD»",
      "targa «AB 123 CD»",
      "kenteken «12-ABC-3»",
      "numer rejestracyjny «WA 12345»",
      "placa «ABC1D23»",
      "vehicle number plate «MH 12 AB 1234»",
      "the plate would be «MH 12 RH 0650» I think",
      "Registration: «6302 YMN»",
      "车牌«京A12345»",
    ],
    misses: [
      "the plate is hot",
      "AB12 CDE",
      "license plate reader 2",
      "plates for 12 guests",
      "Kennzeichen fehlt",
      "Registration: CS 1010",
      "registration AB12345 is confirmed",
    ],
  },
};
