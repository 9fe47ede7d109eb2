/** The same five steps under `wrangler dev`: the platform, the hand-written object, and Cloudflare Workflows in their local simulator. */
import { createServer } from "node:http";
import { join } from "node:path";
import { CHAINS, transformChain } from "../definitions.ts";
import { startDev, startDevPlatform } from "../engines/dev.ts";
import { loadClient } from "../load/client.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { type Contender, emptyContender, floorContender, platformContender } from "../load/contenders.ts";
import type { Figure } from "../report/figure.ts";
import { ratios, summarise } from "../report/statistics.ts";
import { cpu } from "./cpu.ts";
import type { Part } from "./part.ts";
import { figuresOf, interleave, valuesOf } from "./rounds.ts";
import { FLOORS_CONFIG } from "./transform.ts";

const WORKFLOWS_CONFIG = join(import.meta.dirname, "..", "workflows", "wrangler.toml");
const STEPS = CHAINS.transform[0];
const WORKFLOWS = "Cloudflare Workflows (local)";

export const dev: Part = async ({ quick, tools, tell }) => {
  tell("starting three times `wrangler dev`");
  const started = await Promise.allSettled([
    startDevPlatform(tools.url),
    startDev("floors", FLOORS_CONFIG),
    startDev("workflows", WORKFLOWS_CONFIG),
  ]);
  const stop = async (): Promise<void> => {
    for (const each of started) if (each.status === "fulfilled") await each.value.stop();
  };
  const failed = started.find((each) => each.status === "rejected");
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  const [ours, floors, workflows] = started.map((each) => (each.status === "fulfilled" ? each.value : null)) as [
    Awaited<ReturnType<typeof startDevPlatform>>,
    Awaited<ReturnType<typeof startDev>>,
    Awaited<ReturnType<typeof startDev>>,
  ];
  const contenders: [Contender, Contender, Contender] = [
    platformContender(ours.url, ours.appKey, transformChain(STEPS), STEPS),
    floorContender("one commit", `${floors.url}/one-commit`, { steps: STEPS }),
    await workflowsContender(`${workflows.url}/`),
  ];
  const empty = [emptyContender("platform", `${ours.url}/healthz`), emptyContender("one commit", `${floors.url}/empty`)];
  try {
    tell("warming up");
    for (const { run } of [...contenders, ...empty]) await closedLoop(run, 8, quick ? 60 : 200);
    const rounds = quick ? 3 : 5;
    tell("one caller");
    const alone = await interleave(contenders, { concurrency: 1, rounds, runs: quick ? 40 : 100 });
    const idle = await interleave(empty, { concurrency: 1, rounds, runs: 100 });
    tell("32 callers");
    const crowd = await interleave(contenders, { concurrency: 32, rounds, runs: quick ? 120 : 300 });
    const figure = figuresOf("dev");
    const perSecond = (name: string): number[] => valuesOf(crowd, name, "perSecond");
    const overWorkflows: Figure = {
      part: "dev",
      id: "dev.workflows",
      what: "5 steps, 32 callers: runs/s over Cloudflare Workflows, both under `wrangler dev`",
      unit: "×",
      target: { at: "least", value: 5 },
      value: ratios(perSecond("platform"), perSecond(WORKFLOWS)),
      sides: ["platform", WORKFLOWS].map((name) => ({ name, unit: "runs/s", value: summarise(perSecond(name)) })),
      note: "the local simulator of Workflows: it says nothing of the product",
    };
    return [
      overWorkflows,
      figure("dev.c1", "5 transform steps under `wrangler dev`, 1 caller: p50 over one commit", "ms", "p50", alone, null),
      figure("dev.c32", "5 transform steps under `wrangler dev`, 32 callers: runs/s over one commit", "runs/s", "perSecond", crowd, null),
      await cpu(
        { id: "dev.cpu", what: "5 steps under `wrangler dev`: CPU a run over Cloudflare Workflows", target: null },
        ours,
        workflows,
        [contenders[0], contenders[2]],
        quick,
        tell,
      ),
      figure("dev.empty", "an empty request under `wrangler dev`: p50 over the floor's", "ms", "p50", idle, null),
    ];
  } finally {
    for (const { close } of [...contenders, ...empty]) close();
    await stop();
  }
};

/** An instance tells of its end by a call to a server of ours: polling would cost it more. */
async function workflowsContender(url: string): Promise<Contender> {
  const ended = new Map<string, (output: number) => void>();
  const early = new Map<string, number>();
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const id = (request.url ?? "").split("/").at(-1) ?? "";
    const { output } = JSON.parse(text) as { output: number };
    const waiting = ended.get(id);
    if (waiting === undefined) early.set(id, output);
    else waiting(output);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const client = loadClient({ url, method: "POST", body: { value: 0, steps: STEPS, done: `http://127.0.0.1:${port}` } }, 64);
  const run = async (): Promise<undefined> => {
    const { status, text } = await client.send();
    if (status !== 202) throw new Error(`${WORKFLOWS} answered ${status}: ${text.slice(0, 300)}`);
    const { id } = JSON.parse(text) as { id: string };
    const output = early.get(id) ?? (await new Promise<number>((resolve) => ended.set(id, resolve)));
    early.delete(id);
    ended.delete(id);
    if (output !== STEPS) throw new Error(`${WORKFLOWS} ended with ${output}`);
  };
  return {
    name: WORKFLOWS,
    run,
    refusals: () => 0,
    close() {
      client.close();
      server.close();
    },
  };
}
