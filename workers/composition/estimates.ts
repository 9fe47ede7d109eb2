/** What an estimate asks of other rooms: how an input would be admitted, which models a step would get, what past runs cost. */

import { defineGuard } from "../guardrail/guard.ts";
import type { EstimatesPort } from "../ingress/ports.ts";
import type { Rooms } from "./rooms.ts";

export function estimatesFrom({ authority, store }: Pick<Rooms, "authority" | "store">): EstimatesPort {
  return {
    preview: (value) => previewGuard().admit({ org: "", run: "", subject: "" }, "user", "input", value),
    async route({ org, user, roles }, workflow, { kind, model, ...step }, holdsPersonalData) {
      const { id, task, fallback, max_tokens: maxTokens, ...wishes } = model;
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
        tools: kind === "agent" && "tools" in step ? step.tools : [],
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

/** The guardrails with a vault that numbers placeholders as the real one does, and forgets them. */
function previewGuard() {
  const numbers = new Map<string, number>();
  const names = new Map<string, string>();
  return defineGuard({
    vault: {
      assign: async (_org, { values }) =>
        values.map(({ type, value }) => {
          const known = names.get(`${type}:${value}`);
          if (known !== undefined) return known;
          const number = (numbers.get(type) ?? 0) + 1;
          numbers.set(type, number);
          names.set(`${type}:${value}`, `{{${type}_${number}}}`);
          return `{{${type}_${number}}}`;
        }),
      open: async (_org, { placeholders }) => placeholders.map(() => null),
    },
  });
}
