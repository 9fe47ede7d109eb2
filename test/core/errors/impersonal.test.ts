import { describe, expect, it } from "vitest";
import { impersonal } from "../../../core/errors/impersonal.ts";
import { refuse } from "../../../core/errors/problem.ts";

describe("errors", () => {
  it.each([
    ["there is no run `lena@firma-nord.de`", "there is no run `{{EMAIL}}`"],
    ["there is no model `4111 1111 1111 1111`", "there is no model `{{CREDIT_CARD}}`"],
    ["unknown field DE89370400440532013000", "unknown field {{IBAN}}"],
    [`there is no key sk-proj-${"a1B2c3D4".repeat(5)}`, "there is no key {{SECRET}}"],
    ["there is no run `run_01jd8xw3v5q6r7s8t9`", "there is no run `run_01jd8xw3v5q6r7s8t9`"],
    ["`password` must be a string", "`password` must be a string"],
    ["write it as `ops@example.com`", "write it as `ops@example.com`"],
    ["at most 1048576 bytes, not 4111111", "at most 1048576 bytes, not 4111111"],
  ])("[NAME-4] name personal data and credentials by their kind: %s", (detail, shown) => {
    expect(impersonal(refuse("not_found", detail)).detail).toBe(shown);
    expect(impersonal(refuse("invalid_request", "wrong", [{ path: detail, message: detail, line: 2 }])).errors).toEqual([
      { path: shown, message: shown, line: 2 },
    ]);
  });
});
