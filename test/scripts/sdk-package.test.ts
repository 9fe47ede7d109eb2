/** The SDK as its users get it: packed, installed into an empty project without a network, run under the machine's own Node, compiled against. */
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sdkTypes } from "../../scripts/sdk-types.ts";

const root = join(import.meta.dirname, "../..");
const project = mkdtempSync(join(tmpdir(), "bulkhead-sdk-"));
const run = promisify(execFile);
const seen: { method: string; path: string; body: string }[] = [];
let server: Server;

beforeAll(async () => {
  // As `npm run build:sdk` makes it, but beside the repository: other tests read the tree meanwhile.
  const made = join(project, "made");
  execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", join(root, "sdk/tsconfig.json"), "--outDir", join(made, "dist")]);
  for (const name of ["package.json", "README.md"]) copyFileSync(join(root, "sdk", name), join(made, name));
  execFileSync("npm", ["pack", "--silent", "--pack-destination", project], { cwd: made });
  const tarball = readdirSync(project).find((name) => name.endsWith(".tgz"));
  writeFileSync(join(project, "package.json"), '{"type":"module","private":true}');
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${tarball}`], { cwd: project });
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => {
      body += piece;
    });
    request.on("end", () => {
      seen.push({ method: request.method ?? "", path: request.url ?? "", body });
      if (request.url === "/v1/runs") return response.writeHead(202, { "content-type": "application/json" }).end('{"id":"run_1"}');
      const problem = { type: "t", title: "t", status: 429, detail: "too many", code: "rate_limited", trace_id: "abc" };
      response.writeHead(429, { "content-type": "application/problem+json", "retry-after": "7" }).end(JSON.stringify(problem));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}, 120_000);

afterAll(() => {
  server?.close();
  rmSync(project, { recursive: true, force: true });
});

/** What the compiler says of a consumer's file; empty when it compiles. */
async function compile(text: string): Promise<string> {
  writeFileSync(join(project, "consumer.ts"), text);
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "--types", ""];
  return run(join(root, "node_modules/.bin/tsc"), [...options, "consumer.ts"], { cwd: project }).then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
}

const CONSUMER = `import { createClient } from "bulkhead-sdk";
const client = createClient({ url: "http://127.0.0.1", key: "bh_x" });
`;

describe("the SDK's package", () => {
  it("has the types of today's routes", () => {
    expect(readFileSync(join(root, "sdk/schema.ts"), "utf8")).toBe(sdkTypes());
  });

  it("needs no other package, and its types import nothing from outside", () => {
    expect(readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["bulkhead-sdk"]);
    const dist = join(project, "node_modules/bulkhead-sdk/dist");
    const names = readdirSync(dist);
    expect(names.length).toBeGreaterThan(1);
    const imported = names.flatMap((name) => [...readFileSync(join(dist, name), "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g)]);
    expect(imported.map(([, from]) => from).filter((from) => from?.startsWith("./") !== true)).toEqual([]);
    expect(imported.length).toBeGreaterThan(0);
  });

  it("runs under the machine's Node, and throws typed errors", async () => {
    writeFileSync(
      join(project, "app.mjs"),
      `import { BulkheadError, createClient } from "bulkhead-sdk";
const client = createClient({ url: process.argv[2], key: "bh_x" });
const run = await client.runs.start({ workflow: "echo", input: { text: "hi" }, metadata: { a: 1 }, callback_url: "https://a.example/x" });
const error = await client.orgs.get("acme").catch((thrown) => thrown);
const { code, status, detail, traceId, retryAfter } = error;
console.log(JSON.stringify({ id: run.id, typed: error instanceof BulkheadError, code, status, detail, traceId, retryAfter }));
`,
    );
    const { port } = server.address() as AddressInfo;
    const { stdout } = await run("node", ["app.mjs", `http://127.0.0.1:${port}`], { cwd: project });
    expect(JSON.parse(stdout)).toEqual({
      id: "run_1",
      typed: true,
      code: "rate_limited",
      status: 429,
      detail: "too many",
      traceId: "abc",
      retryAfter: 7,
    });
    expect(seen[0]).toMatchObject({ method: "POST", path: "/v1/runs" });
    expect(JSON.parse(seen[0]?.body ?? "")).toMatchObject({ metadata: { a: 1 }, callback_url: "https://a.example/x" });
  });

  it("runs its README's example", async () => {
    const [, example = ""] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, "sdk/README.md"), "utf8")) ?? [];
    writeFileSync(join(project, "example.mjs"), example);
    const { port } = server.address() as AddressInfo;
    const env = { ...process.env, BULKHEAD_URL: `http://127.0.0.1:${port}`, BULKHEAD_KEY: "bh_x" };
    const { stdout } = await run("node", ["example.mjs"], { cwd: project, env });
    expect(stdout).toContain("run_1");
    expect(stdout).toContain("rate_limited");
  });

  it("compiles what is right and refuses what lacks a field", async () => {
    const right = `const run = await client.runs.start({ workflow: "echo", input: {}, deadline: "2030-01-01T00:00:00Z", callback_url: "https://a.example" });
export const notUndone: readonly string[] = run.dead_letter?.undone ?? [];
`;
    expect(await compile(CONSUMER + right)).toBe("");
    expect(await compile(`${CONSUMER}await client.runs.start({ workflow: "echo" });`)).toContain("'input'");
    expect(await compile(`${CONSUMER}await client.keys.create({ user: "ada" });`)).toContain("'roles'");
    expect(await compile(`${CONSUMER}(await client.runs.get("run_1")).deadletter;`)).toContain("deadletter");
  });
});
