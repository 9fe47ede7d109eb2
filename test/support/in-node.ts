/** What vitest projects have in common whose tests load a Durable Object's class in Node: the runtime's own module is a shim there. */
import { resolve } from "node:path";

/** For `resolve.alias`. */
export const inNode = { "cloudflare:workers": resolve(import.meta.dirname, "../../simulation/platform-shim.ts") };
