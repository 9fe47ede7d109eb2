/** Ids of calls: no two answers share one, and each leads back to the upstream's. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inwardIds, outwardIds } from "../../../core/chat/call-ids.ts";
import type { ChatMessage } from "../../../core/chat/messages.ts";
import { distinctIds } from "../../../core/model-call/asked-calls.ts";

const [ONE, TWO] = ["run_01JD4M2Q0000000000000000AA", "run_01JD4M2Q0000000000000000BB"];
const asked = (ids: readonly string[]): ChatMessage[] => [
  { role: "assistant", content: null, name: null, toolCalls: ids.map((id) => ({ id, name: "f", arguments: "{}" })) },
  ...ids.map((toolCallId): ChatMessage => ({ role: "tool", content: "x", toolCallId, name: null })),
];

describe("ids of calls", () => {
  it.each([["call_0"], ["0"], ["call_abc1"], ["functions.weather:0"], ["a-b"], ["call00001"], ["call-_-m.x"]])(
    "[CHAT-6] %s differs from answer to answer, and goes back as it was",
    (id) => {
      const [first, second] = [outwardIds([id], ONE), outwardIds([id], TWO)];
      expect(first).not.toEqual(second);
      expect(first[0]).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      expect(inwardIds(asked(first))(first[0] ?? "")).toBe(id);
    },
  );
  it.each([
    ["call_Ab3dEf6hIj9kLm2n"],
    ["chatcmpl-tool-0af7651916cd43dd8448eb211c80319c"],
    ["D681PevKs"],
    ["toolu_01A09q90qw90lq917835lq9"],
  ])("[CHAT-6] %s is random, and stands", (id) => expect(outwardIds([id], ONE)).toEqual([id]));
  it.each([
    ["none", [null, null]],
    ["the same twice", ["call_0", "call_0"]],
    ["no identifiers", ["a b", "c"]],
  ])("[CHAT-6] %s: ours, in nine letters and digits", (_, said) => {
    const [first, second] = [outwardIds(said, ONE), outwardIds(said, TWO)];
    expect(new Set([...first, ...second]).size).toBe(4);
    for (const id of first) expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(first.map(inwardIds(asked(first)))).toEqual(first);
  });
  it("[CHAT-6] two turns whose upstream says the same id stay apart", () => {
    const ids = [...outwardIds(["call_0"], ONE), ...outwardIds(["call_0"], TWO)];
    expect(ids.map(inwardIds(asked(ids)))).toEqual(ids);
  });
  it("[CHAT-6] any distinct ids come back as they were", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9_.:-]{1,24}$/), { minLength: 1, maxLength: 5 }), (said) => {
        const out = outwardIds(said, ONE);
        fc.pre(!said.some((id) => id.startsWith("bh_")));
        expect(new Set(out).size).toBe(said.length);
        expect(out.map(inwardIds(asked(out)))).toEqual(said);
      }),
    );
  });
  it("[MODEL-7] a run's calls are told apart through its whole conversation", () => {
    expect(distinctIds(["call_0"], ["call_1"])).toEqual(["call_0"]);
    expect(distinctIds(["call_0"], ["call_0", "x"])).toEqual(["call00003"]);
    expect(distinctIds([null, null], ["call00001"])).toEqual(["call00002", "call00003"]);
  });
});
