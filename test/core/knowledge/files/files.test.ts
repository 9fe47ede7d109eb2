/** Files as text: what a reader sees of them, whatever they are called, and hostile ones without cost. */
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { withoutUnseen } from "../../../../core/knowledge/files/hidden.ts";
import { textOfHtml } from "../../../../core/knowledge/files/html.ts";
import { flawOfPdf, MOST_STREAM_OPERATORS, textOfPages } from "../../../../core/knowledge/files/pdf.ts";
import { readFile } from "../../../../core/knowledge/files/read-file.ts";
import { sniff } from "../../../../core/knowledge/files/sniff.ts";
import { decode, inflate } from "../../../../workers/documents/unpack.ts";
import { bestOf, cpuMs } from "../../../support/cpu-time.ts";
import { makeDocx, paragraph } from "../../../support/files/make-docx.ts";
import { makePdf } from "../../../support/files/make-pdf.ts";
import { HIDDEN, MAYBE, SEEN } from "./tricks.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = async (bytes: Uint8Array) => {
  const found = await readFile(bytes, { inflate, decode, pages: async () => "unscripted: pages" });
  return found.ok ? found.value : { flaw: found.error.message };
};
const html = (source: string): string => textOfHtml(source).text;

describe("what a file is", () => {
  it("[INGEST-1] its bytes say, not its name", () => {
    expect(sniff(bytesOf("# Returns\n\n30 days"))).toBe("text");
    expect(sniff(bytesOf("\ufeff<!DOCTYPE html><p>x"))).toBe("html");
    expect(sniff(bytesOf("<!-- x --><html>"))).toBe("html");
    expect(sniff(bytesOf("1 < 2 and <b> is a tag"))).toBe("text");
    expect(sniff(makePdf([[]]))).toBe("pdf");
    expect(sniff(makeDocx(""))).toBe("zip");
    expect(sniff(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a))).toEqual({ other: "a picture" });
    expect(sniff(new Uint8Array())).toBe("text");
  });

  it("[INGEST-1] in another encoding than it can be read in is refused", async () => {
    expect(await read(Uint8Array.of(0xff, 0xfe, 0x48, 0x00, 0x69, 0x00))).toMatchObject({ text: "Hi" });
    expect(await read(Uint8Array.of(0x52, 0xfc, 0x63, 0x6b))).toHaveProperty("flaw");
    const latin = Buffer.from('<html><meta charset="iso-8859-1"><p>R\u00fcckgabe</p></html>', "latin1");
    expect(await read(new Uint8Array(latin))).toMatchObject({ media: "text/html", text: "R\u00fcckgabe" });
    const xhtml = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?>\n<html><p>R\u00fcckgabe</p></html>', "latin1");
    expect(await read(new Uint8Array(xhtml))).toMatchObject({ media: "text/html", text: "R\u00fcckgabe" });
    expect(await read(Uint8Array.of(0x4d, 0x5a, 0x90, 0x00))).toMatchObject({ flaw: expect.stringContaining("a program") });
  });
});

