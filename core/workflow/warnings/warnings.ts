/**
 * What in a valid definition will surely or probably fail or mislead: said when it is registered, refused never. Each kind of warning is
 * one file beside this; a warning is only given where the definition and what is registered leave no doubt about it. Pure and total.
 */
import type { Definition, JsonSchema } from "../definition.ts";
import { constantWarnings } from "./constants.ts";
import { missingPaths } from "./missing-paths.ts";
import { unreadReviews } from "./reviews.ts";
import { tasksWithoutModel } from "./tasks.ts";

/** `path`: JSON Pointer into the definition; "" is the definition as a whole. */
export type Warning = { readonly path: string; readonly message: string };

/** What is registered around the definition, looked up before. */
export type Surroundings = {
  /** The schemas of the tools that the definition lists. */
  readonly tools: ReadonlyMap<string, { readonly input: JsonSchema; readonly output: JsonSchema }>;
  /** Whether a model serves the task today. */
  readonly serves: (task: string) => boolean;
};

/** Maximum warnings of one definition; further ones are not listed. */
const MOST_WARNINGS = 100;

export function warningsOf(definition: Definition, around: Surroundings): readonly Warning[] {
  const found = [
    ...missingPaths(definition, around),
    ...constantWarnings(definition, around),
    ...tasksWithoutModel(definition, around),
    ...unreadReviews(definition),
  ];
  return found.slice(0, MOST_WARNINGS);
}
