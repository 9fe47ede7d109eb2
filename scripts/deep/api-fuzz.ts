/**
 * Requests made from the platform's own OpenAPI document, with wrong types, sizes, encodings, methods, names and callers, against a platform
 * of this machine. None may make it fail, answer what the document does not declare, or show a secret that was planted.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../../core/json.ts";
import { Dice } from "../../simulation/dice.ts";
import { WORKFLOWS } from "../../workflows/index.ts";
import { shopTools } from "../../workflows/tools.ts";
import { apiOf } from "../cases/play.ts";
import { openLog } from "../platform/log-file.ts";
import { startPlatform, waitUntilHealthy } from "../platform/platform.ts";
import { freePort } from "../platform/ports.ts";
import { operationsOf } from "./api-fuzz/document.ts";
import { type FuzzRequest, requestOf } from "./api-fuzz/requests.ts";
import { wordsFor } from "./api-fuzz/surroundings.ts";
import { type FuzzAnswer, flawsOf } from "./api-fuzz/verdict.ts";
import type { Check } from "./check.ts";
import { startUpstream } from "./frameworks/upstream.ts";

const ORG = "fuzz";
const ADMIN_KEY = "bh_api_fuzz_admin_key_0123456789abcdef";
const CANARY = "canary-secret-of-a-tool-7f3a9b";
const CANARY_MAIL = "canary.person@fuzz-customers.example";
const ROLES = ["caller", "developer", "reviewer", "auditor", "admin"];
/** A request that takes longer is a violation. */
const LONGEST_MS = 20_000;

export const apiFuzz: Check = {
  name: "api-fuzz",
  title: "requests made from /openapi.json: no failure, no answer beside the document, no secret",
  async run({ sizes, tell, violation }) {
    const upstream = await startUpstream();
    const state = mkdtempSync(join(tmpdir(), "bulkhead-api-fuzz-"));
    const vars = { ADMIN_API_KEY: ADMIN_KEY, AI_GATEWAY_URL: `http://127.0.0.1:${upstream.port}/v1`, RATE_LIMIT_PER_MINUTE: "1000000" };
    const given = Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
    const args = ["--port", String(await freePort()), "--persist-to", state, ...given];
    const platform = await startPlatform({ args, output: openLog("api-fuzz"), tell });
    try {
      await waitUntilHealthy(platform);
      const { keys, run } = await furnish(platform.url);
      const document = (await (await fetch(`${platform.url}/openapi.json`)).json()) as JsonObject;
      const around = { callers: [...keys.keys(), "a caller", ...Array(5).fill("all of the org")], words: wordsFor({ run, org: ORG }) };
      const canaries = new Map([
        ["a tool's secret", CANARY],
        ["a customer's address", CANARY_MAIL],
        ["the admin's key", ADMIN_KEY],
        ...[...keys].flatMap(([name, key]): [string, string][] => (key === null ? [] : [[`the key of ${name}`, key]])),
      ]);
      const statuses = new Map<number, number>();
      const dice = new Dice(sizes.seed);
      const operations = operationsOf(document);
      for (let made = 0; made < sizes.requests; made++) {
        if (made % 100 === 0) tell(`${made} of ${sizes.requests}`);
        const request = requestOf(operations, document, around, dice);
        const answer = await send(platform.url, request, keys.get(request.caller) ?? null);
        if (typeof answer === "string")
          violation(`request ${made} of seed ${sizes.seed}: ${request.method} ${request.path.slice(0, 200)}: ${answer}`);
        else {
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          for (const flaw of flawsOf(request, answer, document, canaries)) violation(`request ${made} of seed ${sizes.seed}: ${flaw}`);
        }
      }
      const counted = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => [String(status), String(count)]);
      return [["status", "answers"], ...counted];
    } finally {
      await platform.child.stop();
      upstream.close();
      rmSync(state, { recursive: true, force: true });
    }
  },
};

/** Callers by name, and a run whose input held a mail address. */
async function furnish(url: string): Promise<{ readonly keys: ReadonlyMap<string, string | null>; readonly run: string }> {
  const api = apiOf(url, ADMIN_KEY);
  const must = async (method: string, path: string, body: unknown, org = ORG): Promise<JsonObject> => {
    const { status, data, text } = await api(method, path, body, { "bulkhead-org": org });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return data as JsonObject;
  };
  const keyOf = async (user: string, roles: readonly string[], org = ORG): Promise<string> =>
    String((await must("POST", "/v1/api-keys", { org, user, roles }, org))["key"]);
  for (const [name, tool] of Object.entries(shopTools("http://127.0.0.1:9"))) await must("PUT", `/v1/tools/${name}`, tool);
  for (const workflow of WORKFLOWS) await must("POST", "/v1/workflows", workflow);
  const model = { upstream_id: "talk", price: { input: 1, output: 2 }, context: 9_000, tasks: ["chat", "write"], pii: "redacted" };
  await must("PUT", "/v1/models/acme/fuzz-2026-01-01", model);
  await must("PUT", "/v1/secrets/canary", { value: CANARY, hosts: ["shop.example"] });
  const input = { ticket: `Order A-1002 arrived broken, please write to ${CANARY_MAIL}` };
  const run = String((await must("POST", "/v1/runs", { workflow: "support-refund", input }))["id"]);
  const keys = new Map<string, string | null>([
    ["nobody", null],
    ["a stranger", "bh_made_up_key_that_nobody_ever_had_0123456789"],
    ["a caller", await keyOf("carl", ["caller"])],
    ["a developer", await keyOf("devi", ["developer"])],
    ["an auditor", await keyOf("anna", ["auditor"])],
    ["all of the org", await keyOf("alma", ROLES)],
    ["another org", await keyOf("eve", [...ROLES, "operator"], "fuzz-other")],
  ]);
  return { keys, run };
}

/** A text says why there was no answer. */
async function send(url: string, { method, path, headers, body }: FuzzRequest, key: string | null): Promise<FuzzAnswer | string> {
  try {
    const answer = await fetch(`${url}${path}`, {
      method,
      redirect: "manual",
      headers: { ...headers, ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
      signal: AbortSignal.timeout(LONGEST_MS),
      ...(body === null ? {} : { body }),
    });
    const isStream = answer.headers.get("content-type")?.includes("event-stream") ?? false;
    if (isStream) await answer.body?.cancel();
    return { status: answer.status, headers: answer.headers, text: isStream ? "" : await answer.text() };
  } catch (error) {
    return `no answer: ${error instanceof Error ? `${error.message} ${String(error.cause ?? "")}` : String(error)}`;
  }
}
