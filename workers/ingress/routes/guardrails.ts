/** `POST /v1/guardrails/check`: the pipeline that runs use, on its own. Nothing is kept. */
import { z } from "@hono/zod-openapi";
import { NOTHING_YET } from "../../../core/access/circumstances.ts";
import type { Principal } from "../../../core/access/principal.ts";
import type { Refusal } from "../../../core/errors/problem.ts";
import { unknownName } from "../../../core/errors/unknown-name.ts";
import type { Moderation } from "../../../core/guardrail/moderate/opinion.ts";
import type { Inquiry } from "../../../core/guardrail/moderate/questions.ts";
import type { Inspection } from "../../../core/guardrail/pipeline.ts";
import { checkText } from "../../../core/guardrail/rules/check.ts";
import { PLATFORM_GUARDRAILS, type Rules, rulesOfOrg } from "../../../core/guardrail/rules/merge.ts";
import { own } from "../../../core/json.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { runRulesOf } from "../../../core/workflow/guardrails.ts";
import { PLATFORM_RULES } from "../../../core/workflow/prompt.ts";
import { turn } from "../../../kit/turn.ts";
import type { Trace } from "../../use-cases/requester.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { GuardrailResults } from "../schemas/views.ts";

const MOST_TEXTS = 100;

export function guardrailRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/guardrails/check",
      operationId: "checkTexts",
      tag: "guardrails",
      summary: "Checks texts with the guardrails",
      action: "guardrail.check",
      body: z
        .strictObject({
          texts: z.array(z.string()).max(MOST_TEXTS),
          channel: z.enum(["user", "tool_output", "model_output"]),
          workflow: z.string().optional().openapi({ description: "by whose rules the texts are judged; absent: by the org's" }),
        })
        .openapi("CheckTexts"),
      answers: { 200: { description: "a result for each text, in order", schema: GuardrailResults } },
      handle: async ({ body, principal, trace, at }) => {
        const ruled = await rulesFor(ports, principal, body.workflow);
        if (!ruled.ok) return ruled;
        const results: Inspection[] = [];
        const until = at + MODERATED_MS;
        const asker = { ...(await askerOf(ports, principal, trace, at)), workflow: body.workflow ?? "(check)" };
        const moderate = async (inquiry: Inquiry): Promise<Moderation | null> => {
          if (ports.now() >= until) return { kind: "failed", why: "timeout" };
          return (await ports.moderate(asker, () => inquiry))?.moderation ?? null;
        };
        for (const text of body.texts) {
          results.push(await checkText(text, body.channel, { ...ruled.value, pause: turn, moderate }));
          await turn();
        }
        return reply(200, { results });
      },
    }),
  ];
}

/** Milliseconds that the models asked about all texts of a check have together; texts after that count as not answered. */
const MODERATED_MS = 20_000;

/** A check belongs to no run: it gets an id to be found by on record. */
async function askerOf(ports: IngressPorts, { org, user, roles }: Principal, { traceId, spanId }: Trace, at: number) {
  const run = await ports.keys.mintRunId(org, at);
  return { org, user, roles, soFar: NOTHING_YET, run, activity: "check", traceId, spanId, text: "redacted" } as const;
}

type Ruled = { readonly rules: Rules; readonly secrets: readonly string[] };

/** The rules that a run of the workflow would start with, or those of the org's chats. */
async function rulesFor(
  { store }: IngressPorts,
  { org, user }: Pick<Principal, "org" | "user">,
  workflow: string | undefined,
): Promise<Result<Ruled, Refusal>> {
  const { guardrails } = await store.orgs.settings(org);
  if (workflow === undefined) return ok({ rules: rulesOfOrg(guardrails), secrets: [PLATFORM_RULES] });
  const found = await store.workflows.choose(org, workflow, user);
  if (found === null) return err(unknownName("workflow", workflow, await store.workflows.names(org)));
  const { definition } = found;
  const { rules, steps } = runRulesOf(guardrails, definition) ?? { rules: PLATFORM_GUARDRAILS, steps: {} };
  // A step's own rules are those of the workflow's answer where there is no other step.
  const [only, ...others] = Object.keys(definition.steps);
  const output = others.length === 0 && only !== undefined ? (own(steps, only) ?? rules.output) : rules.output;
  return ok({ rules: { ...rules, output }, secrets: [definition.instructions, PLATFORM_RULES] });
}
