/**
 * Markup (HTML, XML) as a flat list of tags and texts, in one pass: time grows with the text alone, whatever is unclosed or nested. Builds
 * no tree and resolves no declared entity. Pure.
 */

/** One piece of markup. `name`: in small letters for HTML, as it is for XML. */
export type Token =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "open"; readonly name: string; readonly attributes: string; readonly isEmpty: boolean }
  | { readonly kind: "close"; readonly name: string }
  /** What no reader sees: a comment or a processing instruction. What a format declares of itself (its type, a condition) is no token. */
  | { readonly kind: "unseen"; readonly text: string };

/** In HTML, what is in these is no markup: it ends with their closing tag alone. */
const RAW: ReadonlySet<string> = new Set(["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"]);

const NAME = /[A-Za-z_][^\s/>"'=<]*/y;
/** A tag's name in HTML begins with a letter of ASCII: `<_` is text. */
const BEGINS_NAME = /[A-Za-z]/;

/** The tokens of a text, in order. A tag that is not closed reaches to the end: in HTML a browser shows nothing of it, in XML it is text. */
export function* tokensOf(text: string, language: "html" | "xml"): Generator<Token> {
  let at = 0;
  let unclosed = false;
  const foreign = new Foreign();
  // A page that is XML says so first; `<p/>` is empty in it, and opens a paragraph in others (WHATWG HTML, section 13.2.6.1).
  const isXml = language === "xml" || /^\ufeff?\s{0,99}<\?xml\s/.test(text.slice(0, 110));
  while (at < text.length) {
    const open = unclosed ? -1 : text.indexOf("<", at);
    if (open < 0) {
      yield { kind: "text", text: text.slice(at) };
      return;
    }
    if (open > at) yield { kind: "text", text: text.slice(at, open) };
    const unseen = language === "xml" ? unseenInXml(text, open) : unseenInHtml(text, open, foreign.isOpen);
    if (unseen !== null) {
      if (unseen.isText) yield { kind: "text", text: unseen.text };
      else if (!/^<(?:!doctype|\?xml|!\[endif|!--\s{0,9}\[endif)\b/i.test(text.slice(open, open + 24))) {
        // Of a conditional comment the condition is no text, and what it holds is unseen.
        const said = /^\s*\[if\b/i.test(unseen.text.slice(0, 20)) ? unseen.text.slice(unseen.text.indexOf("]") + 1) : unseen.text;
        yield { kind: "unseen", text: said.replace(/<!\[endif\]$/i, "") };
      }
      at = unseen.end;
      continue;
    }
    const isClose = text[open + 1] === "/";
    NAME.lastIndex = open + (isClose ? 2 : 1);
    const isName = language === "xml" || BEGINS_NAME.test(text.charAt(NAME.lastIndex));
    const match = isName ? (NAME.exec(text)?.[0] ?? null) : null;
    if (match === null) {
      yield { kind: "text", text: "<" };
      at = open + 1;
      continue;
    }
    const end = endOfTag(text, open + 1);
    if (end === null) {
      if (language === "html") {
        yield { kind: "unseen", text: textWithin(text.slice(open)) };
        return;
      }
      // No tag after this one can be closed either.
      unclosed = true;
      at = open;
      continue;
    }
    const name = language === "html" ? match.toLowerCase() : match;
    at = end.at + 1;
    if (isClose) {
      foreign.closes(name);
      yield { kind: "close", name };
    } else {
      const attributes = text.slice(NAME.lastIndex, end.hasSlash ? end.at - 1 : end.at);
      const isEmpty = end.hasSlash && (isXml || foreign.mayBeEmpty(name));
      if (!isEmpty) foreign.opens(name);
      yield { kind: "open", name, attributes, isEmpty };
      if (language === "html" && RAW.has(name) && !isEmpty) {
        const raw = new RegExp(`</${name}(?=[\\s/>])`, "gi");
        raw.lastIndex = at;
        const stop = raw.exec(text)?.index ?? text.length;
        if (stop > at) yield { kind: "text", text: text.slice(at, stop) };
        at = stop;
      }
    }
  }
}

type Unseen = { readonly text: string; readonly end: number; readonly isText: boolean };

/** From `from` up to a mark; without one, to the end. */
function upTo(text: string, mark: string, from: number, isText: boolean): Unseen {
  const close = text.indexOf(mark, from);
  const stop = close < 0 ? text.length : close;
  return { text: text.slice(from, stop), end: close < 0 ? text.length : close + mark.length, isText };
}

/** `<!-- … -->`, `<![CDATA[ … ]]>`, `<!…>`, `<?…>`. */
function unseenInXml(text: string, open: number): Unseen | null {
  if (text.startsWith("<!--", open)) return upTo(text, "-->", open + 4, false);
  if (text.startsWith("<![CDATA[", open)) return upTo(text, "]]>", open + 9, true);
  if (text[open + 1] === "!" || text[open + 1] === "?") return upTo(text, ">", open + 2, false);
  return null;
}

/**
 * The same as browsers read it (WHATWG HTML, section 13.2.5): a comment ends with `--!>` too, `<!-->` and `<!--->` are empty ones, and what begins as
 * a tag and is none (`<?`, `</ `, `</1`, and `<![CDATA[` outside of drawings and equations) is a comment up to its first `>`.
 */
function unseenInHtml(text: string, open: number, isForeign: boolean): Unseen | null {
  if (text.startsWith("<!--", open)) {
    const from = open + 4;
    for (const mark of [">", "->"]) if (text.startsWith(mark, from)) return { text: "", end: from + mark.length, isText: false };
    COMMENT_END.lastIndex = from;
    const close = COMMENT_END.exec(text);
    if (close === null) return { text: text.slice(from), end: text.length, isText: false };
    return { text: text.slice(from, close.index), end: close.index + close[0].length, isText: false };
  }
  if (text.startsWith("<![CDATA[", open)) return isForeign ? upTo(text, "]]>", open + 9, true) : upTo(text, ">", open + 9, false);
  const next = text.charAt(open + 1);
  if (next === "!" || next === "?") return upTo(text, ">", open + 2, false);
  if (next !== "/" || open + 2 >= text.length || BEGINS_NAME.test(text.charAt(open + 2))) return null;
  return upTo(text, ">", open + 2, false);
}

const COMMENT_END = /--!?>/g;

const FOREIGN: ReadonlySet<string> = new Set(["svg", "math"]);
/** Elements of drawings and equations in which HTML may stand. */
const HOLDS_HTML: ReadonlySet<string> = new Set(["foreignobject", "desc", "annotation-xml", "mi", "mo", "mn", "ms", "mtext"]);
/** Elements of HTML that end a drawing or an equation where they begin (WHATWG HTML, section 13.2.6.5). */
const BREAKS_OUT: ReadonlySet<string> = new Set(
  (
    "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr ol p pre ruby s small span " +
    "strong strike sub sup table tt u ul var"
  ).split(" "),
);

/** Whether a drawing or an equation is open, in which `<![CDATA[` is text. Where HTML has begun within one it is none until that part ends. */
class Foreign {
  readonly #open: { readonly name: string; isHtml: boolean }[] = [];
  readonly #counts = new Map<string, number>();

  get isOpen(): boolean {
    return this.#open.at(-1)?.isHtml === false;
  }

  /** Whether a slash before its `>` ends an element: of drawings and equations alone. */
  mayBeEmpty(name: string): boolean {
    return FOREIGN.has(name) || (this.isOpen && !BREAKS_OUT.has(name));
  }

  opens(name: string): void {
    const top = this.#open.at(-1);
    if (FOREIGN.has(name) || (top !== undefined && HOLDS_HTML.has(name))) {
      this.#open.push({ name, isHtml: false });
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    } else if (top !== undefined && HOLDS_HTML.has(top.name)) top.isHtml = true;
    else if (BREAKS_OUT.has(name)) while (FOREIGN.has(this.#open.at(-1)?.name ?? "")) this.#pop();
  }

  closes(name: string): void {
    if ((this.#counts.get(name) ?? 0) > 0) while (this.#pop() !== name);
  }

  #pop(): string {
    const name = this.#open.pop()?.name ?? "";
    this.#counts.set(name, (this.#counts.get(name) ?? 1) - 1);
    return name;
  }
}

/** What of an unclosed tag would be text, had the quotation been closed in which it stands. */
const textWithin = (tag: string): string =>
  tag
    .split(">")
    .slice(1)
    .map((part) => part.split("<", 1)[0])
    .join(" ");

/** Where in a tag a letter stands (WHATWG HTML, sections 13.2.5.8 and 13.2.5.32 to 13.2.5.39). */
type InTag = "name" | "before_attribute" | "attribute" | "after_attribute" | "before_value" | "value" | '"' | "'";

/** Where a tag's `>` is, outside of quoted values, and whether a slash stands before it that belongs to no value; null: nowhere. `from`: behind `<`. */
function endOfTag(text: string, from: number): { readonly at: number; readonly hasSlash: boolean } | null {
  let place: InTag = "name";
  for (let at = from; at < text.length; at++) {
    const letter = text[at] as string;
    if (place === '"' || place === "'") {
      if (letter === place) place = "before_attribute";
    } else if (letter === ">") return { at, hasSlash: text[at - 1] === "/" && place !== "value" };
    else place = placeAfter(place, letter);
  }
  return null;
}

function placeAfter(place: Exclude<InTag, '"' | "'">, letter: string): InTag {
  const isBlank = letter === " " || letter === "\n" || letter === "\t" || letter === "\f" || letter === "\r";
  if (place === "value") return isBlank ? "before_attribute" : "value";
  if (place === "before_value") return isBlank ? place : letter === '"' || letter === "'" ? letter : "value";
  if (letter === "/" || (isBlank && place === "name")) return "before_attribute";
  if (place === "name") return place;
  if (isBlank) return place === "attribute" ? "after_attribute" : place;
  return letter === "=" && place !== "before_attribute" ? "before_value" : "attribute";
}

const ATTRIBUTE = /([^\s=/"'<>]+)(?:\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;
/** Longer attributes are not read: a picture's data is one, and tells nothing. */
const LONGEST_ATTRIBUTES = 10_000;

/** The attributes of a tag, by their names in small letters. */
export function attributesOf(attributes: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", double, single, bare] of attributes.slice(0, LONGEST_ATTRIBUTES).matchAll(ATTRIBUTE))
    if (!found.has(name.toLowerCase())) found.set(name.toLowerCase(), double ?? single ?? bare ?? "");
  return found;
}

/** Letters 160 to 255 of ISO 8859-1, and what typography needs. */
const LATIN =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest " +
  "Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig " +
  "agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";
const NAMED: ReadonlyMap<string, string> = new Map([
  ...LATIN.split(" ").map((name, at): [string, string] => [name, String.fromCharCode(160 + at)]),
  ...Object.entries({
    ...{
      amp: "&",
      lt: "<",
      gt: ">",
      quot: '"',
      apos: "'",
      ndash: "–",
      mdash: "—",
      lsquo: "‘",
      rsquo: "’",
      sbquo: "‚",
      ldquo: "“",
      rdquo: "”",
    },
    ...{
      bdquo: "„",
      dagger: "†",
      Dagger: "‡",
      bull: "•",
      hellip: "…",
      permil: "‰",
      prime: "′",
      Prime: "″",
      lsaquo: "‹",
      rsaquo: "›",
      euro: "€",
    },
    ...{ trade: "™", larr: "←", uarr: "↑", rarr: "→", darr: "↓", harr: "↔", minus: "−", le: "≤", ge: "≥", ne: "≠", asymp: "≈", infin: "∞" },
    ...{
      ensp: " ",
      emsp: " ",
      thinsp: " ",
      numsp: " ",
      zwnj: "\u200c",
      zwj: "\u200d",
      lrm: "\u200e",
      rlm: "\u200f",
      OElig: "Œ",
      oelig: "œ",
      Scaron: "Š",
    },
    ...{ scaron: "š", Yuml: "Ÿ", fnof: "ƒ", circ: "ˆ", tilde: "˜", check: "✓", half: "½", hyphen: "-", dash: "-", plus: "+", equals: "=" },
    ...{ percnt: "%", dollar: "$", comma: ",", period: ".", colon: ":", semi: ";", excl: "!", quest: "?", num: "#", sol: "/", bsol: "\\" },
    ...{ lpar: "(", rpar: ")", lsqb: "[", rsqb: "]", lowbar: "_", ast: "*", verbar: "|", vert: "|", commat: "@", NewLine: " ", Tab: " " },
    ...{ alpha: "α", beta: "β", gamma: "γ", delta: "δ", Delta: "Δ", lambda: "λ", mu: "μ", pi: "π", sigma: "σ", Sigma: "Σ", omega: "ω" },
    ...{ Omega: "Ω", equiv: "≡", sim: "∼", prop: "∝", part: "∂", int: "∫", sum: "∑", prod: "∏", radic: "√", frasl: "⁄", oline: "‾" },
    ...{ rArr: "⇒", lArr: "⇐", hArr: "⇔" },
  }),
]);

/** What browsers take the numbers 0x80 to 0x9F for: letters of Windows-1252, which old pages are written in. `?`: none. */
const WINDOWS = "€?‚ƒ„…†‡ˆ‰Š‹Œ?Ž??‘’“”•–—˜™š›œ?žŸ";
/** These need no semicolon, as old pages have them. */
const BARE: ReadonlySet<string> = new Set(["amp", "lt", "gt", "quot", ...LATIN.split(" ")]);

/** A text with its character references resolved: numbers, and names of the list above. Others stay as they are. */
export const unescaped = (text: string): string =>
  text.includes("&")
    ? text.replace(REFERENCE, (whole, hex, decimal, name, end) => {
        if (name !== undefined) return end === ";" || BARE.has(String(name)) ? (NAMED.get(String(name)) ?? whole) : whole;
        const point = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
        const windows = WINDOWS.charAt(point - 0x80);
        if (windows !== "" && windows !== "?") return windows;
        const isLetter = point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff) && windows === "";
        return isLetter ? String.fromCodePoint(point) : "\ufffd";
      })
    : text;

const REFERENCE = /&(?:#[xX]([0-9a-fA-F]{1,8});?|#(\d{1,9});?|([A-Za-z][A-Za-z0-9]{1,9})(;|(?![A-Za-z0-9=])))/g;
