/** What the shop can do, as data: per path the credential it asks for, and the act. An act reads the ledger and gives an answer; it stores nothing itself. */
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { findArticle, searchArticles } from "./knowledge.ts";
import type { Ledger } from "./ledger.ts";
import { ORDERS } from "./orders.ts";

/** `refused`: a business refusal, with the status it gets and a sentence. */
export type Act = { readonly answer: JsonObject } | { readonly refused: 400 | 404 | 409 | 422; readonly why: string };

/** One thing that the shop does. */
export type Action = {
  /** The tool's name: the audience of its credentials. */
  readonly audience: string;
  /** What a scope has to begin with. */
  readonly scope: string;
  readonly write: boolean;
  /** `id`: the name of what is made. */
  readonly act: (input: JsonObject, ledger: Ledger, id: string) => Act;
};

const read = (path: string, scope: string, act: Action["act"]): [string, Action] => [
  path,
  { audience: nameOf(path), scope, write: false, act },
];
const write = (path: string, scope: string, act: Action["act"]): [string, Action] => [
  path,
  { audience: nameOf(path), scope, write: true, act },
];
const nameOf = (path: string): string => path.slice(1).replaceAll("/", ".");

/** Everything that the shop does, by the path of its route. */
export const ACTIONS: ReadonlyMap<string, Action> = new Map([
  read("/orders/get", "read:orders", ({ id }) => {
    const order = findOrder(id);
    return order === null ? unknown("order") : { answer: { ...order, items: order.items.map((item) => ({ ...item })) } };
  }),
  write("/payments/refund", "write:payments", ({ order, amount }, ledger, id) => {
    const found = findOrder(order);
    if (found === null) return unknown("order");
    const refunded = openOn(ledger, "/payments/refund", "/payments/cancel", "refund").filter((answer) => answer["order"] === found.id);
    const left = cents(found.total) - refunded.reduce((sum, answer) => sum + cents(Number(answer["amount"])), 0);
    const wanted = amount === undefined ? left : amount;
    if (typeof wanted === "number" && amount === undefined && wanted <= 0) return { refused: 409, why: "the order is refunded already" };
    const asked = amount === undefined ? left : typeof amount === "number" ? cents(amount) : Number.NaN;
    if (!(asked > 0)) return { refused: 422, why: "`amount` is a number above 0" };
    if (asked > left) return { refused: 409, why: "more than the order has left to refund" };
    return { answer: { id: `rf_${id}`, order: found.id, amount: asked / 100, status: "refunded" } };
  }),
  write("/payments/cancel", "write:payments", ({ refund }, ledger) =>
    undo(ledger, "/payments/refund", "/payments/cancel", "refund", refund, "cancelled"),
  ),
  write("/payments/charge", "write:payments", ({ order, amount }, _ledger, id) => {
    const found = findOrder(order);
    if (found === null) return unknown("order");
    const asked = amount === undefined ? found.total : amount;
    if (typeof asked !== "number" || !(asked > 0)) return { refused: 422, why: "`amount` is a number above 0" };
    return { answer: { id: `ch_${id}`, order: found.id, amount: asked, status: "charged" } };
  }),
  write("/payments/void", "write:payments", ({ charge }, ledger) =>
    undo(ledger, "/payments/charge", "/payments/void", "charge", charge, "voided"),
  ),
  write("/stock/reserve", "write:stock", ({ order, items }, _ledger, id) => {
    const found = findOrder(order);
    if (found === null) return unknown("order");
    if (items !== undefined && !Array.isArray(items)) return { refused: 422, why: "`items` is a list" };
    return { answer: { id: `rs_${id}`, order: found.id, status: "reserved" } };
  }),
  write("/stock/release", "write:stock", ({ reservation }, ledger) =>
    undo(ledger, "/stock/reserve", "/stock/release", "reservation", reservation, "released"),
  ),
  write("/shipping/ship", "write:shipping", ({ order }, _ledger, id) => {
    const found = findOrder(order);
    return found === null ? unknown("order") : { answer: { id: `sh_${id}`, order: found.id, tracking: `TRACK-${id.toUpperCase()}` } };
  }),
  write("/mail/send", "write:mail", ({ to, subject, text }, _ledger, id) => {
    if (typeof to !== "string" || !/^[^\s@{}]+@[^\s@{}]+$/.test(to)) return { refused: 422, why: "`to` is a mail address" };
    if (typeof subject !== "string" || typeof text !== "string") return { refused: 422, why: "`subject` and `text` are texts" };
    return { answer: { id: `ml_${id}`, status: "sent" } };
  }),
  read("/kb/search", "read:kb", ({ query }) => {
    if (typeof query !== "string" || query.trim() === "") return { refused: 422, why: "`query` is a text" };
    return { answer: { hits: searchArticles(query) } };
  }),
  read("/kb/read", "read:kb", ({ id }) => {
    const article = findArticle(id ?? null);
    return article === null ? unknown("article") : { answer: { ...article } };
  }),
  write("/desk/publish", "write:desk", ({ title, text, sources }, _ledger, id) => {
    if (typeof title !== "string" || typeof text !== "string") return { refused: 422, why: "`title` and `text` are texts" };
    if (!Array.isArray(sources) || sources.length === 0 || !sources.every((source) => findArticle(source) !== null)) {
      return { refused: 422, why: "`sources` names articles of the knowledge base, at least one" };
    }
    return { answer: { id: `nt_${id}`, status: "published" } };
  }),
]);

const unknown = (what: string): Act => ({ refused: 404, why: `no such ${what}` });

/** Money is compared in whole cents. */
const cents = (dollars: number): number => Math.round(dollars * 100);

const findOrder = (id: Json | undefined) => ORDERS.find((order) => order.id === id) ?? null;

/** Answers of `path` that no effect on `undoPath` took back. */
function openOn(ledger: Ledger, path: string, undoPath: string, field: string): JsonObject[] {
  const undone = new Set(ledger.effectsOn(undoPath).map(({ request }) => (isObject(request) ? request[field] : undefined)));
  return ledger
    .effectsOn(path)
    .map(({ answer }) => answer)
    .filter((answer) => !undone.has(answer["id"] ?? null));
}

function undo(ledger: Ledger, path: string, undoPath: string, field: string, id: Json | undefined, status: string): Act {
  const made = ledger.effectsOn(path).find(({ answer }) => answer["id"] === id);
  if (made === undefined) return unknown(field);
  const open = openOn(ledger, path, undoPath, field).some((answer) => answer["id"] === id);
  return open ? { answer: { ...made.answer, status } } : { refused: 409, why: `the ${field} is taken back already` };
}
