/** What a pattern of an instruction is, and how one is written down. */
import type { Channel } from "../finding.ts";

/** What a pattern recognises: the way in which a text tries to instruct the model. */
export type Family =
  | "override"
  | "impersonation"
  | "chat_template"
  | "prompt_exfiltration"
  | "persona"
  | "release"
  | "tool_coercion"
  | "addressed_to_ai"
  | "data_exfiltration"
  | "wording";

/** A pattern of an instruction, matched against normalised text. */
export type Pattern = {
  readonly family: Family;
  /** Evidence in log-odds. */
  readonly weight: number;
  readonly expression: RegExp;
  /**
   * Whether a match addresses an assistant and overrides, reveals or acts. A hint (false) is a word that ordinary people use too: it counts beside
   * such a match or beside the classifier, and decides nothing alone.
   */
  readonly acts: boolean;
  /** Where it counts; everywhere when left out. */
  readonly channels?: readonly Channel[];
};

const define =
  (acts: boolean) =>
  (family: Family, weight: number, source: string, channels?: readonly Channel[]): Pattern => ({
    family,
    weight,
    acts,
    expression: new RegExp(source),
    ...(channels === undefined ? {} : { channels }),
  });

/** Defines a pattern that is an instruction on its own (`acts`). `source`: a regular expression with bounded gaps. `weight`: log-odds. */
export const pattern = define(true);
/** Defines a hint: words that ordinary people use too, which count only beside other evidence. */
export const hint = define(false);

/** What tools and models say, as against what users say. */
export const NOT_USER: readonly Channel[] = ["tool_output", "model_output"];
