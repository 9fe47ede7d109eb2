/** `POST /v1/runs/{id}/replay`: the run folded again from its journal. Reads only: models and tools are not called. */
import { z } from "@hono/zod-openapi";
import { refuse } from "../../../core/errors/problem.ts";
import { err } from "../../../core/result.ts";
import { findRunWithJournal, shownTo } from "../../use-cases/runs.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { Replay } from "../schemas/org-views.ts";

export function replayRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/runs/{id}/replay",
      operationId: "replayRun",
      tag: "runs",
      summary: "Folds the run's journal again and says whether the result is identical",
      action: "run.read",
      params: { id: z.string() },
      answers: { 200: { description: "the run, computed from its journal", schema: Replay } },
      refusals: ["conflict"],
      async handle(call) {
        const found = await findRunWithJournal(ports, call, call.params.id, "run.read");
        if (!found.ok) return found;
        const replayed = await ports.runs(found.value.id, found.value.view.org).replay();
        if (replayed === null) return err(refuse("not_found", "there is no run with this id"));
        const { identical, divergedAt, run } = replayed;
        const diverged = divergedAt === null ? {} : { diverged_at: divergedAt };
        return reply(200, { identical, ...diverged, run: await shownTo(ports, call.principal, run) });
      },
    }),
  ];
}
