/** The mixed load of a soak: runs, runs with tools, chats, streams and lists, each caller taking the next kind in turn. */
import { CHAINS, toolChain, transformChain } from "../definitions.ts";
import type { BenchPlatform } from "../engines/platform.ts";
import { chatContender } from "../load/chat.ts";
import { loadClient } from "../load/client.ts";
import type { Run } from "../load/closed-loop.ts";
import { platformContender } from "../load/contenders.ts";

/** The kinds of requests, in the order in which each caller makes them. */
export const KINDS = ["run", "tool run", "chat", "stream", "list", "scrape"] as const;
export type Kind = (typeof KINDS)[number];

/** The model of the chats: answers at once. */
export const CHAT_MODEL = "bench/chat-1";
/** Characters of a failure by which failures are told apart: the beginning, without ids. */
const WHY = 60;

/** What a soak adds up. */
export type Tally = { readonly latencies: Map<Kind, number[]>; requests: number; runs: number; readonly failures: Map<string, number> };

export const emptyTally = (): Tally => ({ latencies: new Map(), requests: 0, runs: 0, failures: new Map() });

/** Callers at once: enough to overlap, few enough that two cores answer in time. */
const CALLERS = 4;
const RUN_STEPS = CHAINS.transform[0];
const TOOL_STEPS = CHAINS.tool[0];

export type Mix = { run(until: () => boolean, tally: () => Tally): Promise<void>; close(): void };

/** A request that fails is counted by its message and the load goes on: that some fail is a finding, not the end. */
export function mixedLoad(platform: BenchPlatform, adminKey: string): Mix {
  const { url, appKey } = platform;
  const bearer = { Authorization: `Bearer ${appKey}` };
  const chat = { url: `${url}/v1/chat/completions`, headers: bearer, model: CHAT_MODEL };
  const contenders = [
    platformContender(url, appKey, transformChain(RUN_STEPS), RUN_STEPS),
    platformContender(url, appKey, toolChain(TOOL_STEPS), TOOL_STEPS),
    chatContender({ ...chat, name: "chat", stream: false }),
    chatContender({ ...chat, name: "stream", stream: true }),
  ];
  const list = loadClient({ url: `${url}/v1/runs?limit=20`, method: "GET", headers: bearer }, CALLERS);
  const scrape = loadClient({ url: `${url}/metrics`, method: "GET", headers: { Authorization: `Bearer ${adminKey}` } }, CALLERS);
  const answered =
    ({ send }: ReturnType<typeof loadClient>): Run =>
    async () => {
      const { status, text } = await send();
      if (status !== 200) throw new Error(`answered ${status}: ${text.slice(0, 100)}`);
      return undefined;
    };
  const runs: readonly Run[] = [...contenders.map(({ run }) => run), answered(list), answered(scrape)];
  const caller = async (number: number, isOver: () => boolean, tally: () => Tally): Promise<void> => {
    for (let turn = number; !isOver(); turn++) {
      const at = turn % runs.length;
      const kind = KINDS[at] as Kind;
      const from = performance.now();
      const failure = await (runs[at] as Run)().then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      const into = tally();
      into.requests += 1;
      if (failure !== null) count(into.failures, `${kind}: ${failure}`.slice(0, WHY));
      else {
        if (at < 2) into.runs += 1;
        const measured = into.latencies.get(kind) ?? [];
        into.latencies.set(kind, measured);
        measured.push(performance.now() - from);
      }
    }
  };
  return {
    run: async (isOver, tally) => {
      await Promise.all(Array.from({ length: CALLERS }, (_, number) => caller(number, isOver, tally)));
    },
    close() {
      for (const { close } of contenders) close();
      list.close();
      scrape.close();
    },
  };
}

const count = (into: Map<string, number>, what: string): void => {
  into.set(what, (into.get(what) ?? 0) + 1);
};
