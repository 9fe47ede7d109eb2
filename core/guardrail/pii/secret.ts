/** Credentials: private keys, tokens with a known form, and values that are named as a secret and look random. */
import type { Finding } from "../finding.ts";
import { type Detector, finding } from "./detector.ts";

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
  /\beyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{4,8000}\.[A-Za-z0-9_-]{0,1500}/g, // JSON Web Token (RFC 7519)
];
/** What the forms above begin with: one look spares fifteen. */
const BEGINNING = /bh_|sk-|[srp]k_|whsec_|A(?:KIA|SIA|BIA|CCA)|gh[pousr]_|github_pat_|glpat-|xox|AIza|ya29|npm_|hf_|SG\.|eyJ/;
const KEY_BEGIN = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = /-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const NAMED =
  /(?:api[_-]?key|secret(?:[_-]?(?:key|access[_-]?key))?|access[_-]?token|auth[_-]?token|client[_-]?secret|password|passwd|pwd|passwort|contrase(?:ñ|n)a|mot de passe|bearer)["']?\s{0,2}(?:[:=]|\bis\b|\bist\b|\bes\b|\s)\s{0,2}["']?([^\s"'<>{},;]{8,200})/gi;
/** At least ten units with a digit and a letter among them: words of a sentence ("the password is forgotten") do not look so. */
const RANDOM = /^(?=.{0,199}\d)(?=.{0,199}[A-Za-z])[\x21-\x7e]{8,200}$/;

export const findSecrets: Detector = (text, context) => {
  const found = [...findPrivateKeys(text), ...findNamed(text, context)];
  if (!BEGINNING.test(text)) return found;
  for (const form of FORMS)
    for (const { 0: token, index } of text.matchAll(form)) found.push(finding("SECRET", index, index + token.length, 0.98, "secret_form"));
  return found;
};

/** A key without its end goes to the end of the text: half a key is still a key. */
function findPrivateKeys(text: string): Finding[] {
  const found: Finding[] = [];
  let free = 0;
  for (const { index } of text.matchAll(KEY_BEGIN)) {
    if (index < free) continue;
    KEY_END.lastIndex = index;
    const close = KEY_END.exec(text);
    free = close === null ? text.length : close.index + close[0].length;
    found.push(finding("SECRET", index, free, 0.99, "private_key"));
  }
  return found;
}

function findNamed(text: string, context: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(NAMED)) {
    const value = (match[1] ?? "").replace(/[.!?)\]]+$/, "");
    if (!RANDOM.test(value) || value.length < 8) continue;
    const start = match.index + match[0].length - (match[1] ?? "").length;
    found.push(finding("SECRET", start, start + value.length, 0.85, "secret_named"));
  }
  const isNamedByKey = /^(?:.*[_-])?(?:password|passwd|secret|api_?key|private_?key|access_?token|client_?secret)$/i.test(
    context.slice(-40),
  );
  if (isNamedByKey && RANDOM.test(text)) found.push(finding("SECRET", 0, text.length, 0.9, "secret_named"));
  return found;
}
