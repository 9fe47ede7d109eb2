/** Five steps without an outside effect, from POST to the result, against hand-written objects in the same runtime. */
import { join } from "node:path";
import { CHAINS, transformChain } from "../definitions.ts";
import { startPlatformRuntime } from "../engines/platform.ts";
import { profiled } from "../engines/profile.ts";
import { startRuntime } from "../engines/runtime.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { type Contender, emptyContender, floorContender, platformContender } from "../load/contenders.ts";
import { cpu } from "./cpu.ts";
import type { Part } from "./part.ts";
import { figuresOf, interleave } from "./rounds.ts";

export const FLOORS_CONFIG = join(import.meta.dirname, "..", "floors", "wrangler.toml");
const STEPS = CHAINS.transform[0];
const ONE_COMMIT = "one commit";
const FLUSHED = "flushed";

export const transform: Part = async ({ quick, tools, platform, floors, profile, tell }) => {
  tell("starting the platform and the floors");
  const ours = await startPlatformRuntime({ bundle: await platform(), toolUrl: tools.url, inspect: profile !== null });
  const theirs = await startRuntime({ name: "floors", config: FLOORS_CONFIG, bundle: await floors() });
  const contenders: [Contender, Contender, ...Contender[]] = [
    platformContender(ours.url, ours.appKey, transformChain(STEPS), STEPS),
    floorContender(ONE_COMMIT, `${theirs.url}/one-commit`, { steps: STEPS }),
    floorContender(FLUSHED, `${theirs.url}/flushed`, { steps: STEPS }),
  ];
  const empty = [emptyContender("platform", `${ours.url}/healthz`), emptyContender(ONE_COMMIT, `${theirs.url}/empty`)];
  try {
    tell("warming up");
    for (const { run } of [...contenders, ...empty]) await closedLoop(run, 8, quick ? 100 : 400);
    if (profile !== null) {
      tell("taking a profile");
      await profiled(ours, profile, "transform", async () => void (await closedLoop(contenders[0].run, 32, 1_000)));
    }
    const rounds = quick ? 3 : 7;
    tell("one caller");
    const alone = await interleave(contenders, { concurrency: 1, rounds, runs: quick ? 60 : 150 });
    tell("empty requests");
    const idle = await interleave(empty, { concurrency: 1, rounds, runs: 200 });
    tell("32 callers");
    const crowd = await interleave(contenders, { concurrency: 32, rounds, runs: quick ? 200 : 600 });
    const figure = figuresOf("transform");
    return [
      figure("transform.c1", "5 transform steps, 1 caller: p50 over one commit", "ms", "p50", alone, { at: "most", value: 2 }),
      figure("transform.c32", "5 transform steps, 32 callers: runs/s over one commit", "runs/s", "perSecond", crowd, {
        at: "least",
        value: 0.6,
      }),
      figure("empty.c1", "an empty request, 1 caller: p50 over the floor's", "ms", "p50", idle, null),
      await cpu(
        { id: "transform.cpu", what: "5 transform steps: CPU a run over one commit", target: { at: "most", value: 2.5 } },
        ours,
        theirs,
        contenders,
        quick,
        tell,
      ),
    ];
  } finally {
    for (const { close } of [...contenders, ...empty]) close();
    await ours.stop();
    await theirs.stop();
  }
};
