/** Credentials that are known by their form, as their makers publish them for secret scanners. Knows nothing of what names a secret (secret.ts). */
import type { Finding } from "../finding.ts";
import { finding, matchesAfter, matchesFrom } from "./detector.ts";

/** Every quantifier is bounded or runs over one class: linear time. */
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
const BEGINNING = /bh_|sk-|[srp]k_|whsec_|A(?:KIA|SIA|BIA|CCA)|gh[pousr]_|github_pat_|glpat-|xox|AIza|ya29|npm_|hf_|SG\./g;

/** The tokens of a known form that begin at `from` or after it. */
export function findForms(text: string, from: number): Finding[] {
  const found: Finding[] = [];
  if (!matchesAfter(BEGINNING, text, from)) return found;
  for (const form of FORMS)
    for (const { 0: token, index } of matchesFrom(form, text, from))
      found.push(finding("SECRET", index, index + token.length, 0.98, "secret_form"));
  return found;
}

/** Forms of `FORMS` in ROT13 whose beginnings are no syllables of words: GitHub, GitLab, Google, npm, AWS. */
const ROTATED =
  /(?<![A-Za-z0-9_])(?:tu[cbhfe]_[A-Za-z0-9]{30,255}|tvguho_cng_[A-Za-z0-9_]{22,255}|tycng-[A-Za-z0-9_-]{20,64}|NVmn[A-Za-z0-9_-]{35}|acz_[A-Za-z0-9]{36}\b|N(?:XVN|FVN)[A-Z0-9]{16}\b)/g;

/** As `findForms`, of tokens in ROT13. */
export function findRotatedForms(text: string, from: number): Finding[] {
  return matchesFrom(ROTATED, text, from).map(({ 0: token, index }) =>
    finding("SECRET", index, index + token.length, 0.9, "secret_encoded"),
  );
}
