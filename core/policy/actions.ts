/**
 * The actions that an org's own policies may decide. What is not among them (recovery from a kill, activation of policies, erasure, keys,
 * reviews, every other request) is the shipped policies' alone, so that no org can lock itself out, or anybody in.
 */

/** In the order in which they are listed to people. */
export const ORG_ACTIONS = [
  "run.start",
  "tool.call",
  "tool.call_unattended",
  "model.call",
  "egress",
  "knowledge.search",
  "knowledge.write",
  "memory.recall",
  "memory.remember",
  "memory.forget",
] as const;
/** One of them. */
export type OrgAction = (typeof ORG_ACTIONS)[number];

/** True for an action that an org's own policies may decide. */
export const isOrgAction = (action: string): action is OrgAction => (ORG_ACTIONS as readonly string[]).includes(action);

/** As a message lists them. */
export const ORG_ACTIONS_TEXT = "`run.start`, `tool.call`, `tool.call_unattended`, `model.call`, `egress`, `knowledge.*` and `memory.*`";
