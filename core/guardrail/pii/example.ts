/**
 * What a model writes to show how something is done: mail addresses at domains that belong to nobody (RFC 2606, RFC 6761) and addresses
 * of documentation networks (RFC 5737, RFC 3849). A mail address there is an example when it names nobody (`user@example.com`) or stands as a
 * literal in code; somebody's name at such a domain, in a sentence or in data, is treated as a person's: systems under test are filled with them.
 * What a person or a tool sends is judged without this.
 */
import type { Finding } from "../finding.ts";
import { fold } from "../fold.ts";

const MAIL =
  /(?:@|%40|=40|[)\]}]\s?)(?:[\p{L}\p{N}-]+\.)*(?:example\.(?:com|net|org|edu)|[\p{L}\p{N}-]+\.(?:example|test|invalid|localhost))$/iu;
const ADDRESS = /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|^2001:0?db8:/i;

/** What stands before the `@`, however that is written, without a tag (`+…`) and a number at its end. */
const LOCAL_PART = /^[^@%=+\s()[\]{}]*?(?=\d*(?:$|[@%=+\s()[\]{}]))/u;
/** Stand-ins for a name, and mailboxes of a role (RFC 2142). */
const NOBODY: ReadonlySet<string> = new Set(
  `me you user users username name yourname your.name your-name your_name your.email your-email youremail first.last firstname.lastname
  first_last firstlast someone somebody anyone anybody nobody person people customer client member recipient receiver sender from to cc bcc owner
  author email e-mail mail address example sample demo dummy fake placeholder test tester testuser test.user test-user test_user foo bar baz foobar qux
  login account admin administrator root system bot service services team office group list contact hello hi help info information support sales
  marketing billing invoices accounting orders shop press jobs careers hr news newsletter notifications alerts feedback noreply no-reply no_reply
  donotreply do-not-reply postmaster hostmaster webmaster abuse security noc mailer-daemon git ftp www api dev ops`.split(/\s+/),
);
const QUOTES = "'\"`";

/** Whether a finding in `text` is an example of its kind. */
export function isExample({ type, start, end }: Finding, text: string): boolean {
  if (type !== "EMAIL" && type !== "IP") return false;
  const found = fold(text.slice(start, end)).text;
  if (type === "IP") return ADDRESS.test(found);
  return MAIL.test(found) && (namesNobody(found) || isLiteral(text, start, end));
}

function namesNobody(mail: string): boolean {
  const local = (LOCAL_PART.exec(mail)?.[0] ?? "").toLowerCase();
  return local.length <= 1 || NOBODY.has(local);
}

/** In quotes of code, that is not as the value of a field: what is said of somebody in JSON is data. */
function isLiteral(text: string, start: number, end: number): boolean {
  const quote = text[start - 1] ?? "";
  if (quote === "" || !QUOTES.includes(quote) || text[end] !== quote) return false;
  return quote === "`" || !/[:,[]\s?$/.test(text.slice(Math.max(0, start - 3), start - 1));
}
