import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { listedSecrets, localSettings, missingResources, missingSecrets } from "../../scripts/deploy/readiness.ts";

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

  it("names the resources that have no id yet", () => {
    expect(missingResources('database_id = "00000000-0000-0000-0000-000000000000"\nid = "ab12"')).toContainEqual(
      expect.stringContaining("d1 create"),
    );
    expect(missingResources('database_id = "3f2a-11"\nid = "ab12"')).toEqual([]);
  });
});
