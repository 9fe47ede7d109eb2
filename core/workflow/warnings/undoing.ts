/**
 * How calls are undone: with tools that do not exist, so that an agent's call is not undone at all; or by the run's `input` where a step's own
 * `compensate` seems to mean the call's, as a tool's manifest does.
 */
import { isObject, type JsonObject } from "../../json.ts";
import { parse } from "../cel/parse.ts";
import { readsIn } from "../cel/reads.ts";
import type { Definition, ItemStep, Step } from "../definition.ts";
import { expressionOf } from "../expression.ts";
import { mentionsOf } from "../step-kinds.ts";
import { expressionsIn, stepsOf } from "./places.ts";
import type { Surroundings, Warning } from "./warning.ts";

/** The warnings about `compensate`, of steps and in the manifests of the tools that the definition calls. */
export function undoingWarnings(definition: Definition, around: Surroundings): Warning[] {
  return [...lackingTools(definition, around), ...stepsOf(definition).flatMap(({ step, path }) => othersInput(step, path))];
}

/** A field that the call was given under the same name, with another value than the run's. */
function othersInput(step: Step | ItemStep, path: string): Warning[] {
  if (step.kind !== "tool" || step.compensate === null || !isObject(step.input) || expressionOf(step.input) !== null) return [];
  const given = step.input;
  const at = `${path}/compensate/input`;
  return expressionsIn(step.compensate.input, at).flatMap(({ path: place, cel }) => {
    const parsed = parse(cel);
    const read = parsed.ok
      ? readsIn(parsed.value.root).find(({ root, fields: [field] }) => root === "input" && isOther(given, field))
      : undefined;
    if (read === undefined) return [];
    const field = read.fields[0];
    return [{ path: place, message: `\`input.${field}\` is the run's input here; what the call was given is \`call.input.${field}\`` }];
  });
}

const isOther = (given: JsonObject, field: string | undefined): boolean =>
  field !== undefined && Object.hasOwn(given, field) && expressionOf(given[field] ?? null)?.trim() !== `input.${field}`;

function lackingTools(definition: Definition, { tools, undoing }: Surroundings): Warning[] {
  if (undoing === undefined) return [];
  return stepsOf(definition).flatMap(({ step, path }): Warning[] => {
    const { tools: called, compensate } = mentionsOf(step);
    if (compensate !== null) return [];
    return called.flatMap(({ name, at }) => {
      const undoes = tools.get(name)?.compensate?.tool;
      if (undoes === undefined || undoing.has(undoes)) return [];
      return [
        { path: `${path}${at}`, message: `\`${name}\` is undone with \`${undoes}\`, and there is no such tool: nothing undoes this call` },
      ];
    });
  });
}
