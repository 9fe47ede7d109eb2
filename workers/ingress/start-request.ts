/** The body of a start of a run, and of its estimate: its shape, and the request that it is. */
import { z } from "@hono/zod-openapi";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RunRequest } from "../use-cases/run-request.ts";
import { longNumbersOf } from "./body.ts";
import { anyJson, instant, sessionName, userName, workflowName } from "./schemas/names.ts";
import { jsonObject } from "./schemas/requests.ts";

/** Notes of the caller's, not data to work on. */
const METADATA_CHARACTERS = 16_384;

/** docs/contract.md, "Runs"; `POST /v1/runs/estimate` takes the same. */
export const StartBody = z
  .strictObject({
    workflow: workflowName,
    version: z.int().min(1, "is a whole number from 1").optional(),
    input: anyJson,
    budget: z
      .strictObject({ usd: z.number().min(0).optional(), tokens: z.int().min(0).optional() })
      .optional()
      .openapi({ description: "lowers the definition's limits, never raises them" }),
    deadline: instant.optional(),
    subject: userName
      .optional()
      .openapi({ description: "the person whose data the run holds; a person other than the caller requires a key with `for_others`" }),
    session: sessionName
      .optional()
      .openapi({ description: "the session of the subject that the run belongs to; its runs start one after the other" }),
    metadata: jsonObject
      .refine((value) => JSON.stringify(value).length <= METADATA_CHARACTERS, `has at most ${METADATA_CHARACTERS} characters`)
      .optional(),
    callback_url: z.string().max(2_048).optional().openapi({
      description:
        "receives a POST with the finished run, signed as Standard Webhooks specifies; its host must be one of the org's `callback_hosts`",
    }),
  })
  .openapi("StartRun");

/** The request for a run, or the refusal of a body that lacks its input. */
export function runRequest(body: z.output<typeof StartBody>, request: Request): Result<RunRequest, Refusal> {
  if (body.input === undefined) return err(refuse("invalid_request", "the body is invalid", [{ path: "/input", message: "is required" }]));
  return ok({
    workflow: body.workflow,
    version: body.version ?? null,
    input: body.input as Json,
    long: longNumbersOf(request).map((path) => path.slice("/input".length)),
    budget: { usd: body.budget?.usd ?? null, tokens: body.budget?.tokens ?? null },
    deadlineAt: body.deadline === undefined ? null : Date.parse(body.deadline),
    subject: body.subject ?? null,
    session: body.session ?? null,
    metadata: body.metadata ?? {},
    callbackUrl: body.callback_url ?? null,
  });
}
