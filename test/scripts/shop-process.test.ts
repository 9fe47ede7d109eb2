import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "shop-"));
const ledger = join(folder, "ledger.jsonl");
afterAll(() => rmSync(folder, { recursive: true }));

/** The shop on a free port, until `stop`. */
async function start(): Promise<{ url: string; kill: (signal: "SIGKILL" | "SIGTERM") => Promise<void> }> {
  const child = spawn(process.execPath, ["shop/server.ts", "--port", "0", "--ledger", ledger], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (data: Buffer) => resolve(/http:\S+/.exec(data.toString())?.[0] ?? ""));
    child.on("exit", () => reject(new Error("the shop did not start")));
  });
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  const kill = (signal: "SIGKILL" | "SIGTERM"): Promise<void> => {
    child.kill(signal);
    return ended;
  };
  return { url, kill };
}
const refund = (url: string): Promise<Response> =>
  fetch(`${url}/payments/refund`, { method: "POST", body: '{"order":"A-1001"}', headers: { "idempotency-key": "run_1/refund" } });

it("[SHOP-1] the shop as a process: killed in mid-answer, it remembers what it did", async () => {
  const first = await start();
  await fetch(`${first.url}/faults`, { method: "POST", body: '{"path":"/payments/refund","mode":"hang"}' });
  const lost = refund(first.url).catch(() => "no answer");
  while (!readFileSync(ledger, "utf8").includes('"effect"')) await new Promise((resolve) => setTimeout(resolve, 10));
  await first.kill("SIGKILL");
  expect(await lost).toBe("no answer");
  appendFileSync(ledger, '{"kind":"effect","path":"/pay'); // a line that the kill cut

  const second = await start();
  const answer = await refund(second.url);
  expect(answer.headers.get("idempotent-replayed")).toBe("true");
  expect(await (await fetch(`${second.url}/ledger`)).json()).toMatchObject({ writes: [{ key: "run_1/refund", calls: 2, effects: 1 }] });
  await fetch(`${second.url}/faults`, { method: "POST", body: '{"path":"/payments/refund","mode":"cut"}' });
  await expect(refund(second.url).then((response) => response.text())).rejects.toThrow();
  await second.kill("SIGTERM");

  const third = await start(); // what was written after the cut line is whole
  expect(await (await fetch(`${third.url}/ledger`)).json()).toMatchObject({ writes: [{ calls: 3, effects: 1 }] });
  await third.kill("SIGTERM");
}, 20_000);
