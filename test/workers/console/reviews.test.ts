/** The review view's own decisions, with a page that is no more than elements: what is sent for which button. */
import { afterEach, describe, expect, it, vi } from "vitest";

type Listener = (event: unknown) => void;
class Element {
  readonly children: Element[] = [];
  readonly listeners = new Map<string, Listener>();
  readonly attributes = new Map<string, string>();
  textContent = "";
  value = "";
  hidden = false;
  readonly tag: string;
  constructor(tag: string) {
    this.tag = tag;
  }
  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }
  addEventListener(name: string, listener: Listener): void {
    this.listeners.set(name, listener);
  }
  append(...all: Element[]): void {
    this.children.push(...all);
  }
  insertBefore(element: Element): void {
    this.children.push(element);
  }
  replaceChildren(): void {}
  focus(): void {}
  remove(): void {}
  all(): Element[] {
    return [this, ...this.children.filter((child) => child instanceof Element).flatMap((child) => child.all())];
  }
}

const REVIEW = {
  ...{ id: "rev_1", run: "run_1", step: "approve", severity: "high", status: "pending", digest: "d", due_at: "2100-01-01T00:00:00Z" },
  ...{ risk: { score: null, factors: [] }, policy: {}, proposal: { refund: 50 }, decision: null },
};
const asked: { method: string; path: string; body: unknown }[] = [];
let answers: (path: string) => unknown = () => ({ data: [REVIEW], next_cursor: null });

const textNode = (text: string): Element => Object.assign(new Element("#text"), { textContent: text });

async function open() {
  asked.length = 0;
  vi.stubGlobal("document", { createElement: (tag: string) => new Element(tag), createTextNode: textNode });
  vi.stubGlobal("fetch", async (path: string, { method, body }: { method: string; body?: string }) => {
    asked.push({ method, path, body: body === undefined ? null : JSON.parse(body) });
    return { ok: true, status: 200, json: async () => answers(path) };
  });
  const { showReviews } = await import(new URL("../../../workers/console/files/reviews.client.js", import.meta.url).href);
  const root = new Element("div");
  let refresh = async (): Promise<void> => {};
  showReviews({
    root,
    title: () => {},
    say: () => {},
    isOver: () => false,
    guard: (work: () => Promise<void>) => work(),
    every: (_ms: number, work: () => Promise<void>) => {
      refresh = work;
    },
  });
  await refresh();
  const of = (tag: string) => root.all().filter((element) => element.tag === tag);
  return { of, refresh };
}
afterEach(() => vi.unstubAllGlobals());

async function decide(action: string | undefined, changes = "") {
  const { of } = await open();
  const [reason, changed] = of("textarea");
  if (reason === undefined || changed === undefined) throw new Error("no fields");
  reason.value = "because";
  changed.value = changes;
  of("form").at(-1)?.listeners.get("submit")?.({ preventDefault: () => {}, submitter: { value: action } });
  await vi.waitFor(() => undefined);
  return asked.filter(({ method }) => method === "POST");
}

describe("what a decision rests on", () => {
  it("[CONSOLE-3] is read when it is unfolded, once, and shown as text", async () => {
    const whole = {
      ...REVIEW,
      policy: { version: "p1", decision: "ask", reasons: ["calls.write_chosen_by_model"] },
      context: {
        input: { value: { note: "<b>pay me</b>" } },
        trace: [
          {
            step: "look",
            kind: "tool",
            status: "completed",
            attempts: 1,
            output: { withheld: "`restricted` data is not shown to reviewers" },
          },
        ],
        effects: [
          { step: "pay", tool: "payments.refund", version: 1, effect: "write", undo: { tool: "payments.cancel" }, hosts: ["shop.test"] },
        ],
        untrusted: [{ at: "/input/to", sources: ["tool:orders.get"] }],
      },
    };
    answers = (path) => (path === "/v1/reviews/rev_1" ? whole : { data: [REVIEW], next_cursor: null });
    const { of } = await open();
    const [details] = of("details");
    for (let n = 0; n < 2; n++) {
      if (details !== undefined) Object.assign(details, { open: true }).listeners.get("toggle")?.({});
      await vi.waitFor(() => expect(of("li")).toHaveLength(3));
    }
    expect(asked.filter(({ path }) => path === "/v1/reviews/rev_1")).toHaveLength(1);
    const text = of("#text")
      .map(({ textContent }) => textContent)
      .join("\n");
    for (const told of [
      "calls.write_chosen_by_model",
      "undone by payments.cancel",
      "at shop.test",
      "/input/to, from tool:orders.get",
      "not shown to reviewers",
      "<b>pay me</b>",
    ])
      expect(text).toContain(told);
    answers = () => ({ data: [REVIEW], next_cursor: null });
  });
});

describe("[CONSOLE-3] a decision", () => {
  it.each(["approve", "reject", "escalate"])("%s is sent with the reason and the digest that was on the screen", async (action) => {
    expect(await decide(action)).toEqual([
      { method: "POST", path: "/v1/reviews/rev_1/decision", body: { action, reason: "because", digest: "d" } },
    ]);
  });

  it("modify brings its changes", async () => {
    expect((await decide("modify", '{"refund": 20}'))[0]?.body).toEqual({
      action: "modify",
      reason: "because",
      digest: "d",
      changes: { refund: 20 },
    });
  });

  it.each(["", "20", "[1]", "null", "{refund: 20}"])("modify with %j is not sent", async (changes) => {
    expect(await decide("modify", changes)).toEqual([]);
  });

  it("by no button is not sent", async () => expect(await decide(undefined)).toEqual([]));
});

it("[CONSOLE-4] pages through all reviews, and keeps the pages that are open", async () => {
  answers = (path) => {
    const isSecond = path.includes("cursor=rev_1");
    return { data: [{ ...REVIEW, id: isSecond ? "rev_0" : "rev_1" }], next_cursor: isSecond ? null : "rev_1" };
  };
  const { of, refresh } = await open();
  expect(of("article")).toHaveLength(1);
  const more = of("button").find((button) => button.listeners.has("click"));
  expect(more?.hidden).toBe(false);
  await more?.listeners.get("click")?.({});
  await vi.waitFor(() => expect(new Set(of("article"))).toHaveProperty("size", 2));
  expect(more?.hidden).toBe(true);
  asked.length = 0;
  await refresh();
  expect(asked.map(({ path }) => path.includes("cursor"))).toEqual([false, true]);
});
