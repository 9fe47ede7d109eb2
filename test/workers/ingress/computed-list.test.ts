/** Pages of a computed list hold each line once, whatever comes and goes between them. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Refusal } from "../../../core/errors/problem.ts";
import type { Page } from "../../../core/page.ts";
import type { Result } from "../../../core/result.ts";
import { computedPage } from "../../../workers/ingress/computed-list.ts";

const order = (newestFirst: boolean) => ({ keyOf: (line: { key: string }) => line.key, newestFirst, form: /^[a-z]{1,4}\/[a-z]{0,4}$/ });

it("[LIST-1] pages of a list that changes meanwhile repeat no line and hide none that stayed", () => {
  const key = fc.stringMatching(/^[a-z]{1,4}\/[a-z]{0,4}$/);
  const lists = fc.uniqueArray(key, { maxLength: 30 });
  fc.assert(
    fc.property(lists, lists, fc.integer({ min: 1, max: 7 }), fc.boolean(), (stay, come, limit, newestFirst) => {
      const lines = (keys: readonly string[]) => [...new Set(keys)].map((one) => ({ key: one }));
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Result<Page<{ key: string }>, Refusal> = computedPage(
          lines(seen.length % 2 === 0 ? stay : [...come, ...stay]),
          order(newestFirst),
          { limit, cursor },
        );
        if (!page.ok) throw new Error("the cursor was given out by this list");
        expect(page.value.data.length).toBeLessThanOrEqual(limit);
        seen.push(...page.value.data.map((line) => line.key));
        cursor = page.value.next_cursor;
      } while (cursor !== null);
      const sorted = seen.toSorted((a, b) => (a < b === newestFirst ? 1 : -1));
      expect(seen).toEqual(sorted);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining(stay));
    }),
  );
});

it.each(["", "a", "%", "bm9uc2Vuc2U", "YS9i=", `${"YS9i".repeat(100)}`])(
  "[LIST-1] refuses the cursor %j, which it never gave out",
  (cursor) => {
    const refused = computedPage([{ key: "a/b" }], order(false), { limit: 1, cursor });
    expect(refused).toMatchObject({ ok: false, error: { errors: [{ path: "query.cursor" }] } });
  },
);
