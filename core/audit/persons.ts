/**
 * The persons whose data is processed, in audit records: each has a pseudonym in the log (entry version 2), which its vault key makes and
 * which nobody resolves once that key is destroyed. Who decides, operates or configures has none. Knows where in a record persons stand;
 * free of keys.
 */
import { isObject, type Json, type JsonObject, own } from "../json.ts";
import type { AuditActor, AuditRecord } from "./record.ts";

/** What a pseudonym begins with. No user and no subject holds a slash (docs/contract.md, "Conventions"), so none looks like one. */
const PSEUDONYM = "pseudonym/";
const CODE = /^[A-Za-z0-9_-]{24}$/;

/** `code`: 24 characters of base64url (144 bits), by which nothing is learned of the person. */
export const pseudonymOf = (code: string): string => `${PSEUDONYM}${code}`;

/** True for what `pseudonymOf` makes, and for no name of a person. */
export const isPseudonym = (text: string): boolean => text.startsWith(PSEUDONYM) && CODE.test(text.slice(PSEUDONYM.length));

/** The code of a pseudonym. MUST be one. */
export const pseudonymCodeOf = (pseudonym: string): string => pseudonym.slice(PSEUDONYM.length);

/** A text in a record that names a person, whole or behind a fixed beginning. */
type Place = { readonly at: readonly string[]; readonly behind?: string };

const ACTOR: Place = { at: ["actor", "id"] };
const SUBJECT: Place = { at: ["data", "subject"] };
const USER: Place = { at: ["data", "user"] };
/** Everywhere else: the question that a policy was asked, and the account that a budget is of. */
const OTHERS: readonly Place[] = [
  { at: ["data", "asked", "principal", "user"] },
  { at: ["data", "asked", "resource", "owner"] },
  { at: ["data", "scope"], behind: "user:" },
  { at: ["resource"], behind: "budget/user:" },
];

/** Who may read a collection: a list of users. */
const READERS = ["data", "allow", "users"] as const;

/** The places of all who may read a collection in this record or entry; none where it is about something else. */
function readersIn(record: JsonObject): Place[] {
  const users = valueAt(record, READERS);
  return Array.isArray(users) ? users.map((_, index) => ({ at: [...READERS, String(index)] })) : [];
}

/** What stands for all users and names nobody. */
const EVERYBODY = "*";

/** An actor who only calls is a person whose data is processed. */
export const actingAs = (id: string, isMereCaller: boolean): AuditActor => ({
  type: "user",
  id,
  ...(isMereCaller ? { caller: true } : {}),
});

/** True for somebody who decides, operates and configures nothing. */
export const isMereCaller = (roles: readonly string[]): boolean => roles.every((role) => role === "caller");

/** The places of a record that may name a person whose data is processed. */
function placesOf(record: AuditRecord): readonly Place[] {
  const { version, event_type: type, actor, data } = record;
  if (version === undefined) return [];
  const roles = isObject(data) && Array.isArray(data["roles"]) ? data["roles"].map(String) : [];
  return [
    ...(actor.caller === true ? [ACTOR] : []),
    // The holder of a key that may decide, operate or configure is named.
    ...(isMereCaller(roles) ? [USER] : []),
    // What a policy decided about is called its subject, too: a tool or a model.
    ...(type === "policy.decided" ? [] : [SUBJECT]),
    ...OTHERS,
    ...readersIn(record as unknown as JsonObject),
  ];
}

/** The persons of a record, each as often as it stands there. */
export const personsOf = (record: AuditRecord): string[] =>
  placesOf(record).flatMap((place) => {
    const id = idAt(record as unknown as JsonObject, place);
    return id === null ? [] : [id];
  });

/** The record with the pseudonyms of its persons. Throws where one is missing: nobody's name gets into the log by mistake. */
export function withPseudonyms(record: AuditRecord, pseudonymFor: (person: string) => string | undefined): AuditRecord {
  let changed = record as unknown as JsonObject;
  for (const place of placesOf(record)) {
    const id = idAt(changed, place);
    if (id === null || isPseudonym(id)) continue;
    const pseudonym = pseudonymFor(id);
    if (pseudonym === undefined) throw new Error("a person of an audit record has no pseudonym");
    changed = put(changed, place.at, `${place.behind ?? ""}${pseudonym}`);
  }
  return changed as unknown as AuditRecord;
}

/** The pseudonyms in an entry. */
export function pseudonymsIn(entry: Json): string[] {
  if (!isObject(entry)) return [];
  return [ACTOR, USER, SUBJECT, ...OTHERS, ...readersIn(entry)].flatMap((place) => {
    const id = idAt(entry, place);
    return id !== null && isPseudonym(id) ? [id] : [];
  });
}

/** The `data` of an entry with the persons that are known in place of their pseudonyms. */
export function resolvedIn<T extends Json>(data: T, persons: ReadonlyMap<string, string> | null): T {
  let changed: Json = { data };
  for (const place of [USER, SUBJECT, ...OTHERS, ...readersIn({ data })]) {
    const id = idAt(changed as JsonObject, place);
    const known = id !== null && isPseudonym(id) ? persons?.get(id) : undefined;
    if (known !== undefined) changed = put(changed as JsonObject, place.at, `${place.behind ?? ""}${known}`);
  }
  return (changed as { data: T }).data;
}

/** null: nobody is named there. */
function idAt(record: JsonObject, { at, behind = "" }: Place): string | null {
  const value = valueAt(record, at);
  if (typeof value !== "string" || !value.startsWith(behind)) return null;
  const id = value.slice(behind.length);
  return id === "" || (behind !== "" && id === EVERYBODY) ? null : id;
}

function valueAt(record: JsonObject, at: readonly string[]): Json | undefined {
  let value: Json | undefined = record;
  for (const name of at) value = inside(value, name);
  return value;
}

const inside = (value: Json | undefined, name: string): Json | undefined =>
  Array.isArray(value) ? value[Number(name)] : isObject(value ?? null) ? own(value as JsonObject, name) : undefined;

function put<T extends Json>(value: T, [name = "", ...rest]: readonly string[], text: string): T {
  const inner = rest.length === 0 ? text : put(inside(value, name) ?? {}, rest, text);
  return (Array.isArray(value) ? value.with(Number(name), inner) : { ...(value as JsonObject), [name]: inner }) as T;
}
