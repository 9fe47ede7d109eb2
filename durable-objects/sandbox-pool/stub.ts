/** How other rooms reach the pool of sandboxes. */
import { theStubOf } from "../kit/stub.ts";
import type { SandboxPool } from "./sandbox-pool.ts";

/** The pool, from its namespace. */
export const sandboxPoolOf = theStubOf<SandboxPool, "take" | "released" | "tend">();
/** The verbs that other rooms may call. */
export type SandboxPoolRpc = ReturnType<typeof sandboxPoolOf>;
