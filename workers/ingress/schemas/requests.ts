/** Parts of requests that several routes share. */
import { z } from "@hono/zod-openapi";
import { isObject, type JsonObject } from "../../../core/json.ts";
import { fromRfc3339 } from "../../../core/time.ts";

/** docs/contract.md, "Conventions": lists. */
export const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** A whole number in a query; `otherwise`: what is told of anything else. */
export const wholeNumber = (least: number, most: number, otherwise: string) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,15})$/, otherwise)
    .transform(Number)
    .refine((value) => value >= least && value <= most, otherwise);

/** Maximum lines of a page. */
export const limit = wholeNumber(1, MAX_LIMIT, `is a whole number from 1 to ${MAX_LIMIT}`)
  .optional()
  .openapi({ type: "integer", minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT });
/** `next_cursor` of the page before. The store checks its form. */
export const cursor = z
  .string()
  .max(512, "is not a cursor returned by this list")
  .optional()
  .openapi({ description: "`next_cursor` of the page before" });
/** The `seq` after which events are wanted. */
export const after = wholeNumber(0, Number.MAX_SAFE_INTEGER, "is a whole number from 0")
  .optional()
  .openapi({ type: "integer", minimum: 0, description: "returns only entries with a higher `seq`" });

/** A number of entries of the audit chain, or the number of one. */
export const entryNumber = wholeNumber(1, Number.MAX_SAFE_INTEGER, "is a whole number from 1").openapi({ type: "integer", minimum: 1 });

/** A time in a query: RFC 3339, or a date, which is its midnight in UTC. Milliseconds since 1970. */
export const instant = z
  .string()
  .max(64)
  .transform((text, context) => {
    const at = fromRfc3339(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text.toUpperCase());
    if (at !== null) return at;
    context.addIssue({ code: "custom", message: "is a time such as `2026-11-30T12:00:00Z`, or a date such as `2026-11-30`" });
    return z.NEVER;
  })
  .openapi({ type: "string", example: "2026-11-30T12:00:00Z" });

/** The query fields of every list. */
export const pageQuery = { limit, cursor };
/** The page that a query asks for; the first one of the default length when it says nothing. */
export const pageOf = (query: { limit?: number | undefined; cursor?: string | undefined }) => ({
  limit: query.limit ?? DEFAULT_LIMIT,
  cursor: query.cursor ?? null,
});

/** A JSON object that is checked elsewhere, passed on exactly as it was sent. */
export const jsonObject = z.custom<JsonObject>(isObject, "has to be an object").openapi({ type: "object", additionalProperties: true });

/** Visible ASCII (draft-ietf-httpapi-idempotency-key-header); the length is ours. */
const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, "has 1 to 255 visible ASCII characters")
  .optional()
  .openapi({ description: "for 24 h, the same key with the same body returns the first answer again" });
/** The header of requests that may be repeated safely. */
export const idempotencyHeader = { "Idempotency-Key": idempotencyKey };

/** RFC 7240; of its preferences only `wait` is taken. What is not understood is ignored, never an error (section 2). */
export const preferHeader = { Prefer: z.string().optional().openapi({ example: "wait=10" }) };

/** Maximum characters of the header; the rest is ignored. */
const PREFER_CHARACTERS = 1_024;

/** Longest time that a request waits for a run's end. */
const MAX_WAIT_SECONDS = 30;

/** The preference `wait` (RFC 7240 section 4.3), the first one counts; null when there is none that can be read. */
export function waitSeconds(prefer: string | undefined): number | null {
  for (const preference of (prefer ?? "").slice(0, PREFER_CHARACTERS).split(",")) {
    const [name, ...value] = (preference.split(";")[0] ?? "").split("=");
    if (name?.trim().toLowerCase() !== "wait") continue;
    const text = value
      .join("=")
      .trim()
      .replace(/^"(.*)"$/, "$1");
    return /^\d{1,9}$/.test(text) ? Math.min(Number(text), MAX_WAIT_SECONDS) : null;
  }
  return null;
}
