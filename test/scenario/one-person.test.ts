/** One person with several keys stays one person: for reviews, for recoveries, and for what an output shows. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { ADMIN, call, eventually, makeKey, status } from "../support/scenario/api.ts";

const ORG = "alone";
const IN_ORG = { "bulkhead-org": ORG };
const FLOW = {
  name: "ask",
  input: { type: "object" },
  output: { cel: "input.note" },
  steps: { approve: { kind: "review", proposal: { cel: "input" } } },
};

/** A key that is made with another one. */
async function madeWith(key: string, user: string, roles: string[], more: JsonObject = {}): Promise<string> {
  const made = await call("POST", "/v1/api-keys", key, { user, roles, ...more });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return String(made.body["key"]);
}

const ALL_ROLES = ["admin", "caller", "developer", "reviewer", "auditor"];
let boss: string;
let second: string;
let third: string;
let rita: string;
beforeAll(async () => {
  boss = await makeKey(ORG, "boss", ALL_ROLES);
  second = await madeWith(boss, "second", ALL_ROLES);
  third = await madeWith(second, "third", ALL_ROLES);
  rita = await makeKey(ORG, "rita", ["reviewer", "admin"]);
  const posted = await call("POST", "/v1/workflows", boss, FLOW as unknown as Json);
  expect(posted.status, JSON.stringify(posted.body)).toBe(201);
});

async function waitingReview(starter: string, headers: Record<string, string> = {}): Promise<{ run: string; review: string }> {
  const started = await call(
    "POST",
    "/v1/runs",
    starter,
    { workflow: "ask", input: { note: "write to mara.lind@corp-mail.com" } },
    headers,
  );
  const run = String(started.body["id"]);
  const waiting = await eventually(`/v1/runs/${run}`, boss, status("waiting"));
  return { run, review: String((waiting["waiting_for"] as JsonObject)["id"]) };
}
const approve = (review: string, key: string, headers: Record<string, string> = {}) =>
  call("POST", `/v1/reviews/${review}/decision`, key, { action: "approve", reason: "fine" }, headers);
const SECOND = { status: 403, body: { code: "second_person_required" } };
const denials = async (resource: string): Promise<number> => {
  const { body } = await call("GET", "/v1/audit/entries?type=policy.decided&limit=200", boss);
  return (body["data"] as JsonObject[]).filter((entry) => entry["resource"] === resource).length;
};

describe("reviews", () => {
  it("[PERSON-2] are not decided with keys that lead back to who started the run, and each try is on record", async () => {
    const { run, review } = await waitingReview(boss);
    for (const key of [boss, second, third]) expect(await approve(review, key)).toMatchObject(SECOND);
    expect(await approve(review, ADMIN, IN_ORG)).toMatchObject(SECOND);
    expect((await approve(review, rita)).status).toBe(200);
    await eventually(`/v1/runs/${run}`, boss, status("completed"));
    await expect.poll(() => denials(`review/${review}`)).toBe(4);
  });

  it("[PERSON-1] are not decided by who made the key that started the run, nor by a key of the same maker", async () => {
    const { review } = await waitingReview(third);
    for (const key of [boss, second]) expect(await approve(review, key)).toMatchObject(SECOND);
    expect((await approve(review, rita)).status).toBe(200);
    const own = await waitingReview(ADMIN, IN_ORG);
    for (const key of [rita, third]) expect(await approve(own.review, key)).toMatchObject(SECOND);
  });
});

it("[PERSON-2] a recovery is not approved with a key that leads back to who asks", async () => {
  const scope = "workflow:ask";
  expect((await call("POST", "/admin/kill-switch", boss, { scope, reason: "drill" })).status).toBe(200);
  const asked = await call("POST", "/admin/kill-switch/recovery", boss, { scope, reason: "over" });
  const recovery = String(asked.body["id"]);
  const path = `/admin/kill-switch/recovery/${recovery}/approve`;
  for (const key of [second, third]) expect(await call("POST", path, key, {})).toMatchObject(SECOND);
  expect(await call("POST", path, ADMIN, {}, IN_ORG)).toMatchObject(SECOND);
  expect((await call("POST", path, rita, {})).status).toBe(200);
  await expect.poll(() => denials(`kill-switch/${recovery}`)).toBe(3);
});

it("[PERSON-3] whoever makes a key for a user does not see that user's values", async () => {
  const mara = await makeKey(ORG, "mara", ["caller"]);
  const { run, review } = await waitingReview(mara);
  expect((await approve(review, rita)).status).toBe(200);
  const output = async (key: string) => (await call("GET", `/v1/runs/${run}`, key)).body["output"];
  await eventually(`/v1/runs/${run}`, mara, status("completed"));
  expect(await output(mara)).toBe("write to mara.lind@corp-mail.com");
  expect(await output(await madeWith(boss, "mara", ["caller"]))).toBe("write to {{EMAIL_1}}");
  expect(await output(await madeWith(third, "mara", ["caller"]))).toBe("write to {{EMAIL_1}}");
  expect(await output(await madeWith(boss, "mara", ["caller"], { for_others: true }))).toBe("write to mara.lind@corp-mail.com");
});
