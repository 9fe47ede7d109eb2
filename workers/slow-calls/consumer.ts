/**
 * The consumer of the slow calls' queue: asks the run for the call, makes it, and tells the run what came of it. A message is
 * acknowledged only when the run has the outcome, or wants none; a message that comes twice is harmless, since the run decides by
 * what it hands out and what it takes.
 */
import type { ModelCall, ModelOutcome, ToolCall, ToolOutcome } from "../../core/run/calls/call.ts";
import { isSlowCallMessage, type SlowCallMessage } from "../../core/run/calls/slow-call.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";

/** A call as its run hands it out. */
export type TakenCall = { readonly kind: "tool"; readonly request: ToolCall } | { readonly kind: "model"; readonly request: ModelCall };
/** The outcome of a queued call. */
export type CallOutcome =
  | { readonly kind: "tool"; readonly outcome: ToolOutcome }
  | { readonly kind: "model"; readonly outcome: ModelOutcome };

/** What the consumer asks of runs and gateways. */
export type SlowCallPorts = {
  /** null: the call is late, cancelled, answered or its run has ended; nothing is called then. */
  take(run: string, activity: string, call: number): Promise<TakenCall | null>;
  /** Durable when it resolves. What the run no longer waits for changes nothing there. */
  answer(run: string, activity: string, call: number, outcome: CallOutcome): Promise<void>;
  /** Tells the run that its call is still being made: a consumer that died says nothing. */
  stillCalling(run: string, call: number): Promise<void>;
  callTool(call: ToolCall): Promise<ToolOutcome>;
  callModel(call: ModelCall): Promise<ModelOutcome>;
  readonly log: Log;
  /** Resolves after so many milliseconds. */
  wait(ms: number): Promise<void>;
};

/** The consumer of the queue. */
export type SlowCalls = { readonly consume: (batch: Pick<MessageBatch<unknown>, "messages">) => Promise<void> };

/** A consumer may run for 15 minutes (Queues, limits); what is left is for telling the run. */
const LONGEST_CALL_MS = 840_000;
/** A run gives a consumer up that is silent for 9 s (durable-objects/run-engine/under-way.ts). */
const SIGN_MS = 3_000;
/** An outcome cannot be had a second time for free: it is told again before the message is given back. */
const TELL_AGAIN_MS = [200, 1_000, 5_000];
/** Seconds until a message that was given back comes again: doubles with each delivery. */
const RETRY_SECONDS = { first: 2, cap: 60 };

/** The consumer over the given ports. It throws for no message: one that fails is retried on its own. */
export function defineSlowCalls(ports: SlowCallPorts): SlowCalls {
  return {
    // Side by side: one call that takes its time holds up no other of the batch.
    consume: async ({ messages }) => {
      await Promise.all(messages.map((message) => settle(ports, message)));
    },
  };
}

async function settle(ports: SlowCallPorts, message: Message<unknown>): Promise<void> {
  const { body } = message;
  if (!isSlowCallMessage(body)) {
    ports.log(logLine("slow_call.unknown_message", { message_id: message.id }));
    return giveBack(message); // a newer version may know it; in the end the dead letter queue keeps it
  }
  try {
    const taken = await ports.take(body.run, body.activity, body.call);
    if (taken !== null) await tell(ports, body, await make(ports, body, taken));
    message.ack();
  } catch (error) {
    const { run, activity } = body;
    ports.log(logLine("slow_call.failed", { run, activity, attempts: message.attempts, error: errorName(error) }));
    giveBack(message);
  }
}

async function make(ports: SlowCallPorts, { run, call }: SlowCallMessage, taken: TakenCall): Promise<CallOutcome> {
  const signs = setInterval(() => void ports.stillCalling(run, call).catch(() => undefined), SIGN_MS);
  try {
    if (taken.kind === "tool") return { kind: "tool", outcome: await ports.callTool(bounded(taken.request)) };
    return { kind: "model", outcome: await ports.callModel(bounded(taken.request)) };
  } finally {
    clearInterval(signs);
  }
}

const bounded = <C extends ToolCall | ModelCall>(call: C): C => ({ ...call, timeoutMs: Math.min(call.timeoutMs, LONGEST_CALL_MS) });

/** Throws when the run could not be told: it then waits until it gives the call up for lost, or the message comes again. */
async function tell(ports: SlowCallPorts, { run, activity, call }: SlowCallMessage, outcome: CallOutcome): Promise<void> {
  for (const pause of TELL_AGAIN_MS) {
    try {
      return await ports.answer(run, activity, call, outcome);
    } catch {
      await ports.wait(pause);
    }
  }
  await ports.answer(run, activity, call, outcome);
}

function giveBack(message: Message<unknown>): void {
  const delaySeconds = Math.min(RETRY_SECONDS.cap, RETRY_SECONDS.first * 2 ** Math.max(0, message.attempts - 1));
  message.retry({ delaySeconds });
}
