import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { auditLock, listedSecrets, localSettings, lockState, missingResources, missingSecrets } from "../../scripts/deploy/readiness.ts";
import { frozenConfig } from "../../scripts/platform/freeze.ts";

const TOML = readFileSync("wrangler.toml", "utf8");

describe("a deployment", () => {
  it("needs every secret, and says which are missing", () => {
    const listed = listedSecrets('some line\n[{"name":"ADMIN_API_KEY","type":"secret_text"},{"name":"VAULT_KEY"}]\n');
    expect(missingSecrets(listed ?? new Set())).toEqual(["AUDIT_KEY", "CREDENTIAL_KEY"]);
    expect(missingSecrets(new Set(["ADMIN_API_KEY", "AUDIT_KEY", "CREDENTIAL_KEY", "VAULT_KEY"]))).toEqual([]);
  });

  it.each(["", "no list", "[broken", "{}"])("is not taken to have secrets when the answer is %j", (output) => {
    expect(listedSecrets(output)).toBeNull();
  });

  it.each([
    [["--var", "ALLOW_PRIVATE_HOSTS:1"], TOML],
    [["--var=ALLOW_PRIVATE_HOSTS:0"], TOML],
    [[], `${TOML}\n[vars]\nALLOW_PRIVATE_HOSTS = "1"\n`],
    [[], `vars = { ALLOW_PRIVATE_HOSTS = "1" }\n${TOML}`],
    [[], `${TOML}\n[vars]\nADMIN_API_KEY = "in the open"\n`],
  ])("is refused with what only a local platform may have: %j", (args, toml) => {
    expect(localSettings(args, toml)).toHaveLength(1);
  });

  it("carries nothing of the kind as the project stands", () => {
    expect(localSettings(["--dry-run"], TOML)).toEqual([]);
  });

  it("names the resources that have no id yet, and those that go with them", () => {
    const toml =
      'database_name = "bulkhead"\ndatabase_id = "00000000-0000-0000-0000-000000000000"\nid = "ab12"\nqueue = "q"\n[[x]]\nqueue = "q"\ndead_letter_queue = "dead"\n';
    expect(missingResources(toml)).toEqual([
      "npx wrangler d1 create bulkhead   (gives its database_id)",
      "npx wrangler queues create q",
      "npx wrangler queues create dead",
    ]);
    expect(missingResources(toml.replace(/0{8}/, "3f2a1111"))).toEqual([]);
  });

  it("names every namespace that has no id yet, whichever digit its local one ends with", () => {
    const missing = missingResources(TOML);
    expect(missing).toContain("npx wrangler kv namespace create FLAGS   (gives its id)");
    expect(missing).toContain("npx wrangler kv namespace create ANSWERS   (gives its id)");
    const made = TOML.replaceAll(/^(database_)?id = ".*"/gm, '$1id = "3f2a11118888443c9d1a0b2c3d4e5f60"');
    expect(missingResources(made)).toEqual([]);
  });

  it("is bundled for a local platform under the same bindings", () => {
    const frozen = frozenConfig(TOML);
    expect(frozen).toContain('main = "main.js"\nno_bundle = true\nfind_additional_modules = true\n');
    const rest = (toml: string, lines: number) =>
      toml
        .split("\n")
        .slice(lines)
        .filter((line) => !line.startsWith("image"));
    expect(rest(frozen, 6)).toEqual(rest(TOML, 4));
    expect(() => frozenConfig('name = "x"')).toThrow("main");
  });

  it("builds images from where they are, on another base where one is given", () => {
    expect(frozenConfig(TOML, "/project")).toContain('image = "/project/sandbox/Dockerfile"\n');
    expect(frozenConfig(TOML, "/project", "mirror/base:1")).toContain('Dockerfile"\nimage_vars = { BASE = "mirror/base:1" }\n');
  });

  it("[MERKLE-14] finds the lock over what the audit log has sealed, one that is too short, and that there is none", () => {
    const rule = (prefix: string, condition: string, enabled = "Yes") =>
      `Listing lock rules for bucket 'bulkhead-audit'...\n\nname:       audit-sealed\nenabled:    ${enabled}\nprefix:     ${prefix}\ncondition:  ${condition}\n`;
    expect(lockState(rule("sealed/", "after 365 days"))).toBe("held");
    expect(lockState(rule("sealed/", "indefinitely"))).toBe("held");
    expect(lockState(rule("sealed/", "after 30 days"))).toBe("short");
    for (const other of [rule("open/", "after 900 days"), rule("sealed/", "after 900 days", "No"), "There are no lock rules", ""])
      expect(lockState(other)).toBe("none");
    // As long as the deployment says that no org asks for less.
    expect([auditLock("").days, auditLock('[vars]\nAUDIT_LOCK_YEARS = "3"').days, auditLock("AUDIT_LOCK_YEARS = 0").days]).toEqual([
      365, 1095, 365,
    ]);
    expect(lockState(rule("sealed/", "after 365 days"), auditLock("AUDIT_LOCK_YEARS = 2"))).toBe("short");
  });
});
