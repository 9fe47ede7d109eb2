/** The orders that the shop starts with, some under and some over a hundred dollars. */
export type Order = {
  readonly id: string;
  readonly total: number;
  readonly currency: "USD";
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  /** The customer's number: who that is, the shop does not say. */
  readonly customer: string;
  readonly status: "open" | "paid" | "shipped" | "delivered";
};

const order = (
  id: string,
  total: number,
  customer: string,
  status: Order["status"],
  ...items: [sku: string, quantity: number][]
): Order => ({
  id,
  total,
  currency: "USD",
  items: items.map(([sku, quantity]) => ({ sku, quantity })),
  customer,
  status,
});

/** The orders that the shop begins with. */
export const ORDERS: readonly Order[] = [
  order("A-1001", 49.5, "C-77", "delivered", ["mug-blue", 2], ["tea-assam", 1]),
  order("A-1002", 249.9, "C-78", "delivered", ["espresso-machine", 1]),
  order("A-1003", 99.99, "C-79", "paid", ["kettle-steel", 1]),
  order("A-1004", 100, "C-77", "paid", ["grinder-hand", 2]),
  order("A-1005", 1200, "C-80", "shipped", ["desk-oak", 1], ["lamp-brass", 2]),
  order("A-1006", 12.25, "C-81", "open", ["filter-paper", 5]),
  order("A-1007", 180.4, "C-82", "open", ["chair-ash", 1]),
  order("A-1008", 75, "C-83", "open", ["lamp-brass", 1], ["mug-blue", 1]),
];
