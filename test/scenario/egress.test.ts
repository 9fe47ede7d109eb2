/** The entrypoint that a sandbox's network ends at, in the composed platform: the org's list, its secrets, and the audit entry of a refusal. */
import { exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import type { EgressGrant } from "../../workers/egress/ports.ts";
import { outside } from "../support/platform.ts";
import { ADMIN, call, eventually, makeKey } from "../support/scenario/api.ts";

type Entry = (options: { props?: EgressGrant }) => { fetch(url: string, init?: RequestInit): Promise<Response> };
const { Egress } = exports as unknown as { Egress: Entry };
const org = "egress-room";
const sent: Request[] = [];
let auditor: string;

const grant = (call: string): EgressGrant => ({
  v: 1,
  org,
  tool: "lookup",
  run: "run_of_egress",
  activity: "find",
  traceId: "a".repeat(32),
  call,
  hosts: ["api.test:8080", "elsewhere.test"],
  secrets: { "api.test:8080": "api-key" },
  until: Date.now() + 60_000,
});

beforeAll(async () => {
  const developer = await makeKey(org, "dora", ["developer", "admin"]);
  auditor = await makeKey(org, "anna", ["auditor"]);
  const listed = await call("PUT", `/v1/orgs/${org}`, ADMIN, { egress: ["api.test:8080"] });
  expect(listed.status, JSON.stringify(listed.body)).toBe(200);
  const put = await call("PUT", "/v1/secrets/api-key", developer, { value: "sk-pinned-0123456789", hosts: ["api.test:8080"] });
  expect(put.status, JSON.stringify(put.body)).toBe(200);
  outside.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
    sent.push(new Request(input, init));
    return new Response("answered");
  }) as typeof fetch;
});

it("[EGRESS-1] [EGRESS-5] sends to a host that the tool and the org list, with the org's pinned secret", async () => {
  const response = await Egress({ props: grant("one") }).fetch("http://api.test:8080/v1", { method: "POST", body: "hello" });
  expect([response.status, await response.text()]).toEqual([200, "answered"]);
  expect(sent.map(({ url, method, headers }) => [url, method, headers.get("authorization")])).toEqual([
    ["http://api.test:8080/v1", "POST", "Bearer sk-pinned-0123456789"],
  ]);
});

it("[EGRESS-8] a refusal becomes an audit entry without the host and the query", async () => {
  const response = await Egress({ props: grant("two") }).fetch("http://elsewhere.test/?card=4111");
  expect(await response.json()).toMatchObject({ error: "not_listed_by_org", message: expect.stringContaining("PUT /v1/orgs") });
  const { data } = await eventually("/v1/audit/entries?type=egress.refused", auditor, (body) => (body["data"] as unknown[]).length > 0);
  expect(data).toMatchObject([
    {
      actor: { type: "agent", id: "run_of_egress" },
      action: "egress.send",
      resource: "run/run_of_egress/find",
      decision: "deny",
      trace_id: "a".repeat(32),
      data: { tool: "lookup", refusal: "not_listed_by_org", host: "private", method: "GET" },
    },
  ]);
  expect(JSON.stringify(data)).not.toMatch(/elsewhere|4111/);
});

it("[EGRESS-6] counts the requests of a call over all objects of the entrypoint", async () => {
  const statuses: number[] = [];
  for (let at = 0; at < 60; at += 1) statuses.push((await Egress({ props: grant("three") }).fetch("http://api.test:8080/")).status);
  expect([statuses.filter((status) => status === 200).length, statuses.filter((status) => status === 403).length]).toEqual([50, 10]);
});

it("[EGRESS-9] refuses what has no grant", async () => {
  sent.length = 0;
  expect((await Egress({}).fetch("http://api.test:8080/")).status).toBe(403);
  expect(sent).toEqual([]);
});
