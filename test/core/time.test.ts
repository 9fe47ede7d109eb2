import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromRfc3339, toRfc3339 } from "../../core/time.ts";

describe("a time as RFC 3339 writes it", () => {
  it("[RUN-144] every written time is read again", () => {
    const time = fc.integer({ min: -62_000_000_000_000, max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(time, (at) => {
        expect(fromRfc3339(toRfc3339(at))).toBe(at);
      }),
    );
  });

  it.each([
    ["2027-01-01T00:00:00+02:00", Date.UTC(2026, 11, 31, 22)],
    ["2024-02-29T23:59:59.5-05:30", Date.UTC(2024, 2, 1, 5, 29, 59, 500)],
    ["2016-12-31T23:59:60Z", Date.UTC(2017, 0, 1)],
  ])("[RUN-144] %s", (text, at) => {
    expect(fromRfc3339(text)).toBe(at);
  });

  it.each([
    "",
    "1",
    "2027-02-29T00:00:00Z",
    "2027-06-31T00:00:00Z",
    "2027-00-01T00:00:00Z",
    "2027-13-01T00:00:00Z",
    "2027-01-01T24:00:00Z",
    "2027-01-01T00:60:00Z",
    "2027-01-01t00:00:00z",
    "2027-01-01 00:00:00Z",
    "2027-01-01T00:00:00",
    "2027-01-01T00:00:00+24:00",
    "2027-01-01T00:00:00Z ",
    "+02027-01-01T00:00:00Z",
  ])("[RUN-144] %j is none", (text) => {
    expect(fromRfc3339(text)).toBeNull();
  });
});
