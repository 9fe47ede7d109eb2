/** What a pattern of an instruction is, and how one is written down. */
import type { Channel } from "../finding.ts";

export type Family =
  | "override"
  | "impersonation"
  | "chat_template"
  | "prompt_exfiltration"
  | "persona"
  | "tool_coercion"
  | "addressed_to_ai"
  | "data_exfiltration";

export type Pattern = {
  readonly family: Family;
  /** Evidence in log-odds: 6 blocks alone, 3 needs company. */
  readonly weight: number;
  readonly expression: RegExp;
  /** Where it counts; everywhere when left out. */
  readonly channels?: readonly Channel[];
};

export const pattern = (family: Family, weight: number, source: string, channels?: readonly Channel[]): Pattern => ({
  family,
  weight,
  expression: new RegExp(source),
  ...(channels === undefined ? {} : { channels }),
});

/** What tools and models say, as against what users say. */
export const NOT_USER: readonly Channel[] = ["tool_output", "model_output"];
