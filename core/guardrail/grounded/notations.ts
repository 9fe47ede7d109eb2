/**
 * Times, dates, fractions, signed numbers and codes in one notation each, so that each is compared as a whole: `9:30 p.m.` is no 9, `5/12` no 5, and
 * `X1/200-C` no `X1/200-B`. Knows characters only. Pure, linear.
 */
const TIME =
  /(?<![\p{L}\p{N}:.,/-])(\d{1,2})(?::([0-5]\d))?(?: ?([ap])\.? ?m\b\.?| Uhr\b)|(?<![\p{L}\p{N}:.,/-])(\d{1,2}):([0-5]\d)(?![\d:])/giu;
const ISO_DATE = /(?<![\p{L}\p{N}/-])(\d{4})-(\d{2})-(\d{2})(?![\p{L}\p{N}-])/gu;
const POINT_DATE = /(?<![\p{L}\p{N}.,])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\p{L}\p{N}])/gu;
const SHORT_MONTH = /(?<=\d\.? )(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?(?= \d{4})/gu;
const FRACTION = /(?<![\p{L}\p{N}/.,-])(\d{1,4})\/(\d{1,4})(?![\p{L}\p{N}/-])/gu;
const SIGN = /(?<=[\s(]|[$€£])[-\u2212]([$€£]?)(?=\d)/gu;
const CODE = /(?<![\p{L}\p{N}/-])[A-Za-z\d]{1,20}(?:[-/][A-Za-z\d]{1,20}){1,6}(?![\p{L}\p{N}/-])/gu;

/** A minus that belongs to the number behind it. */
export const MINUS = "\u2212";
/** Stands behind the minutes of a time of day. */
export const CLOCK = "clockminute";

const MONTHS = "January February March April May June July August September October November December".split(" ");

/** The text with each of these in one notation. Words stay as they are. */
export const inOneNotation = (text: string): string =>
  /\d/.test(text)
    ? text
        .replace(ISO_DATE, (whole, year: string, month: string, day: string) => dateOf(whole, day, month, year))
        .replace(POINT_DATE, (whole, day: string, month: string, year: string) => dateOf(whole, day, month, year))
        .replace(SHORT_MONTH, (short: string) => MONTHS.find((month) => month.startsWith(short.slice(0, 3))) ?? short)
        .replace(TIME, timeOf)
        .replace(FRACTION, (whole, above: string, below: string) =>
          Number(below) === 0 ? whole : (Number(above) / Number(below)).toFixed(4),
        )
        .replace(SIGN, (_whole, currency: string) => `${currency}${MINUS}`)
        .replace(CODE, (written) => (isCode(written) ? written.replaceAll(/[-/]/g, "") : written))
    : text;

function dateOf(whole: string, day: string, month: string, year: string): string {
  const name = MONTHS[Number(month) - 1];
  return name === undefined ? whole : `${Number(day)} ${name} ${year}`;
}

function timeOf(whole: string, hour?: string, minute?: string, half?: string, plainHour?: string, plainMinute?: string): string {
  const written = Number(hour ?? plainHour);
  const hours = half === undefined ? written : (written % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  return hours > 24 ? whole : `${hours * 60 + Number(minute ?? plainMinute ?? 0)} ${CLOCK} `;
}

/** It has a part of letters and digits, or capitals beside digits: `X1/200-b`, `AB-200`; `30-day` is none. */
const isCode = (written: string): boolean =>
  written.split(/[-/]/).some((part) => /\d/.test(part) && /^[A-Za-z]/.test(part)) ||
  (/\d/.test(written) && /^(?=.*[A-Z])[A-Z\d/-]+$/.test(written));
