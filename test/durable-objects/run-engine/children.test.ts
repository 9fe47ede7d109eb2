/** A run and its child runs: how a child is looked after, cancelled, held and undone, and how it tells its own parent. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { define, tool } from "../../support/run/definition.ts";
import { answered } from "../../support/run/drive.ts";
import { away, free, MINUTE, makeRun, never, SECOND, settled, standStill, T0, TOOL, type World } from "../../support/run-in-node.ts";

const later = async <T>(ms: number, value: T): Promise<T> => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return value;
};

let goOn: () => void;
beforeEach(() => {
  goOn = standStill();
});
afterEach(() => goOn());

const common = { needs: [] as string[], when: null, on_error: null };
const below = { ...common, kind: "run", workflow: "below", version: null, input: {} } as const;
const child: World["authorize"] = async () => {
  const limits = { usd: 0.1, tokens: 100, seconds: 60, steps: 10, confirm_over_usd: null };
  return { kind: "run", child: "run_below", workflow: "below", version: 1, digest: "d", limits };
};
const hour = { limits: { usd: 1, tokens: 1_000, seconds: 36_000, steps: 10, confirm_over_usd: null } };

describe("a child run", () => {
  const parent = (ports: Partial<World> = {}) =>
    makeRun(define({ a: below }, hour), {}, { authorize: child, startChild: async () => undefined, ...ports });
  const ended = { run: "run_below", ok: true, output: 7, error: null, flags: [], held: { micro_usd: 0, tokens: 0 } } as const;
  const usage = { microUsd: 0, tokensIn: 0, tokensOut: 0, modelCalls: 0, toolCalls: 0, cacheHits: 0 } as never;

  it("[RUN-5] is looked after every ten minutes, in the same life too", async () => {
    const started: number[] = [];
    const made = parent({ startChild: async () => void started.push(Date.now() - T0) });
    await made.start(0);
    await made.wait(300);
    await made.confirmAll();
    await settled(made.run.lookAgain(free(1)));
    await made.pass(25 * MINUTE);
    expect(started.map((at) => Math.round(at / MINUTE))).toEqual([0, 10, 20]);
    await settled(made.run.childEnded("a", { ...ended, usage }));
    expect(await made.view()).toMatchObject({ status: "completed", steps: [{ output: 7 }] });
    await settled(made.run.childEnded("a", { ...ended, usage }));
    await made.pass(25 * MINUTE);
    expect(started).toHaveLength(3);
  });

  it("[RUN-146] that is cancelled is asked again until it has told its end", async () => {
    const cancelled: number[] = [];
    const made = parent({
      cancelRun: async () => {
        cancelled.push(Math.round((Date.now() - T0) / SECOND));
        return true;
      },
    });
    await made.start(0);
    await settled(made.run.cancel("ada", "enough"));
    await settled(made.run.lookAgain(free(1)));
    await made.wait(8 * SECOND);
    await settled(made.run.lookAgain(free(1)));
    expect(cancelled).toEqual([0]);
    await made.wait(SECOND);
    await settled(made.run.lookAgain(free(1)));
    expect(cancelled).toEqual([0, 9]);
  });

  it("[PAUSE-11] hears of a pause before it hears of the pause's end", async () => {
    const told: boolean[] = [];
    const slow = Promise.withResolvers<boolean>();
    const made = parent({
      holdRun: async (_run, { on }) => {
        told.push(on);
        return told.length === 1 ? slow.promise : true;
      },
    });
    await made.start(0);
    await settled(made.run.pause("ada", "", false));
    await settled(made.run.resume("ada", "ada"));
    await made.wait(300);
    expect(told).toEqual([true]);
    slow.resolve(true);
    await made.wait(0);
    await made.pass(11 * SECOND);
    expect(told).toEqual([true, false]);
    // Cancelling does not wait for it, and another child is not kept waiting either.
    const cancelRun = vi.fn(async () => true);
    const cancelled = parent({ holdRun: never, cancelRun });
    await cancelled.start(0);
    await settled(cancelled.run.pause("ada", "", false));
    await settled(cancelled.run.cancel("ada", ""));
    await cancelled.wait(300);
    expect(cancelRun).toHaveBeenCalled();
    const two = makeRun(
      define({ a: below, b: below }, hour),
      {},
      {
        authorize: async (question) =>
          ({ ...((await child(question, 1)) as never as object), child: `run_${(question as { activity: string }).activity}` }) as never,
        startChild: async () => undefined,
      },
    );
    const heard: string[] = [];
    two.world.holdRun = async (run, { on }) => {
      heard.push(`${run} ${on}`);
      return run === "run_a" ? never() : true;
    };
    await two.start(0);
    await settled(two.run.pause("ada", "", false));
    await settled(two.run.resume("ada", "ada"));
    await two.pass(11 * SECOND);
    expect(heard).toEqual(["run_a true", "run_b true", "run_b false"]);
  });

  it("[RUN-202] tells its parent how it ended, until the parent knows; a parent that is undone has it undo its steps", async () => {
    const tellParent = vi.fn(async () => undefined);
    tellParent.mockImplementationOnce(away);
    const compensate = {
      tool: "payments.cancel",
      input: {},
      retry: { attempts: 1, initial_ms: 1, max_ms: 1, factor: 1 },
      timeout_ms: null,
    };
    const made = makeRun(
      define({ a: tool(TOOL, { compensate }) }),
      { parent: { run: "run_p", activity: "x", depth: 1, tools: [TOOL, "payments.cancel"] } },
      { tellParent },
    );
    await made.start();
    await made.wait(300);
    expect(tellParent).toHaveBeenCalledTimes(1);
    await made.confirmAll();
    expect(await settled(made.run.empty(await made.seq()))).toBe(false); // its parent does not know yet
    expect(await settled(made.run.erase())).toBe("later");
    await made.pass(11 * SECOND);
    expect(tellParent).toHaveBeenCalledTimes(2);
    const calls: string[] = [];
    made.world.callTool = async ({ tool: name }) => {
      calls.push(name);
      return later(50, answered("undone"));
    };
    expect(await settled(made.run.undo())).toBe("under way");
    expect(await settled(made.run.undo())).toBe("under way");
    await made.wait(300);
    expect(await settled(made.run.undo())).toEqual({ failed: false, left: false });
    expect(calls).toEqual(["payments.cancel"]);
  });
});
