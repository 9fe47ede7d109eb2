/**
 * Credentials: tokens with a known form, and values that are named as a secret and look random. Private keys and JSON Web Tokens,
 * which may be of any length, are open-ended.ts's.
 */
import type { Finding } from "../finding.ts";
import { type Detector, finding, LONGEST_FINDING, matchesFrom } from "./detector.ts";
import { findEncodedData } from "./encoded-data.ts";

/** Forms as their makers publish them for secret scanners. Every quantifier is bounded or runs over one class: linear time. */
const FORMS: readonly RegExp[] = [
  /\bbh_[A-Za-z0-9_-]{16,200}/g, // Bulkhead
  /\bsk-[A-Za-z0-9_-]{16,240}/g, // model providers
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,120}/g, // Stripe
  /\bwhsec_[A-Za-z0-9+/=]{16,120}/g, // Standard Webhooks
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g, // AWS
  /\bgh[pousr]_[A-Za-z0-9]{30,255}/g, // GitHub
  /\bgithub_pat_[A-Za-z0-9_]{22,255}/g,
  /\bglpat-[A-Za-z0-9_-]{20,64}/g, // GitLab
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/g, // Slack
  /\bAIza[A-Za-z0-9_-]{35}/g, // Google
  /\bya29\.[A-Za-z0-9_-]{20,400}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\bhf_[A-Za-z0-9]{30,60}\b/g, // Hugging Face
  /\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}/g, // SendGrid
];
/** What the forms above begin with: one look spares fifteen. */
const BEGINNING = /bh_|sk-|[srp]k_|whsec_|A(?:KIA|SIA|BIA|CCA)|gh[pousr]_|github_pat_|glpat-|xox|AIza|ya29|npm_|hf_|SG\./;
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
      "postgres://«ada:s3cret!pw»@db.acme.org:5432/shop",
    ],
    misses: [
      "the password is forgotten",
      "sk-short",
      "the secret of a good espresso",
      "https://acme.org:8080/@ada",
      "https://user@acme.org/x",
      "d41d8cd98f00b204e9800998ecf8427e, iVBORw0KGgoAAAANSUhEUgAAAAUA, SGVsbG8gd29ybGQsIGFnYWlu",
    ],
  },
};

function findForms(text: string, from: number): Finding[] {
  const found: Finding[] = [];
  if (!BEGINNING.test(text)) return found;
  for (const form of FORMS)
    for (const { 0: token, index } of matchesFrom(form, text, from))
      found.push(finding("SECRET", index, index + token.length, 0.98, "secret_form"));
  return found;
}

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
