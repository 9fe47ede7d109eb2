/** How risky a call is. Pure. */
import type { DataClass } from "../label/label.ts";
import type { Circumstances } from "./circumstances.ts";

/** What of a tool counts. */
export type RiskyTool = { readonly effect: "none" | "read" | "write"; readonly sensitivity: DataClass };

/** The sum of named parts, 0 to 100. */
export type Risk = { readonly score: number; readonly factors: readonly { factor: string; points: number; why: string }[] };

/** No part is known yet, so nothing is said of any call. */
export const riskOf = (_tool: RiskyTool, _circumstances: Omit<Circumstances, "risk">): Risk => ({ score: 0, factors: [] });