describe("a page of HTML", () => {
  it("[INGEST-2] becomes its headings, paragraphs, lists and tables", () => {
    const page = `<html><head><title>No</title><style>p{color:#333}</style></head><body><h1>Returns &amp; refunds</h1>
      <p>You have <b>30 days</b>,<br>e.g. for a coat.</p><ul><li>Pack it<li>Send it</ul><ol><li>One</ol>
      <table><tr><th>country<th>days</tr><tr><td>Austria</td><td>30 | 31</td></tr></table><pre>a  b
c</pre><script>var x = "<p>no</p>";</script></body></html>`;
    expect(html(page)).toBe(
      "# Returns & refunds\n\nYou have 30 days,\ne.g. for a coat.\n\n- Pack it\n- Send it\n1. One\n\n| country | days |\n| Austria | 30 \\| 31 |\n\n```\na  b\nc\n```",
    );
  });

  it.each([
    ["a style", '<p style="display: none">canary</p>'],
    ["a style in capitals", '<p STYLE="DISPLAY:NONE!important">canary</p>'],
    ["visibility", '<div style="visibility:hidden"><p>canary</p></div>'],
    ["no size", '<span style="font-size:0">canary</span>'],
    ["a small size", '<span style="color:red;font-size:1px">canary</span>'],
    ["white on white", '<span style="color:#FFF">canary</span>'],
    ["nearly white", '<span style="color: rgb(254,254,254)">canary</span>'],
    ["the colour of its ground", '<div style="background:#123456"><span style="color:#123456">canary</span></div>'],
    ["no opacity", '<span style="opacity:0">canary</span>'],
    ["a place off the page", '<span style="position:absolute;left:-9999px">canary</span>'],
    ["the attribute", "<p hidden>canary</p>"],
    ["a font", '<font color="white">canary</font>'],
    ["a class of its style sheet", "<style>/* x */ .a, .note { display:none }</style><p class='b note'>canary</p>"],
    ["a comment", "<!-- canary -->"],
    ["a comment without an end", "<p>seen</p><!-- canary"],
    ["a template", "<template>canary</template>"],
    ["a description of a picture", '<img alt="canary" title="canary">'],
    ["metadata", '<meta name="description" content="canary">'],
  ])("[INGEST-3] tells nothing that is hidden by %s", (_, hidden) => {
    const { text } = textOfHtml(`<p>A refund</p>${hidden}<p>takes a week.</p>`);
    expect(text).not.toContain("canary");
    expect(text).toContain("refund");
  });

  it.each(HIDDEN)("[INGEST-3] tells nothing that is hidden by %s", (_, page) => {
    const { text, dropped } = textOfHtml(`<p>Terms</p>${page}<p>End</p>`);
    expect(text).not.toContain("canary");
    expect(dropped).toBe(page.startsWith("<input") ? 0 : 6);
  });

  it.each(MAYBE)("[INGEST-11] keeps and counts what may be hidden by %s", (_, page) => {
    const { text, doubtful } = textOfHtml(`<p>Terms</p>${page}<p>End</p>`);
    expect([text.includes("canary"), doubtful]).toEqual([true, 6]);
  });

  it.each(SEEN)("[INGEST-11] shows what a reader sees: %s", (_, page) => {
    const { text, dropped } = textOfHtml(`<p>Terms</p>${page}<p>End</p>`);
    expect([text.includes("canary"), dropped]).toEqual([true, 0]);
  });

  it("[INGEST-3] shows what is light on a dark ground, and counts what it drops", () => {
    expect(html('<div style="background-color:#000"><span style="color:white">seen</span></div>')).toBe("seen");
    expect(textOfHtml("<p hidden>canary</p><p>x</p>").dropped).toBe(6);
    expect(textOfHtml("<p>a</p>").dropped).toBe(0);
    expect(withoutUnseen("i\u200bgn\u00adore\u{e0041}\u{e0042} \ufeffit")).toEqual({ text: "ignore it", dropped: 5 });
    expect(withoutUnseen("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645")).toMatchObject({ dropped: 0 });
  });

  it("[INGEST-4] takes time that grows with its length alone, however it is nested, unclosed or repeated", () => {
    const took = (source: string): number => {
      const started = cpuMs();
      textOfHtml(source);
      return cpuMs() - started;
    };
    const units = [
      "<div>",
      "<b>x</i>",
      "<",
      "</",
      "<!--",
      '<a href="',
      "<a b='",
      "<p",
      "<style>/*",
      "<td>",
      "&amp;",
      "&",
      "<li><ul>",
      "<style>.a{display:none}</style>",
      "<style>*.a[b] c{color:red;}@media x{",
      "<sup>1",
      "<sub><sup>1</sup>",
      "<s>1</s>",
      "<del>",
      "<table><tr><td>",
      "<td colspan=1000 rowspan=1000>x",
      "<tr><td rowspan=9999>x<tr>",
      "<ol reversed><li>",
      "<b><p></p>",
      "<math><mfrac><mn>1",
      "<pre>\n   x",
      "5\u00ad",
      "&#1",
      "</ ",
      "<!--x--!",
      "<svg><desc><p>",
      "<svg></math>",
      "<math><mi></desc>",
    ];
    for (const unit of units) {
      took(unit.repeat(5_000 / unit.length));
      const [once, twice] = [took(unit.repeat(Math.floor(20_000 / unit.length))), took(unit.repeat(Math.floor(40_000 / unit.length)))];
      expect(twice, unit).toBeLessThan(8 * once + 250);
    }
    expect(html(`${"<div>".repeat(100_000)}deep`)).toBe("deep");
  });
});

