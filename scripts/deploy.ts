/**
 * `npm run deploy -- ARGS`: brings the tables of the real database up to date, then the Worker. Refuses when a secret is missing or when
 * a setting of local platforms would go along. ARGS go to `wrangler deploy`; with `--dry-run` nothing leaves this machine.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  auditLock,
  environmentIn,
  listedSecrets,
  localSettings,
  lockState,
  missingResources,
  missingSecrets,
  SECRETS,
} from "./deploy/readiness.ts";
import { DATABASE, DEFAULT_STATE, ROOT } from "./platform/places.ts";
import { type Finished, runWrangler } from "./platform/wrangler.ts";

const args = process.argv.slice(2);
const dryRun = args.includes("--dry-run");

const wholeToml = readFileSync(join(ROOT, "wrangler.toml"), "utf8");
const wranglerToml = environmentIn(
  wholeToml,
  environmentOf(args)
    .at(-1)
    ?.replace(/^--env=/, "") || null,
);
const settings = localSettings(args, wholeToml);
if (settings.length > 0) refuse("it would carry settings of a local platform:", settings);

if (!dryRun) {
  const resources = missingResources(wranglerToml);
  if (resources.length > 0)
    refuse("wrangler.toml does not name the account's own resources yet; make them once and write the ids there:", resources);
  checkSecrets(await runWrangler(["secret", "list", "--format", "json", ...environmentOf(args)], DEFAULT_STATE));
  await lockAuditBucket();
  await step("the tables of the database", ["d1", "migrations", "apply", DATABASE, "--remote", ...environmentOf(args)]);
}
await step(dryRun ? "the bundle (nothing is sent)" : "the Worker", ["deploy", ...args]);

function checkSecrets({ code, output }: Finished): void {
  const listed = code === 0 ? listedSecrets(output) : null;
  const said = output.trim().split("\n").slice(-12);
  if (listed === null) {
    refuse("the secrets of the deployment could not be listed. What wrangler says:", [
      ...said,
      "Without a network or a login nothing can be deployed: `npx wrangler login`, or CLOUDFLARE_API_TOKEN; `npm run deploy -- --dry-run` works offline.",
      "A Worker that was never deployed has no secrets yet: `npx wrangler secret put NAME` offers to create it.",
    ]);
  }
  const missing = missingSecrets(listed);
  if (missing.length > 0) {
    refuse(
      "secrets are missing; each line makes one and hands it to wrangler without showing it:",
      missing.map((name) => SECRETS[name].command),
    );
  }
  if (listed.has("ALLOW_PRIVATE_HOSTS"))
    refuse("it carries a setting of local platforms:", ["npx wrangler secret delete ALLOW_PRIVATE_HOSTS"]);
}

/** Set when it is not there; one that keeps objects less long is for a person to change. */
async function lockAuditBucket(): Promise<void> {
  const rule = auditLock(wranglerToml);
  const { bucket, name, prefix, days } = rule;
  const listed = await runWrangler(["r2", "bucket", "lock", "list", bucket, ...environmentOf(args)], DEFAULT_STATE);
  if (listed.code !== 0)
    refuse(`the lock rules of the bucket ${bucket} could not be listed. What wrangler says:`, listed.output.trim().split("\n").slice(-6));
  const state = lockState(listed.output, rule);
  if (state === "short")
    refuse(`the bucket ${bucket} keeps what lies under \`${prefix}\` for less than ${days} days; remove that rule and deploy again:`, [
      `npx wrangler r2 bucket lock list ${bucket}`,
      `npx wrangler r2 bucket lock remove ${bucket} --name NAME`,
    ]);
  if (state === "none")
    await step(`the lock over what the audit log has sealed (${days} days)`, [
      ...["r2", "bucket", "lock", "add", bucket, name, prefix, "--retention-days", String(days), "--force"],
      ...environmentOf(args),
    ]);
}

async function step(title: string, command: readonly string[]): Promise<void> {
  console.log(`deploy: ${title}`);
  const { code } = await runWrangler(command, DEFAULT_STATE, true);
  if (code === 0) return;
  console.error(`deploy: ${title}: wrangler exited with ${code}; the later steps were not run`);
  process.exit(1);
}

function refuse(why: string, lines: readonly string[]): never {
  console.error(`deploy: refused, because ${why}\n${lines.map((line) => `  ${line}`).join("\n")}`);
  process.exit(1);
}

/** Secrets and tables belong to the environment that is deployed. */
function environmentOf(words: readonly string[]): string[] {
  const at = words.findIndex((word) => word === "--env" || word === "-e");
  const inline = words.find((word) => word.startsWith("--env="));
  if (inline !== undefined) return [inline];
  return at < 0 ? [] : words.slice(at, at + 2);
}
