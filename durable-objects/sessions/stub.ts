/** How other rooms reach the sessions of a person. */
import { stubsOf } from "../kit/stub.ts";
import type { Sessions } from "./sessions.ts";

/** One object, by its name (`sessionsName`). */
export const sessionsOf = stubsOf<Sessions, "join" | "enter" | "stepAside" | "leave" | "read" | "list" | "remove" | "erase" | "confirm">();

/** PERSISTED: under this name its storage is found. A subject holds no slash. */
export const sessionsName = (org: string, subject: string): string => `${org}/${subject}`;