describe("what a page of HTML means", () => {
  it.each([
    ["a raised number", "<p>5<sup>1</sup> dollars, $100<sup>2</sup>.", "5^1 dollars, $100^2."],
    ["a raised number before digits", "<p>5<sup>1</sup>000 and 5<sup>1</sup>.50", "5^(1)000 and 5^(1).50"],
    ["raised raised numbers", "<p>2<sup>2<sup>3</sup></sup>", "2^(2^(3))"],
    ["the mark of a note", "<p>5<sup><a href=#n>[1]</a></sup>0", "5[1]0"],
    ["powers, ordinals and formulas", "<p>m<sup>2</sup> 10<sup>-3</sup> the 1<sup>st</sup> H<sub>2</sub>O", "m^2 10^-3 the 1st H2O"],
    ["a lowered number", "<p>5<sub>2</sub> x<sub>1</sub>5 log<sub>2</sub>8", "5_2 x_(1)5 log_(2)8"],
    ["a fraction in pieces", "<p>1<sup>1</sup>/<sub>2</sub> cups, 3&frac12; cups", "1 1/2 cups, 3 ½ cups"],
    ["raised digits of Unicode", "<p>5\u00b9 and 3\u2082", "5^1 and 3_2"],
    ["blocks by their style", '<span style="display:block">Fee 10</span><span style="display:block">20 days</span>', "Fee 10\n\n20 days"],
    ["blocks by a rule", "<style>.r{display:flex}</style><span class=r>10</span><span class=r>20</span>", "10\n\n20"],
    ["cells by their style", '<span style="display:table-cell">10</span><span style="display:table-cell">20</span>', "10 20"],
    ["a distance", '<p>10<span style="margin-left:1em">20</span>0, 1<span style="padding:0">0</span>', "10 20 0, 10"],
    ["a picture or a field", '<p>10<img src=x>20<input value="5">6', "10 20 5 6"],
    ["a place where a line may end", "<p>1<wbr>000, 5&shy;2", "1000, 5-2"],
    ["what is invisible between", '<p>1<span style="visibility:hidden">0</span>2', "1 2"],
    ["letters of Windows-1252", "<p>&#128;100, 5&#x96;7", "\u20ac100, 5\u20137"],
    ["references without their end", "<p>&#53&#49; days &copy 2024, a&b", "51 days \u00a9 2024, a&b"],
    ["what is struck", "<p><s>249</s>199 <del>1</del><ins>2</ins> <del></del>3", "~~249~~199 ~~1~~2 3"],
    ["code with its indentation", "<pre>if x:\n    y\n</pre>", "```\nif x:\n    y\n```"],
  ])("[INGEST-7] keeps %s", (_, page, text) => {
    expect(html(page)).toBe(text);
  });

  it("[INGEST-8] shows equations, drawn words, options and details, and counts what it leaves out", () => {
    expect(html("<math><mfrac><mn>1</mn><mn>2</mn></mfrac><msup><mi>x</mi><mn>2</mn></msup><annotation>no</annotation></math>")).toBe(
      "(1)/(2)x^2",
    );
    expect(html("<svg><title>no</title><desc>no</desc><text>Fee 10</text><text>20</text></svg>")).toBe("Fee 10 20");
    expect(html("<p>Size <select><option>S<option>M</select><details><summary>More</summary>Inside</details>")).toBe(
      "Size\n\n- S\n- M\n\nMore\n\nInside",
    );
    expect(html("<dialog open>seen</dialog><dialog>no</dialog><input type=checkbox checked> Insured")).toBe("seen\n\n[x] Insured");
    expect(textOfHtml("<p>a</p><template>four</template><noscript>five5</noscript><object>six</object>")).toMatchObject({
      text: "a",
      dropped: 12,
    });
    expect(html("<head><title>no</title><p>seen")).toBe("seen");
    expect(html("<table>before<td>a<td>b|c<tr><td>1<td><table><tr><td>in<td>ner</table>tail<td>last</table>after")).toBe(
      "before\n\n| a | b\\|c |\n| 1 |  |\n| in | ner |\n\ntail\n\n| last |\n\nafter",
    );
  });

  it("[INGEST-9] puts each cell of a table under its head, whatever it stands over", () => {
    const page =
      "<table><tr><th rowspan=2>Country<th colspan=2>Price<tr><th>net<th>gross<tbody><tr><td rowspan=0>AT<td>10<td>12<tr><td>20<td>24<tbody><tr><td>DE<td>1<td>2</table>";
    expect(html(page)).toBe("| Country | Price | Price |\n| Country | net | gross |\n| AT | 10 | 12 |\n| AT | 20 | 24 |\n| DE | 1 | 2 |");
    const bomb = textOfHtml(`<table>${"<tr><td colspan=1000 rowspan=1000>xxxxxxxxxx".repeat(20_000)}</table>`);
    expect(bomb.text.length).toBeLessThan(6_000_000);
  });

  it("[INGEST-10] shows the numbers of a list as a reader sees them", () => {
    expect(html("<ol start=3><li>three<li value=7>seven<li>eight<ol type=a><li>x<li>y</ol></ol>")).toBe(
      "3. three\n7. seven\n8. eight\n  - a. x\n  - b. y",
    );
    expect(html("<ol reversed><li>b<li>a</ol>")).toBe("2. b\n1. a");
    expect(html("<ol type=I start=4><li>x</ol>")).toBe("- IV. x");
    expect(html('<style>ol{list-style:lower-alpha}</style><ol><li>x</ol><ol style="list-style:none"><li>y</ol>')).toBe("- a. x\n- y");
    expect(html("<ol><li hidden>x<li>y</ol>")).toBe("1. y");
  });

  it.each([
    ["a heavier rule", "<style>.t.on{display:block}.t{display:none}</style><p class='t on'>seen<p class=t>no", 0],
    ["a later rule", "<style>p.a{display:none}p.a{display:block}</style><p class=a>seen", 0],
    ["an important rule", "<style>.a{display:block!important}#x{display:none}</style><p id=x class=a>seen", 0],
    ["its own style", '<style>.a{display:none}</style><p class=a style="display:block">seen', 0],
    ["a rule over the attribute", "<style>[hidden]{display:block}</style><p hidden>seen", 0],
    ["a size within no size", '<div style="font-size:0">no<span style="font-size:16px">seen</span></div>', 0],
    ["visibility within none", '<div style="visibility:hidden">no<b style="visibility:visible">seen</b></div>', 0],
    ["a rule for paper", "<style media=print>p{display:none}</style><style>@media print{p{display:none}}</style><p>seen", 0],
    ["a ground by an old attribute", "<table bgcolor=#000><tr><td><font color=white>seen</font></table>", 0],
    ["a ground by a rule", "<style>.d{background:#000 none}</style><div class=d><p style='color:#fff'>seen</div>", 0],
    ["a paragraph that ended", "<p hidden>no<div>seen</div>", 0],
    ["a screen's width", "<style>@media (max-width:600px){p{display:none}}</style><p>seen", 4],
    ["what is around it", "<style>.u{display:none}.open .u{display:block}</style><p class=u>seen", 4],
    ["its state", "<style>.u{display:none}li:hover .u,.u:target{display:block}</style><p class=u>seen", 4],
    ["a movement", "<style>.u{opacity:0;animation:in 1s forwards}</style><p class=u>seen", 4],
    ["a picture behind it", '<div style="background:url(x)"><p style="color:#fff">seen</p></div>', 4],
    ["colours of a state", "<style>a{color:#fff}.dark a{background:#000}</style><a>seen</a>", 4],
  ])("[INGEST-11] shows what %s shows, and counts it where a reader may not see it", (_, page, doubtful) => {
    const found = textOfHtml(page);
    expect(found.text.replaceAll("|", "").trim()).toBe("seen");
    expect(found.doubtful).toBe(doubtful);
  });

  it.each([
    ["no scale", '<p style="transform:scale(0)">canary'],
    ["a box without height", '<p style="height:0;overflow:hidden">canary'],
    ["black on black", '<p style="background:#000;color:#050505">canary'],
    ["a rule for screens", "<style>@media screen{.x{display:none}}</style><p class=x>canary"],
    ["no size in parts of none", '<div style="font-size:0"><b style="font-size:2em">canary</b></div>'],
    ["an important rule", "<style>.x{display:none!important}</style><p class=x style='display:block'>canary"],
    ["an element in what is gone", '<div style="display:none"><p style="display:block;visibility:visible">canary</div>'],
  ])("[INGEST-3] still tells nothing that is hidden by %s", (_, page) => {
    expect(textOfHtml(page)).toMatchObject({ text: "", dropped: 6 });
  });

  it("[INGEST-12] counts nothing as hidden that is no text: what a page declares of itself", () => {
    const page = textOfHtml('<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD"><html><p>a<!--[if mso]>b<![endif]--><![endif]>');
    expect(page).toEqual({ text: "a", dropped: 1, doubtful: 0 });
  });
});

