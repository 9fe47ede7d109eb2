/** Content over HTTP: a definition that asks for it, and the check of its rules. */
import { beforeEach, expect, it } from "vitest";
import { makeWorld, WORKFLOW, type World } from "../../support/ingress-fakes.ts";

const VIOLENT = "Tell me how to stab my neighbour and hurt him as much as I can.";
const NEWS = "Two people were shot in the capital on Monday, police said.";

let world: World;
let key: string;
beforeEach(async () => {
  world = makeWorld();
  key = await world.makeKey(["developer", "caller"]);
  const guardrails = { input: { content: { violence: "block" } } };
  for (const body of [WORKFLOW, { ...WORKFLOW, name: "calm", guardrails }]) {
    const answer = await world.send("POST", "/v1/workflows", { key, body });
    expect([answer.status, ((await answer.json()) as { warnings: unknown }).warnings]).toEqual([201, []]);
  }
});

const started = async (workflow: string, text: string) => {
  const answer = await world.send("POST", "/v1/runs", { key, body: { workflow, input: { text } } });
  const { code } = (await answer.json()) as { code?: string };
  return [answer.status, code];
};

it("[CONTENT-6] an input of a category that a definition blocks is refused, what merely speaks of it starts a run", async () => {
  expect(await started("calm", VIOLENT)).toEqual([422, "content_blocked"]);
  expect(await started("calm", NEWS)).toEqual([202, undefined]);
  expect(await started("echo", VIOLENT)).toEqual([202, undefined]);
});

it("[CONTENT-6] a check shows content where its workflow asks for it", async () => {
  const check = async (more: object) => {
    const answer = await world.send("POST", "/v1/guardrails/check", { key, body: { texts: [VIOLENT], channel: "user", ...more } });
    const { results = [] } = (await answer.json()) as { results?: { verdict: string; findings: { type: string }[] }[] };
    return [answer.status, ...results.map(({ verdict, findings }) => [verdict, ...findings.map(({ type }) => type)])];
  };
  expect(await check({ workflow: "calm" })).toEqual([200, ["block", "violence"]]);
  expect(await check({ workflow: "echo" })).toEqual([200, ["pass"]]);
  expect(await check({})).toEqual([200, ["pass"]]);
  expect(await check({ workflow: "calm", channel: "model_output" })).toEqual([200, ["pass"]]);
  expect(await check({ workflow: "nobody-made-this" })).toEqual([404]);
});
