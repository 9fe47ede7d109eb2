/** What a tool of another source is called here. Pure: the same word always gives the same name. */
import { chance } from "../../chance.ts";

const MOST = 63;
/** Hex digits that tell long names with one beginning apart. */
const DIGITS = 8;

/**
 * `getOrderById` → `get_order_by_id`, `Get Order!` → `get_order`; what has no letter or digit is empty. A name that is too long keeps its
 * beginning, and ends with what stands for the whole.
 */
export function importedName(prefix: string, raw: string): string {
  const words = raw
    .slice(0, 1_000)
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "_")
    .replace(/^[._-]+|[._-]+$/g, "");
  const name = words === "" ? "" : `${prefix}${words}`;
  if (name.length <= MOST) return name;
  const mark = Math.floor(chance(raw) * 2 ** 32)
    .toString(16)
    .padStart(DIGITS, "0");
  return `${name.slice(0, MOST - DIGITS - 1)}_${mark}`;
}
