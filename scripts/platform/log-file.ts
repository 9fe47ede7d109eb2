/** Logs of what the scripts start: one file each, from the beginning at every start. */
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { LOG_FOLDER } from "./places.ts";

/** A descriptor for a child's output. */
export function openLog(name: string, folder: string = LOG_FOLDER): number {
  mkdirSync(folder, { recursive: true });
  return openSync(join(folder, `${name}.log`), "w");
}
