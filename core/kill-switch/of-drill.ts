/**
 * What is a drill's and no work: the one place that says so. Runs of a drill are runs like others, with a journal, entries and a line in the index;
 * whatever counts how work goes (depths of queues, service levels, what is ordinary, alerts, the inventory) leaves them out by this.
 */
import { DRILL_MODEL } from "../model/defaults.ts";
import { DRILL_WORKFLOW } from "./stops.ts";

const NAMES: readonly string[] = [DRILL_WORKFLOW, DRILL_MODEL.id];

/** True for the name of the workflow whose runs a drill starts, and of the model that they call. */
export const isOfDrill = (name: string): boolean => NAMES.includes(name);

/** The opposite as a condition in SQL over a column with the name of a workflow or a model. No client can choose one of the names in it. */
export const notOfDrill = (column: string): string => `${column} NOT IN (${NAMES.map((name) => `'${name}'`).join(", ")})`;
