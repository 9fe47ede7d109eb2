/**
 * What an endpoint declares to answer, held against what it did answer: every JSON answer that a test gets is parsed with the schema of
 * its route and status, and a field that the schema does not know fails.
 */
import type { z } from "@hono/zod-openapi";
import { expect } from "vitest";
import { apiEndpoints } from "../../workers/ingress/app.ts";
import type { IngressPorts } from "../../workers/ingress/ports.ts";

type Declared = {
  readonly method: string;
  readonly pattern: RegExp;
  readonly path: string;
  readonly responses: { readonly [status: string]: { readonly content?: { readonly [type: string]: { readonly schema?: unknown } } } };
};

/** Definitions alone are read here: no port of these endpoints is ever called. */
const DECLARED: readonly Declared[] = apiEndpoints({} as IngressPorts)
  .map(({ route }) => ({
    method: route.method.toUpperCase(),
    path: route.path,
    pattern: new RegExp(`^${route.path.replace(/[.]/g, "\\.").replace(/\{\w+\}/g, "[^/]+")}$`),
    responses: route.responses as Declared["responses"],
  }))
  // A path without parameters wins over one with them: `/v1/runs/estimate` is no run.
  .sort((a, b) => a.path.split("{").length - b.path.split("{").length);

/** Answers whose body is one JSON text. */
export const isDeclaredJson = (answer: Response): boolean =>
  answer.body !== null && (answer.headers.get("content-type")?.includes("json") ?? false);

/** Throws what a test fails with when the body is not what the route declares for this status. Paths that are no route pass. */
export function checkDeclared(method: string, path: string, status: number, body: unknown): void {
  const { pathname } = new URL(path, "https://bulkhead.test");
  const decoded = pathname.replace(/%2f/gi, "/");
  const declared = DECLARED.find((one) => one.method === method && (one.pattern.test(pathname) || one.pattern.test(decoded)));
  if (declared === undefined) return;
  const title = `${method} ${declared.path} ${status}`;
  const response = declared.responses[String(status)];
  expect(response, `${title} is not declared: ${JSON.stringify(body)}`).toBeDefined();
  const [content] = Object.entries(response?.content ?? {}).flatMap(([type, { schema }]) => (type.includes("json") ? [schema] : []));
  expect(content, `${title} declares no JSON`).toBeDefined();
  const parsed = (content as z.ZodType).safeParse(body);
  expect(parsed.error?.issues ?? [], `${title}: ${JSON.stringify(body).slice(0, 2_000)}`).toEqual([]);
  expect(parsed.data, `${title}: a field that is not declared`).toEqual(body);
}
