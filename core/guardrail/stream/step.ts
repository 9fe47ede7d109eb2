/** The words between the guard of a stream and whoever carries the text: what goes in, what may go on, and why nothing more does. */

import type { Finding, PersonalDataType } from "../finding.ts";
import type { Action } from "../rules/action.ts";

/** How the guard of one answer names what it replaces, and how early it lets text go on. */
export type StreamOptions = {
  /**
   * The placeholder for a value that was found, `{{TYPE_n}}`. The same value MUST get the same one, and a value that the call's
   * input had MUST get that one back.
   */
  readonly number: (type: PersonalDataType, value: string) => string;
  /** Whether this call made the placeholder: any other that the model writes stays as it is and is reported (`foreign_placeholder`). */
  readonly isKnown: (placeholder: string) => boolean;
  /**
   * `window` (what is meant where nothing is said): text goes on as soon as nothing of it can belong to a finding. `sentences`: it
   * goes on at the ends of sentences, or where `SENTENCE_UNITS` have gathered.
   */
  readonly mode?: "window" | "sentences";
  /** What is done about an instruction: `off` and `flag` let the text go on, everything else stops it. Absent: it stops. */
  readonly onInstruction?: Action;
  /** Whether people, places, organisations and addresses are found, too (off where nothing is said): text then waits for the end of its sentence. */
  readonly names?: boolean;
};

/** What one piece of the answer comes to. */
export type StreamStep = {
  /** Safe to send; may be empty. */
  readonly text: string;
  /** New ones, in order; offsets are UTF-16 units of everything pushed so far. An instruction that only asks for a look is among them at the end. */
  readonly findings: readonly Finding[];
  /** Nothing after it may be sent, and later steps say the same with no text. */
  readonly stopped: Stop | null;
};

/** The content is refused. `at`: where the text that was not sent begins, in UTF-16 units of what was pushed. */
export type Stop = { readonly why: "injection" | "jailbreak"; readonly finding: Finding; readonly at: number };

/** The guard of one answer. Pieces go in, guarded text comes out. */
export type TextStream = {
  /** Any cut will do, one between the halves of a surrogate pair too. */
  push(text: string): StreamStep;
  /** What is left. The stream takes nothing after it. */
  end(): StreamStep;
};
