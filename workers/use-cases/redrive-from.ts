/** A redrive from a step on, with other inputs: each input is held to its step's schema and to the guardrails before the run takes it. */

import { type FieldError, type Refusal, refuse } from "../../core/errors/problem.ts";
import { didYouMean } from "../../core/errors/unknown-name.ts";
import { escapeToken, isObject, type Json, own } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RunView } from "../../core/run/outside/view.ts";
import type { Step } from "../../core/workflow/definition.ts";
import { validate } from "../../core/workflow/schema.ts";
import { recordBlocked } from "./blocked.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

/** As the run takes it: redacted. */
export type Redriven = { readonly from?: string; readonly changes?: { readonly [step: string]: Json } };

/** The redrive as the run takes it. Refuses with paths what names no step, has no input or does not fit, and with `injection_detected` what the guardrails refuse. */
export async function admitRedrive(
  ports: UseCasePorts,
  by: Requester,
  view: RunView,
  { from, changes }: { readonly from?: string | undefined; readonly changes?: { readonly [step: string]: Json } | undefined },
): Promise<Result<Redriven, Refusal>> {
  const names = view.steps.map(({ id }) => id);
  const told = changes === undefined ? [] : Object.entries(changes);
  const flaws: FieldError[] = [];
  const named = [
    ...(from === undefined ? [] : [{ path: "/from", id: from }]),
    ...told.map(([id]) => ({ path: `/changes/${escapeToken(id)}`, id })),
  ];
  for (const { path, id } of named)
    if (!names.includes(id)) flaws.push({ path, message: `the run has no such step${didYouMean(id, names)}` });
  if (flaws.length > 0) return err(refuse("invalid_request", "the body is invalid", flaws));
  const found = told.length === 0 ? null : await ports.store.workflows.get(view.org, view.workflow, view.version);
  for (const [id, input] of told) {
    const step = own(found?.definition.steps ?? {}, id);
    const misfits = step === undefined ? [] : await misfitsOf(ports, view.org, step, input);
    flaws.push(...misfits.map(({ path, message }) => ({ path: `/changes/${escapeToken(id)}${path}`, message })));
  }
  if (flaws.length > 0) return err(refuse("invalid_request", "the changed inputs do not fit their steps", flaws));
  const admitted: Record<string, Json> = Object.create(null);
  for (const [id, input] of told) {
    const guarded = await ports.guard.admit({ org: view.org, run: view.id, subject: view.subject }, "user", "tool", input);
    if (guarded.verdict === "block") {
      await recordBlocked(ports, by, "dead_letter.redrive", `run/${view.id}/${id}`, guarded.findings);
      return err(
        refuse("injection_detected", "the content was refused", [{ path: `/changes/${escapeToken(id)}`, message: "was refused" }]),
      );
    }
    admitted[id] = guarded.value;
  }
  return ok({ ...(from === undefined ? {} : { from }), ...(told.length === 0 ? {} : { changes: { ...admitted } }) });
}

/** What of an input does not fit the step. Placeholders are filled in when the call is made, and are not judged here. */
async function misfitsOf({ store }: UseCasePorts, org: string, step: Step, input: Json): Promise<readonly FieldError[]> {
  switch (step.kind) {
    case "wait":
      return [{ path: "", message: "a step that waits has no input" }];
    case "map":
      return Array.isArray(input) ? [] : [{ path: "", message: "must be the list that the step runs over" }];
    case "model":
    case "agent": {
      const slots = Object.keys(step.prompt.slots);
      if (!isObject(input)) return [{ path: "", message: `must be an object with the slots ${slots.join(", ")}` }];
      const lacking = slots.filter((slot) => own(input, slot) === undefined).map((slot) => ({ path: `/${slot}`, message: "is required" }));
      const other = Object.keys(input).filter((name) => !slots.includes(name));
      return [
        ...lacking,
        ...other.map((name) => ({ path: `/${escapeToken(name)}`, message: `is no slot of the prompt${didYouMean(name, slots)}` })),
      ];
    }
    case "tool": {
      const tool = await store.tools.get(org, step.tool, null);
      return tool === null ? [] : validate(tool.input, input);
    }
    case "run": {
      const child = await store.workflows.get(org, step.workflow, step.version);
      return child === null ? [] : validate(child.definition.input, input);
    }
    default:
      return [];
  }
}
