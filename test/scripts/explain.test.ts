import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { explanationText } from "../../scripts/explain/text.ts";

it("[EXPLAIN-6] an explanation fits on one screen, the dearest first", () => {
  const leaf = (name: string, usd: number) => ({ name, usd });
  const causes = Array.from({ length: 9 }, (_, index) => ({
    cause: "retry" as const,
    what: `cause ${index}`,
    step: "pay",
    ms: 12_000,
    usd: 0.25,
  }));
  const text = explanationText({
    run: "run_1",
    summary: "This run of `refund` (completed) cost $4.2700 and took 3 min 0 s.",
    cost: {
      name: "run refund",
      usd: 4.27,
      children: Array.from({ length: 40 }, (_, index) => ({ name: `step${index}`, usd: 1, children: [leaf("model a/b", 1)] })),
    },
    beside: { name: "beside the ledger", usd: 0.0004, children: [leaf("storage (estimated)", 0.0004)] },
    time: {
      total_ms: 180_000,
      critical_path: Array.from({ length: 30 }, (_, index) => ({ step: `s${index}`, ms: 900, what: "tool x" })),
      waiting_ms: 0,
      retry_ms: 0,
      queue_ms: 0,
    },
    causes,
    waste: [],
    what_ifs: [{ what: "`pay` on cheap instead of dear", step: "pay", usd: 2 }],
    decisions: [],
    child_runs: [],
    median: null,
  });
  const lines = text.split("\n");
  expect(lines.length).toBeLessThanOrEqual(26);
  expect(lines).toContain("     $4.270000  run refund");
  expect(lines).toContain("        900 ms  s0: tool x");
  expect(text).toContain("… 5 more");
});

const SCRIPT = join(import.meta.dirname, "..", "..", "scripts", "explain.ts");
const explainAt = (url: string) =>
  promisify(execFile)(process.execPath, [SCRIPT, "run_1"], { env: { ...process.env, BULKHEAD_URL: url, BULKHEAD_KEY: "a key" } });

it("[EXPLAIN-11] `npm run explain` says where nobody, or no platform, answers, and ends with 1", async () => {
  const server = createServer((_, response) => response.end("<html>")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(explainAt(url)).rejects.toMatchObject({ code: 1, stderr: `${url} answers 200 and no JSON: it is no platform\n` });
  server.close();
  await once(server, "close");
  const said = `no platform answers at ${url}: start one with \`npm start\`, or say in BULKHEAD_URL where yours is\n`;
  await expect(explainAt(url)).rejects.toMatchObject({ code: 1, stderr: said });
  await expect(explainAt("nowhere")).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("no platform answers at nowhere") });
});
