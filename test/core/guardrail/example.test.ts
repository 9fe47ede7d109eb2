/** What a model shows, and whom it names: mail addresses at domains that belong to nobody. */
import { expect, it } from "vitest";
import { inspectAnswer, inspectText } from "../../../core/guardrail/inspect-text.ts";

const found = (text: string): readonly string[] =>
  inspectAnswer(text, "model_output").personal.map(({ start, end }) => text.slice(start, end));

it.each([
  "expect(isMail('user@example.com')).toBe(true)",
  "Enter an address like name@example.org, then press Save.",
  "Write to support@example.com or no-reply@shop.test.",
  "git config user.email you@example.com",
  "curl -u test123@example.net:secret https://api.example.net",
  'const to = "mara@example.com";',
  "send('mara@example.com')",
  "The form accepts `mara.lindqvist@example.com`, for instance.",
  "Use first.last+tag@example.com for tests.",
])("[GUARD-30] an example is left in an answer: %s", (text) => {
  expect(found(text)).toEqual([]);
});

it.each([
  ["I have written to mara.lindqvist@example.org.", "mara.lindqvist@example.org"],
  ["Their address is jane.doe@example.com", "jane.doe@example.com"],
  ['{"name": "Zed", "email": "zed@example.net"}', "zed@example.net"],
  ['["zed@example.net", "x"]', "zed@example.net"],
  ["He said 'write to zed@example.test' twice.", "zed@example.test"],
  ["Mail user@acme-shop.com today.", "user@acme-shop.com"],
])("[GUARD-30] somebody's address is found in an answer, at whatever domain: %s", (text, mail) => {
  expect(found(text)).toEqual([mail]);
});

it("[GUARD-30] what a person sends is judged without examples", () => {
  expect(inspectText("user@example.com", "user").personal).toHaveLength(1);
});
