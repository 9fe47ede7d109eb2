/** What vitest projects have in common whose tests load a Durable Object's class in Node: the runtime's own module is a shim there. */
import { fileURLToPath } from "node:url";

/** For `resolve.alias`. */
export const inNode = { "cloudflare:workers": fileURLToPath(new URL("../../simulation/platform-shim.ts", import.meta.url)) };
