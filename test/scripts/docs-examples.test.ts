/** Examples in the documentation that are whole definitions or manifests: each is valid, and none would be warned about. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Json } from "../../core/json.ts";
import { BUILT_IN_TOOLS } from "../../core/tool/built-in.ts";
import { checkTool } from "../../core/tool/check.ts";
import { checkDefinition } from "../../core/workflow/check.ts";
import { warningsOf } from "../../core/workflow/warnings/warnings.ts";

const DOCS = join(import.meta.dirname, "../../docs");
type Example = { readonly name: string; readonly kind: string; readonly value: Json };

const EXAMPLES: readonly Example[] = readdirSync(DOCS)
  .filter((file) => file.endsWith(".md"))
  .flatMap((file) =>
    [...readFileSync(join(DOCS, file), "utf8").matchAll(/^```json (workflow|tool)\n([\s\S]*?)^```/gm)].map(
      ([, kind = "", text = ""], at) => ({
        name: `${file}, ${kind} ${at + 1}`,
        kind,
        value: JSON.parse(text) as Json,
      }),
    ),
  );
const of = (kind: string) => EXAMPLES.filter((example) => example.kind === kind).map(({ name, value }) => [name, value] as const);

describe("[DOCS-1] an example of a workflow", () => {
  it.each(of("workflow"))("%s", (_name, value) => {
    const tools = new Set([...BUILT_IN_TOOLS.keys(), "orders.get", "payments.refund", "payments.cancel"]);
    const checked = checkDefinition(value, { tools });
    expect(checked.ok ? [] : checked.error).toEqual([]);
    if (checked.ok)
      expect(warningsOf(checked.value, { tools: new Map(), workflow: () => ({ input: true, tools: [] }), serves: () => true })).toEqual([]);
  });
});

describe("[DOCS-1] an example of a tool", () => {
  it.each(of("tool"))("%s", (_name, value) => {
    const checked = checkTool("payments.refund", value, { allowPrivateHosts: false, containers: true, isolates: true });
    expect(checked.ok ? [] : checked.error).toEqual([]);
  });
});

it("[DOCS-1] there are examples of both", () => {
  expect(of("workflow").length).toBeGreaterThanOrEqual(3);
  expect(of("tool").length).toBeGreaterThanOrEqual(1);
});

/** What is sent with curl, a line for each command. Without the header curl calls its body a form, which is refused with 415. */
const COMMANDS: readonly (readonly [string, string])[] = [...readdirSync(DOCS).map((file) => join(DOCS, file)), join(DOCS, "../README.md")]
  .filter((file) => file.endsWith(".md"))
  .flatMap((file) => [...readFileSync(file, "utf8").matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].map(([, text = ""]) => [file, text] as const))
  .flatMap(([file, text]) =>
    text
      .replace(/\\\n\s*/g, " ")
      .split("\n")
      .map((line) => [file.slice(DOCS.length + 1), line] as const),
  )
  .filter(([, line]) => /\bcurl\b.* -d /.test(line));

describe("[DOCS-3] a body in an example of curl is declared as JSON", () => {
  it.each(COMMANDS)("%s: %s", (_file, line) => {
    expect(line).toMatch(/Content-Type: application\/json|"\$JSON"/);
  });

  it("there are such examples", () => {
    expect(COMMANDS.length).toBeGreaterThanOrEqual(8);
  });
});
