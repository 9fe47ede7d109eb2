import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { FAR } from "../support/far.ts";

it("rooms start", async () => {
  expect(await env.VAULT.getByName("a").now()).toBe(FAR);
});
