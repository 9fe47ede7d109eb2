/** Small parts of a chat: the memory of one call, secrets in a stream, errors, vectors. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newCallMemory } from "../../../core/chat/call-memory.ts";
import { readEmbeddingRequest } from "../../../core/chat/embedding.ts";
import { toOpenAiError, toParam } from "../../../core/chat/error.ts";
import { openSecretFilter } from "../../../core/chat/secret-filter.ts";
import { ERRORS, type ErrorCode } from "../../../core/errors/codes.ts";
import { refuse } from "../../../core/errors/problem.ts";
import type { Json } from "../../../core/json.ts";
import { base64FromFloats, floatsFromBase64, readEmbeddingAnswer } from "../../../core/model/embedding.ts";
import { withoutSecrets } from "../../../core/untrusted-json.ts";
import { bestOf } from "../../support/cpu-time.ts";

describe("the memory of a call", () => {
  it("[CHAT-1] gives the same value the same placeholder, and back only what the request put in", () => {
    const memory = newCallMemory();
    expect(memory.assign("EMAIL", "a@x.example", "input")).toBe("{{EMAIL_1}}");
    expect(memory.assign("EMAIL", "b@x.example", "model")).toBe("{{EMAIL_2}}");
    expect(memory.assign("EMAIL", "a@x.example", "model")).toBe("{{EMAIL_1}}");
    expect(memory.assign("PHONE", "1", "input")).toBe("{{PHONE_1}}");
    expect(memory.fill("{{EMAIL_1}} {{EMAIL_2}} {{EMAIL_3}}")).toBe("a@x.example {{EMAIL_2}} {{EMAIL_3}}");
    expect([...memory.inputValues().keys()]).toEqual(["{{EMAIL_1}}", "{{PHONE_1}}"]);
  });

  it("[CHAT-1] a typed placeholder means nothing", () => {
    const memory = newCallMemory();
    expect(memory.literally("see {{EMAIL_1}}")).toBe("see {{LITERAL_1}}");
    expect(memory.holdsPersonalData()).toBe(false);
    memory.assign("EMAIL", "a@x.example", "input");
    expect(memory.fill("{{LITERAL_1}} is not {{EMAIL_1}}")).toBe("{{EMAIL_1}} is not a@x.example");
    expect(memory.holdsPersonalData()).toBe(true);
  });
});

describe("secrets in a stream", () => {
  it("[CHAT-15] never come back, whatever the cuts, and nothing else is lost", () => {
    const secret = "sk-abcabcabd-42";
    const piece = fc.constantFrom(secret, "sk-abc", "abcabd-42", "sk-abcabcab", "x", " ");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (pieces, size) => {
        const whole = pieces.join("");
        const filter = openSecretFilter([secret]);
        let out = "";
        for (let at = 0; at < whole.length; at += size) out += filter.push(whole.slice(at, at + size));
        out += filter.end();
        expect(out).not.toContain(secret);
        // What is around a secret stays; one with blanks between its letters is one, too.
        const spaced = new RegExp([...secret.replaceAll("-", "")].join("[- ]*"), "g");
        expect(out).toBe(whole.replaceAll(spaced, "[secret withheld]"));
      }),
    );
  });

  const SECRET = "Zq8vKx2mPw5tRj7nLb3d";
  const hex = [...SECRET].map((letter) => letter.charCodeAt(0).toString(16));
  const FORMS: { readonly [name: string]: string } = {
    plain: SECRET,
    base64: btoa(SECRET),
    base64url: btoa(`Bearer ${SECRET}`).replace(/=/g, ""),
    "base64 behind a byte": btoa(`x${SECRET}y`),
    "base64 in lines": btoa(SECRET).replace(/(.{8})/g, "$1\n"),
    hexadecimal: hex.join(""),
    "capital hexadecimal": hex.join("").toUpperCase(),
    "spaced hexadecimal": hex.join(" "),
    "percent-encoded": hex.map((pair) => `%${pair}`).join(""),
    "percent-encoded twice": hex.map((pair) => `%25${pair}`).join(""),
    escaped: hex.map((pair) => `\\u00${pair}`).join(""),
    "in entities": [...SECRET].map((letter) => `&#${letter.charCodeAt(0)};`).join(""),
    "in hexadecimal entities": hex.map((pair) => `&#x00${pair};`).join(""),
    spaced: [...SECRET].join(" "),
    dashed: [...SECRET].join("-"),
    "in capitals": SECRET.toUpperCase(),
    "in wide letters": SECRET.replace(/[a-z]/gi, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
    "with letters that nobody sees": [...SECRET].join("\u200b"),
  };
  const streamed = (text: string, size: number, secrets = [SECRET]) => {
    const filter = openSecretFilter(secrets);
    let out = "";
    for (let at = 0; at < text.length; at += size) out += filter.push(text.slice(at, at + size));
    return out + filter.end();
  };

  it.each(Object.entries(FORMS))(
    "[CHAT-43] come back in no form that a whole answer is withheld for: %s, in pieces of any size",
    (_, form) => {
      for (const size of [1, 2, 3, 7, 1_000]) {
        const out = streamed(`note ${form} end: 50% of \\x &amp; zq8v`, size);
        // A digit of base64 at either end tells of its neighbours alone.
        expect(out).toMatch(/^note .{0,14}\[secret withheld\].{0,3}=? end: 50% of \\x &amp; zq8v$/s);
        expect(withoutSecrets(out, [SECRET]).count).toBe(0);
      }
    },
  );

  it("[CHAT-43] other text goes through as it is, held back no longer than it may begin a secret, in linear time", () => {
    const text = "Zq8vKx2 some words % &#x &#12 \\u00 zq8vkx2mpw5trj7nlb3 \ud83d\ude00 x ".repeat(40);
    for (const size of [1, 5]) expect(streamed(text, size, [SECRET, "sk-abcabcabd-42"])).toBe(text);
    const filter = openSecretFilter([SECRET]);
    expect([filter.push("note Zq8v"), filter.push("ery good"), filter.push(" %4"), filter.push("9"), filter.end()]).toEqual([
      "note ",
      "Zq8very good",
      " ",
      "%49",
      "",
    ]);
    // What is spread wider than any disguise is no secret, so that a stream does not wait for ever.
    expect(streamed(`Z${"-".repeat(10_000)}`, 100)).toBe(`Z${"-".repeat(10_000)}`);
    const time = (times: number) => bestOf(() => streamed("zq8vkx2mpw5trj7nlb3 %%%25 &#x0 word ".repeat(times), 3));
    time(200);
    expect(time(4_000) / Math.max(1, time(500))).toBeLessThan(24); // 8 where it is linear
  });
});

describe("an error", () => {
  it.each(Object.keys(ERRORS) as ErrorCode[])("has OpenAI's four fields: %s", (code) => {
    const { error } = toOpenAiError(refuse(code, "in our words"));
    expect(error).toEqual({ message: "in our words", type: expect.any(String), code, param: null });
    expect(error.type === "server_error").toBe(ERRORS[code].status >= 500);
  });

  it("names the fields that are wrong", () => {
    const errors = Array.from({ length: 8 }, (_, index) => ({ path: `/messages/${index}/content`, message: "is missing" }));
    const { error } = toOpenAiError(refuse("invalid_request", "the request is invalid", errors));
    expect(error.param).toBe("messages[0].content");
    expect(error.message).toMatch(/^the request is invalid: messages\[0\]\.content: is missing; .*; and 3 more$/);
    expect(toParam("query.limit")).toBe("query.limit");
  });
});

describe("vectors", () => {
  it("survive base64", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 40 }), (vector) => {
        expect(floatsFromBase64(base64FromFloats(vector))).toEqual(vector);
      }),
    );
  });

  const item = (index: number, embedding: Json) => ({ index, embedding, object: "embedding" });
  it.each([
    ["too few", { data: [item(0, [1])] }],
    ["one twice", { data: [item(0, [1]), item(0, [1])] }],
    ["of two lengths", { data: [item(0, [1]), item(1, [1, 2])] }],
    ["empty", { data: [item(0, []), item(1, [])] }],
    ["of words", { data: [item(0, ["a"]), item(1, ["b"])] }],
    ["of no base64", { data: [item(0, "?"), item(1, "?")] }],
    ["of infinities", { data: [item(0, "AACAfw=="), item(1, "AACAfw==")] }],
    ["nothing", {}],
  ])("that are %s are refused", (_name, body) => {
    expect(readEmbeddingAnswer(JSON.parse(JSON.stringify(body)), 2, 100).ok).toBe(false);
  });

  it("are put into the order of what was asked, and their count is believed where it can be", () => {
    const body = { data: [item(1, [0.1, 2]), item(0, [3, 4])], usage: { prompt_tokens: 7 } };
    expect(readEmbeddingAnswer(body, 2, 100)).toEqual({
      ok: true,
      value: {
        vectors: [
          [3, 4],
          [0.1, 2],
        ],
        tokens: 7,
      },
    });
    expect(readEmbeddingAnswer({ ...body, usage: { prompt_tokens: 1e9 } }, 2, 100)).toMatchObject({ value: { tokens: null } });
  });

  it.each([
    ["tokens", [1, 2]],
    ["lists of tokens", [[1, 2]]],
    ["nothing", []],
    ["an empty text", ""],
    ["too many texts", Array.from({ length: 2_049 }, () => "a")],
  ])("are not made of %s", (_name, input) => {
    expect(readEmbeddingRequest({ model: "task:embed", input })).toMatchObject({ ok: false, error: [{ path: "/input" }] });
  });
});
