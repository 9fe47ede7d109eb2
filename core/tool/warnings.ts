/**
 * Warnings about a valid tool: what will fail or mislead. They are returned when it is registered and never refuse it. Each warns only where
 * the manifest and what is registered leave no doubt. Pure and total.
 */
import { didYouMean } from "../errors/unknown-name.ts";
import { flawsOfInput } from "../workflow/warnings/constants.ts";
import { warningsAt } from "../workflow/warnings/schemas.ts";
import type { Warning } from "../workflow/warnings/warning.ts";
import type { ToolContent } from "./manifest.ts";
import { urlFlaws } from "./url-fields.ts";

/** What is registered around the tool; the caller has looked it up. */
export type ToolsAround = {
  /** The tool that `compensate` names; null: there is none, or none is named. */
  readonly undoes: Pick<ToolContent, "effect" | "input"> | null;
  /** Names of the org's tools, for one that is misspelt. */
  readonly names: readonly string[];
};

/** The warnings about a tool. Their paths are JSON Pointers into the manifest. */
export function toolWarnings(tool: ToolContent, around: ToolsAround): readonly Warning[] {
  return [
    ...warningsAt("/input", tool.input),
    ...warningsAt("/output", tool.output),
    ...(tool.kind === "http" ? urlFlaws(tool.http, tool.input).warnings : []),
    ...undoingWarnings(tool, around),
  ];
}

function undoingWarnings({ name, compensate }: ToolContent, { undoes, names }: ToolsAround): Warning[] {
  if (compensate === undefined || compensate.tool === name) return [];
  const path = "/compensate/tool";
  if (undoes === null) {
    const message = `there is no tool \`${compensate.tool}\` yet; until there is, nothing undoes what this tool did${didYouMean(compensate.tool, names)}`;
    return [{ path, message }];
  }
  if (undoes.effect !== "write") return [{ path, message: `the tool \`${compensate.tool}\` writes nothing and so undoes nothing` }];
  return flawsOfInput(undoes.input, compensate.input, "/compensate/input", `the input of \`${compensate.tool}\``);
}
