/** Paths that nothing here has, and what is told of them. */
import { expect, it } from "vitest";
import { refusalElsewhere } from "../../../workers/ingress/elsewhere.ts";

it.each(["/v1/models/openrouter/meta-llama/llama-3-2026-01-01", "/v1/models/a/b/c/d"])("[NAME-3] %s is told where a long id goes", (path) =>
  expect(refusalElsewhere(path)).toMatchObject({ code: "invalid_request", detail: expect.stringContaining("`upstream_id`") }),
);
it.each(["/v1/models/a/b", "/v1/models/a/b/", "/v1/models/a", "/v1/nothing/a/b/c"])("[NAME-3] %s is not", (path) =>
  expect(refusalElsewhere(path).code).toBe("not_found"),
);
