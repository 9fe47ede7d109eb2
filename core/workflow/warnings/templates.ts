/** Text in a prompt's template that looks like a slot and is none: it is sent to the model as it stands. */
import type { Definition } from "../definition.ts";
import { shortName } from "../form.ts";
import { mentionsOf } from "../step-kinds.ts";
import { stepsOf } from "./places.ts";
import type { Warning } from "./warning.ts";

/** Double braces around anything. Slots (`{{name}}`) and placeholders of personal data (`{{EMAIL_1}}`) are what they look like. */
const BRACES = /\{\{([^{}]{1,200})\}\}/g;
const KNOWN = /^\s*(?:[a-z][a-z0-9_]*|[A-Z_]+_\d{1,6})\s*$/;

/** The warnings about templates, one for each. */
export function vainSlots(definition: Definition): Warning[] {
  return stepsOf(definition).flatMap(({ step, path }): Warning[] => {
    const template = mentionsOf(step).prompted?.prompt.template ?? "";
    const vain = Array.from(template.matchAll(BRACES)).find(([, inner = ""]) => !KNOWN.test(inner))?.[0];
    if (vain === undefined) return [];
    const message = `\`${shortName(vain)}\` is no slot and is sent as it stands: a slot is a name such as \`{{name}}\`, with an expression under \`slots\``;
    return [{ path: `${path}/prompt/template`, message }];
  });
}