describe("what begins as a tag of HTML and is a comment", () => {
  it.each([
    ["a comment that ends with --!>", "<!-- hidden --!>seen", "seen", 6],
    ["an empty comment", "<!-->seen<!-- hidden -->", "seen", 6],
    ["an empty comment with a hyphen", "<!--->seen<!-- hidden -->", "seen", 6],
    ["an empty comment in full", "<!---->seen", "seen", 0],
    ["one that begins like a declaration", "<!-- xml hidden -->seen", "seen", 9],
    ["CDATA in a page", "seen<![CDATA[hidden]]>", "seen", 6],
    ["CDATA up to its first >", "<![CDATA[hidden>seen", "seen", 6],
    ["CDATA behind what ends a drawing", "<svg><p>seen<![CDATA[hidden]]></p></svg>", "seen", 6],
    ["CDATA in a drawing", "<svg><text><![CDATA[seen]]></text></svg>", "seen", 0],
    ["CDATA in an equation", "<math><mtext><![CDATA[seen]]></mtext></math>", "seen", 0],
    ["CDATA behind a drawing", "<svg><g></g></svg>seen<![CDATA[hidden]]>", "seen", 6],
    ["CDATA in HTML within a drawing", "<svg><foreignObject><p>seen<![CDATA[hidden]]></p></foreignObject></svg>", "seen", 6],
    ["the end of nothing", "</ hidden>seen", "seen", 6],
    ["the end of a number", "</1 hidden>seen", "seen", 7],
    ["an end without a name", "</>seen", "seen", 0],
    ["an instruction", "<? hidden >seen", "seen", 6],
    ["no name of a tag", "<_seen> 1 <2", "<_seen> 1 <2", 0],
    ["a tag that never ends", 'seen <a class="x" title=y', "seen", 0],
    ["an end tag that never ends", "<p>seen</p", "seen", 0],
    ["a quotation that never ends", '<p>seen</p><a href="x>hidden <b>hidden</b>', "seen", 12],
    ["the begin of a tag at the end", "5 < 6 <", "5 < 6 <", 0],
    ["a quotation behind a blank", '<a href = "hidden>hidden">seen</a>', "seen", 0],
    ["a quotation mark within a value", '<a href=a="x>seen</a>', "seen", 0],
    ["a quotation that is no value", `<a "x>seen</a>`, "seen", 0],
    ["an equals sign where a name begins", '<a ="x">seen</a>', "seen", 0],
    ["a slash behind what is not empty", "<p hidden/>hidden</p>seen", "seen", 6],
    ["a slash in a value", "<p><svg><g id=x/><text>seen</text></g></svg>", "seen", 0],
    ["a slash in a page that is XML", '<?xml version="1.0"?><html><title/><p hidden=""/>seen', "seen", 0],
  ])("[INGEST-16] is read as browsers do: %s", (_, page, text, dropped) => {
    expect(textOfHtml(page)).toEqual({ text, dropped, doubtful: 0 });
  });
});

