/** The consumer of slow calls: nothing is called that the run does not hand out, and nothing is acknowledged that the run does not have. */
import { describe, expect, it } from "vitest";
import type { ModelOutcome, ToolOutcome } from "../../../core/run/calls/call.ts";
import type { SlowCallMessage } from "../../../core/run/calls/slow-call.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { type CallOutcome, defineSlowCalls, type SlowCallPorts, type TakenCall } from "../../../workers/slow-calls/consumer.ts";
import { modelCall, toolCall } from "../../support/doubles/calls.ts";

const TOOL: ToolOutcome = {
  result: { ok: true, output: { id: "rf_1" } },
  reached: "answered",
  status: 200,
  durationMs: 5,
  openings: [],
  findings: [],
};
const MODEL: ModelOutcome = { result: { ok: true, output: "words" }, usage: null, durationMs: 5, findings: [], upstream: {} };
const body = (changes: Partial<SlowCallMessage> = {}): SlowCallMessage => ({
  v: 1,
  run: "run_1",
  org: "acme",
  activity: "refund",
  call: 7,
  ...changes,
});

type Said = { acked: number; retried: (number | undefined)[] };
function message(content: unknown, attempts = 1): Message<unknown> & { said: Said } {
  const said: Said = { acked: 0, retried: [] };
  return {
    id: "m1",
    timestamp: new Date(0),
    body: content,
    attempts,
    said,
    ack: () => void said.acked++,
    retry: (options?: QueueRetryOptions) => void said.retried.push(options?.delaySeconds),
  } as Message<unknown> & { said: Said };
}

function world(ports: Partial<SlowCallPorts> = {}) {
  const seen = {
    taken: [] as unknown[],
    called: [] as unknown[],
    answered: [] as [string, string, number, CallOutcome][],
    logged: [] as LogLine[],
    waited: [] as number[],
  };
  const taken: TakenCall = { kind: "tool", request: toolCall() };
  const consumer = defineSlowCalls({
    take: async (...asked) => {
      seen.taken.push(asked);
      return taken;
    },
    answer: async (...given) => void seen.answered.push(given),
    stillCalling: async () => undefined,
    callTool: async (call) => {
      seen.called.push(call);
      return TOOL;
    },
    callModel: async (call) => {
      seen.called.push(call);
      return MODEL;
    },
    log: (line) => void seen.logged.push(line),
    wait: async (ms) => void seen.waited.push(ms),
    ...ports,
  });
  return { seen, consume: (...messages: Message<unknown>[]) => consumer.consume({ messages }) };
}

describe("a slow call", () => {
  it("is taken from the run, made, told, and acknowledged", async () => {
    const { seen, consume } = world();
    const one = message(body());
    await consume(one);
    expect(seen.taken).toEqual([["run_1", "refund", 7]]);
    expect(seen.called).toEqual([toolCall()]);
    expect(seen.answered).toEqual([["run_1", "refund", 7, { kind: "tool", outcome: TOOL }]]);
    expect(one.said).toEqual({ acked: 1, retried: [] });
  });

  it("of a model is a model's", async () => {
    const { seen, consume } = world({ take: async () => ({ kind: "model", request: modelCall() }) });
    await consume(message(body()));
    expect(seen.answered).toMatchObject([["run_1", "refund", 7, { kind: "model", outcome: MODEL }]]);
  });

  it("ends before its consumer does", async () => {
    const { seen, consume } = world({ take: async () => ({ kind: "tool", request: toolCall({ timeoutMs: 900_000 }) }) });
    await consume(message(body()));
    expect(seen.called).toMatchObject([{ timeoutMs: 840_000 }]);
  });

  it("that failed is an outcome like any other", async () => {
    const failed: ToolOutcome = {
      ...TOOL,
      result: { ok: false, failure: { class: "transient", code: "timeout", message: "x", retryAfterMs: null } },
    };
    const { seen, consume } = world({ callTool: async () => failed });
    const one = message(body());
    await consume(one);
    expect(seen.answered[0]?.[3]).toEqual({ kind: "tool", outcome: failed });
    expect(one.said.acked).toBe(1);
  });
});

