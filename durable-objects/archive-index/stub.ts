/** How other rooms reach the index of an org's archived runs of one month. */
import { stubsOf } from "../kit/stub.ts";
import type { ArchiveIndex } from "./archive-index.ts";

/** One object, by its name (`archiveIndexName`). */
export const archiveIndexOf = stubsOf<
  ArchiveIndex,
  "keep" | "list" | "letters" | "has" | "lineOf" | "runsOf" | "countOf" | "erase" | "expired" | "putOff" | "forget"
>();
/** The verbs that other rooms may call. */
export type ArchiveIndexRpc = ReturnType<typeof archiveIndexOf>;

/** PERSISTED: under this name its storage is found. */
export const archiveIndexName = (org: string, month: string): string => `${org}/${month}`;
