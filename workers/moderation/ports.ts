/** What other rooms ask of the moderator, and what it needs of them. */
import type { Moderation } from "../../core/guardrail/moderate/opinion.ts";
import type { Inquiry } from "../../core/guardrail/moderate/questions.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { Guard } from "../guardrail/ports.ts";
import type { AskTask, TaskAsker, TaskSpent } from "../task-call/ports.ts";

/** For whom a text is judged, in what, and what of it may cost. */
export type Asker = TaskAsker & {
  /** Whose words the text is. `redacted`: it holds no personal data any more, at most placeholders. */
  readonly text: "raw" | "redacted";
  /** Names in a raw text count as personal data. */
  readonly names?: boolean;
};

/** What the model said, and what its calls cost: already taken from the org's budget, for the run or chat to count. */
export type Moderated = {
  readonly moderation: Moderation;
  readonly spent: TaskSpent;
};

/**
 * Asks the org's model of a task (`moderate`, `judge`) about a text. `inquire`: what is to be asked; it is called only where there is such a model. null: there is none,
 * or nothing to ask. Never throws; takes six seconds at most, and never asks about its own model's words.
 */
export type Moderate = (asker: Asker, inquire: () => Inquiry | null) => Promise<Moderated | null>;

/** What moderating needs from other rooms. */
export type ModeratorPorts = {
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  readonly scrub: Guard["scrub"];
  readonly askTask: AskTask;
};
