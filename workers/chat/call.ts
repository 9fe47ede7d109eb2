/** One call of an app, from its first byte to its last record: who asks, under which run id, what it has cost so far. */
import { NOTHING_YET } from "../../core/access/circumstances.ts";
import type { AuditRecord } from "../../core/audit/record.ts";
import { type CallMemory, newCallMemory } from "../../core/chat/call-memory.ts";
import type { Trigger } from "../../core/guardrail/hand-over/hand-over.ts";
import type { Moderation } from "../../core/guardrail/moderate/opinion.ts";
import type { Inquiry } from "../../core/guardrail/moderate/questions.ts";
import type { Rules } from "../../core/guardrail/rules/merge.ts";
import type { RunId } from "../../core/ids.ts";
import { stoppedBy } from "../../core/kill-switch/stops.ts";
import type { TokenUsage } from "../../core/model/message.ts";
import { NO_USAGE } from "../../core/model-call/usage.ts";
import type { Guard, GuardContext } from "../guardrail/ports.ts";
import type { Asking } from "../model-gateway/asking.ts";
import type { Asked, ChatPorts } from "./ports.ts";

/** Under this name the calls of apps stand where a workflow's name is asked for: no workflow can have it. */
const NO_WORKFLOW = "(chat)";

/** One call of an app while it is answered. */
export type Call = {
  readonly asked: Asked;
  /** A fresh sealed id: what is on record is found by it. No object is made. */
  readonly run: RunId;
  readonly memory: CallMemory;
  readonly guard: Guard;
  readonly guardContext: GuardContext;
  /** What the org asks of its chats. */
  readonly rules: Rules;
  readonly exchange: Asking["context"];
  /** What a model of the task `moderate` says of a text; null: the org has none, or there is nothing to ask. The call pays for it. */
  readonly moderate: (text: "raw" | "redacted", inquire: () => Inquiry | null) => Promise<Moderation | null>;
  /** Fires when the client goes, or when a kill switch is thrown. */
  readonly signal: AbortSignal;
  /** A kill switch broke the call off. */
  readonly isStopped: () => boolean;
  /** MUST be called when nothing is under way any more. */
  readonly end: () => void;
  readonly tally: Tally;
  /** What in the user's last words calls for a person, by the org's rules. Nobody waits here, so the app is told, and hands over. */
  handOver: Trigger | null;
  /** To go on record with the next reservation. */
  records: AuditRecord[];
};

/** What all attempts together cost, and what was done about trouble. */
export type Tally = {
  usage: TokenUsage;
  microUsd: number;
  /** Whose answer is awaited. */
  model: string | null;
  /** Calls that went out. */
  attempts: number;
  /** Also those that were given back unused. */
  reservations: number;
  readonly degraded: Set<"budget" | "fallback" | "stale">;
};

/** Looks in a row that may fail while a call is under way. */
const UNREAD_MOST = 3;

/** Begins a call: mints its run id, and watches the client, which may go away. */
export async function openCall(ports: ChatPorts, asked: Asked, activity: "chat" | "embed"): Promise<Call> {
  const { org, user, roles } = asked.principal;
  const run = await ports.mintRunId(org, asked.at);
  const rules = await ports.rules(org);
  const memory = newCallMemory();
  const controller = new AbortController();
  let stopped = false;
  // A client that goes takes the request with it: what is to be settled has to outlive it.
  let over: () => void = () => undefined;
  asked.waitUntil(
    new Promise<void>((resolve) => {
      over = resolve;
    }),
  );
  const leave = (): void => controller.abort();
  if (asked.signal.aborted) leave();
  else asked.signal.addEventListener("abort", leave, { once: true });
  const tally: Tally = { usage: NO_USAGE, microUsd: 0, model: null, attempts: 0, reservations: 0, degraded: new Set() };
  const exchange = { org, run, user, workflow: NO_WORKFLOW, activity, ...asked.trace };
  let unread = 0;
  const watch = setInterval(() => {
    const look = async (): Promise<void> => {
      const stops = await ports.stops();
      unread = 0;
      const { model } = tally;
      if (stoppedBy(stops, model === null ? { org } : { org, model }) === null) return;
      stopped = true;
      controller.abort();
    };
    look().catch(() => {
      // A switch that cannot be read for longer than it takes to restart lets nothing go on.
      if (++unread < UNREAD_MOST) return;
      stopped = true;
      controller.abort();
    });
  }, ports.timeouts.watchMs);
  return {
    asked,
    run,
    memory,
    guard: ports.guardOver(memory),
    guardContext: { org, run, subject: user },
    rules,
    exchange,
    moderate: async (text, inquire) => {
      const moderated = await ports.moderate({ ...exchange, roles, soFar: NOTHING_YET, text, names: rules.input.names }, inquire);
      tally.microUsd += moderated?.spent.micro_usd ?? 0;
      return moderated?.moderation ?? null;
    },
    signal: controller.signal,
    isStopped: () => stopped,
    end: () => {
      clearInterval(watch);
      asked.signal.removeEventListener("abort", leave);
      over();
    },
    tally,
    handOver: null,
    records: [],
  };
}
