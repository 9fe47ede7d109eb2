/** Five calls of a local server, from POST to the result, against a hand-written object that makes the same calls and flushes each. */
import { CHAINS, toolChain } from "../definitions.ts";
import { startPlatformRuntime } from "../engines/platform.ts";
import { profiled } from "../engines/profile.ts";
import { startRuntime } from "../engines/runtime.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { type Contender, floorContender, platformContender } from "../load/contenders.ts";
import { cpu } from "./cpu.ts";
import type { Part } from "./part.ts";
import { figuresOf, interleave } from "./rounds.ts";
import { FLOORS_CONFIG } from "./transform.ts";

const STEPS = CHAINS.tool[0];

export const tool: Part = async ({ quick, tools, platform, floors, profile, tell }) => {
  tell("starting the platform and the floors");
  const ours = await startPlatformRuntime({ bundle: await platform(), toolUrl: tools.url, inspect: profile !== null });
  const theirs = await startRuntime({ name: "floors", config: FLOORS_CONFIG, bundle: await floors() });
  const contenders: [Contender, Contender, ...Contender[]] = [
    platformContender(ours.url, ours.appKey, toolChain(STEPS), STEPS),
    floorContender("calling, flushed", `${theirs.url}/calling`, { steps: STEPS, tool: `${tools.url}/next` }),
  ];
  try {
    tell("warming up");
    for (const { run } of contenders) await closedLoop(run, 8, quick ? 100 : 300);
    if (profile !== null) {
      tell("taking a profile");
      await profiled(ours, profile, "tool", async () => void (await closedLoop(contenders[0].run, 32, 1_000)));
    }
    const rounds = quick ? 3 : 7;
    tell("one caller");
    const alone = await interleave(contenders, { concurrency: 1, rounds, runs: quick ? 40 : 100 });
    tell("32 callers");
    const crowd = await interleave(contenders, { concurrency: 32, rounds, runs: quick ? 150 : 400 });
    const figure = figuresOf("tool");
    return [
      figure("tool.c1", "5 tool steps, 1 caller: p50 over the same calls, flushed", "ms", "p50", alone, { at: "most", value: 2 }),
      figure("tool.c32", "5 tool steps, 32 callers: runs/s over the same calls, flushed", "runs/s", "perSecond", crowd, null),
      await cpu({ id: "tool.cpu", what: "5 tool steps: CPU a run over the floor's", target: null }, ours, theirs, contenders, quick, tell),
    ];
  } finally {
    for (const { close } of contenders) close();
    await tools.arrivals();
    await ours.stop();
    await theirs.stop();
  }
};
