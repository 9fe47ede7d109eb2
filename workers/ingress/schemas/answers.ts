/** Answers as the OpenAPI document describes them: one entry per status, refusals by their codes. */
import { type RouteConfig, z } from "@hono/zod-openapi";
import { ERRORS, type ErrorCode } from "../../../core/errors/codes.ts";
import type { Reply } from "../context.ts";
import { OpenAiError, speaksOpenAi } from "../openai.ts";

/** The answers of an endpoint by status, each with the schema of its body. */
export type DocumentedAnswers = {
  readonly [status: number]: {
    readonly description: string;
    readonly schema?: z.ZodType;
    /** Media type; `application/json` unless said otherwise. */
    readonly type?: string;
    /** What the answer is as server-sent events, where it may be a stream too. */
    readonly stream?: string;
  };
};

/** An error (RFC 9457), as every route but OpenAI's answers it. */
export const Problem = z
  .object({
    type: z.string().openapi({ example: "/docs#error-invalid_request" }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
    trace_id: z.string(),
    errors: z
      .array(
        z.object({
          path: z.string().openapi({ description: "JSON Pointer into the body, or `query.NAME`, `header.NAME`, `path.NAME`" }),
          message: z.string(),
          line: z.int().optional().openapi({ description: "where in a text of several lines, from 1" }),
          column: z.int().optional(),
        }),
      )
      .optional(),
  })
  .openapi("Problem", { description: "RFC 9457 problem details" });

/** What any endpoint with a caller may answer. */
const COMMON: readonly ErrorCode[] = [
  "invalid_request",
  "unauthenticated",
  "forbidden",
  "not_found",
  "rate_limited",
  "internal",
  "overloaded",
];
const WITH_BODY: readonly ErrorCode[] = ["payload_too_large", "unsupported_media_type"];

/** `path`: some speak OpenAI's format, errors included. */
export function describeAnswers(
  answers: DocumentedAnswers,
  refusals: readonly ErrorCode[],
  method: string,
  path: string,
): RouteConfig["responses"] {
  const responses: RouteConfig["responses"] = {};
  for (const [status, { description, schema, type, stream }] of Object.entries(answers)) {
    responses[status] = {
      description,
      headers: { traceresponse: { schema: { type: "string" }, description: "W3C Trace Context of this answer" } },
      ...(schema === undefined ? {} : { content: { [type ?? "application/json"]: { schema }, ...eventStream(stream) } }),
    };
  }
  const codes = new Set([...COMMON, ...(method === "get" ? [] : WITH_BODY), ...refusals]);
  for (const [status, names] of Map.groupBy(codes, (code) => String(ERRORS[code].status))) {
    responses[status] = {
      description: names.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join("; "),
      content: speaksOpenAi(method, path)
        ? { "application/json": { schema: OpenAiError } }
        : { "application/problem+json": { schema: Problem } },
    };
  }
  return responses;
}

const eventStream = (description: string | undefined) =>
  description === undefined ? {} : { "text/event-stream": { schema: z.string().openapi({ description }) } };

/**
 * A schema of data that another room made and the compiler knows as `T` only: the schema says more. Tests parse every answer with it.
 */
export const describing = <T>(schema: z.ZodType): z.ZodType<T, T> => schema as z.ZodType<T, T>;

/** A page of a list. */
export const listOf = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), next_cursor: z.string().nullable() });

/** What may be sent where a schema reads `T`: the same data, read-only too. */
type Sent<T> = unknown extends T
  ? unknown
  : T extends readonly (infer Item)[]
    ? readonly Sent<Item>[]
    : T extends object
      ? { readonly [Name in keyof T]: Sent<T[Name]> }
      : T;

type BodyOf<A extends DocumentedAnswers[number]> = A extends { readonly schema: infer S extends z.ZodType } ? Sent<z.input<S>> : undefined;

/** A reply that an endpoint's declared answers allow: one of its statuses, with the body declared for it. */
export type ReplyTo<A extends DocumentedAnswers> = { [S in keyof A & number]: Reply<S, BodyOf<A[S]>> }[keyof A & number];
