/** A run in a session: it waits for its turn, lets the next go while a person is asked, and says its last word. */
import { describe, expect, it } from "vitest";
import { joined } from "../../../core/label/labels.ts";
import { toRunView } from "../../../core/run/outside/present.ts";
import { nextWakeAt } from "../../../core/run/outside/wake.ts";
import type { SessionContent } from "../../../core/session/session.ts";
import { define, model, review, tool, transform } from "../../support/run/definition.ts";
import { Drive, said } from "../../support/run/drive.ts";

const CONTENT: SessionContent = {
  messages: [
    { role: "user", content: "My lamp is broken.", label: { trust: "trusted", class: "internal", sources: ["caller"] } },
    {
      role: "assistant",
      content: "A new one is on its way.",
      label: { trust: "untrusted", class: "confidential", sources: ["model:reply"] },
    },
  ],
  summary: null,
};
const words = { user: { cel: "input.text" }, assistant: { cel: "output.text" } };
const talk = define(
  {
    reply: model({
      prompt: { template: "{{before}} {{now}}", slots: { before: { cel: "session.messages" }, now: { cel: "input.text" } } },
    }),
  },
  { session: words, output: { text: { cel: "steps.reply.output" } } },
);
const birth = { session: "s1", input: { text: "And now?" } };

describe("a run in a session", () => {
  it("[SESSION-1] starts nothing before its turn, and can be cancelled and paused meanwhile", () => {
    const waiting = new Drive(talk, { session: () => null }, birth).start().run();
    expect(waiting.types()).toEqual(["run.created"]);
    expect(toRunView(waiting.machinery, waiting.state)).toMatchObject({
      status: "queued",
      session: "s1",
      waiting_for: { kind: "session", id: "s1" },
    });
    expect(nextWakeAt(waiting.machinery, waiting.state, waiting.now)).toBe(waiting.now + 30_000);
    waiting.offer({ kind: "pause", by: "ada", reason: "wait" });
    expect(waiting.wanted().map(({ kind }) => kind)).toEqual(["session.step_aside"]);
    waiting.run();
    waiting.offer({ kind: "resume", by: "ada", pausedBy: "ada" });
    expect([waiting.state.status, waiting.types().includes("run.started")]).toEqual(["queued", false]);
    waiting.offer({ kind: "session.entered", owner: "con_1", content: CONTENT });
    expect(waiting.run().state.status).toBe("completed");
    const cancelled = new Drive(talk, { session: () => null }, birth).start().run();
    cancelled.offer({ kind: "cancel", by: "ada", reason: "no longer" });
    expect([cancelled.run().state.status, cancelled.said, cancelled.state.session?.phase]).toEqual(["cancelled", [], "left"]);
  });

  it("[SESSION-2] sees what was said before, and what derives from it has its label", () => {
    const seen: string[] = [];
    const run = new Drive(
      talk,
      {
        session: () => CONTENT,
        model: ({ messages }) => {
          seen.push(JSON.stringify(messages));
          return said("Patience.");
        },
      },
      birth,
    );
    run.start().run();
    expect(run.state).toMatchObject({ status: "completed", output: { text: "Patience." } });
    expect(seen.join()).toContain("A new one is on its way.");
    expect(joined(run.state.outputLabels ?? [])).toMatchObject({
      trust: "untrusted",
      class: "confidential",
      sources: ["caller", "model:reply"],
    });
    expect(run.said.map(({ role, content, label }) => [role, content, label.class])).toEqual([
      ["user", "And now?", "internal"],
      ["assistant", "Patience.", "confidential"],
    ]);
    // The first message is the caller's own word, the second a model's: each counts for itself.
    const first = define({ say: transform({ cel: "session.messages[0].content" }) }, { output: { cel: "steps.say.output" } });
    const trusted = new Drive(first, { session: () => CONTENT }, { session: "s1" }).start().run();
    expect(joined(trusted.state.outputLabels ?? [])).toMatchObject({ trust: "trusted", class: "internal" });
  });

  it("[SESSION-3] lets the next go on while it waits for a person, and says nothing where it failed", () => {
    const asks = define({ ask: review() }, { session: words, output: { text: "done" } });
    const run = new Drive(asks, { session: () => CONTENT }, birth).start().run();
    expect([run.state.status, run.state.session?.phase]).toEqual(["waiting", "apart"]);
    expect(run.types().slice(-2)).toEqual(["run.waiting", "session.stepped_aside"]); // it waits on, and is not resumed by it
    const fails = define({ read: tool("orders.get") }, { session: words, output: { text: "done" } });
    const failing = new Drive(
      fails,
      {
        session: () => CONTENT,
        tool: () => {
          throw new Error("unasked");
        },
        authority: () => ({ kind: "refused", transient: false, code: "policy_denied", message: "no" }),
      },
      birth,
    )
      .start()
      .run();
    expect([failing.state.status, failing.said.map(({ role }) => role)]).toEqual(["failed", ["user"]]);
  });

  it("[SESSION-4] has an empty session where it is in none, and a child run takes no turn of its own", () => {
    const definition = define(
      { say: transform({ count: { cel: "size(session.messages)" }, summary: { cel: "session.summary" } }) },
      { output: { cel: "steps.say.output" } },
    );
    const alone = new Drive(definition).start().run();
    expect(alone.state).toMatchObject({ status: "completed", output: { count: 0, summary: "" } });
    const parent = { run: "run_1", activity: "a", depth: 1, tools: [] };
    const child = new Drive(definition, { session: () => null }, { session: "s1", parent }).start().run();
    expect(child.state.status).toBe("completed");
  });
});
