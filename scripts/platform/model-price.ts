/** What the start says of the price of a model that `MODEL` names. Pure. */
import { CAUTIOUS_PRICE, readModelPrice } from "../../core/model/defaults.ts";

/** `vars`: the platform's variables. null: no model is named, or its price can be read. */
export function noteOfPrice(vars: ReadonlyMap<string, string>): string | null {
  const [model = "", price = ""] = [vars.get("MODEL"), vars.get("MODEL_PRICE")];
  if (model === "" || readModelPrice(price) !== null) return null;
  const { input, output } = CAUTIOUS_PRICE;
  const why = price === "" ? "MODEL_PRICE is not set" : "MODEL_PRICE cannot be read";
  return `${why}: ${model} is counted at ${input} dollars per million tokens in and ${output} out; set it to INPUT,OUTPUT`;
}
