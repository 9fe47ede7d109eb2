/** `/openapi.json` as a linter that others use sees it. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { apiEndpoints, contractOf } from "../../workers/ingress/app.ts";
import type { IngressPorts } from "../../workers/ingress/ports.ts";
import { platformRoutes } from "../../workers/ingress/routes/platform.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "bulkhead-openapi-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the linter finds, by rule. */
async function lint(document: unknown): Promise<string[]> {
  const file = join(folder, "openapi.json");
  writeFileSync(file, JSON.stringify(document));
  const cli = join(root, "node_modules/@redocly/cli/bin/cli.js");
  const environment = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  const options = ["lint", file, "--config", join(root, "redocly.yaml"), "--format", "json"];
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...options], { env: environment }).catch(
    (error: { stdout: string }) => error,
  );
  const { problems } = JSON.parse(stdout) as { problems: { ruleId: string; message: string }[] };
  return problems.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

it("the OpenAPI document is clean, and the linter bites", async () => {
  const ports = { settings: { version: "test" } } as IngressPorts;
  const document = contractOf([...apiEndpoints(ports), ...platformRoutes(ports, { openapi: () => "", docs: () => "" })]);
  expect(await lint(document)).toEqual([]);
  const { operationId: _lost, ...get } = document.paths?.["/v1/runs"]?.get ?? {};
  const flawed = { ...document, paths: { ...document.paths, "/v1/runs": { get } } };
  expect((await lint(flawed)).join("\n")).toContain("operation-operationId");
});
