/** How other rooms reach the sessions of a person. */
import { stubsOf, type Verbs } from "../kit/stub.ts";
import type { Sessions } from "./sessions.ts";

type Verb = "join" | "enter" | "stepAside" | "leave" | "read" | "forgetSaid" | "list" | "remove" | "erase" | "confirm";

/** One object, by its name (`sessionsName`). */
export const sessionsOf = stubsOf<Sessions, Verb>();

/** The object that records came from, by its id, which does not say whose it is; messages of older versions have its name. */
export const sessionsAt = (namespace: DurableObjectNamespace<Sessions>, source: string): Pick<Verbs<Sessions, Verb>, "confirm"> =>
  /^[0-9a-f]{64}$/.test(source)
    ? (namespace.get(namespace.idFromString(source)) as unknown as Verbs<Sessions, Verb>)
    : sessionsOf(namespace, source);

/** PERSISTED: under this name its storage is found. A subject holds no slash. */
export const sessionsName = (org: string, subject: string): string => `${org}/${subject}`;
