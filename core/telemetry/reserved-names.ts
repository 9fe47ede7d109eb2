/**
 * Names that metrics, alerts and sums of costs use for something else than a registered workflow or tool. Who registered one would have its figures
 * mixed with those, and could raise or hide their alerts. Pure.
 */

/** Under this name the calls of apps stand where a workflow's name is asked for. */
export const CHAT_NAME = "chat";
/** Under this name metrics count what is beyond an org's thousand names (migrations/0031_health.sql). */
export const OTHER_NAME = "other";

const RESERVED = {
  workflow: new Map([
    [CHAT_NAME, "the name under which metrics and alerts have chats"],
    [OTHER_NAME, "the name under which metrics count what is beyond an org's thousand names"],
  ]),
  tool: new Map([[OTHER_NAME, "the name under which metrics count what is beyond an org's thousand names"]]),
} as const;

/** Why a workflow or tool cannot be registered under the name; null: it can. */
export function flawOfNewName(kind: keyof typeof RESERVED, name: string): string | null {
  const meaning = RESERVED[kind].get(name);
  return meaning === undefined ? null : `\`${name}\` is reserved: it is ${meaning}; choose another name`;
}
