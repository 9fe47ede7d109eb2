/** What a caller is told of a name or an id that nothing has: the thing, the name, and one that is near. */
import { beforeAll, describe, expect, it } from "vitest";
import { makeWorld, WORKFLOW, type World } from "../../support/ingress-fakes.ts";

let world: World;
let admin: string;
beforeAll(async () => {
  world = makeWorld();
  admin = await world.makeKey(["admin", "developer"], { user: "anna" });
  await world.send("POST", "/v1/workflows", { key: admin, body: WORKFLOW });
});

const ID = "01JCZ5M1R5T0000000000000ZZ";

describe("what nothing has", () => {
  it.each([
    ["GET", "/v1/workflows/ecko", "there is no workflow `ecko`; did you mean `echo`?"],
    ["GET", "/v1/workflows/ecko/versions", "there is no workflow `ecko`; did you mean `echo`?"],
    ["GET", "/v1/workflows/ecko/versions/1", "there is no workflow `ecko`; did you mean `echo`?"],
    ["GET", "/v1/workflows/echo/versions/7", "workflow `echo` has no version 7: the newest that is active is 1"],
    ["GET", "/v1/tools/constructor", "there is no tool `constructor`"],
    ["GET", "/v1/routes/chatt", "there is no route `chatt`"],
    ["PUT", "/v1/budgets/workflow:ecko", "there is no workflow `ecko`; did you mean `echo`?"],
    ["DELETE", "/v1/routes/chatt", "there is no route `chatt`"],
    ["GET", `/v1/runs/run_${ID}`, `there is no run \`run_${ID}\``],
    ["GET", `/v1/runs/run_${ID}/events`, `there is no run \`run_${ID}\``],
    ["GET", `/v1/reviews/rev_${ID}`, `there is no review \`rev_${ID}\``],
    ["DELETE", `/v1/api-keys/key_${ID}`, `there is no key \`key_${ID}\``],
    ["GET", "/v1/orgs/acne", "there is no org `acne`"],
    [
      "GET",
      "/v1/models/bulkhead/rehearsal-1.0.1",
      "there is no model `bulkhead/rehearsal-1.0.1`; did you mean `bulkhead/rehearsal-1.0.0`?",
    ],
  ])("[NAMES-1] %s %s names the thing, and what is near", async (method, path, detail) => {
    const answer = await world.send(method, path, { key: admin, ...(method === "PUT" ? { body: {} } : {}) });
    const problem = (await answer.json()) as { detail?: string; error?: { message: string } };
    const told = problem.detail ?? problem.error?.message ?? ""; // models answer in the shape of their clients
    expect(answer.status).toBe(404);
    expect(told.startsWith(detail), told).toBe(true);
  });

  it("a model shows what it takes, as it is registered and as its upstream taught", async () => {
    world.script.taught = { temperature: false };
    const one = await world.send("GET", "/v1/models/bulkhead/rehearsal-1.0.0", { key: admin });
    expect(await one.json()).toMatchObject({ id: "bulkhead/rehearsal-1.0.0", parameters: { temperature: false } });
    const list = (await (await world.send("GET", "/v1/models", { key: admin })).json()) as { data: { parameters: unknown }[] };
    expect(list.data.map(({ parameters }) => parameters)).toContainEqual({ temperature: false });
  });
});