describe("a Word document", () => {
  it("[INGEST-2] becomes its headings, paragraphs, lists and tables", async () => {
    const table = "<w:tbl><w:tr><w:tc>".concat(paragraph("Austria"), "</w:tc><w:tc>", paragraph("30"), "</w:tc></w:tr></w:tbl>");
    const body = paragraph("Returns", '<w:pStyle w:val="berschrift1"/>').concat(
      paragraph("You have 30 days &amp; more."),
      paragraph("Pack it", '<w:numPr><w:ilvl w:val="0"/></w:numPr>'),
      table,
      paragraph("After.", '<w:outlineLvl w:val="1"/>'),
    );
    expect(await read(makeDocx(body))).toEqual({
      media: expect.stringContaining("wordprocessingml"),
      text: "# Returns\n\nYou have 30 days & more.\n\n- Pack it\n\n| Austria | 30 |\n\n## After.",
      hidden: 13,
      doubtful: 0,
    });
  });

  const run = (text: string, properties = "") => `<w:r>${properties === "" ? "" : `<w:rPr>${properties}</w:rPr>`}<w:t>${text}</w:t></w:r>`;
  const raised = '<w:vertAlign w:val="superscript"/>';
  const cell = (text: string, properties = "") => `<w:tc><w:tcPr>${properties}</w:tcPr>${paragraph(text)}</w:tc>`;
  it.each([
    ["raised and lowered numbers", `<w:p>${run("$100")}${run("1", raised)}${run(" m")}${run("2", raised)}</w:p>`, "$100^1 m^2"],
    ["raised numbers before digits", `<w:p>${run("5")}${run("1", raised)}${run("000")}</w:p>`, "5^(1)000"],
    ["numbers raised by hand", `<w:p>${run("100")}${run("1", '<w:position w:val="6"/>')}</w:p>`, "100^1"],
    ["hyphens", "<w:p><w:r><w:t>10</w:t><w:noBreakHyphen/><w:t>20, 5</w:t><w:softHyphen/><w:t>2</w:t></w:r></w:p>", "10-20, 5-2"],
    [
      "symbols",
      '<w:p><w:r><w:t>5</w:t><w:sym w:font="Symbol" w:char="F0B1"/><w:t>2 </w:t><w:sym w:font="Symbol" w:char="F0B3"/><w:t>3 </w:t><w:sym w:font="Wingdings" w:char="F0FE"/></w:r></w:p>',
      "5\u00b12 \u22653 \u2611",
    ],
    ["a font of symbols", `<w:p>${run("\u00b320\uf0b0", '<w:rFonts w:ascii="Symbol"/>')}</w:p>`, "\u226520\u00b0"],
    ["tabs", "<w:p><w:r><w:t>10</w:t><w:tab/><w:t>20</w:t><w:ptab/><w:t>30</w:t></w:r></w:p>", "10 20 30"],
    ["what is struck", `<w:p>${run("249", "<w:strike/>")}${run("199")}</w:p>`, "~~249~~199"],
    ["white on a dark ground", `<w:p>${run("seen", '<w:color w:val="FFFFFF"/><w:shd w:fill="1F3864"/>')}</w:p>`, "seen"],
    ["what a run shows again", `<w:p><w:pPr><w:pStyle w:val="Secret"/></w:pPr>${run("seen", '<w:vanish w:val="0"/>')}</w:p>`, "seen"],
  ])("[INGEST-7] keeps %s", async (_, body, text) => {
    expect(await read(makeDocx(body))).toMatchObject({ text, doubtful: 0 });
  });

  const ruby = (base: string, reading: string, properties = "") =>
    `<w:r><w:rPr><w:strike/></w:rPr><w:ruby><w:rubyPr><w:hps w:val="12"/></w:rubyPr><w:rt>${run(reading, properties)}</w:rt><w:rubyBase>${run(base)}</w:rubyBase></w:ruby><w:t>!</w:t></w:r>`;
  it.each([
    [
      "a reading behind its word",
      `<w:p>${run("駅は")}${ruby("東京", "とうきょう")}${run("です。")}</w:p>`,
      "駅は東京(とうきょう)~~!~~です。",
      0,
    ],
    ["no hidden reading", `<w:p>${ruby("東京", "hidden", "<w:vanish/>")}</w:p>`, "東京~~!~~", 6],
    ["no white reading", `<w:p>${ruby("東京", "hidden", '<w:color w:val="FFFFFF"/>')}</w:p>`, "東京~~!~~", 6],
    ["no deleted word with a reading", `<w:p>${run("seen")}<w:del>${ruby("ab", "cd")}</w:del></w:p>`, "seen", 4],
  ])("[INGEST-20] has %s", async (_, body, text, hidden) => {
    expect(await read(makeDocx(body))).toMatchObject({ text, hidden: hidden + 13, doubtful: 0 });
  });

  const markGone = '<w:rPr><w:del w:id="1" w:author="A"/></w:rPr>';
  const listed = '<w:numPr><w:ilvl w:val="0"/></w:numPr>';
  const rowGone = (text: string) => `<w:tr><w:trPr><w:del w:id="2"/></w:trPr>${cell(text)}</w:tr>`;
  const row = (text: string, properties = "") => `<w:tr>${properties}${cell(text)}</w:tr>`;
  it.each([
    [
      "a deleted mark",
      paragraph("The fee is 10", markGone) + paragraph("0 euros") + paragraph("a day"),
      "The fee is 100 euros\n\na day",
      0,
    ],
    ["a mark that was moved away", paragraph("10", "<w:rPr><w:moveFrom/></w:rPr>") + paragraph("0"), "100", 0],
    ["an inserted mark", paragraph("10", "<w:rPr><w:ins/></w:rPr>") + paragraph("20"), "10\n\n20", 0],
    ["a deleted mark before an empty paragraph", `${paragraph("10", markGone)}<w:p/>${paragraph("20")}`, "10\n\n20", 0],
    ["a deleted mark before a table", `${paragraph("10", markGone)}<w:tbl>${row("20")}</w:tbl>`, "10\n\n| 20 |", 0],
    ["a deleted mark before a heading", paragraph("10", markGone) + paragraph("0", '<w:outlineLvl w:val="0"/>'), "# 100", 0],
    ["a deleted mark of an item", paragraph("10", listed + markGone) + paragraph("0", listed), "- 100", 0],
    ["a deleted mark in a cell", `<w:tbl><w:tr><w:tc>${paragraph("10", markGone)}${paragraph("0")}</w:tc></w:tr></w:tbl>`, "| 100 |", 0],
    ["a deleted row", `<w:tbl>${row("10")}${rowGone("20")}${row("30")}</w:tbl>`, "| 10 |\n| 30 |", 2],
    ["an inserted row", `<w:tbl>${row("10", "<w:trPr><w:ins/></w:trPr>")}</w:tbl>`, "| 10 |", 0],
    ["a deleted cell", `<w:tbl><w:tr>${cell("10")}${cell("20", "<w:cellDel/>")}${cell("30")}</w:tr></w:tbl>`, "| 10 | 30 |", 2],
    ["an inserted cell", `<w:tbl><w:tr>${cell("10", "<w:cellIns/>")}${cell("20")}</w:tr></w:tbl>`, "| 10 | 20 |", 0],
    [
      "a deleted row of a table within",
      `<w:tbl><w:tr><w:tc><w:tbl>${rowGone("20")}${row("30")}</w:tbl><w:p/></w:tc></w:tr></w:tbl>`,
      "| 30 |",
      2,
    ],
    ["a former style", paragraph("10", '<w:pPrChange><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr></w:pPrChange>'), "10", 0],
  ])("[INGEST-19] reads as accepted: %s", async (_, body, text, gone) => {
    expect(await read(makeDocx(body))).toMatchObject({ text, hidden: 13 + gone });
  });

  it("[INGEST-8] has notes behind their paragraphs, text boxes, equations, headers and footers", async () => {
    const note = (id: number, text: string) => `<w:footnote w:id="${id}">${paragraph(text)}</w:footnote>`;
    const parts = {
      "word/footnotes.xml": `<w:footnotes><w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>${note(2, "For members.")}${note(3, "Unused")}</w:footnotes>`,
      "word/endnotes.xml": `<w:endnotes><w:endnote w:id="2">${paragraph("In 2024.")}</w:endnote></w:endnotes>`,
      "word/header1.xml": `<w:hdr>${paragraph("DRAFT")}</w:hdr>`,
      "word/header2.xml": `<w:hdr>${paragraph("DRAFT")}</w:hdr>`,
    };
    const box = (text: string) => `<w:pict><v:textbox><w:txbxContent>${paragraph(text)}</w:txbxContent></v:textbox></w:pict>`;
    const body =
      `<w:p>${run("30 days")}<w:r><w:rPr>${raised}</w:rPr><w:footnoteReference w:id="2"/></w:r>${run(" or more")}<w:r><w:endnoteReference w:id="2"/></w:r></w:p>` +
      `<w:p>${run("10")}<w:r><mc:AlternateContent><mc:Choice>${box("20 boxed")}</mc:Choice><mc:Fallback>${box("20 boxed")}</mc:Fallback></mc:AlternateContent></w:r>${run("30")}</w:p>` +
      "<w:p><m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath></w:p>";
    expect(await read(makeDocx(body, parts))).toMatchObject({
      text: "30 days[^1] or more[^i]\n\n[^1]: For members.\n\n[^i]: In 2024.\n\n10 30\n\n20 boxed\n\n(1)/(2)x^2\n\nDRAFT",
      hidden: 13 + 6,
    });
  });

  it("[INGEST-9] puts each cell of a table under its head, and keeps white heads", async () => {
    const rows = [
      [cell("Country", '<w:vMerge w:val="restart"/>'), cell("Price", '<w:gridSpan w:val="2"/>')],
      [cell("", "<w:vMerge/>"), cell("net"), cell("gross")],
      [cell("AT", '<w:vMerge w:val="restart"/>'), cell("10 | 11"), cell("12")],
      [cell("", "<w:vMerge/>"), cell("20"), cell("24")],
    ];
    const table = `<w:tbl>${rows.map((cells) => `<w:tr>${cells.join("")}</w:tr>`).join("")}</w:tbl>`;
    expect(await read(makeDocx(table))).toMatchObject({
      text: "| Country | Price | Price |\n| Country | net | gross |\n| AT | 10 \\| 11 | 12 |\n| AT | 20 | 24 |",
    });
    const white = `<w:tbl><w:tr><w:tc><w:p>${run("Head", '<w:color w:val="FFFFFF"/>')}</w:p></w:tc></w:tr></w:tbl>`;
    expect(await read(makeDocx(white))).toMatchObject({ text: "| Head |", doubtful: 4 });
  });

  it("[INGEST-10] shows the numbers of paragraphs and headings as a reader sees them", async () => {
    const level = (at: number, format: string, text: string, more = "") =>
      `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/>${more}<w:lvlText w:val="${text}"/></w:lvl>`;
    const numbering =
      `<w:numbering><w:abstractNum w:abstractNumId="0">${level(0, "decimal", "%1.")}${level(1, "lowerLetter", "%2)")}${level(2, "lowerRoman", "%1.%2.%3")}</w:abstractNum>` +
      `<w:abstractNum w:abstractNumId="1">${level(0, "upperRoman", "Article %1", '<w:pStyle w:val="berschrift1"/>')}${level(1, "bullet", "\uf0b7")}</w:abstractNum>` +
      '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>' +
      '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num></w:numbering>';
    const item = (text: string, id: number, at: number, more = "") =>
      paragraph(text, `${more}<w:numPr><w:ilvl w:val="${at}"/><w:numId w:val="${id}"/></w:numPr>`);
    const body = [
      item("Scope", 2, 0, '<w:pStyle w:val="berschrift1"/>'),
      item("one", 1, 0),
      item("a", 1, 1),
      item("b", 1, 1),
      item("deep", 1, 2),
      item("two", 1, 0),
      item("a again", 1, 1),
      item("seven", 3, 0),
      item("dot", 2, 1),
      item("Costs", 2, 0, '<w:pStyle w:val="berschrift1"/>'),
      item("none", 0, 0),
    ];
    expect(await read(makeDocx(body.join(""), { "word/numbering.xml": numbering }))).toMatchObject({
      text: "# Article I Scope\n\n1. one\n  - a) a\n  - b) b\n    - 1.b.i deep\n2. two\n  - a) a again\n7. seven\n  - dot\n\n# Article II Costs\n\nnone",
    });
  });

  it.each([
    ["a property", paragraph("canary", "", "<w:vanish/>")],
    ["its colour", paragraph("canary", "", '<w:color w:val="FFFFFF"/>')],
    ["its size", paragraph("canary", "", '<w:sz w:val="2"/>')],
    ["a style", paragraph("canary", '<w:pStyle w:val="Secret"/>')],
    ["its deletion", "<w:p><w:del><w:r><w:delText>canary</w:delText></w:r><w:r><w:t>canary</w:t></w:r></w:del></w:p>"],
    ["a field", "<w:p><w:r><w:instrText>canary</w:instrText></w:r></w:p>"],
  ])("[INGEST-3] tells nothing that is hidden by %s, nor comments and properties", async (_, hidden) => {
    const found = await read(makeDocx(`${paragraph("A refund")}${hidden}${paragraph("takes a week.")}`));
    expect(found).toMatchObject({ text: "A refund\n\ntakes a week." });
  });

  it("[INGEST-5] that is a bomb, cut short, encrypted, nested, or declares entities is refused with the reason", async () => {
    const flaw = async (bytes: Uint8Array) => ((await read(bytes)) as { flaw?: string }).flaw;
    const bomb = makeDocx(new Uint8Array(50 * 1_048_576));
    expect(bomb.length).toBeLessThan(200_000);
    expect(await flaw(bomb)).toContain("larger than 48 MiB");
    const whole = makeDocx(paragraph("x".repeat(3_000)));
    expect(await flaw(whole.subarray(0, whole.length - 40))).toContain("cut short");
    const locked = whole.slice();
    const directory = Buffer.from(locked).indexOf(Buffer.from("504b0102", "hex"));
    for (let at = directory; at < locked.length - 46; at++)
      if (locked[at] === 0x50 && locked[at + 1] === 0x4b && locked[at + 2] === 1 && locked[at + 3] === 2) locked[at + 8] = 1;
    expect(await flaw(locked)).toContain("encrypted");
    const lol = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><w:document>&b;</w:document>';
    expect(await flaw(makeDocx(lol))).toContain("entities");
    expect(await flaw(makeDocx(`${"<w:p>".repeat(100_000)}${"</w:p>".repeat(100_000)}`))).toContain("nested");
    expect(await flaw(makeDocx("<w:p><w:r></w:p>"))).toContain("damaged");
    expect(await flaw(zipSync({ "a.txt": bytesOf("x") }))).toContain("no Word document");
    expect(await flaw(bytesOf("PK\u0003\u0004 and nothing else"))).toContain("damaged");
  });
});

