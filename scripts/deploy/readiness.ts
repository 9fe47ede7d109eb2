/** What a deployment must have and must not have. Pure. */

/** How each secret is made: by a command whose output goes straight into wrangler. */
export const SECRETS = {
  ADMIN_API_KEY: { command: randomSecret("ADMIN_API_KEY", "base64url") },
  AUDIT_KEY: { command: signingKey("AUDIT_KEY") },
  CREDENTIAL_KEY: { command: signingKey("CREDENTIAL_KEY") },
  VAULT_KEY: { command: randomSecret("VAULT_KEY", "base64url") },
} as const;
export type SecretName = keyof typeof SECRETS;

/** 32 random bytes: an AES-256 key, or a key that nobody guesses. */
function randomSecret(name: string, encoding: string): string {
  return `node -p "require('crypto').randomBytes(32).toString('${encoding}')" | npx wrangler secret put ${name}`;
}

/** An Ed25519 key as a JWK (RFC 8037). */
function signingKey(name: string): string {
  return `node -p "JSON.stringify(require('crypto').generateKeyPairSync('ed25519').privateKey.export({format:'jwk'}))" | npx wrangler secret put ${name}`;
}

/** The names in wrangler's list of secrets (`[{"name": …}]`, maybe after other lines); null when there is no list to read. */
export function listedSecrets(output: string): ReadonlySet<string> | null {
  const from = output.indexOf("[");
  const to = output.lastIndexOf("]");
  if (from < 0 || to < from) return null;
  try {
    const listed: unknown = JSON.parse(output.slice(from, to + 1));
    if (!Array.isArray(listed)) return null;
    return new Set(listed.map((secret: { name?: unknown }) => String(secret?.name)));
  } catch {
    return null;
  }
}

export const missingSecrets = (listed: ReadonlySet<string>): SecretName[] =>
  (Object.keys(SECRETS) as SecretName[]).filter((name) => !listed.has(name));

/** What wrangler.toml says of one environment, as if it stood at the top level; null: of the top level itself. Environments come last. */
export function environmentIn(wranglerToml: string, environment: string | null): string {
  const sections = wranglerToml.split(/^(?=\[)/m);
  const isOf = (name: string) => (section: string) => /^\[+env\.([\w-]+)/.exec(section)?.[1] === name;
  if (environment === null) return sections.filter((section) => !/^\[+env\./.test(section)).join("");
  return sections
    .filter(isOf(environment))
    .map((section) => section.replace(new RegExp(`^(\\[+)env\\.${environment}\\.?`), "$1"))
    .join("");
}

/** Zeros, and a last digit that tells one local namespace from another. */
const NOBODYS_ID = /^[0-]{20,}[0-9a-f]?$/;

/** Ids in wrangler.toml that still stand for nothing: what has to be made once in the account, with the command that makes it. */
export function missingResources(wranglerToml: string): string[] {
  const named = (field: string): string[] =>
    [...wranglerToml.matchAll(new RegExp(`^\\s*${field}\\s*=\\s*"([^"]+)"`, "gm"))].map((match) => match[1] ?? "");
  const hasNoDatabase = named("database_id").some((id) => NOBODYS_ID.test(id));
  const namespaces = [...wranglerToml.matchAll(/\[\[kv_namespaces\]\]\s*binding\s*=\s*"([^"]+)"\s*id\s*=\s*"([^"]*)"/g)];
  const without = namespaces.filter(([, , id]) => NOBODYS_ID.test(id ?? "")).map(([, binding]) => binding ?? "");
  if (!hasNoDatabase && without.length === 0) return [];
  return [
    ...(hasNoDatabase ? named("database_name").map((name) => `npx wrangler d1 create ${name}   (gives its database_id)`) : []),
    ...without.map((binding) => `npx wrangler kv namespace create ${binding}   (gives its id)`),
    ...named("bucket_name").map((name) => `npx wrangler r2 bucket create ${name}`),
    ...[...new Set([...named("queue"), ...named("dead_letter_queue")])].map((name) => `npx wrangler queues create ${name}`),
  ];
}

/** The rule of the audit bucket: what lies under its prefix can neither be deleted nor overwritten, by nobody, for so many days. */
const AUDIT_LOCK = { bucket: "bulkhead-audit", name: "audit-sealed", prefix: "sealed/", days: 365 } as const;

/** The rule as long as the deployment says (`AUDIT_LOCK_YEARS`, 1 by default): the same number below which no org's `audit_years` is taken. */
export function auditLock(wranglerToml: string): Omit<typeof AUDIT_LOCK, "days"> & { readonly days: number } {
  const years = /^\s*["']?AUDIT_LOCK_YEARS["']?\s*=\s*["']?(\d{1,2})["']?/m.exec(wranglerToml)?.[1];
  return { ...AUDIT_LOCK, days: AUDIT_LOCK.days * Math.max(1, Number(years ?? 1)) };
}

/**
 * What wrangler's list of the bucket's lock rules says: `held` when a rule over exactly this prefix keeps objects at least as long, `short` when
 * one keeps them less, `none` otherwise.
 */
export function lockState(
  output: string,
  { prefix, days }: { readonly prefix: string; readonly days: number } = AUDIT_LOCK,
): "held" | "short" | "none" {
  const rules = output.split(/\n\s*\n/).filter((rule) => new RegExp(`^\\s*prefix:\\s*${prefix}\\s*$`, "m").test(rule));
  const isOn = (rule: string) => !/^\s*enabled:\s*(No|false)/im.test(rule);
  const kept = rules
    .filter(isOn)
    .map((rule) => (/indefinite/i.test(rule) ? Number.POSITIVE_INFINITY : Number(/(\d+)\s*days?/i.exec(rule)?.[1] ?? 0)));
  if (kept.some((length) => length >= days)) return "held";
  return kept.length > 0 ? "short" : "none";
}

/** Where a setting that only local platforms may have (docs/contract.md, "Who calls": `ALLOW_PRIVATE_HOSTS`) would come from. */
export function localSettings(args: readonly string[], wranglerToml: string): string[] {
  const found: string[] = [];
  if (args.some((word) => /^(--var=)?ALLOW_PRIVATE_HOSTS:/.test(word))) found.push("`--var ALLOW_PRIVATE_HOSTS` in the arguments");
  if (/^\s*["']?ALLOW_PRIVATE_HOSTS["']?\s*=/m.test(wranglerToml) || /^\s*vars\s*=.*ALLOW_PRIVATE_HOSTS/m.test(wranglerToml)) {
    found.push("`ALLOW_PRIVATE_HOSTS` in wrangler.toml");
  }
  if (/^\s*["']?(ADMIN_API_KEY|AUDIT_KEY|AUDIT_KEY_PREVIOUS|CREDENTIAL_KEY|VAULT_KEY)["']?\s*=/m.test(wranglerToml)) {
    found.push("a key as a plain variable in wrangler.toml: keys are secrets");
  }
  return found;
}
