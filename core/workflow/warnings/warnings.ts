/**
 * Warnings about a valid definition: what in it will fail or mislead. They are returned when it is registered and never refuse it. Each
 * kind of warning is a file beside this; it warns only where the definition and what is registered leave no doubt. Pure and total.
 */
import type { Definition } from "../definition.ts";
import { childWarnings } from "./children.ts";
import { constantWarnings } from "./constants.ts";
import { danglingNames } from "./dangling.ts";
import { vainGuardrails } from "./guardrails.ts";
import { vainConfidence } from "./hand-over.ts";
import { limitWarnings } from "./limits.ts";
import { missingPaths } from "./missing-paths.ts";
import { ownerWarnings } from "./owner.ts";
import { unreadReviews } from "./reviews.ts";
import { vainSchemas } from "./schemas.ts";
import { tasksWithoutModel } from "./tasks.ts";
import { vainSlots } from "./templates.ts";
import { typeWarnings } from "./types.ts";
import { undoingWarnings } from "./undoing.ts";
import { unrunnableTools } from "./unrunnable.ts";
import type { Surroundings, Warning } from "./warning.ts";

/** Maximum warnings of one definition; further ones are not listed. */
const MOST_WARNINGS = 100;

/** The warnings about a definition, at most `MOST_WARNINGS`. */
export function warningsOf(definition: Definition, around: Surroundings): readonly Warning[] {
  const found = [
    ...ownerWarnings(definition, around),
    ...missingPaths(definition, around),
    ...typeWarnings(definition, around),
    ...limitWarnings(definition, around),
    ...constantWarnings(definition, around),
    ...childWarnings(definition, around),
    ...undoingWarnings(definition, around),
    ...unrunnableTools(definition, around),
    ...tasksWithoutModel(definition, around),
    ...danglingNames(definition, around),
    ...unreadReviews(definition),
    ...vainSlots(definition),
    ...vainSchemas(definition),
    ...vainGuardrails(definition, around),
    ...vainConfidence(definition),
  ];
  return found.slice(0, MOST_WARNINGS);
}
