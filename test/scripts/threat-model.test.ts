/** docs/threat-model.md names rules that exist, and each item of the OWASP lists with at least one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const read = (path: string): string => readFileSync(join(import.meta.dirname, "../..", path), "utf8");
const RULE = /\b[A-Z]+-(?:\d+|PRICE)\b/g;

it("[DOCS-2] the threat model cites existing rules, and at least one for each attack and each OWASP item", () => {
  const rules = new Set([...read("docs/SPEC.md").matchAll(/^- \*\*([A-Z]+-[A-Z0-9]+)\*\*/gm)].map(([, id]) => id));
  const page = read("docs/threat-model.md");
  const cited = page.match(RULE) ?? [];
  expect(cited.length).toBeGreaterThan(100);
  expect(cited.filter((id) => !rules.has(id))).toEqual([]);

  const tables = page.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| asset") && !line.startsWith("| attack"));
  const owasp = tables.filter((line) => /^\| (?:LLM|ASI)\d\d /.test(line));
  expect(owasp).toHaveLength(20);
  const last = (line: string): string => line.split("|").at(-2) ?? "";
  const attacks = tables.filter((line) => line.split("|").length === 5 && !line.startsWith("| item"));
  expect(attacks.length).toBeGreaterThan(40);
  const assets = page.split("## Trust borders")[0]?.split("\n") ?? [];
  expect(attacks.filter((line) => !assets.includes(line) && last(line).match(RULE) === null)).toEqual([]);
});
