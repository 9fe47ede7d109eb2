/** How other rooms reach the watch of an org. */
import { stubsOf } from "../kit/stub.ts";
import type { Watch } from "./watch.ts";

/** The watch of an org, from its namespace. */
export const watchOf = stubsOf<Watch, "begin" | "tell" | "alerts" | "anomalies">();
