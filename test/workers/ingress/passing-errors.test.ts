/**
 * What the platform answers when its database fails in the middle of a request: every error that D1 says passes, as drizzle wraps it, is told from
 * a bug. The statements are the store's own, over a database that throws.
 */
import { timingSafeEqual } from "node:crypto";
import { describe, expect, it } from "vitest";
import { defineStore, type Store } from "../../../workers/store/store.ts";
import { makeWorld, WORKFLOW, type World } from "../../support/ingress-fakes.ts";

/** The Workers runtime has it; Node's Web Crypto does not. */
const safe = (one: ArrayBuffer, other: ArrayBuffer): boolean => timingSafeEqual(new Uint8Array(one), new Uint8Array(other));
if (!("timingSafeEqual" in crypto.subtle)) Object.defineProperty(crypto.subtle, "timingSafeEqual", { value: safe });

/** As developers.cloudflare.com/d1/observability/debug-d1 lists them (2026-08), and what the runtime says where D1 did not answer at all. */
const PASSING = [
  "D1 DB reset because its code was updated.",
  "Internal error while starting up D1 DB storage caused object to be reset.",
  "Network connection lost.",
  "Replica disconnected from primary.",
  "Internal error in D1 DB storage caused object to be reset.",
  "Cannot resolve D1 DB due to transient issue on remote node.",
  "D1 DB storage operation exceeded timeout which caused object to be reset.",
  "D1 DB is overloaded. Requests queued for too long.",
  "D1 DB is overloaded. Too many requests queued.",
  "D1 DB's isolate exceeded its memory limit and was reset.",
  "D1 DB exceeded its CPU time limit and was reset.",
  "Failed to parse body as JSON, got: Internal Server Error",
  "Failed to parse body as JSON, got: error code: 1031",
  "internal error; reference = a1b2c3d4e5f6",
];
const BUGS = [
  "no such table: traffic: SQLITE_ERROR",
  'near "SELEC": syntax error at offset 0: SQLITE_ERROR',
  "UNIQUE constraint failed: runs.id: SQLITE_CONSTRAINT",
  "Exceeded maximum DB size.",
  "Failed to parse body as JSON, got: {",
];

/** D1 as the runtime makes it: its error names D1 and carries what happened as its cause. */
const d1Error = (text: string): Error => new Error(`D1_ERROR: ${text}`, { cause: new Error(text) });

/** The store over a database whose every statement throws; `count` says how many were asked. */
function brokenStore(error: () => unknown): { readonly store: Store; readonly count: () => number } {
  let count = 0;
  const fail = async (): Promise<never> => {
    count += 1;
    throw error();
  };
  const statement = { bind: () => statement, run: fail, all: fail, raw: fail, first: fail };
  const db = { prepare: () => statement, batch: fail } as unknown as D1Database;
  const store = defineStore({
    db,
    now: () => 0,
    archiveIndex: () => ({ list: async () => [] }) as never,
    send: async () => undefined,
    readEntries: async () => ({ entries: [], goesOn: null }),
    personsBehind: async () => new Map(),
  });
  return { store, count: () => count };
}

async function worldWith(error: () => unknown): Promise<{ world: World; caller: string; count: () => number }> {
  const world = makeWorld();
  const developer = await world.makeKey(["developer"], { user: "dev" });
  expect((await world.send("POST", "/v1/workflows", { key: developer, body: WORKFLOW })).status).toBe(201);
  const caller = await world.makeKey(["caller"]);
  const { store, count } = brokenStore(error);
  Object.assign(world.ports.store.workflows, { choose: store.workflows.choose });
  world.lines.length = 0;
  return { world, caller, count };
}

const problemOf = async (answer: Response) => {
  const body = (await answer.json()) as { code: string };
  return { status: answer.status, code: body.code, retryAfter: answer.headers.get("Retry-After") };
};
const levels = (world: World): readonly string[] => world.lines.map((line) => `${line["event"]} ${line["level"]}`);
const start = { body: { workflow: "echo", input: { text: "hello" } } };

describe("a start whose database fails", () => {
  it.each(PASSING)("[LOAD-14] is told to come again, with a line in the log: %s", async (text) => {
    const { world, caller, count } = await worldWith(() => d1Error(text));
    const answer = await world.send("POST", "/v1/runs", { key: caller, ...start });
    expect(await problemOf(answer)).toEqual({ status: 503, code: "overloaded", retryAfter: "5" });
    expect(count()).toBe(1);
    expect(levels(world)).toEqual(["request.failed error", "request.answered warn"]);
    expect(world.runs.size).toBe(0);
  });

  it.each(BUGS)("[LOAD-14] is told of an internal error where nothing says that it passes: %s", async (text) => {
    const { world, caller } = await worldWith(() => d1Error(text));
    const answer = await world.send("POST", "/v1/runs", { key: caller, ...start });
    expect(await problemOf(answer)).toEqual({ status: 500, code: "internal", retryAfter: "5" });
    expect(levels(world)).toEqual(["request.failed error", "request.answered error"]);
  });

  it("[LOAD-14] is not told to come again because of a client's words, which the text of a failed statement quotes", async () => {
    const { world, caller } = await worldWith(() => d1Error("no such table: traffic: SQLITE_ERROR"));
    const workflow = "is overloaded: Network connection lost.";
    const { store } = brokenStore(() => d1Error("no such table: traffic: SQLITE_ERROR"));
    Object.assign(world.ports.store.workflows, { choose: () => store.workflows.choose("acme", workflow, "ada") });
    const answer = await world.send("POST", "/v1/runs", { key: caller, ...start });
    expect(await problemOf(answer)).toMatchObject({ status: 500, code: "internal" });
    expect(JSON.stringify(world.lines)).not.toContain("Network connection lost");
  });

  it("[LOAD-14] is told to come again whatever threw: an object that is reset, a call that the runtime cut short", async () => {
    for (const thrown of [
      Object.assign(new Error("broken"), { retryable: true }),
      Object.assign(new Error("broken"), { overloaded: true }),
      Object.assign(new Error("broken"), { durableObjectReset: true }),
      new Error("Network connection lost."),
      new Error("Durable Object storage operation exceeded timeout which caused object to be reset."),
    ]) {
      const { world, caller } = await worldWith(() => thrown);
      const answer = await world.send("POST", "/v1/runs", { key: caller, ...start });
      expect(await problemOf(answer)).toEqual({ status: 503, code: "overloaded", retryAfter: "5" });
    }
  });

  it("[LOAD-14] is answered, too, where an error is its own cause", async () => {
    const circle = new Error("broken");
    circle.cause = circle;
    const { world, caller } = await worldWith(() => circle);
    expect((await world.send("POST", "/v1/runs", { key: caller, ...start })).status).toBe(500);
  });
});
