/**
 * Agent frameworks as they are, against a platform of this machine: a loop of tools, a second turn, a form, refusals and a cancellation.
 * They are installed from a lock file of their own. What was seen is the table of docs/compatibility.md, which this check writes.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiOf } from "../cases/play.ts";
import { openLog } from "../platform/log-file.ts";
import { ROOT } from "../platform/places.ts";
import { startPlatform, waitUntilHealthy } from "../platform/platform.ts";
import { freePort } from "../platform/ports.ts";
import type { Check } from "./check.ts";
import { startUpstream } from "./frameworks/upstream.ts";

const FOLDER = join(import.meta.dirname, "frameworks");
const FRAMEWORKS = ["openai", "openai-agents", "langgraph", "ai-sdk", "mastra", "llamaindex"] as const;
const PARTS = ["tool loop", "second turn", "structured output", "401", "402", "422", "429", "cancellation"] as const;
const INSTALL_MS = 300_000;
const PLAY_MS = 300_000;
const PAGE = join(ROOT, "docs", "compatibility.md");
const TABLE = /(<!-- seen -->\n)[\s\S]*?(<!-- \/seen -->)/;

export const frameworks: Check = {
  name: "frameworks",
  title: "agent frameworks as they are: tool loop, second turn, form, refusals, cancellation",
  lacks: () => (isInstalled() ? null : `the packages of scripts/deep/frameworks, and \`npm ci\` could not fetch them`),
  async run({ tell, violation }) {
    const upstream = await startUpstream();
    const state = mkdtempSync(join(tmpdir(), "bulkhead-frameworks-"));
    const adminKey = "bh_frameworks_admin_key_0123456789abcdef";
    const vars = { ADMIN_API_KEY: adminKey, AI_GATEWAY_URL: `http://127.0.0.1:${upstream.port}/v1` };
    const given = Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
    const args = ["--port", String(await freePort()), "--persist-to", state, ...given];
    const platform = await startPlatform({ args, output: openLog("frameworks"), tell });
    try {
      await waitUntilHealthy(platform);
      const poorKey = await furnish(platform.url, adminKey);
      const rows: string[][] = [];
      for (const name of FRAMEWORKS) {
        tell(name);
        const lines = await play(name, { PLATFORM_URL: platform.url, PLATFORM_KEY: adminKey, POOR_KEY: poorKey });
        rows.push([lines.versions, ...PARTS.map((part) => seen(name, part, lines.parts, violation))]);
      }
      const table = [["", ...PARTS], ...rows];
      writeFileSync(
        PAGE,
        readFileSync(PAGE, "utf8").replace(TABLE, (_all, before, after) => `${before}${markdown(table)}\n${after}`),
      );
      return table;
    } finally {
      await platform.child.stop();
      upstream.close();
      rmSync(state, { recursive: true, force: true });
    }
  },
};

function isInstalled(): boolean {
  if (existsSync(join(FOLDER, "node_modules", "@openai", "agents"))) return true;
  const ci = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: FOLDER, stdio: "ignore", timeout: INSTALL_MS });
  return ci.status === 0;
}

/** Models of every part, and an org that cannot afford a call; answers its key. */
async function furnish(url: string, adminKey: string): Promise<string> {
  const api = apiOf(url, adminKey);
  const must = async (method: string, path: string, body: unknown, org?: string): Promise<unknown> => {
    const { status, data, text } = await api(method, path, body, org === undefined ? {} : { "bulkhead-org": org });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return data;
  };
  const model = { price: { input: 2, output: 10 }, context: 128_000, tasks: ["write"], pii: "redacted" };
  for (const name of ["talk", "form", "slow", "busy"])
    await must("PUT", `/v1/models/acme/${name}-2026-01-01`, { ...model, upstream_id: name });
  const made = await must("POST", "/v1/api-keys", { org: "poor", user: "app", roles: ["caller"] }, "poor");
  await must("PUT", "/v1/models/acme/talk-2026-01-01", { ...model, upstream_id: "talk" }, "poor");
  await must("PUT", "/v1/budgets/org", { usd_per_day: 0.000_01 }, "poor");
  return (made as { key: string }).key;
}

type Lines = { readonly versions: string; readonly parts: ReadonlyMap<string, { readonly ok: boolean; readonly why?: string }> };

function play(name: string, env: Readonly<Record<string, string>>): Promise<Lines> {
  return new Promise((done) => {
    const child = spawn(process.execPath, ["--no-warnings", "play.mjs", name], {
      cwd: FOLDER,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: PLAY_MS,
    });
    let output = "";
    let trouble = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      trouble = (trouble + chunk.toString()).slice(-1_000);
    });
    child.once("close", () => {
      const parts = new Map<string, { ok: boolean; why?: string }>();
      let versions: string = name;
      for (const line of output.split("\n").filter((text) => text.startsWith("{"))) {
        const read = JSON.parse(line) as { versions?: string[]; part?: string; ok?: boolean; why?: string };
        if (read.versions !== undefined) versions = read.versions.join(", ");
        if (read.part !== undefined) parts.set(read.part, { ok: read.ok === true, ...(read.why === undefined ? {} : { why: read.why }) });
      }
      if (parts.size === 0) parts.set(PARTS[0], { ok: false, why: trouble.trim() });
      done({ versions, parts });
    });
  });
}

function seen(name: string, part: string, parts: Lines["parts"], violation: (what: string) => void): string {
  const result = parts.get(part);
  if (result?.ok === true) return "✓";
  violation(`${name}, ${part}: ${result?.why ?? "did not get there"}`);
  return "✗";
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
