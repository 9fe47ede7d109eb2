/** An org with its people, a shop behind `fetch`, the shipped tools and workflows. The model is the rehearsal unless a test scripts one. */
import { expect } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import { defineShop, newShopState } from "../../../shop/app.ts";
import type { LedgerLine } from "../../../shop/ledger.ts";
import { SHIPPED_WORKFLOWS } from "../../../workflows/index.ts";
import { shopTools } from "../../../workflows/tools.ts";
import { outside } from "../platform.ts";
import { ADMIN, call, makeKey } from "./api.ts";

export const SHOP = "http://shop.test";

export type World = {
  readonly org: string;
  readonly keys: {
    readonly app: string;
    readonly developer: string;
    readonly reviewer: string;
    readonly operator: string;
    readonly auditor: string;
  };
  /** What the shop was asked and what it did, as it happened. */
  readonly ledger: readonly LedgerLine[];
  /** What left the platform, in order: every prompt and every tool call. */
  readonly sent: { readonly url: string; readonly headers: Headers; readonly body: string }[];
  /** Calls of a model at this base, when a test registers one. */
  model: (request: Request) => Promise<Response>;
};

export async function openWorld(org: string): Promise<World> {
  const ledger: LedgerLine[] = [];
  const answer = defineShop(newShopState([], (line) => ledger.push(line)));
  const sent: World["sent"] = [];
  const keys = {
    app: await makeKey(org, "app", ["caller"], { for_others: true }),
    developer: await makeKey(org, "dora", ["developer"]),
    reviewer: await makeKey(org, "rita", ["reviewer"]),
    operator: await makeKey(org, "otto", ["operator"]),
    auditor: await makeKey(org, "anna", ["auditor"]),
  };
  const world: World = { org, keys, ledger, sent, model: async () => new Response(null, { status: 501 }) };
  outside.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init);
    const body = await request.clone().text();
    sent.push({ url: request.url, headers: request.headers, body });
    return request.url.startsWith(SHOP) ? answer(request) : world.model(request);
  }) as typeof fetch;
  for (const [name, tool] of Object.entries(shopTools(SHOP))) {
    const put = await call("PUT", `/v1/tools/${name}`, keys.developer, tool as JsonObject);
    expect(put.status, `${name}: ${JSON.stringify(put.body)}`).toBe(200);
  }
  for (const workflow of SHIPPED_WORKFLOWS) {
    const post = await call("POST", "/v1/workflows", keys.developer, workflow as unknown as JsonObject);
    expect(post.status, `${workflow.name}: ${JSON.stringify(post.body)}`).toBe(201);
  }
  return world;
}

export { ADMIN };
