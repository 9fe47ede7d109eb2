/** What an estimate asks of other rooms: how an input would be admitted, which models a step would get, what past runs cost. */

import { mentionsOf } from "../../core/workflow/step-kinds.ts";
import { previewAdmission } from "../guardrail/preview.ts";
import type { EstimatesPort } from "../ingress/ports.ts";
import type { Rooms } from "./rooms.ts";

export function estimatesFrom({ authority, store }: Pick<Rooms, "authority" | "store">): EstimatesPort {
  return {
    preview: previewAdmission,
    async route({ org, user, roles }, workflow, step, holdsPersonalData) {
      const { id, task, fallback, max_tokens: maxTokens, ...wishes } = step.model;
      const answer = await authority.authorize({
        kind: "model",
        caller: { org, user, roles },
        workflow,
        run: "estimate",
        model: id,
        task,
        fallback,
        holdsPersonalData,
        expectedTokens: EXPECTED_TOKENS,
        maxTokens,
        wishes,
        seed: "estimate",
        tools: mentionsOf(step).tools.map(({ name }) => name),
      });
      // What nobody may answer fails before it costs anything.
      if (answer.kind !== "model" || answer.permission.decision === "deny") return { candidates: [], tools: [] };
      return { candidates: answer.candidates, tools: answer.tools };
    },
    pastCosts: store.pastCosts,
  };
}

/** For the order among models: a page of text. Their windows are looked at where the prompt is counted. */
const EXPECTED_TOKENS = 500;
