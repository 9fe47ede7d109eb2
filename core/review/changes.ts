/**
 * Whether a reviewer's changes reach what is done. Those that would not are refused: the record would say that something was changed, and
 * the old thing would be done. Pure and total.
 */
import { canonicalJson } from "../canonical-json.ts";
import type { FieldError } from "../errors/problem.ts";
import { didYouMean } from "../errors/unknown-name.ts";
import { escapeToken, isObject, type Json, mergePatch, own, parsePointer } from "../json.ts";
import { valueAt } from "../json-pointer.ts";
import type { ReviewRequest } from "./case.ts";

/** Flaws that are told at once. */
const MOST_TOLD = 20;

/** One changed place, as the merge (RFC 7396) writes it. `before`: undefined where the proposal has no such field. */
type Change = { readonly path: string; readonly before: Json | undefined; readonly after: Json; readonly beside: readonly string[] };

/** Why changes are not taken, with paths below `/changes`; none: they reach what is done. */
export function lostChanges({ modifiable, read, proposal, reason }: ReviewRequest, changes: Json): readonly FieldError[] {
  const lost = (path: string, message: string): FieldError[] => [{ path: `/changes${path}`, message }];
  if (modifiable === "nothing") return lost("", "nothing of this proposal can be changed: approve or reject it");
  if (modifiable === "reply") return flawOfReply(changes).flatMap(({ path, message }) => lost(path, message));
  if (modifiable === "input") {
    if (!isObject(changes)) return lost("", "must be an object: the call's own fields go into its `input`");
    if (reason === "unknown-outcome" && own(changes, "output") !== undefined)
      return flawOfOutcome(changes).flatMap((why) => lost("/output", why));
    if (reason === "unknown-outcome" && isObject(proposal) && own(proposal, "output") !== undefined)
      return lost("", "the proposal says that the call happened: change its `output`, or reject it");
    const beside = Object.keys(changes).find((key) => key !== "input");
    if (beside !== undefined)
      return lost(`/${escapeToken(beside)}`, "is no field of the proposal that can be changed: changes go into `input`");
    if (own(changes, "input") === null) return lost("/input", "cannot be removed");
  }
  const unchanged = lost("", "changes nothing of the proposal: approve it as it is");
  if (isObject(changes) && Object.keys(changes).length === 0) return unchanged;
  if (canonicalJson(mergePatch(proposal, changes)) === canonicalJson(proposal) && modifiable === "input") return unchanged;
  if (modifiable === "input") return [];
  const merged = mergePatch(proposal, changes);
  const kind = kindOf(proposal);
  if (kind !== null && kindOf(merged) !== kind) return lost("", `must be ${kind}, as the proposal is`);
  const flaws = changesIn(proposal, changes, "", []).flatMap((change) => flawOf(change, read ?? [""]) ?? []);
  const told = [...flaws, ...(read ?? []).flatMap((pointer) => flawOfLost(proposal, merged, pointer) ?? [])];
  if (told.length > 0) return told.slice(0, MOST_TOLD).flatMap(({ path, message }) => lost(path, message));
  return canonicalJson(merged) === canonicalJson(proposal) ? unchanged : [];
}

const kindOf = (value: Json): string | null => (isObject(value) ? "an object" : Array.isArray(value) ? "a list" : null);

/**
 * What a later step reads is gone because something else was put where it stood. To remove a field with null is said outright, and is
 * the reviewer's to say: the step may ask whether it is there.
 */
function flawOfLost(before: Json, after: Json, pointer: string): FieldError | null {
  const tokens = parsePointer(pointer) ?? [];
  if (valueAt(before, tokens) === undefined) return null;
  let held = tokens.length;
  while (valueAt(after, tokens.slice(0, held)) === undefined) held--;
  if (held === tokens.length || isObject(valueAt(after, tokens.slice(0, held)) ?? null)) return null;
  const path = tokens.slice(0, held).map((token) => `/${escapeToken(token)}`);
  return { path: path.join(""), message: `a later step reads \`${pointer}\` of the proposal, which is no longer there` };
}

/** That the call happened, and what it answered, is said alone: nothing is sent then. */
function flawOfOutcome(changes: { readonly [name: string]: Json }): readonly string[] {
  if (own(changes, "output") === null) return ["cannot be null: `{}` says that the call happened and answered nothing"];
  return Object.keys(changes).length > 1 ? ["goes alone: a call that happened is not sent, so that nothing else of it can be changed"] : [];
}

/** A hand-over takes a reply, or goes back to the run. */
function flawOfReply(changes: Json): readonly FieldError[] {
  const what = 'write `{"reply": …}`, which becomes the run\'s answer, or `{"hand_back": true}`, with which the run goes on by itself';
  if (!isObject(changes)) return [{ path: "", message: what }];
  const other = Object.keys(changes).find((key) => key !== "reply" && key !== "hand_back");
  if (other !== undefined) return [{ path: `/${escapeToken(other)}`, message: `is nothing that can be changed: ${what}` }];
  const [reply, handBack] = [own(changes, "reply") ?? null, own(changes, "hand_back") ?? false];
  if (typeof handBack !== "boolean") return [{ path: "/hand_back", message: "must be true or false" }];
  if (reply !== null && handBack) return [{ path: "/hand_back", message: "goes without a reply" }];
  return reply === null && !handBack ? [{ path: "", message: what }] : [];
}

function changesIn(target: Json, patch: Json, path: string, beside: readonly string[]): Change[] {
  if (!isObject(patch) || !isObject(target)) return [{ path, before: target, after: patch, beside }];
  const names = Object.keys(target);
  return Object.entries(patch).flatMap(([key, value]): Change[] => {
    const at = `${path}/${escapeToken(key)}`;
    const before = own(target, key);
    return before === undefined ? [{ path: at, before, after: value, beside: names }] : changesIn(before, value, at, names);
  });
}

function flawOf({ path, before, after, beside }: Change, read: readonly string[]): FieldError | null {
  if (before === undefined) {
    const isNamed = after !== null && read.some((pointer) => pointer === path || pointer.startsWith(`${path}/`));
    if (isNamed) return null;
    const name = path.slice(path.lastIndexOf("/") + 1);
    return { path, message: `the proposal has no such field${didYouMean(name, beside)}` };
  }
  const isRead = read.some((pointer) => pointer === path || path.startsWith(`${pointer}/`) || pointer.startsWith(`${path}/`));
  if (isRead || canonicalJson(before) === canonicalJson(after)) return null;
  return { path, message: "no later step reads this field, so that changing it would change nothing" };
}
