/** What a chat and an embedding put on record of what was said. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { contentDigest, readContent, unboundFields } from "../../../core/audit/content.ts";
import type { AuditRecord } from "../../../core/audit/record.ts";
import { isObject, type Json } from "../../../core/json.ts";
import { chatWorld, DONE, delta, SMALL, says, streams, usageFrame } from "../../support/doubles/chat-world.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const ASKED = { model: SMALL, messages: [{ role: "user", content: "Write to ada@example.com." }] };
const textOf = (records: readonly AuditRecord[], texts: readonly string[], type: string, field: string): Json[] => {
  const known = readContent(texts, sha256);
  return records.flatMap(({ event_type, data }) =>
    event_type === type && isObject(data) ? [known.get(String(data[field])) ?? data[field] ?? null] : [],
  );
};

describe("entries of a chat", () => {
  it("[BIND-7] are bound to what was asked and answered, redacted, whole and streamed", async () => {
    for (const stream of [false, true]) {
      const world = chatWorld([
        stream ? streams([delta("Done, for {{EMAIL_1}}.", "stop"), usageFrame, DONE]).response : says("Done, for {{EMAIL_1}}."),
      ]);
      const answered = await world.complete({ ...ASKED, stream });
      if (answered.ok && answered.value instanceof Response) await answered.value.text();
      await world.settled();
      expect(world.records.map((record) => [record.event_type, unboundFields(record)]).filter(([, lacks]) => lacks?.length)).toEqual([]);
      const [prompt] = textOf(world.records, world.texts, "model.calling", "prompt_sha256");
      expect(JSON.stringify(prompt)).toContain("Write to {{EMAIL_1}}.");
      expect(textOf(world.records, world.texts, "model.called", "answer_sha256")).toMatchObject([{ text: "Done, for {{EMAIL_1}}." }]);
      expect(world.texts.join()).not.toContain("ada@example.com");
    }
  });

  it("[BIND-7] gives no answer out whose prompt could not be kept", async () => {
    const world = chatWorld([says("Done.")]);
    world.keepsNoTexts = true;
    expect(await world.complete(ASKED)).toMatchObject({ ok: false, error: { code: "overloaded" } });
    await world.settled();
    expect(world.records.find(({ event_type }) => event_type === "model.called")?.data).toMatchObject({ text_lost: true });
  });

  it("[BIND-7] of an embedding are bound to its inputs and its vectors, of which the digest alone is kept", async () => {
    const world = chatWorld([Response.json({ data: [{ index: 0, embedding: [0.5, 1] }], usage: { prompt_tokens: 3, total_tokens: 3 } })]);
    expect(await world.embed({ model: SMALL, input: "mail to ada@example.com" })).toMatchObject({ ok: true });
    await world.settled();
    expect(textOf(world.records, world.texts, "model.calling", "prompt_sha256")).toEqual([{ inputs: ["mail to {{EMAIL_1}}"] }]);
    expect(textOf(world.records, world.texts, "model.called", "answer_sha256")).toEqual([contentDigest([[0.5, 1]], sha256)]);
  });
});
