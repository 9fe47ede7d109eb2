/** The fields that only a tool of kind `container` has: code, and the language it is in. */
import { SANDBOX_BYTES } from "../sandbox/call.ts";
import type { Form } from "../workflow/form.ts";
import type { ContainerBinding } from "./manifest.ts";

/** Why a deployment without containers takes no such tool. */
export const NO_CONTAINERS = "this deployment runs no containers: deploy it with `--env containers` (docs/running-it.md)";

/** Total: a field that is refused reads as its default. */
export function readContainer(form: Form): ContainerBinding {
  const container = form.form("container");
  if (container === null) {
    form.refuse("container", "`container` is missing");
    return { language: "python", code: "" };
  }
  const language = container.choice("language", ["python"] as const);
  const code = container.text("code", { min: 1, max: SANDBOX_BYTES.code });
  container.close();
  return { language, code };
}
