/**
 * When two spellings are one value, which has one placeholder. Only where the normal form is certain: the digits of a card, an account without its
 * blanks, a number in one way of dialling, a mail address whose signs are spelt out. A national and an international number may be two.
 */
import type { PlaceholderType } from "./finding.ts";
import { fold } from "./fold.ts";

/** What stands for the value among others of its type: equal for two spellings of one value. Any text may be asked about. Linear in its length. */
export function sameValueKey(type: PlaceholderType, value: string): string {
  const normal = NORMAL[type];
  // A number of JSON is kept with a mark before it, and opens as a number: it is no text.
  return normal === undefined || value.charCodeAt(0) < 32 ? value : (normal(fold(value).text) ?? value);
}

/** Null: the value has no certain form. */
const NORMAL: { readonly [Type in PlaceholderType]?: (folded: string) => string | null } = {
  CREDIT_CARD(folded) {
    const digits = folded.replace(/<[^<>]{0,30}>/g, "").replace(/[^\p{L}\d]/gu, "");
    return /^\d{12,19}$/.test(digits) ? digits : null;
  },
  IBAN(folded) {
    const compact = folded.replace(/[^\p{L}\d]/gu, "").toUpperCase();
    return /^[A-Z]{2}\d{2}[A-Z\d]{11,30}$/.test(compact) ? compact : null;
  },
  PHONE(folded) {
    const digits = folded.replace(/\(0\)/, "").replace(/[ .\-/()·_]/g, "");
    return /^(?:\+|00)[1-9]\d{5,14}$/.test(digits) ? digits.replace(/^00/, "+") : /^\d{6,15}$/.test(digits) ? digits : null;
  },
  EMAIL(folded) {
    const plain = folded
      .replace(/%40|=40|\s?[([{]\s?(?:at|@|arroba|arobase)\s?[)\]}]\s?/i, "@")
      .replace(/\s{0,2}[([{]\s{0,2}(?:dot|punkt|punto|point|\.)\s{0,2}[)\]}]\s{0,2}/gi, ".");
    const at = plain.lastIndexOf("@");
    // Of the part before the sign, capitals may count (RFC 5321 section 2.4).
    return at < 1 || /[\s"]/.test(plain) ? null : plain.slice(0, at) + plain.slice(at).toLowerCase();
  },
};
