/** Where a document says that it comes from: a web address, or a name of its own. Somebody may render it as a link, so nothing else is one. Pure. */

/** How a text that a browser takes for an address begins; blanks and controls count for nothing there. */
const SCHEME = /^([a-z][a-z0-9+.-]*):/i;
/** Addresses that name something and lead nowhere (RFC 8141). */
const NAMING = "urn";

/** A web address as it is written: who, and where. */
const WEB = /^https?:\/\/([^/?#\\@]*@)?[^/?#\\@\s]+(?:[/?#]\S*)?$/iu;

/** null: the text may be a document's source. Else what is wrong with it. */
export function flawOfSourceName(text: string): string | null {
  if (/[\p{C}\u2028\u2029]/u.test(text) || text.trim() !== text) return "has characters that nobody sees, or blanks around it";
  const scheme = SCHEME.exec(text.replace(/\s/gu, ""))?.[1]?.toLowerCase() ?? null;
  if (scheme === null)
    return /^[/\\]{2}/.test(text) ? "is an address without a scheme: begin it with `https://`, or name the document otherwise" : null;
  if (scheme === NAMING) return null;
  if (scheme !== "http" && scheme !== "https")
    return `is an address of the scheme \`${scheme.slice(0, 20)}\`: send an http or https address, or a name without a colon`;
  const [, user] = WEB.exec(text) ?? [];
  if (!WEB.test(text)) return "is no http or https address that can be read";
  return user === undefined ? null : "has a user or a password in the address";
}
