/** Passports: a number right behind words that name one, or the second line of a passport's machine-readable zone (ICAO Doc 9303 part 4). */
import type { Finding } from "../finding.ts";
import { finderOf } from "../needs.ts";
import { type Detector, finding, keyWordsBefore, matchesFrom } from "./detector.ts";
import { isNamedBy } from "./named.ts";

const NAMING =
  /passport|reisepass|\bpass[- ]?(?:nr|nummer|no)\b|passeport|pasaporte|passaporto|paspoort|paszport|passaporte|паспорт|पासपोर्ट|护照|護照|パスポート|旅券|여권|جواز|pasaport/gu;
const QUICK = /pas[szpa]|паспорт|पासपोर्ट|护照|護照|パスポ|旅券|여권|جواز/iu;
const FINDER = finderOf([NAMING.source]);
/** Six to nine letters and digits with at least four digits, fewer in those of Germany and the Netherlands; Russia's are parted. */
const NUMBER =
  /(?<![\p{L}\d_+$€£-])(?:\d{2} ?\d{2} \d{6}|(?=[A-Za-z]*\d)[A-Z]{0,3}[ -]?\d{5,9}[A-Z]?|(?=(?:[A-Z]*\d){4})[A-Z\d]{8,10}|(?=(?:[a-z]*\d){5})[a-z\d]{7,9}|[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ\d]{8}|[A-Z]{2}[A-Z\d]{6}\d)(?![\p{L}\d_]|[-./]\d)/gu;
const ZONE = /(?<![A-Z\d<])[A-Z\d<]{9}\d[A-Z<]{3}\d{6}\d[MFX<]\d{6}\d[A-Z\d<]{14}[\d<]\d(?![A-Z\d<])/g;
const DATE = /^(?:(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))$/;

/** ICAO Doc 9303 part 3, section 4.9: weights 7, 3, 1; letters from 10, the filler is 0. */
function isChecked(field: string, check: string | undefined): boolean {
  let sum = 0;
  for (let index = 0; index < field.length; index++)
    sum += (field[index] === "<" ? 0 : Number.parseInt(field[index] ?? "0", 36)) * ([7, 3, 1][index % 3] ?? 1);
  return String(sum % 10) === check;
}

export const passports: Detector = {
  type: "PASSPORT",
  names: ["passport", "passport_zone"],
  stage: "first",
  longest: 44,
  mayFind: ({ digits, capitals }) => digits >= 4 || digits + capitals >= 9,
  // The sign stands in a machine-readable zone, which needs no word.
  words: new RegExp(`<|${QUICK.source}`, "giu"),
  find(text, from, field) {
    const found: Finding[] = [];
    if (text.includes("<"))
      for (const { 0: line, index } of matchesFrom(ZONE, text, from))
        if (isChecked(line.slice(0, 9), line[9]) && isChecked(line.slice(13, 19), line[19]) && isChecked(line.slice(21, 27), line[27]))
          found.push(finding("PASSPORT", index, index + line.length, 0.99, "passport_zone"));
    if (!QUICK.test(text) && !QUICK.test(field)) return found;
    for (const { 0: number, index } of matchesFrom(NUMBER, text, from)) {
      const before = keyWordsBefore(text, index, field, 48);
      if (FINDER.mayMatch(before).length === 0 || DATE.test(number) || !isNamedBy(before, NAMING)) continue;
      found.push(finding("PASSPORT", index, index + number.length, 0.9, "passport"));
    }
    return found;
  },
  samples: {
    hits: [
      "passport «C01X00T47», valid",
      "Reisepass-Nr. «C4J7FL259»",
      "Passport number «CJZRXJ8M8»",
      "passeport : «12AB34567»",
      "US passport no. «123456789»",
      "паспорт «45 08 123456»",
      "護照號碼「«E12345678»」",
      "«L898902C36UTO7408122F1204159ZE184226B<<<<<10»",
    ],
    misses: ["the passport office opens in 2026", "C01X00T47", "passport issued 20200512", "L898902C37UTO7408122F1204159ZE184226B<<<<<10"],
  },
};
