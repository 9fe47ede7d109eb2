/** Warnings about guardrails that nothing judges yet, or that the org's rules outrank. */
import { type Action, isAtLeast } from "../../guardrail/rules/action.ts";
import { PLATFORM_GUARDRAILS } from "../../guardrail/rules/merge.ts";
import type { GuardrailSettings } from "../../guardrail/rules/settings.ts";
import { isKnownTone } from "../../guardrail/rules/tone.ts";
import { own } from "../../json.ts";
import { KNOWLEDGE_SEARCH } from "../../tool/knowledge-search.ts";
import type { Definition, Step } from "../definition.ts";
import { namedIn, runRulesOf } from "../guardrails.ts";
import { mentionsOf } from "../step-kinds.ts";
import { stepsOf } from "./places.ts";
import type { Surroundings, Warning } from "./warning.ts";

/** What a definition asks for and does not get. */
export function vainGuardrails(definition: Definition, { guardrails: org }: Surroundings): Warning[] {
  const { guardrails = {} } = definition;
  const steps = stepsOf(definition).flatMap(({ step, path }) => {
    const output = mentionsOf(step).prompted?.guardrails?.output;
    return output === undefined ? [] : [{ settings: { output }, path: `${path}/guardrails` }];
  });
  const places: readonly { readonly settings: GuardrailSettings; readonly path: string }[] = [
    { settings: guardrails, path: "/guardrails" },
    ...steps,
  ];
  return [
    ...places.flatMap(({ settings, path }) => [...unjudged(settings, path), ...groundless(definition, settings, path)]),
    ...outranked(definition, org),
  ];
}

/** Steps of a rule `grounded_in` that find nothing: an answer that rests on them rests on what a model or the caller said. */
function groundless(definition: Definition, { output }: GuardrailSettings, path: string): Warning[] {
  const rule = output?.grounded_in;
  if (rule === undefined || rule.action === "off") return [];
  return rule.steps.flatMap((id, index) => {
    const step = own(definition.steps, id);
    const why = step === undefined ? null : whyGroundless(definition, step);
    const message = `the step \`${id}\` retrieves nothing: ${why}`;
    return why === null ? [] : [{ path: `${path}/output/grounded_in/steps/${index}`, message }];
  });
}

/** null: something is found by it. */
function whyGroundless(definition: Definition, step: Step): string | null {
  switch (step.kind) {
    case "model":
      return "what a model writes is no source; name the step whose output it was given";
    case "agent":
      return step.tools.includes(KNOWLEDGE_SEARCH)
        ? null
        : `what a model writes is no source, and the agent may not call \`${KNOWLEDGE_SEARCH}\``;
    case "map":
      return whyGroundless(definition, step.step as Step);
    case "transform": {
      const names = Object.keys(definition.steps);
      const read = namedIn(step.value, names).flatMap((id) => own(definition.steps, id) ?? []);
      if (read.length === 0) return "it reads no other step";
      return read.every((one) => one.kind === "model") ? "it reads only what models wrote" : null;
    }
    default:
      return null;
  }
}

const NOBODY =
  "is a tone that only a model of the task `moderate` judges: the built-in detector knows words like `friendly`, `polite`, `calm`, `professional` and `cheerful`, and several of them with commas";

function unjudged({ output }: GuardrailSettings, path: string): Warning[] {
  const { tone } = output ?? {};
  if (tone === undefined || tone.action === "off" || isKnownTone(tone.want)) return [];
  return [{ path: `${path}/output/tone/want`, message: `\`${tone.want}\` ${NOBODY}` }];
}

/** An action that the org or the platform makes stricter. */
function outranked(definition: Definition, org: Surroundings["guardrails"]): Warning[] {
  const { guardrails } = definition;
  if (guardrails === undefined) return [];
  const { rules } = runRulesOf(org ?? null, definition) ?? { rules: PLATFORM_GUARDRAILS };
  const holds: { readonly [path: string]: Action } = {
    "/input/injection": rules.input.injection,
    "/tools/injection": rules.tools.injection,
    "/output/injection": rules.output.injection,
    "/output/prompt_leak": rules.output.prompt_leak,
  };
  return actionsOf(guardrails).flatMap(({ path, asked }) => told(path, asked, holds[path] ?? asked));
}

const told = (path: string, asked: Action, holds: Action): Warning[] =>
  isAtLeast(asked, holds)
    ? []
    : [
        {
          path: `/guardrails${path}`,
          message: `\`${holds}\` holds: the strictest of platform, org and definition wins unless the org lists the rule in \`may_weaken\``,
        },
      ];

const actionsOf = ({ input, tools, output }: GuardrailSettings): readonly { readonly path: string; readonly asked: Action }[] =>
  [
    { path: "/input/injection", asked: input?.injection },
    { path: "/tools/injection", asked: tools?.injection },
    { path: "/output/injection", asked: output?.injection },
  ].flatMap(({ path, asked }) => (asked === undefined ? [] : [{ path, asked }]));
