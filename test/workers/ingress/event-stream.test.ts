/** Streams whose clients read slowly or never: how many pages they hold together, and that nothing is lost or torn by that. */
import { describe, expect, it } from "vitest";
import type { EventView } from "../../../core/run/outside/view.ts";
import { eventStream } from "../../../workers/ingress/event-stream.ts";
import { HeldPages } from "../../../workers/ingress/held-pages.ts";
import type { IngressPorts } from "../../../workers/ingress/ports.ts";

const LIMITS = { most: 4, idleMs: 2_000, readingMs: 30_000, againMs: 100 };
const EVENTS = 6;
/** With a character that is two UTF-16 units long at every place where a piece may end. */
const event = (seq: number): EventView => ({ seq, type: "step.completed", at: "t", data: { text: "🙂".repeat(100_000) } }) as EventView;

function world(limits = LIMITS) {
  let at = 1_000_000;
  const allowed = { now: true };
  const counts = { reads: 0, waits: 0 };
  const run = {
    news: async (after: number) => {
      counts.waits += 1;
      return { hasMore: after < EVENTS, status: "completed" };
    },
    events: async (after: number) => {
      counts.reads += 1;
      const events = [after + 1, after + 2].filter((seq) => seq <= EVENTS).map(event);
      return { events, done: after + events.length >= EVENTS, status: "completed" };
    },
  };
  const ports = { runs: () => run, now: () => at, log: () => undefined } as unknown as IngressPorts;
  const sleep = async (ms: number) => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    at += ms;
  };
  const pages = new HeldPages(limits, () => at, sleep);
  const open = () => eventStream(ports, pages, "acme", "run_1" as never, 0, "t", async () => allowed.now).getReader();
  const pass = (ms: number): void => {
    at += ms;
  };
  return { allowed, counts, open, pages, pass };
}
const turns = async (count: number) => {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setTimeout(resolve, 0));
};
async function textOf(reader: ReadableStreamDefaultReader<Uint8Array>, begun = ""): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = begun;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
  }
}
const EXPECTED = `retry: 5000\n\n${Array.from({ length: EVENTS }, (_, n) => n + 1)
  .map((seq) => `id: ${seq}\nevent: step.completed\ndata: ${JSON.stringify(event(seq))}\n\n`)
  .join("")}`;

describe("a stream of events", () => {
  it("[LOAD-8] has every event whole and once, in small pieces", async () => {
    const { open, counts } = world();
    const reader = open();
    const sizes: number[] = [];
    let text = "";
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      sizes.push(read.value.length);
      text += decoder.decode(read.value, { stream: true });
    }
    expect(text === EXPECTED).toBe(true);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(3 * 64 * 1024);
    expect(sizes.length).toBeGreaterThan(10);
    expect(counts.reads).toBe(EVENTS / 2);
  });

  it("[LOAD-8] reads nothing before its client does", async () => {
    const { open, counts } = world();
    open();
    await turns(5);
    expect(counts).toEqual({ reads: 0, waits: 0 });
  });

  it("[LOAD-8] a bounded number hold pages that nobody takes, and the others wait", async () => {
    const { open, counts } = world({ ...LIMITS, againMs: 0 });
    const idle = Array.from({ length: 10 }, open);
    await Promise.all(idle.map((reader) => reader.read())); // `retry`
    const first = idle.map((reader) => reader.read());
    await turns(20);
    expect(counts.reads).toBe(LIMITS.most);
    await Promise.all(idle.map((reader) => reader.cancel()));
    await Promise.all(first);
    expect(counts.reads).toBe(LIMITS.most);
  });

  it("[LOAD-8] one whose page was dropped goes on where it was, and one that reads is not held up", async () => {
    const { open, counts } = world();
    const slow = Array.from({ length: LIMITS.most }, open);
    const begun = await Promise.all(
      slow.map(async (reader) => {
        await reader.read();
        const { value } = await reader.read();
        return `retry: 5000\n\n${new TextDecoder().decode(value)}`;
      }),
    );
    expect(counts.reads).toBe(LIMITS.most);
    expect((await textOf(open())) === EXPECTED).toBe(true);
    for (const [n, reader] of slow.entries()) expect((await textOf(reader, begun[n])) === EXPECTED).toBe(true);
  });

  it("[LOAD-8] one that is cancelled gives its place back, also while it waits for it", async () => {
    const { open, counts } = world({ ...LIMITS, most: 1, againMs: 0 });
    const [first, second, third] = [open(), open(), open()];
    for (const reader of [first, second, third]) await reader.read();
    await first.read();
    const waiting = second.read();
    await second.cancel();
    await first.cancel();
    await waiting;
    expect((await textOf(third, "retry: 5000\n\n")) === EXPECTED).toBe(true);
    expect(counts.reads).toBe(1 + EVENTS / 2);
  });

  it("[LOAD-8] a page that is being read is not dropped as idle, unless that takes for ever", async () => {
    const { pages, pass } = world({ ...LIMITS, most: 1 });
    const dropped: string[] = [];
    const holder = (name: string) => ({ drop: () => void dropped.push(name) });
    await pages.enter(holder("a"));
    pass(LIMITS.idleMs * 2);
    const entered = pages.enter(holder("b"));
    await turns(3);
    expect(dropped).toEqual([]);
    pass(LIMITS.readingMs);
    await entered;
    expect(dropped).toEqual(["a"]);
  });
});

it("[TOOL-91] a stream ends within 5 s of its credential's end, also in the middle of what is to be read", async () => {
  const { allowed, open, pass } = world();
  const reader = open();
  for (let n = 0; n < 3; n++) expect((await reader.read()).done).toBe(false);
  allowed.now = false;
  pass(4_999);
  expect((await reader.read()).done).toBe(false);
  pass(1);
  expect((await reader.read()).done).toBe(true);
});
