/**
 * What a model writes to show how something is done: mail addresses at domains that belong to nobody (RFC 2606, RFC 6761) and addresses
 * of documentation networks (RFC 5737, RFC 3849). In an answer they are nobody's; what a person or a tool sends is judged without this.
 */
import type { Finding } from "../finding.ts";
import { fold } from "../fold.ts";

const MAIL =
  /(?:@|%40|=40|[)\]}]\s?)(?:[\p{L}\p{N}-]+\.)*(?:example\.(?:com|net|org|edu)|[\p{L}\p{N}-]+\.(?:example|test|invalid|localhost))$/iu;
const ADDRESS = /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|^2001:0?db8:/i;

/** Whether a finding in `text` is an example of its kind. */
export function isExample({ type, start, end }: Finding, text: string): boolean {
  if (type !== "EMAIL" && type !== "IP") return false;
  return (type === "EMAIL" ? MAIL : ADDRESS).test(fold(text.slice(start, end)).text);
}
