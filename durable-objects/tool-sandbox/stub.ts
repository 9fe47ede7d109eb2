/** How other rooms reach the sandbox with an id. */
import type { Verbs } from "../kit/stub.ts";
import type { ToolSandbox } from "./tool-sandbox.ts";

/** The verbs that other rooms may call. */
export type ToolSandboxRpc = Verbs<ToolSandbox, "warm" | "renew" | "run" | "discard">;

/** The sandbox with this id. */
export const toolSandboxOf = (namespace: DurableObjectNamespace<ToolSandbox>, id: string): ToolSandboxRpc =>
  namespace.get(namespace.idFromString(id)) as unknown as ToolSandboxRpc;

/** An id that no sandbox has had: it is made without asking anybody, which a name's first use is not. */
export const newSandboxId = (namespace: DurableObjectNamespace<ToolSandbox>): string => namespace.newUniqueId().toString();
