/** What becomes of a run that was handed over: the user wants no person, or the person answers, lets the draft go out, hands back, or refuses. */
import { isObject, type Json, own } from "../../json.ts";
import { OWN, saidBy } from "../../label/label.ts";
import { whole } from "../../label/labels.ts";
import type { ReviewDecision } from "../../review/case.ts";
import { giveBack } from "../calls/lease.ts";
import { type Activity, isInFlight } from "../machine/state.ts";
import { stopAtFailure } from "../machine/stop.ts";
import type { Turn } from "../machine/turn.ts";
import { completeNode } from "../steps/settle.ts";
import { takeOver } from "./raise.ts";
import { HAND_OVER_SIGNAL, isReplied } from "./state.ts";

/** Takes what the user says to the question, or that the time for it is over. */
export function takeConfirmation(turn: Turn): void {
  const { handOver, signals, stopping } = turn.state;
  if (stopping !== null || handOver?.status !== "confirming") return;
  const [body] = own(signals, HAND_OVER_SIGNAL) ?? [];
  if (body === undefined && turn.at < (handOver.until ?? 0)) return;
  const wanted = body === undefined || !saysNo(body);
  turn.emit("hand_over.confirmed", { wanted, ...(body === undefined ? {} : { signal: HAND_OVER_SIGNAL }) });
  if (wanted) takeOver(turn, handOver.facts);
}

/** A no, and what makes it no other: thanks, "not needed", "go on". Whatever else follows ("no, get me a person", "no problem") is in doubt. */
const NO = "no|nope|nah|nein|nee|non|não|nao|нет|не надо|не нужно|不|不用|不要|不需要|नहीं|hayır|gerek yok";
const NO_MORE = [
  "thanks?|thank you|please|sir|madam|not (?:now|needed|necessary|today)|no need|(?:i )?do(?: not|n't)(?: want (?:that|it|to|one))?|(?:it|that)(?: is|'s) (?:fine|ok|okay|not needed)|all good|go on|carry on|continue|cancel",
  "danke|vielen dank|bitte|(?:das ist )?nicht (?:nötig|notwendig)|brauche ich nicht|(?:mach|machen sie) weiter",
  "merci|pas besoin|ce n'est pas (?:nécessaire|la peine)|continuez|continue",
  "gracias|no (?:hace falta|es necesario)|siga|continúe",
  "grazie|non (?:serve|è necessario)|continui?",
  "obrigad[oa]|não (?:precisa|é necessário)|continue",
  "спасибо|не (?:надо|нужно|требуется)|продолжайте",
  "谢谢|不需要|没必要|继续|了",
  "धन्यवाद|ज़रूरत नहीं|जरूरत नहीं|रहने दो",
  "teşekkür(?:ler| ederim)?|sağ ol(?:un)?|gerek yok|devam (?:edin|et)",
].join("|");
const PLAIN_NO = new RegExp(`^(?:${NO})(?:[\\s,.!;。，！]+(?:${NO}|${NO_MORE})|(?<=[不用要])(?:了|谢谢))*[\\s,.!;。，！]*$`, "iu");

/** UTF-16 units: who writes more says more than no. */
const LONGEST_NO = 80;

/** Only a plain no is one: in doubt a person comes. */
function saysNo(body: Json): boolean {
  if (body === false) return true;
  if (typeof body === "string") return body.length <= LONGEST_NO && PLAIN_NO.test(body.trim().replaceAll("\u2019", "'"));
  return isObject(body) && Object.values(body).length === 1 && saysNo(Object.values(body)[0] ?? null);
}

/** What a decision about a hand-over comes to. `proposal`: with the person's changes. */
export function takeHandOverDecision(turn: Turn, { action, proposal, reason }: ReviewDecision): void {
  const draft = turn.state.handOver?.facts.draft;
  if (action === "reject") {
    turn.emit("hand_over.settled", { outcome: "rejected" });
    const why = reason.trim() === "" ? "" : `: ${reason}`;
    return stopAtFailure(turn, { code: "review_rejected", message: `the person who took over rejected it${why}`, step: null });
  }
  if (action === "modify" && isObject(proposal) && own(proposal, "hand_back") === true) {
    turn.emit("hand_over.settled", { outcome: "handed_back" });
  } else if (action === "approve" && draft !== undefined) turn.emit("hand_over.settled", { outcome: "released" });
  else {
    const written = action === "modify" && isObject(proposal) ? (own(proposal, "reply") ?? null) : reason;
    return turn.emit("hand_over.settled", { outcome: "replied", reply: written });
  }
  // The draft was the model's answer all along: without a reply, the run goes on with it.
  if (draft !== undefined && own(turn.state.activities, draft.activity) !== undefined) completeNode(turn, draft.node, draft.output);
}

/** A child run is awaited too: it was told to stop. So is a person's word on a write of unknown outcome. */
const isAwaited = (activity: Activity): boolean =>
  isInFlight(activity) || activity.phase === "looking" || (activity.phase === "approving" && activity.review?.reason === "unknown-outcome");

/** A write that came back undecided after the reply would have been sent again; now nobody sends it, and nobody knows whether it happened. */
const isInDoubt = ({ doubt, purpose }: Activity): boolean => doubt && purpose !== "compensation";

/** Ends a run that a person has answered, once nothing is in flight any more. */
export function endWithReply(turn: Turn): void {
  const { state } = turn;
  if (!isReplied(state) || Object.values(state.activities).some(isAwaited)) return;
  giveBack(turn);
  const labels = whole(saidBy("person", "trusted", OWN, "internal"));
  const undone = [
    ...new Set([
      ...state.undone,
      ...Object.values(state.activities)
        .filter(isInDoubt)
        .map(({ id }) => id),
    ]),
  ];
  const flags = undone.length > 0 && !state.flags.includes("partial") ? ([...state.flags, "partial"] as const) : state.flags;
  const output = state.handOver?.reply ?? null;
  const output_sha256 = turn.content.add(output);
  turn.emit("run.completed", { output, output_sha256, labels, flags, error: null, ...(undone.length === 0 ? {} : { undone }) });
}
