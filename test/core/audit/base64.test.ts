import fc from "fast-check";
import { expect, it } from "vitest";
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from "../../../core/audit/base64.ts";

it("writes what the platform writes and reads it back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    }),
  );
});

it.each(["A", "AB", "AA=", "A+/A", "AA==", "é", "AAAAA"])("refuses %s as base64url", (text) => expect(fromBase64Url(text)).toBeNull());
it.each(["AA", "AB==", "AA=", "A-_A", "====", "AAA=A", "A==="])("refuses %s as base64", (text) => expect(fromBase64(text)).toBeNull());
