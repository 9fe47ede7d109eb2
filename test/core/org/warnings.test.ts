import { expect, it } from "vitest";
import { warningsOfChange } from "../../../core/org/warnings.ts";

it("[NOTICE-13] mail that nobody sends, and days that do not hold, are warned of, and nothing else is", () => {
  const notify = ["https://hooks.example.com/x", { kind: "email" as const, to: "ops@example.com", on: [] }];
  expect(warningsOfChange({ notify }, 30, false).map(({ path }) => path)).toEqual(["/notify/1"]);
  expect(warningsOfChange({ notify }, 30, true)).toEqual([]);
  const retention = { confidential: 60, restricted: 7, public: null, audit_years: 99 };
  expect(warningsOfChange({ retention }, 30, true).map(({ path }) => path)).toEqual(["/retention/confidential"]);
  expect(warningsOfChange({ retention }, 60, true)).toEqual([]);
  expect(warningsOfChange({ notify: null, retention: null }, 30, false)).toEqual([]);
});
