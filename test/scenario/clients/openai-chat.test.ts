/** OpenAI's own package: chats answered whole, tools, structured answers, embeddings, the list of models. */
import type OpenAI from "openai";
import { beforeAll, describe, expect, it } from "vitest";
import { type Apps, billed, openApps, SMALL } from "../../support/clients/apps.ts";
import { COUNTED, says } from "../../support/clients/wire.ts";

let apps: Apps;
let client: OpenAI;

beforeAll(async () => {
  apps = await openApps("clients-chat");
  client = apps.openai();
});

describe("chat.completions.create", () => {
  it("takes all roles and text parts, and gives what the upstream said", async () => {
    apps.script(() => says("It is sunny."));
    const answer = await client.chat.completions.create({
      model: SMALL,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "developer", content: [{ type: "text", text: "Speak of the weather only." }] },
        {
          role: "user",
          content: [
            { type: "text", text: "How is it" },
            { type: "text", text: "in Oslo?" },
          ],
        },
      ],
    });
    expect(answer.choices[0]).toMatchObject({ message: { role: "assistant", content: "It is sunny.", refusal: null }, finish_reason: "stop" });
    expect(answer.usage).toMatchObject({ ...COUNTED, total_tokens: 150 });
    expect(answer.model).toBe(SMALL);
    expect(apps.asked[0]?.body["messages"]).toEqual([
      { role: "system", content: "Be brief." },
      { role: "developer", content: "Speak of the weather only." },
      { role: "user", content: "How is it\nin Oslo?" },
    ]);
  });

  it("says with `withResponse` which model answered, at what cost, under which run", async () => {
    apps.script(() => says("hello"));
    const { data, response } = await client.chat.completions.create({ model: "task:write", messages: [{ role: "user", content: "hi" }] }).withResponse();
    const said = (name: string) => response.headers.get(`bulkhead-${name}`);
    expect([said("model"), said("attempts"), said("cache")]).toEqual([SMALL, "1", "miss"]);
    expect(Number(said("cost-usd"))).toBe(billed(SMALL, COUNTED));
    expect(said("run")).toBe(`run_${data.id.slice("chatcmpl-".length)}`);
  });
});
