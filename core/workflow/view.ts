/** A version of a workflow as the HTTP contract shows it. */
import type { Definition } from "./definition.ts";

/** One version of a workflow as clients see it. */
export type WorkflowVersionView = {
  name: string;
  version: number;
  /** SHA-256 of the definition's canonical form. */
  digest: string;
  status: "active" | "retired";
  created_at: string;
  definition: Definition;
};

/** A version as lists show it. */
export type WorkflowVersionLine = Omit<WorkflowVersionView, "definition"> & {
  /** Percentage of users whose runs start with this version, 0 to 100. */
  percent: number;
};
