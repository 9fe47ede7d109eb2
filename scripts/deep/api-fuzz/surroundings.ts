/** Names and values that a furnished platform has, so that requests get past its doors. */
import type { Json } from "../../../core/json.ts";

const MODEL = "acme/fuzz-2026-01-01";
const MESSAGES: Json = [{ role: "user", content: "Hello, where is order A-1001?" }];
const INPUT: Json = { order_id: "A-1001" };
const STEPS: Json = { a: { kind: "transform", value: { cel: "1 + 1" } } };
const TOOL_URL = "https://shop.example/orders";

/** By the field or part of a path that holds one. `ids`: what was made beforehand. */
export const wordsFor = (ids: { readonly run: string; readonly org: string }): ReadonlyMap<string, readonly Json[]> =>
  new Map<string, readonly Json[]>([
    ["id", [ids.run, ids.run, "run_01M8MF6K3E52V2ZEVJQ2X6TMQP", "rev_01M8MF6K3E52V2ZEVJQ2X6TMQP"]],
    ["run", [ids.run]],
    ["step", ["classify", "order"]],
    ["org", [ids.org]],
    ["workflow", ["order-fulfilment", "support-refund", "fuzzed"]],
    ["/v1/workflows/{name} name", ["order-fulfilment", "fuzzed"]],
    ["/v1/workflows/{name}/versions name", ["order-fulfilment", "fuzzed"]],
    ["/v1/workflows/{name}/versions/{v} name", ["order-fulfilment", "fuzzed"]],
    ["/v1/workflows/{name}/traffic name", ["order-fulfilment", "fuzzed"]],
    ["/v1/tools/{name} name", ["orders.get", "fuzz.read", "fuzz.write"]],
    ["/v1/tools/{name}/test name", ["orders.get", "fuzz.read"]],
    ["/v1/models/{provider}/{name} name", ["fuzz-2026-01-01", "other-2026-01-01"]],
    ["/v1/secrets/{name} name", ["fuzz"]],
    ["v", ["1"]],
    ["version", [1, 2]],
    ["provider", ["acme"]],
    ["scope", ["org", "user:carl", "workflow:order-fulfilment"]],
    ["task", ["chat", "write", "classify"]],
    ["model", [MODEL, "task:chat", MODEL]],
    ["messages", [MESSAGES]],
    ["input", [INPUT, INPUT, "hello", { type: "object" }]],
    ["output", [{ type: "object" }, { cel: "steps.a.output" }, 1]],
    ["steps", [STEPS]],
    ["tools", [[], ["orders.get"]]],
    ["url", [TOOL_URL]],
    ["upstream_id", ["m"]],
    ["price", [{ input: 1, output: 2 }]],
    ["tasks", [["chat", "write"]]],
    ["context", [9_000]],
    ["pii", ["redacted"]],
    ["user", ["carl", "dora"]],
    ["roles", [["caller"]]],
    ["hosts", [["shop.example"]]],
    ["text", ["hello"]],
    ["budget", [{ usd: 1 }]],
    ["limits", [{ seconds: 60 }]],
  ]);
