/**
 * Names travel in paths, logs and lists, and URLs lie beside the vault: personal data does not belong in them. What a name or a URL would
 * tell of somebody, disguised or not. Pure; says why, never what.
 */
import { fold } from "../fold.ts";
import { findPersonalData } from "./personal-data.ts";

/** `name@domain` anywhere. */
const MAIL = /[^\s@]@[^\s@]/;
/** `ada-at-example-dot-com`, `ada_at_example.org`: as names without an `@` write it. */
const MAIL_IN_WORDS =
  /[\p{L}\p{N}][-_.](?:at|arroba|arobase)[-_.][\p{L}\p{N}-]+(?:[-_.](?:dot|punkt|punto|point)[-_.]\p{L}{2,6}|\.\p{L}{2,6}|[-_](?:com|org|net|edu|gov|info))$/iu;
/** E.164 has at most 15 digits; fewer than seven are no number of a person. */
const INTERNATIONAL = /\+[\d().-]{7,}/;
const DIGITS_ALONE = /^[\d().-]+$/;
/** What cannot be seen, or turns the direction of what can. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]/u;
/** Addresses of machines and wallets name services, too. */
const OF_PEOPLE: ReadonlySet<string> = new Set(["EMAIL", "PHONE", "CREDIT_CARD", "IBAN", "SSN", "NATIONAL_ID", "SECRET"]);

/** Why a text is no name; null: it may be one. */
export function flawOfName(text: string): string | null {
  if (UNSEEN.test(text)) return "has characters that cannot be seen";
  return looksPersonal(text)
    ? "looks like personal data (a mail address, a phone, card or account number, an identity number); send an opaque id"
    : null;
}

/** True when the text looks like something of a person. */
export function looksPersonal(text: string): boolean {
  const folded = fold(text).text;
  const digits = folded.replace(/\D/g, "").length;
  if (MAIL.test(folded) || MAIL_IN_WORDS.test(folded) || INTERNATIONAL.test(folded)) return true;
  if (DIGITS_ALONE.test(folded) && digits >= 7 && digits <= 15) return true;
  return findPersonalData(text).some(({ type }) => OF_PEOPLE.has(type));
}

/** True when a named value, as text, holds something of a person. */
export const tellsOfPerson = (text: string, field: string): boolean =>
  MAIL.test(fold(text).text) || findPersonalData(text, field).some(({ type }) => OF_PEOPLE.has(type));

/** What `URL` says of an address. */
type UrlParts = { readonly pathname: string; readonly hash: string; readonly searchParams: Iterable<readonly [string, string]> };

/** The part of a URL that holds personal data, decoded as often as it may be encoded; null: none does. */
export function personalPartOf(url: UrlParts): "path" | "query" | "fragment" | null {
  const holds = (text: string, field = ""): boolean =>
    decodings(text).some((reading) => findPersonalData(reading, field).some(({ type }) => type !== "SECRET"));
  if (url.pathname.split("/").some((segment) => holds(segment)) || holds(url.pathname)) return "path";
  for (const [name, value] of url.searchParams) if (holds(name) || holds(value, name)) return "query";
  return holds(url.hash.slice(1)) ? "fragment" : null;
}

/** The text, and what it reads as when decoded once and twice. */
function decodings(text: string): readonly string[] {
  const readings = [text];
  for (let round = 0; round < 2; round++) {
    const last = readings.at(-1) ?? "";
    try {
      const decoded = decodeURIComponent(last);
      if (decoded === last) break;
      readings.push(decoded);
    } catch {
      break;
    }
  }
  return readings;
}
