/** `GET /v1/runs/{id}/context`: what a run knew from outside of its input, and which model call saw it. */
import { z } from "@hono/zod-openapi";
import { unknownId } from "../../../core/errors/unknown-name.ts";
import { err } from "../../../core/result.ts";
import { findRunWithJournal } from "../../use-cases/runs.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { anyJson } from "../schemas/names.ts";

const Context = z
  .object({
    run: z.string(),
    items: z.array(
      z.object({
        kind: z.enum(["session", "memory", "knowledge", "conversation"]),
        step: z.string().nullable().openapi({ description: "null: before the first step" }),
        activity: z.string().nullable(),
        why: z.string(),
        query: z.string().nullable(),
        collection: z.string().nullable(),
        entries: z.array(anyJson),
        shortened: z.object({ cut: z.number().int(), left_out: z.array(z.string()), summarised: z.number().int() }),
        tokens: z.number().int().openapi({ description: "about how much of a prompt it takes" }),
        failed: z.boolean(),
        seen_by: z.array(
          z.object({ step: z.string(), activity: z.string(), attempt: z.number().int(), model: z.string(), at: z.iso.datetime() }),
        ),
      }),
    ),
  })
  .openapi("RunContext");

export function contextRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "get",
      path: "/v1/runs/{id}/context",
      operationId: "getRunContext",
      tag: "runs",
      summary: "What was retrieved or recalled in a run, why, how it was shortened, and which model call saw it",
      action: "run.read",
      params: { id: z.string() },
      answers: { 200: { description: "the run's context; personal data in it is placeholders", schema: Context } },
      refusals: ["conflict"],
      async handle({ params, ...call }) {
        const found = await findRunWithJournal(ports, call, params.id, "run.read");
        if (!found.ok) return found;
        const items = await ports.runs(found.value.id, found.value.view.org).context();
        return items === null
          ? err(unknownId("run", params.id))
          : reply(200, { run: found.value.id, items: items as unknown as z.output<typeof Context>["items"] });
      },
    }),
  ];
}
