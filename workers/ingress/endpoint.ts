/**
 * One endpoint: its definition (which the OpenAPI document is made of) and the way a request takes through it, always in the same
 * order: caller, rate, access, shape, handler. Knows HTTP and schemas, nothing of what the routes do.
 */
import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import type { Principal } from "../../core/access/principal.ts";
import type { ErrorCode } from "../../core/errors/codes.ts";
import { type FieldError, type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { EpochMs } from "../../core/time.ts";
import { writeJson } from "../../core/write-json.ts";
import { errorLine, mayRetryNow } from "../kit/thrown.ts";
import type { Action } from "../use-cases/access.ts";
import type { Trace } from "../use-cases/requester.ts";
import { readFileFormOrJson, readFormOrJson, readJson } from "./body.ts";
import type { Answer, IngressContext, IngressMiddleware, Reply } from "./context.ts";
import { actInOrg } from "./middleware/act-in-org.ts";
import { authenticate } from "./middleware/authenticate.ts";
import { checkAccess } from "./middleware/check-access.ts";
import { requireClientCertificate } from "./middleware/client-certificate.ts";
import { limitRate } from "./middleware/limit-rate.ts";
import type { IngressPorts } from "./ports.ts";
import { problemResponse } from "./problem.ts";
import { type DocumentedAnswers, describeAnswers, type ReplyTo } from "./schemas/answers.ts";
import { fieldErrors } from "./schemas/fields.ts";

type Fields = Readonly<Record<string, z.ZodType>>;
/** No parameters, query fields or headers. */
export type NoFields = Readonly<Record<never, z.ZodType>>;
type Values<F extends Fields> = z.output<z.ZodObject<F, z.core.$strict>>;

/** A request whose fields and body fit their schemas, with its caller. */
export type Call<P extends Fields, Q extends Fields, H extends Fields, B extends z.ZodType> = {
  readonly params: Values<P>;
  readonly query: Values<Q>;
  readonly headers: Values<H>;
  readonly body: z.output<B>;
  readonly principal: Principal;
  readonly trace: Trace;
  readonly at: EpochMs;
  readonly request: Request;
  /** Keeps the isolate for work that the answer does not wait for. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** `POST /v1/runs`: what idempotency keys are kept by. */
  readonly routeName: string;
};

/** What every call has, whatever its schemas. */
export type AnyCall = Pick<Call<Fields, Fields, Fields, z.ZodType>, "principal" | "trace" | "at" | "request" | "waitUntil" | "routeName">;

/** The definition of an endpoint. Its handler's answer has the type of the declared schemas. */
export type EndpointSpec<P extends Fields, Q extends Fields, H extends Fields, B extends z.ZodType, A extends DocumentedAnswers> = {
  readonly method: "get" | "post" | "put" | "delete";
  /** As OpenAPI writes it: `/v1/runs/{id}`. */
  readonly path: string;
  /** Names the operation in the OpenAPI document and in clients made from it: it never changes. */
  readonly operationId: string;
  /** JSON Pointer, ending in `/`: below it a schema decides what becomes of whole numbers beyond ±2^53 (`longNumbersOf`). */
  readonly longNumbersIn?: string;
  readonly tag: string;
  readonly summary: string;
  /** What the policy is asked; absent: answered without a caller. */
  readonly action: Action;
  readonly params?: P;
  readonly query?: Q;
  readonly headers?: H;
  readonly body?: B;
  /** The body may be absent, or come as a form; a form with a file as `{file: [names of the fields that are JSON]}`. */
  readonly bodyForm?: BodyForm;
  /** What may be answered, by status. `handle` answers nothing else: a body that its schema does not describe does not compile. */
  readonly answers: A;
  /** Codes beyond those that every endpoint may answer. */
  readonly refusals?: readonly ErrorCode[];
  readonly handle: (call: Call<P, Q, H, B>) => Promise<Result<ReplyTo<NoInfer<A>>, Refusal>>;
};

type BodyForm = "json" | "optional" | "form-or-json" | { readonly file: ReadonlySet<string> };

/** An endpoint for the router and for the OpenAPI document. */
export type Endpoint = {
  readonly route: RouteConfig;
  readonly middleware: readonly IngressMiddleware[];
};

/** A route's answer. The status stays the number that was written, which `handle` is checked by. */
export const reply = <S extends number, Body>(status: S, body: Body, headers: Readonly<Record<string, string>> = {}) =>
  ok({ status, body, headers });

/** Nothing may be in a body that is not asked for. */
const NO_BODY = z.strictObject({});

/** `ports` come first, so that a routes file says once whose endpoints it defines. */
export const endpointsOf =
  (ports: IngressPorts) =>
  <
    const A extends DocumentedAnswers,
    P extends Fields = NoFields,
    Q extends Fields = NoFields,
    H extends Fields = NoFields,
    B extends z.ZodType = typeof NO_BODY,
  >(
    spec: EndpointSpec<P, Q, H, B, A>,
  ): Endpoint => {
    const shapes = {
      params: z.strictObject(spec.params ?? ({} as P)),
      query: z.strictObject(spec.query ?? ({} as Q)),
      headers: z.object(spec.headers ?? ({} as H)),
    };
    const serve: IngressMiddleware = async (context) => {
      const read = await readCall(context, spec, shapes);
      if (!read.ok) return problemResponse(context, read.error);
      const answer = await attempt(ports, spec, read.value as Call<P, Q, H, B>);
      return answer.ok ? replyResponse(answer.value) : problemResponse(context, answer.error);
    };
    return {
      route: createRoute({
        method: spec.method,
        path: spec.path,
        operationId: spec.operationId,
        tags: [spec.tag],
        summary: spec.summary,
        security: [{ apiKey: [] }, { consoleSession: [] }],
        request: {
          ...(spec.params === undefined ? {} : { params: shapes.params }),
          ...(spec.query === undefined ? {} : { query: shapes.query }),
          ...(spec.headers === undefined ? {} : { headers: shapes.headers }),
          ...(spec.body === undefined ? {} : { body: requestBody(spec.body, spec.bodyForm ?? "json") }),
        },
        responses: describeAnswers(spec.answers, spec.refusals ?? [], spec.method, spec.path),
      }),
      middleware: [
        authenticate(ports),
        limitRate(ports),
        requireClientCertificate(ports, spec.action),
        actInOrg(ports, spec.action),
        checkAccess(ports, spec.action),
        serve,
      ],
    };
  };

/** A read that met a part of the platform in the middle of its restart is made again, once. */
async function attempt<P extends Fields, Q extends Fields, H extends Fields, B extends z.ZodType, A extends DocumentedAnswers>(
  ports: IngressPorts,
  spec: EndpointSpec<P, Q, H, B, A>,
  call: Call<P, Q, H, B>,
): Promise<Answer<number, unknown>> {
  try {
    return await spec.handle(call);
  } catch (error) {
    if (spec.method !== "get" || !mayRetryNow(error)) throw error;
    ports.log(errorLine("request.repeated", error, call.trace.traceId, spec.path));
    return spec.handle(call);
  }
}

type Shapes = { readonly params: z.ZodType; readonly query: z.ZodType; readonly headers: z.ZodType };

async function readCall(
  context: IngressContext,
  spec: Pick<
    EndpointSpec<Fields, Fields, Fields, z.ZodType, DocumentedAnswers>,
    "method" | "path" | "params" | "headers" | "body" | "bodyForm" | "longNumbersIn"
  >,
  shapes: Shapes,
): Promise<Result<AnyCall & { params: unknown; query: unknown; headers: unknown; body: unknown }, Refusal>> {
  const sentParams = Object.fromEntries(Object.keys(spec.params ?? {}).map((name) => [name, context.req.param(name)]));
  const params = shapes.params.safeParse(sentParams);
  // A malformed name is unknown like any other, except where it would be created.
  if (!params.success) {
    if (spec.method !== "put") return err(refuse("not_found", "not found"));
    return err(refuse("invalid_request", "the path is invalid", fieldErrors(params.error, sentParams, "path")));
  }
  const errors: FieldError[] = [];
  const sentQuery = queryOf(context.req.raw.url, errors);
  const query = shapes.query.safeParse(sentQuery);
  if (!query.success) errors.push(...fieldErrors(query.error, sentQuery, "query"));
  const sentHeaders = Object.fromEntries(Object.keys(spec.headers ?? {}).map((name) => [name, context.req.header(name)]));
  const headers = shapes.headers.safeParse(sentHeaders);
  if (!headers.success) errors.push(...fieldErrors(headers.error, sentHeaders, "header"));
  if (errors.length > 0) return err(refuse("invalid_request", "the query or the headers are invalid", errors));
  const body = await readBody(context.req.raw, spec);
  if (!body.ok) return body;
  return ok({
    params: params.data,
    query: query.data,
    headers: headers.data,
    body: body.value,
    principal: context.get("principal"),
    trace: context.get("trace"),
    at: context.get("at"),
    request: context.req.raw,
    waitUntil: (work) => context.executionCtx.waitUntil(work),
    routeName: `${spec.method.toUpperCase()} ${spec.path}`,
  });
}

/** Query parameters by name; an empty one counts as not given, a repeated one is an error. */
function queryOf(url: string, errors: FieldError[]): Record<string, string> {
  const values = new Map<string, string>();
  if (!url.includes("?")) return {};
  for (const [name, value] of new URL(url).searchParams) {
    if (values.has(name)) errors.push({ path: `query.${name}`, message: "is given more than once" });
    else values.set(name, value);
  }
  return Object.fromEntries([...values].filter(([, value]) => value !== ""));
}

async function readBody(
  request: Request,
  spec: Pick<EndpointSpec<Fields, Fields, Fields, z.ZodType, DocumentedAnswers>, "method" | "body" | "bodyForm" | "longNumbersIn">,
): Promise<Result<unknown, Refusal>> {
  if (spec.method === "get") return ok({});
  const sent =
    typeof spec.bodyForm === "object"
      ? await readFileFormOrJson(request, spec.bodyForm.file)
      : spec.bodyForm === "form-or-json"
        ? await readFormOrJson(request)
        : await readJson(request, (path) => spec.longNumbersIn !== undefined && path.startsWith(spec.longNumbersIn));
  if (!sent.ok) return sent;
  if (sent.value === undefined && spec.body !== undefined && spec.bodyForm !== "optional") {
    return err(refuse("invalid_request", "the request needs a body", [{ path: "", message: "is required" }]));
  }
  const value: Json = sent.value === undefined ? {} : sent.value;
  const parsed = (spec.body ?? NO_BODY).safeParse(value);
  if (parsed.success) return ok(parsed.data);
  return err(refuse("invalid_request", "the body is invalid", fieldErrors(parsed.error, value, null)));
}

function replyResponse(reply: Reply<number, unknown>): Response {
  if ("response" in reply) return reply.response;
  const headers = new Headers(reply.headers);
  if (reply.body === undefined) return new Response(null, { status: reply.status, headers });
  headers.set("Content-Type", "application/json");
  return new Response(writeJson(reply.body), { status: reply.status, headers });
}

function requestBody(schema: z.ZodType, form: BodyForm) {
  const json = { "application/json": { schema } };
  if (typeof form === "object")
    return { content: { ...json, "multipart/form-data": { schema: formWithFile(schema, form.file) } }, required: true };
  const content = form === "form-or-json" ? { ...json, "application/x-www-form-urlencoded": { schema } } : json;
  return { content, required: form !== "optional" };
}

/** The same fields as a form has them: a file is its bytes, and what is no text is written as JSON. */
function formWithFile(schema: z.ZodType, asJson: ReadonlySet<string>): z.ZodType {
  const { shape } = schema as z.ZodObject;
  const fields = Object.entries(shape).map(([name, field]): [string, z.ZodType] => {
    if (name === "file") return [name, z.string().openapi({ format: "binary" }).optional()];
    return [name, asJson.has(name) ? z.string().openapi({ description: "JSON" }).optional() : (field as z.ZodType)];
  });
  return z.object(Object.fromEntries(fields));
}
