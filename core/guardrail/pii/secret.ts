/**
 * Credentials: tokens with a known form, and values that are named as a secret and look random. Private keys and JSON Web Tokens,
 * which may be of any length, are open-ended.ts's.
 */
import type { Finding } from "../finding.ts";
import { type Detector, finding, LONGEST_FINDING, matchesFrom } from "./detector.ts";
import { findEncodedData } from "./encoded-data.ts";
import { findForms } from "./token-forms.ts";

/** The value is looked ahead at: a word of it may name the next one. */
const NAMED =
  /(?:api[_-]?key|secret(?:[_-]?(?:key|access[_-]?key))?|access[_-]?token|auth[_-]?token|client[_-]?secret|password|passwd|pwd|passwort|contrase(?:ñ|n)a|mot de passe|bearer)["']?\s{0,2}(?:[:=]|\bis\b|\bist\b|\bes\b|\s)\s{0,2}["']?(?=([^\s"'<>{},;]{8,200}))/gi;
/** At least ten units with a digit and a letter among them: words of a sentence ("the password is forgotten") do not look so. */
const RANDOM = /^(?=.{0,199}\d)(?=.{0,199}[A-Za-z])[\x21-\x7e]{8,200}$/;

/** `secret_access_key`, quotes, blanks and a sign: how far before its value a name may begin. */
const NAME_UNITS = 48;
const SHORTEST_ENCODED = 12;
const SHORTEST_NAMED = 8;

/** Finds credentials of bounded length. */
export const secrets: Detector = {
  type: "SECRET",
  names: ["secret_form", "secret_named", "secret_url", "secret_encoded"],
  stage: "first",
  longest: LONGEST_FINDING,
  mayFind: ({ longestRun, digits, colons, signs }) =>
    longestRun >= SHORTEST_ENCODED || (longestRun >= SHORTEST_NAMED && digits > 0) || (colons >= 1 && signs >= 1),
  find: (text, from) => [...findNamed(text, from), ...findForms(text, from), ...findInUrls(text, from), ...findEncodedData(text, from)],
  samples: {
    hits: [
      "key «sk-live-51H8xQ2eZvKYlo2C0pGd»",
      "token «bh_0123456789abcdefABCDEF», thanks",
      "password: «hunter2hunter2»",
      '{"api_key":"«Xk29fjs02lq»"}',
      "in base64: «YWRhQGV4YW1wbGUuY29t»",
      "in hex: «616461406578616d706c652e636f6d»",
      "in base32: «MFSGCQDFPBQW24DMMUXGG33N»",
      "in quoted-printable: «=61=64=61=40=65=78=61=6D=70=6C=65=2E=63=6F=6D»",
      "a card in it: «4111=201111=201111=201111»",
      "byte by byte: «61:64:61:40:65:78:61:6d:70:6c:65:2e:63:6f:6d»",
      "in octal: «\\141\\144\\141\\100\\145\\170\\141\\155\\160\\154\\145\\056\\143\\157\\155»",
      "in ROT13: «tuc_nopqrstuvwxyzabcdefghijklmno0123456789»",
      "postgres://«ada:s3cret!pw»@db.acme.org:5432/shop",
    ],
    misses: [
      "the password is forgotten",
      "sk-short",
      "the secret of a good espresso",
      "https://acme.org:8080/@ada",
      "https://user@acme.org/x",
      "JBSWY3DPEBLW64TMMQ, x=20y=20z, AB:CD:EF:01:23:45:67:89:9A:BC, page=20&size=2050",
      "d41d8cd98f00b204e9800998ecf8427e, iVBORw0KGgoAAAANSUhEUgAAAAUA, SGVsbG8gd29ybGQsIGFnYWlu",
    ],
  },
};

/** RFC 3986 section 3.2.1: name and password before the host of a URL. */
const CREDENTIALS = /(?<=[a-z]:\/\/)[^\s/?#@:"'<>]{0,100}:[^\s/?#@"'<>]{1,200}(?=@[\w[])/gi;

function findInUrls(text: string, from: number): Finding[] {
  if (!text.includes("://")) return [];
  return matchesFrom(CREDENTIALS, text, from).map(({ 0: pair, index }) =>
    finding("SECRET", index, index + pair.length, 0.95, "secret_url"),
  );
}

/** The name may stand before `from`: only the value is found. */
function findNamed(text: string, from: number): Finding[] {
  const found: Finding[] = [];
  for (const match of matchesFrom(NAMED, text, Math.max(0, from - NAME_UNITS))) {
    const value = (match[1] ?? "").replace(/[.!?)\]]+$/, "");
    const start = match.index + match[0].length;
    if (start < from || value.length < SHORTEST_NAMED || !RANDOM.test(value)) continue;
    found.push(finding("SECRET", start, start + value.length, 0.85, "secret_named"));
  }
  return found;
}

const SECRET_FIELD = /^(?:.*[_-])?(?:password|passwd|secret|api_?key|private_?key|access_?token|client_?secret)$/i;

/** A whole text that looks random in a field that is named as a secret. */
export const isSecretField = (text: string, field: string): boolean => SECRET_FIELD.test(field.slice(-40)) && RANDOM.test(text);
