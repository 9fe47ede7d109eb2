import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ERRORS, type ErrorSpec } from "../../../core/errors/codes.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/errors.md"), "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| `"));
const entries: readonly (readonly [string, ErrorSpec])[] = Object.entries(ERRORS);

describe("the table of errors", () => {
  it("is what docs/errors.md says, line by line", () => {
    expect(rows).toEqual(
      entries.map(([code, { status, title, advice, retry }]) => `| \`${code}\` | ${status} | ${title} | ${retry} | ${advice} |`),
    );
  });
  it.each(entries)("says in plain words what happened and what to do: %s", (_code, { title, advice }) => {
    expect(title).toMatch(/^[a-z][^.]*[^.]$/);
    expect(advice).toMatch(/^[A-Z].*\.$/);
  });
  it.each(entries)("names a wait where the same request may be sent again later: %s", (_code, { retry, retryAfterSeconds }) => {
    expect(retryAfterSeconds !== undefined).toBe(retry === "after");
  });
});
