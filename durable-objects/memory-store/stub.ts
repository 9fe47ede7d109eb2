/** How other rooms reach what an org remembers of a part of its people. */
import { stubsOf } from "../kit/stub.ts";
import type { MemoryStore } from "./memory-store.ts";

/** One object, by its name (`memoryStoreName`). */
export const memoryStoreOf = stubsOf<MemoryStore, "put" | "get" | "list" | "recall" | "knownFact" | "remove" | "erase" | "confirm">();

/** PERSISTED: under this name its storage is found. */
export const memoryStoreName = (org: string, shard: string): string => `${org}/${shard}`;
