/** Secrets that come back in another form than they were sent in. */
import { expect, it } from "vitest";
import { withoutSecrets } from "../../core/untrusted-json.ts";
import { cpuMs } from "../support/cpu-time.ts";

const SECRET = "sk-live_9fQ2xZ7LmP4t";
const hex = (text: string): string => [...text].map((letter) => letter.charCodeAt(0).toString(16)).join("");
const percent = (text: string): string => hex(text).replace(/../g, "%$&");

it.each<[string, string]>([
  ["as it is", SECRET],
  ["percent-encoded", percent(SECRET)],
  ["percent-encoded twice", percent(SECRET).replaceAll("%", "%25")],
  ["percent-encoded in part", SECRET.replace("9", "%39").replace("Z", "%5a")],
  ["in base64", btoa(SECRET)],
  ["in base64 behind one byte", btoa(`:${SECRET}`)],
  ["in base64 between other bytes", btoa(`u:${SECRET}!?`)],
  [
    "in base64url with line breaks",
    btoa(`user${SECRET}`)
      .replaceAll("=", "")
      .replace(/(.{8})/g, "$1\n"),
  ],
  ["in hexadecimal digits", hex(SECRET).toUpperCase()],
  ["with zero-width characters", [...SECRET].join("\u200b")],
  ["with dots", [...SECRET].join(".")],
  ["in wide letters", SECRET.replace(/[a-z]/gi, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))],
  ["with escapes", SECRET.replace("Q", "\\u0051").replace("x", "&#120;")],
])("[GATE-4] a secret %s is withheld", (_, disguised) => {
  const { value, count } = withoutSecrets({ error: `your key ${disguised} is wrong`, other: "fine" }, [SECRET]);
  expect(JSON.stringify(value)).toContain("[secret withheld]");
  expect(JSON.stringify(value)).not.toContain(disguised);
  expect({ other: (value as { other: string }).other, count }).toEqual({ other: "fine", count: 1 });
});

it("[GATE-10] a secret that several texts hold together is withheld from each of them, and the others stay", () => {
  const half = SECRET.length / 2;
  const halves = [SECRET.slice(0, half), SECRET.slice(half)];
  const coded = [btoa(SECRET).slice(0, 9), btoa(SECRET).slice(9)];
  for (const parts of [halves, coded, [...SECRET], [hex(SECRET).slice(0, 11), hex(SECRET).slice(11)]]) {
    const fields = Object.fromEntries(parts.map((part, index) => [`p${index}`, part]));
    const { value, count } = withoutSecrets({ first: "fine", n: 1, list: parts, last: "good" }, [SECRET]);
    const marks = parts.map(() => "[secret withheld]");
    expect({ value, count }).toEqual({ value: { first: "fine", n: 1, list: marks, last: "good" }, count: parts.length });
    expect(Object.values(withoutSecrets(fields, [SECRET]).value as object)).toEqual(marks);
  }
  // Half of one alone, and texts that only begin alike, are none.
  const others = { a: halves[0] ?? "", b: "fine", c: ["sk-live", "_9f"] };
  expect(withoutSecrets(others, [SECRET])).toEqual({ value: others, count: 0 });
});

it("[GATE-4] other text stays, and a long one takes linear time", () => {
  const text = "sk-live keys begin with sk-live_9f and end with P4t: %41%42, YWJj. ".repeat(8_000);
  const startedAt = cpuMs();
  expect(withoutSecrets({ text }, [SECRET])).toEqual({ value: { text }, count: 0 });
  expect(cpuMs() - startedAt).toBeLessThan(5_000);
});
