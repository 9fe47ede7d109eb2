/** `support-refund` over HTTP, with the rehearsal model and the shop: from the ticket to the mail, and what nobody may have seen. */
import { beforeAll, describe, expect, it } from "vitest";
import { call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const MAIL = "mara.lindt@example.com";
const CARD = "4111 1111 1111 1111";
const TICKET = `Hello, my order A-1002 arrived broken and I would like my money back. I paid with card ${CARD}. Please write to ${MAIL}. Mara`;

let world: World;
beforeAll(async () => {
  world = await openWorld("refunds");
});

const start = async (ticket: string) => {
  const started = await call("POST", "/v1/runs", world.keys.app, { workflow: "support-refund", input: { ticket } });
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  return String(started.body["id"]);
};

const approve = async (run: string) => {
  const review = await eventually("/v1/reviews?status=pending", world.keys.reviewer, (body) =>
    (body["data"] as { run: string }[]).some((item) => item.run === run),
  );
  const [found] = (review["data"] as { id: string; run: string }[]).filter((item) => item.run === run);
  const decided = await call("POST", `/v1/reviews/${found?.id}/decision`, world.keys.reviewer, { action: "approve", reason: "fine" });
  expect(decided.status, JSON.stringify(decided.body)).toBe(200);
};

describe("support-refund", () => {
  it("[THREAD-1] ends with a refund, a reply and a mail, and only the mail held the address", async () => {
    const run = await start(TICKET);
    const waiting = await eventually(`/v1/runs/${run}`, world.keys.app, status("waiting", "failed"));
    expect(waiting["status"], JSON.stringify(waiting)).toBe("waiting");
    await approve(run);
    const done = await eventually(`/v1/runs/${run}`, world.keys.app, status("completed", "failed", "dead_lettered"));
    expect(done["status"], JSON.stringify(done)).toBe("completed");
    expect(JSON.stringify(done["output"])).toContain(MAIL);

    const events = await call("GET", `/v1/runs/${run}/events`, world.keys.auditor);
    const list = events.body["data"] as { seq: number; type: string }[];
    expect(list.map((event) => event.seq)).toEqual(list.map((_, index) => index + 1));
    const others = await call("GET", `/v1/runs/${run}`, world.keys.auditor);
    for (const seen of [events.body, others.body, { ...done, output: null }]) {
      expect(JSON.stringify(seen)).not.toContain(MAIL);
      expect(JSON.stringify(seen)).not.toContain(CARD);
    }
    const mailed = world.sent.filter(({ body }) => body.includes(MAIL));
    expect(mailed.map(({ url }) => new URL(url).pathname)).toEqual(["/mail/send"]);
    expect(world.sent.some(({ body }) => body.includes(CARD) || body.includes("4111111111111111"))).toBe(false);
    expect(world.sent.every(({ headers }) => headers.get("authorization")?.startsWith("Bearer ey"))).toBe(true);

    const entries = await eventually(`/v1/audit/entries?run=${run}`, world.keys.auditor, (body) =>
      (body["data"] as { event_type: string }[]).some((entry) => entry.event_type === "run.completed"),
    );
    expect(JSON.stringify(entries)).not.toContain(MAIL);
    expect((entries["data"] as { event_type: string; action: string }[]).some((entry) => entry.action === "personal_data.open")).toBe(true);
    const verified = await call("POST", "/v1/audit/verify", world.keys.auditor, {});
    expect(verified.body).toMatchObject({ ok: true });
    const trace = await call("GET", `/v1/runs/${run}/trace`, world.keys.auditor);
    expect(JSON.stringify(trace.body)).toContain(String(done["trace_id"]));
  });

  it("[THREAD-2] asks nobody for a small order, and nobody but another person decides a large one", async () => {
    const small = await start("My order A-1001 is too small for me, please refund it. Write to a@example.org");
    const done = await eventually(`/v1/runs/${small}`, world.keys.app, status("completed", "failed", "waiting"));
    expect(done["status"], JSON.stringify(done)).toBe("completed");

    const boss = await makeKey(world.org, "boss", ["caller", "reviewer"]);
    const own = await call("POST", "/v1/runs", boss, { workflow: "support-refund", input: { ticket: TICKET } });
    const run = String(own.body["id"]);
    await eventually(`/v1/runs/${run}`, world.keys.developer, status("waiting"));
    const reviews = await call("GET", "/v1/reviews?status=pending", world.keys.reviewer);
    const review = (reviews.body["data"] as { id: string; run: string }[]).find((item) => item.run === run);
    const self = await call("POST", `/v1/reviews/${review?.id}/decision`, boss, { action: "approve", reason: "mine" });
    expect(self).toMatchObject({ status: 403, body: { code: "second_person_required" } });
    const rejected = await call("POST", `/v1/reviews/${review?.id}/decision`, world.keys.reviewer, { action: "reject", reason: "no" });
    expect(rejected.status).toBe(200);
    const ended = await eventually(`/v1/runs/${run}`, world.keys.developer, status("failed"));
    expect(ended).toMatchObject({ error: { code: "review_rejected", step: "approve" } });
    const again = await call("POST", `/v1/reviews/${review?.id}/decision`, world.keys.reviewer, { action: "approve", reason: "too late" });
    expect(again.status).toBe(409);
  });
});
