/** Reads what an upstream was sent. */
import type { JsonObject } from "../../../core/json.ts";
import type { Asked } from "./apps.ts";

export const sentMessages = (asked: Asked | undefined): JsonObject[] => (asked?.body["messages"] ?? []) as JsonObject[];
