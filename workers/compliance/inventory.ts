/** What ran, joined with what is registered by now. */
import type { InventoryView } from "../../core/compliance/inventory.ts";
import { DATA_CLASSES, type DataClass } from "../../core/label/label.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import { classesOfSchema } from "../../core/reach/input-classes.ts";
import { toRfc3339 } from "../../core/time.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import type { WorkflowVersionView } from "../../core/workflow/view.ts";
import type { ComplianceStore, UsedThing } from "../store/compliance.ts";

/** What the inventory reads. */
export type InventoryPorts = {
  readonly used: ComplianceStore["used"];
  readonly workflow: (org: string, name: string, version: number) => Promise<WorkflowVersionView | null>;
  readonly tool: (org: string, name: string, version: number) => Promise<ToolManifest | null>;
  readonly models: (org: string) => Promise<readonly ModelEntry[]>;
};

/** A page of what ran. */
export type Inventory = (
  org: string,
  after: string | null,
  limit: number,
) => Promise<{ readonly data: InventoryView[]; readonly next: string | null }>;

/** The inventory over the given ports. */
export function defineInventory(ports: InventoryPorts): Inventory {
  return async (org, after, limit) => {
    const used = await ports.used(org, after, limit + 1);
    const models = await ports.models(org);
    const data = await Promise.all(used.slice(0, limit).map((thing) => viewOf(ports, org, thing, models)));
    return { data, next: used.length > limit ? (used[limit - 1]?.place ?? null) : null };
  };
}

async function viewOf(ports: InventoryPorts, org: string, thing: UsedThing, models: readonly ModelEntry[]): Promise<InventoryView> {
  const { kind, name } = thing;
  const version = thing.version === "" ? null : Number(thing.version);
  const base = { kind, name, version, first_used_at: toRfc3339(thing.firstUsedAt), last_used_at: toRfc3339(thing.lastUsedAt) };
  const unknown = { ...base, registered: false, owner: null, description: null, classes: null };
  if (kind === "model") {
    const entry = models.find(({ id }) => id === name);
    return entry === undefined ? unknown : { ...unknown, registered: true, classes: classesUpTo(entry.accepts), ...attachedTo(entry) };
  }
  if (version === null) return unknown;
  if (kind === "tool") {
    const tool = await ports.tool(org, name, version);
    return tool === null
      ? unknown
      : { ...unknown, registered: true, description: tool.description, classes: [tool.sensitivity ?? "internal"] };
  }
  const found = await ports.workflow(org, name, version);
  if (found === null) return unknown;
  const { definition } = found;
  const classes = new Set(classesOfSchema(definition.input).map((one) => one.class));
  const sorted = DATA_CLASSES.filter((one) => classes.has(one));
  const { owner = null, description } = definition;
  return { ...unknown, registered: true, owner, description, classes: sorted, ...attachedTo(definition) };
}

const attachedTo = ({ card, risk_assessment }: Pick<ModelEntry, "card" | "risk_assessment">) => ({
  ...(card === undefined ? {} : { card }),
  ...(risk_assessment === undefined ? {} : { risk_assessment }),
});

const classesUpTo = (most: DataClass | undefined): DataClass[] =>
  most === undefined ? [...DATA_CLASSES] : DATA_CLASSES.slice(0, DATA_CLASSES.indexOf(most) + 1);
