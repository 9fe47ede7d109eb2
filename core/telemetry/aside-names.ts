/**
 * Where metrics, health, alerts and anomalies have figures that are no registered workflow's, model's or tool's. The grammar of names has no
 * parenthesis, so nothing registered can be called so. Pure.
 */

/** Under this name the calls of apps stand where a workflow's name is asked for. */
export const CHAT_NAME = "(chat)";
/** Under this name metrics count what is beyond an org's thousand names (migrations/0055_aside_names.sql). */
export const OTHER_NAME = "(other)";