describe("[SLOW-1] what the run does not hand out is not called", () => {
  it("a late, cancelled or ended call is acknowledged and forgotten", async () => {
    const { seen, consume } = world({ take: async () => null });
    const one = message(body());
    await consume(one);
    expect([seen.called, seen.answered]).toEqual([[], []]);
    expect(one.said).toEqual({ acked: 1, retried: [] });
  });

  it("a message that comes twice is asked about twice: the run decides", async () => {
    let handedOut = false;
    const { seen, consume } = world({
      take: async () => {
        if (handedOut) return null;
        handedOut = true;
        return { kind: "tool", request: toolCall() };
      },
    });
    const [first, second] = [message(body()), message(body(), 2)];
    await consume(first);
    await consume(second);
    expect(seen.called).toHaveLength(1);
    expect([first.said.acked, second.said.acked]).toEqual([1, 1]);
  });

  it.each([
    ["of another version", body({ v: 2 as 1 })],
    ["without a run", body({ run: "" })],
    ["with half a call", body({ call: 1.5 })],
    ["of another kind", { v: 1, rows: [] }],
    ["of nothing", null],
  ])("a message %s is given back and said", async (_, content) => {
    const { seen, consume } = world();
    const one = message(content);
    await consume(one);
    expect([seen.taken, seen.called]).toEqual([[], []]);
    expect(one.said).toEqual({ acked: 0, retried: [2] });
    expect(seen.logged).toMatchObject([{ event: "slow_call.unknown_message" }]);
  });
});

describe("[SLOW-2] what the run does not have is not acknowledged", () => {
  const broken = async (): Promise<never> => {
    throw new Error("the object was reset: secret");
  };
  it.each<[string, Partial<SlowCallPorts>]>([
    ["the run cannot be asked", { take: broken }],
    ["the gateway breaks", { callTool: broken }],
    ["the run cannot be told", { answer: broken }],
  ])("when %s", async (_, ports) => {
    const { seen, consume } = world(ports);
    const one = message(body(), 3);
    await consume(one);
    expect(one.said).toEqual({ acked: 0, retried: [8] });
    expect(seen.logged).toMatchObject([{ event: "slow_call.failed", run: "run_1", activity: "refund", attempts: 3 }]);
    expect(JSON.stringify(seen.logged)).not.toContain("secret");
  });

  it("it comes again at most a minute later, however often it failed", async () => {
    const one = message(body(), 50);
    await world({ take: broken }).consume(one);
    expect(one.said.retried).toEqual([60]);
  });

  it("an outcome is told again before it is given up: the call is made once", async () => {
    let tries = 0;
    const { seen, consume } = world({
      answer: async () => {
        if (++tries < 3) throw new Error("not now");
      },
    });
    const one = message(body());
    await consume(one);
    expect([tries, seen.called.length, one.said.acked]).toEqual([3, 1, 1]);
    expect(seen.waited).toEqual([200, 1_000]);
  });

  it("is acknowledged after the run has it, not before", async () => {
    const order: string[] = [];
    const one = message(body());
    one.ack = () => void order.push("acknowledged");
    await world({ answer: async () => void order.push("told") }).consume(one);
    expect(order).toEqual(["told", "acknowledged"]);
  });
});

it("one call that hangs or breaks holds up no other of its batch", async () => {
  let release = (): void => undefined;
  const hanging = new Promise<ToolOutcome>((resolve) => {
    release = () => resolve(TOOL);
  });
  const { seen, consume } = world({
    take: async (_run, activity) => ({ kind: "tool", request: toolCall({ tool: activity }) }),
    callTool: async ({ tool }) => {
      if (tool === "breaks") throw new Error("broken");
      return tool === "hangs" ? hanging : TOOL;
    },
  });
  const [hangs, breaks, works] = ["hangs", "breaks", "works"].map((activity) => message(body({ activity })));
  const batch = consume(...([hangs, breaks, works] as Message<unknown>[]));
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(seen.answered.map(([, activity]) => activity)).toEqual(["works"]);
  expect([hangs, breaks, works].map((one) => [one?.said.acked, one?.said.retried.length])).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
  ]);
  release();
  await batch;
  expect(hangs?.said.acked).toBe(1);
});
