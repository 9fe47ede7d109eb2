/** The stream of events: framing, resuming, and when it ends. */
import { beforeEach, describe, expect, it } from "vitest";
import type { RunStatus } from "../../../core/run/outside/view.ts";
import { makeWorld, WORKFLOW, type World } from "../../support/ingress-fakes.ts";

let world: World;
let key: string;
let id: string;

beforeEach(async () => {
  world = makeWorld();
  key = await world.makeKey(["caller", "developer"]);
  await world.send("POST", "/v1/workflows", { key, body: WORKFLOW });
  id = ((await (await world.send("POST", "/v1/runs", { key, body: { workflow: "echo", input: { text: "a" } } })).json()) as { id: string })
    .id;
});

function happen(status: RunStatus, ...types: string[]): void {
  const run = world.runs.get(id);
  if (run === undefined) throw new Error("no run");
  run.view.status = status;
  for (const type of types)
    run.events.push({ seq: run.events.length + 1, type, at: run.view.created_at, data: { text: "one\ntwo\u2028three" } });
}

const stream = (headers: Record<string, string> = {}, query = "") =>
  world.send("GET", `/v1/runs/${id}/events${query}`, { key, headers: { Accept: "text/event-stream", ...headers } });

/** As a client reads it (WHATWG HTML, 9.2.6): frames between empty lines. */
const frames = (text: string) =>
  text
    .split("\n\n")
    .filter((frame) => frame !== "")
    .map((frame) =>
      Object.fromEntries(
        frame.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trimStart()]),
      ),
    );

describe("as a stream", () => {
  it("sends every event once, in order, and ends with the run", async () => {
    happen("completed", "run.started", "step.started", "step.completed", "run.completed");
    const answer = await stream();
    expect(answer.headers.get("Content-Type")).toBe("text/event-stream; charset=utf-8");
    const [retry, ...events] = frames(await answer.text());
    expect(retry).toEqual({ retry: "5000" });
    expect(events.map(({ id: seq, event }) => [seq, event])).toEqual([
      ["1", "run.created"],
      ["2", "run.started"],
      ["3", "step.started"],
      ["4", "step.completed"],
      ["5", "run.completed"],
    ]);
    expect(JSON.parse(events[1]?.["data"] ?? "")).toMatchObject({ seq: 2, type: "run.started", data: { text: "one\ntwo\u2028three" } });
  });

  it("goes on after `Last-Event-ID`, which outranks `after`", async () => {
    happen("completed", "run.started", "run.completed");
    const seqs = async (answer: Response) => frames(await answer.text()).flatMap((frame) => frame["id"] ?? []);
    expect(await seqs(await stream({ "Last-Event-ID": "2" }))).toEqual(["3"]);
    expect(await seqs(await stream({ "Last-Event-ID": "2" }, "?after=1"))).toEqual(["3"]);
    expect(await seqs(await stream({}, "?after=1"))).toEqual(["2", "3"]);
    const over = await stream({ "Last-Event-ID": "3" });
    expect([over.status, await over.text()]).toEqual([204, ""]); // a browser does not come back after it
  });

  it("[RUN-330] ends with the event that ended the run, though bookkeeping follows it, and is 204 from there on", async () => {
    happen("completed", "run.started", "run.completed", "budget.leased", "callback.tried");
    const events = frames(await (await stream()).text()).slice(1);
    expect(events.at(-1)).toMatchObject({ id: "3", event: "run.completed" });
    for (const last of ["3", "4", "5"]) expect((await stream({ "Last-Event-ID": last })).status).toBe(204);
    expect((await stream({ "Last-Event-ID": "2" })).status).toBe(200);
  });

  it("sends a comment every 15 s while nothing happens", async () => {
    happen("running", "run.started");
    const reader = (await stream()).body?.getReader();
    let text = "";
    const began = world.clock.at;
    while (!text.includes(": still here\n\n: still here\n\n"))
      text += new TextDecoder().decode((await reader?.read())?.value as Uint8Array);
    await reader?.cancel();
    // The reader is one comment ahead of what it took.
    expect([30_000, 45_000]).toContain(world.clock.at - began);
  });

  it("ends after 30 s of waiting", async () => {
    happen("waiting", "run.started", "run.waiting");
    const began = world.clock.at;
    const reader = (await stream()).body?.getReader();
    let text = "";
    for (let chunks = 0; chunks < 20; chunks++) {
      const chunk = await reader?.read();
      if (chunk?.done !== false) break;
      text += new TextDecoder().decode(chunk.value as Uint8Array);
    }
    expect(world.clock.at - began).toBe(30_000);
    expect(text.split(": still here").length - 1).toBe(2);
  });

  it("ends when the run goes out of reach, without an error in the stream", async () => {
    happen("running", "run.started");
    world.script.throws["runs.events"] = [new Error("gone")];
    const answer = await stream();
    expect(await answer.text()).toBe("retry: 5000\n\n");
    expect(world.lines.some((line) => line.event === "stream.failed")).toBe(true);
  });

  it("has no body for HEAD", async () => {
    const answer = await world.send("HEAD", `/v1/runs/${id}/events`, { key, headers: { Accept: "text/event-stream" } });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  });
});

describe("as a list", () => {
  const list = async (query = "") =>
    (await (await world.send("GET", `/v1/runs/${id}/events${query}`, { key })).json()) as {
      data: { seq: number }[];
      next_cursor: string | null;
    };

  it("has all of it, or what comes after", async () => {
    happen("running", "a", "b", "c", "d");
    expect((await list()).data.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect((await list("?after=3")).data.map(({ seq }) => seq)).toEqual([4, 5]);
    expect((await list("?after=99")).data).toEqual([]);
  });

  it("[RUN-330] ends with the event that ended the run, or with what tells a client something behind it", async () => {
    happen("failed", "run.started", "run.failed", "budget.leased");
    const listed = async (query: string) => {
      const answer = await world.send("GET", `/v1/runs/${id}/events${query}`, { key });
      const { data, next_cursor } = (await answer.json()) as { data: { type: string }[]; next_cursor: string | null };
      return [data.map(({ type }) => type), next_cursor];
    };
    expect(await listed("")).toEqual([["run.created", "run.started", "run.failed"], null]);
    expect(await listed("?after=3")).toEqual([[], null]);
    expect(await listed("?limit=2")).toEqual([["run.created", "run.started"], "2"]);
    expect(await listed("?limit=2&cursor=2")).toEqual([["run.failed"], null]);
    happen("failed", "budget.alert", "parent.told");
    expect(await listed("?after=2")).toEqual([["run.failed", "budget.leased", "budget.alert"], null]);
  });

  it("comes page by page when asked", async () => {
    happen("running", "a", "b", "c", "d");
    const first = await list("?limit=3");
    expect([first.data.length, first.next_cursor]).toEqual([3, "3"]);
    const second = await list(`?limit=3&cursor=${first.next_cursor}`);
    expect([second.data.map(({ seq }) => seq), second.next_cursor]).toEqual([[4, 5], null]);
  });
});