describe("a PDF", () => {
  const lines = (...given: [string, number, number][]) => ({
    width: 595,
    height: 842,
    pieces: given.map(([text, y, size]) => [text, 60, y, size] as const),
  });

  it("[INGEST-2] becomes headings by their size, paragraphs by their distance, and words that were parted by a line's end", () => {
    const page = lines(
      ["Returns", 780, 20],
      ["You have thirty days to send the coat deliv-", 740, 11],
      ["ery back.", 726, 11],
      ["Write to us.", 690, 11],
      ["Costs", 640, 14],
      ["• None.", 620, 11],
    );
    expect(textOfPages([page]).text).toBe(
      "# Returns\n\nYou have thirty days to send the coat delivery back.\n\nWrite to us.\n\n## Costs\n\n- None.",
    );
  });

  it("[INGEST-13] keeps its lines however the page or its letters are turned", () => {
    for (const turn of [0, 90, 180, 270]) {
      const place = (along: number, across: number): readonly [number, number] =>
        turn === 0
          ? [along, across]
          : turn === 90
            ? [500 - across, along]
            : turn === 180
              ? [500 - along, 500 - across]
              : [across, 500 - along];
      const piece = (text: string, along: number, across: number) => [text, ...place(along, across), 11, text.length * 5, turn] as const;
      const pieces = [piece("Fee 15", 60, 400), piece("30 days", 60, 386), piece("45", 120, 386)];
      expect(textOfPages([{ width: 600, height: 600, pieces }]).text, `${turn}`).toBe("Fee 15\n30 days 45");
    }
    const mixed = [["Fee 15", 60, 400, 11, 30] as const, ["30 days", 92, 400, 11, 35, 90] as const];
    expect(textOfPages([{ width: 600, height: 600, pieces: mixed }]).text).toBe("Fee 15\n\n30 days");
  });

  it("[INGEST-7] keeps raised numbers and distances", () => {
    const text = (...pieces: [string, number, number, number, number][]) => textOfPages([{ width: 600, height: 600, pieces }]).text;
    expect(text(["$100", 60, 400, 11, 24], ["1", 84, 404, 7, 4], [" a day", 88, 400, 11, 30])).toBe("$100^1 a day");
    expect(text(["1", 60, 404, 7, 4], ["30 days", 64, 400, 11, 40])).toBe("^(1)30 days");
    expect(text(["H", 60, 400, 11, 8], ["2", 68, 398, 7, 4], ["O 20 days", 72, 400, 11, 40])).toBe("H2O 20 days");
    expect(text(["15", 60, 400, 11, 12], ["30", 75, 400, 11, 12], ["45", 60, 400, 11, 12])).toBe("15 30 45");
  });

  it("[INGEST-17] takes letters for raised or lowered only where they touch what they belong to", () => {
    const text = (...pieces: [string, number, number, number, number][]) => textOfPages([{ width: 600, height: 600, pieces }]).text;
    expect(text(["Fee 10", 60, 400, 11, 34], ["5 days", 320, 397, 7, 20])).toBe("Fee 10\n5 days");
    expect(text(["5 days", 60, 404, 7, 20], ["Fee 10", 320, 400, 11, 34])).toBe("5 days\n\n# Fee 10");
    expect(text(["Fee 10", 60, 400, 11, 34], [" ", 94, 400, 11, 226], ["2", 320, 404, 7, 4])).toBe("Fee 10\n2");
    expect(text(["Fee 10", 60, 400, 11, 34], ["2", 95, 404, 7, 4], ["i", 95, 397, 7, 4])).toBe("Fee 10^(2)_i");
    expect(text(["Fee 10", 60, 400, 11, 34], ["small", 320, 400, 7, 20])).toBe("Fee 10 small");
  });

  it("[INGEST-18] has once what is drawn twice to be bold", () => {
    const text = (...pieces: [string, number, number, number, number][]) => textOfPages([{ width: 600, height: 600, pieces }]).text;
    expect(text(["Fee 10", 60, 400, 11, 34], ["Fee 10", 60.4, 400, 11, 34], [" euros", 94, 400, 11, 30])).toBe("Fee 10 euros");
    expect(text(["1", 60, 400, 2, 0.9], ["1", 60.9, 400, 2, 0.9])).toBe("11");
    expect(text(["1", 60, 400, 11, 5], ["1", 65, 400, 11, 5])).toBe("11");
  });

  it("[INGEST-3] tells nothing that is too small to be read or off its page", () => {
    const page = lines(["A refund", 700, 11], ["canary", 680, 0.5], ["canary", 3_000, 11], ["takes a week.", 660, 11]);
    expect(textOfPages([page])).toEqual({ text: "A refund\n\ntakes a week.", dropped: 12, doubtful: 0 });
  });

  it("[INGEST-5] that inflates to more than anybody writes is seen before it is read, also within itself", () => {
    expect(flawOfPdf(makePdf([[{ text: "x", y: 700 }]]), inflate)).toBeNull();
    const huge = { content: "q Q ".repeat(13 * 1_048_576) };
    expect(flawOfPdf(makePdf([[]], { ...huge, compress: 1 }), inflate)).toBe("too_large");
    expect(flawOfPdf(makePdf([[]], { ...huge, compress: 2 }), inflate)).toBe("too_large");
    expect(flawOfPdf(makePdf([[]], { content: "x", compress: 0 }).subarray(0, 100), inflate)).toBeNull();
  });

  it("[INGEST-15] that tells its reader to do more than pages do is seen before it is read, packed or not", () => {
    const drawing = (operators: number, compress: number) => makePdf([[]], { content: "1 0 0 RG\n".repeat(operators), compress });
    for (const compress of [0, 1, 2]) {
      expect(flawOfPdf(drawing(MOST_STREAM_OPERATORS - 10, compress), inflate), `${compress}`).toBeNull();
      expect(flawOfPdf(drawing(MOST_STREAM_OPERATORS + 10, compress), inflate), `${compress}`).toBe("too_much_work");
    }
    const pages = Array.from({ length: 13 }, () => []);
    expect(flawOfPdf(makePdf(pages, { content: "q Q\n".repeat(120_000) }), inflate)).toBe("too_much_work");
    // Pictures, fonts and texts are no operators.
    const picture = Array.from({ length: 3_000_000 }, (_, at) => String.fromCharCode((at * 7919 + (at >> 3)) % 256)).join("");
    expect(flawOfPdf(makePdf([[]], { content: picture }), inflate)).toBeNull();
    expect(flawOfPdf(makePdf([[]], { content: `(${"Los gatos y los perros son amigos. ".repeat(60_000)}) Tj` }), inflate)).toBeNull();
    expect(bestOf(() => flawOfPdf(makePdf([[]], { content: "\0".repeat(20_000_000) }), inflate), 1_500)).toBeLessThan(1_500);
  });
});
