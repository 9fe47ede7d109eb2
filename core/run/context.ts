/** What a run's fold needs beside the events: its birth, and the plan derived from the definition in it. */
import type { Plan } from "../workflow/plan.ts";
import type { Birth } from "./birth.ts";

export type RunContext = { readonly birth: Birth; readonly plan: Plan };
