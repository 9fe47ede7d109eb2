/** The shop service (shop/server.ts) as a process of ours: the outside world that the shipped workflows act on. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Json, JsonObject } from "../../core/json.ts";
import { type GuardedChild, startGuarded } from "./guarded-child.ts";
import { ROOT } from "./places.ts";

export type ShopWrite = {
  /** The idempotency key. */
  readonly key: string;
  readonly path: string;
  /** How often the call arrived, and how often something came of it. */
  readonly calls: number;
  readonly effects: number;
  readonly answer: Json;
};

export type Shop = {
  readonly child: GuardedChild;
  readonly url: string;
  writes(): Promise<readonly ShopWrite[]>;
  mails(): Promise<readonly JsonObject[]>;
  /** Makes a path misbehave (shop/faults.ts). */
  misbehave(fault: { readonly path: string; readonly mode: string; readonly times?: number; readonly delay_ms?: number }): Promise<void>;
  behave(): Promise<void>;
};

/** Returns when it answers. `ledger`: the file that remembers what the shop did. */
export async function startShop(port: number, ledger: string, output: number): Promise<Shop> {
  const child = startGuarded(process.execPath, ["shop/server.ts", "--port", String(port), "--ledger", ledger], { cwd: ROOT, output });
  const url = `http://127.0.0.1:${port}`;
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  for (const until = Date.now() + 20_000; !(await answers(url)); await sleep(50)) {
    if (ended) throw new Error("the shop service ended before it was ready");
    if (Date.now() > until) throw new Error(`the shop service did not answer at ${url}/healthz within 20 s`);
  }
  const get = async <T>(path: string): Promise<T> => (await (await fetch(`${url}${path}`)).json()) as T;
  return {
    child,
    url,
    writes: async () => (await get<{ writes: ShopWrite[] }>("/ledger")).writes,
    mails: async () => (await get<{ mails: JsonObject[] }>("/mails")).mails,
    async misbehave(fault) {
      const response = await fetch(`${url}/faults`, { method: "POST", body: JSON.stringify(fault) });
      if (!response.ok) throw new Error(`the shop does not know the fault ${JSON.stringify(fault)}`);
    },
    async behave() {
      await fetch(`${url}/faults`, { method: "DELETE" });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
