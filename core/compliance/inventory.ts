/** The inventory: what really ran, with what is known of it by now. */
import type { Attached } from "../card/card.ts";
import type { DataClass } from "../label/label.ts";

/** A model, a tool or a version of a workflow that ran. */
export type InventoryView = Attached & {
  kind: "model" | "tool" | "workflow";
  name: string;
  /** null: it has none. */
  version: number | null;
  /** Still registered in the org. A model of the deployment is, and has no entry of the org's. */
  registered: boolean;
  owner: string | null;
  description: string | null;
  /** Of the data that its input names, or that it answers with; null: nobody said. */
  classes: DataClass[] | null;
  first_used_at: string;
  last_used_at: string;
};
