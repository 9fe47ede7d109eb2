/** A chat whose org has a model of the task `moderate`: what it is asked, and what its word does. */
import { describe, expect, it } from "vitest";
import type { Moderation } from "../../../core/guardrail/moderate/opinion.ts";
import type { Inquiry } from "../../../core/guardrail/moderate/questions.ts";
import { rulesOfOrg } from "../../../core/guardrail/rules/merge.ts";
import type { GuardrailSettings } from "../../../core/guardrail/rules/settings.ts";
import type { Json } from "../../../core/json.ts";
import type { Asker, Moderated } from "../../../workers/moderation/ports.ts";
import { chatWorld, SMALL, says } from "../../support/doubles/chat-world.ts";

const spent = { tokens_in: 90, tokens_out: 10, micro_usd: 700 };
const TOPICS: GuardrailSettings = { input: { topics: { allow: [], deny: ["politics"], action: "block" } } };
const TONE: GuardrailSettings = { output: { tone: { want: "like a pirate", action: "retry" } } };

type Verdict = (text: string) => boolean | Extract<Moderation, { kind: "failed" }>["why"];
function world(settings: GuardrailSettings, verdict: Verdict | null, ...answers: Response[]) {
  const asked: { asker: Asker; inquiry: Inquiry }[] = [];
  const chat = chatWorld(answers, {
    rules: async () => rulesOfOrg({ ...settings, may_weaken: [] }),
    moderate: async (asker, inquire): Promise<Moderated | null> => {
      const inquiry = verdict === null ? null : inquire();
      if (inquiry === null || verdict === null) return null;
      asked.push({ asker, inquiry });
      const said = verdict(inquiry.text);
      if (typeof said === "string") return { moderation: { kind: "failed", why: said }, spent };
      const opinions = inquiry.questions.map((question) => ({ question, broken: said, confidence: 0.9 }));
      return { moderation: { kind: "answered", model: "acme/judge-1", opinions }, spent };
    },
  });
  return { chat, asked };
}
const ask = (content: string, stream = false) =>
  ({ model: SMALL, stream, messages: [{ role: "user", content }] }) as unknown as { [key: string]: Json };
async function outcome(made: ReturnType<typeof world>, content = "Where is it?", stream = false) {
  const reply = await made.chat.complete(ask(content, stream));
  await made.chat.settled();
  if (!reply.ok) return { code: reply.error.code };
  if (reply.value instanceof Response) return { text: await reply.value.text() };
  return { body: JSON.stringify(reply.value.body), cost: Number(reply.value.headers["bulkhead-cost-usd"]) };
}
const detectors = ({ chat }: ReturnType<typeof world>) =>
  chat.records
    .filter(({ event_type }) => event_type === "guardrail.flagged" || event_type === "guardrail.blocked")
    .map(({ data }) => JSON.stringify(data));

describe("the messages of the user", () => {
  it("[MOD-11] are refused where the model finds a topic in them that no word shows, and nobody else is called", async () => {
    const made = world(TOPICS, () => true);
    expect(await outcome(made, "Who wins the vote?")).toEqual({ code: "content_blocked" });
    expect(made.asked).toMatchObject([
      { asker: { text: "raw", activity: "chat", roles: ["caller"] }, inquiry: { text: "Who wins the vote?" } },
    ]);
    expect(made.chat.upstream.requests).toEqual([]);
    expect(detectors(made)[0]).toContain("moderate:acme/judge-1");
  });

  it("[MOD-11] pass where the model clears the word; without a model the word decides", async () => {
    expect(
      await outcome(
        world(TOPICS, () => false, says("Good.")),
        "No politics, please.",
      ),
    ).toMatchObject({ body: expect.stringContaining("Good.") });
    expect(await outcome(world(TOPICS, null, says("Good.")), "No politics, please.")).toEqual({ code: "content_blocked" });
    expect(
      await outcome(
        world(TOPICS, () => "timeout", says("Good.")),
        "No politics, please.",
      ),
    ).toEqual({ code: "content_blocked" });
    const closed: GuardrailSettings = { input: { ...TOPICS.input, on_failure: "closed" } };
    expect(
      await outcome(
        world(closed, () => "timeout", says("Good.")),
        "Hello.",
      ),
    ).toEqual({ code: "content_blocked" });
  });
});

describe("the answer", () => {
  it.each([false, true])("[MOD-11] is judged whole and redacted, asked for again, and its cost counted (stream: %s)", async (stream) => {
    const made = world(TONE, (text) => !text.startsWith("Arr"), says("Good day, write to ada@lovelace-mail.org."), says("Arr."));
    const given = await outcome(made, "Where is it?", stream);
    expect(JSON.stringify(given)).toContain("Arr.");
    expect(JSON.stringify(given)).not.toContain("Good day");
    expect(made.asked.map(({ inquiry }) => inquiry.text)).toEqual([expect.stringContaining("{{EMAIL_1}}"), "Arr."]);
    if ("cost" in given) expect(given.cost).toBeGreaterThanOrEqual(0.0014);
    expect(detectors(made).join()).toContain("output.tone");
  });

  it("[MOD-11] a call of a tool is no answer: nobody is asked about it", async () => {
    const calls = [{ id: "1", type: "function", function: { name: "find", arguments: "{}" } }];
    const made = world(
      TONE,
      () => true,
      says(null, {}, { message: { role: "assistant", content: null, tool_calls: calls }, finish_reason: "tool_calls" }),
    );
    const tools = [{ type: "function", function: { name: "find", parameters: { type: "object" } } }];
    const reply = await made.chat.complete({ ...ask("Where is it?"), tools } as never);
    expect([reply.ok, made.asked]).toEqual([true, []]);
  });
});
