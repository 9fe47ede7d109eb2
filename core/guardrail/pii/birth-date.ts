/** Dates of birth: a date, in figures or with the name of its month, right behind words that say so. A date alone is no find. */
import type { Finding } from "../finding.ts";
import { finderOf } from "../needs.ts";
import { type Detector, finding, matchesFrom, wordsBefore } from "./detector.ts";

const NAMING =
  /date of birth|birth ?-?date|\bd[. ]?o[. ]?b\b|birth ?day|\bborn\b|geburtsdatum|geburtstag|\bgeb\.?(?!\p{L})|geboren|date de naissance|\bn[ée]e?(?:\(e\))? (?:le|en)\b|naissance|fecha de nac|nacid[oa]|nacimiento|cumplea[ñn]os|f\. ?nac|data di nascita|\bnat[oa] (?:il|a)\b|nascita|geboortedatum|geb\. ?datum|data urodzenia|urodz|\bur\.|data de nascimento|nascid[oa]|nascimento|дата рождения|родил|рожд|जन्म|出生|生年月日|誕生日|생년월일|تاريخ الميلاد|doğum|födelsedatum|född|fødselsdato|syntymä/u;
const QUICK =
  /birth|born|d\.?o\.?b|geb|naiss|\bn[ée]|nac|nasc|nat[oa]|cumple|urodz|\bur\.|рожд|родил|जन्म|出生|生年|誕生|생년|ميلاد|doğum|föd|fød|syntym/iu;
/** As `NAMING` has them: what stands before a word may be cut out, so that one begins there. */
const WORDS = new RegExp(QUICK.source.replace("\\bn[ée]", "n[ée]e?(?:\\(e\\))?[ _](?:le|en)").replaceAll("\\b", ""), "giu");

const MONTH =
  "(?:jan(?:uar[yi]?|vier|uari|eiro)?|feb(?:ruar[yi]?|ruari|braio)?|f[ée]v(?:rier|ereiro)?|m(?:ar(?:ch|s|zo|[çc]o|t|ca)?|[äa]rz|aart)|apr(?:il[e]?)?|avril|abr(?:il)?|ma(?:y|i|yo|io|ggio|j|ja|rca)|mei|ju(?:n[ei]?|in|nio|nho|l[iy]?|illet|lio|lho)|giu(?:gno)?|lug(?:lio)?|aug(?:ust(?:us)?)?|ao[uû]t|ago(?:sto)?|se[pt]t?(?:ember|embre|iembre|embro|tembre|tembro)?|set(?:tembre|embro)?|o[ck]t(?:ober|obre|ubre)?|out(?:ubro)?|ott(?:obre)?|no[vw](?:ember|embre|iembre|embro)?|de[czs](?:ember|embre|iembre)?|d[ée]c(?:embre)?|dic(?:iembre|embre)?|dez(?:embro|ember)?|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|wrze[śs]nia|pa[źz]dziernika|listopada|grudnia|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|जनवरी|फ़रवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|सितम्बर|अक्टूबर|अक्तूबर|नवंबर|नवम्बर|दिसंबर|दिसम्बर)";
const YEAR = "(?:1[89]|20)\\d{2}";
const SHORT_YEAR = `(?:${YEAR}|\\d{2})`;
const DAY = "(?:0?[1-9]|[12]\\d|3[01])";
const MONTH_NUMBER = "(?:0?[1-9]|1[0-2])";
const DATE = new RegExp(
  `(?<![\\d./-]|\\d,)(?:${[
    `${YEAR}([-./ ])${MONTH_NUMBER}\\1${DAY}`,
    `(?:${DAY}([-./ ])${MONTH_NUMBER}|${MONTH_NUMBER}([-./ ])${DAY})[-./ ]${SHORT_YEAR}`,
    `${YEAR} ?年 ?${MONTH_NUMBER} ?月 ?${DAY} ?日|${YEAR}년 ?${MONTH_NUMBER}월 ?${DAY}일`,
    `${DAY}(?:st|nd|rd|th|er|\\.|º|°)?(?: of| de| di)? ?-?${MONTH}\\.?(?: de| del)?[ ,-]{1,2}${SHORT_YEAR}`,
    `${MONTH}\\.? ${DAY}(?:st|nd|rd|th)?,? ${YEAR}`,
    `(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])`,
  ].join("|")})(?![\\d/-])`,
  "giu",
);
/** Between the words and the date: a name of the field, an "on", a place. */
const BETWEEN = /^[^\p{L}\d]*(?:\p{L}+[^\p{L}\d]+){0,4}\p{L}{0,12}[^\p{L}\d]*$/u;

/** `date of birth (as in the passport): ` */
const NAMING_UNITS = 56;

export const birthDates: Detector = {
  type: "BIRTH_DATE",
  names: ["birth_date"],
  stage: "first",
  longest: 48,
  mayFind: ({ digits }) => digits >= 4,
  words: WORDS,
  find(text, from, field) {
    const found: Finding[] = [];
    if (!QUICK.test(text) && !QUICK.test(field)) return found;
    for (const { 0: date, index } of matchesFrom(DATE, text, from)) {
      const before = plainWords(wordsBefore(text, index, field, NAMING_UNITS));
      const naming = FINDER.mayMatch(before).length > 0 ? lastMatch(before) : -1;
      if (naming < 0 || !BETWEEN.test(before.slice(naming))) continue;
      found.push(finding("BIRTH_DATE", index, index + date.length, 0.9, "birth_date"));
    }
    return found;
  },
  samples: {
    hits: [
      "born on «12 May 1980» in Leeds",
      "DOB: «05/12/1980»",
      "Geburtsdatum: «12.05.1980»",
      "née le «12 mai 1980»",
      "fecha de nacimiento: «12 de septiembre de 1980»",
      "nata il «12/05/1980»",
      "date_of_birth: «1980-05-12»",
      "born «May 12, 1980»",
      "生年月日：«1980年5月12日»",
      "родилась «12 мая 1980»",
      "name,DOB,city\nKim,«23.02.1966»,Oslo",
    ],
    misses: ["the contract of 12 May 1980", "2024-05-12", "born in 1980", "DOB: 1980-13-45", "version 12.05.1980"],
  },
};

/** `dateOfBirth`, `date_of_birth`: the words of a field's name, which `wordsBefore` gives in lower case. */
const plainWords = (before: string): string =>
  before
    .replaceAll("_", " ")
    .replace(/dateofbirth/g, "date of birth")
    .replace(/birthdate/g, "birth date");

const ALL_NAMING = new RegExp(NAMING.source, "gu");
const FINDER = finderOf([NAMING.source]);

function lastMatch(before: string): number {
  let end = -1;
  for (const match of before.matchAll(ALL_NAMING)) end = match.index + match[0].length;
  return end;
}
