/** Files as text: what a reader sees of them, whatever they are called, and hostile ones without cost. */
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { withoutUnseen } from "../../../../core/knowledge/files/hidden.ts";
import { textOfHtml } from "../../../../core/knowledge/files/html.ts";
import { isPdfBomb, textOfPages } from "../../../../core/knowledge/files/pdf.ts";
import { readFile } from "../../../../core/knowledge/files/read-file.ts";
import { sniff } from "../../../../core/knowledge/files/sniff.ts";
import { decode, inflate } from "../../../../workers/documents/unpack.ts";
import { makeDocx, paragraph } from "../../../support/files/make-docx.ts";
import { makePdf } from "../../../support/files/make-pdf.ts";

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
      "# Returns & refunds\n\nYou have 30 days,\ne.g. for a coat.\n\n- Pack it\n- Send it\n1. One\n\n| country | days |\n| Austria | 30 / 31 |\n\na b\nc",
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

  it("[INGEST-3] shows what is light on a dark ground, and counts what it drops", () => {
    expect(html('<div style="background-color:#000"><span style="color:white">seen</span></div>')).toBe("seen");
    expect(textOfHtml("<p hidden>canary</p><p>x</p>").dropped).toBe(6);
    expect(textOfHtml("<p>a</p>").dropped).toBe(0);
    expect(withoutUnseen("i\u200bgn\u00adore\u{e0041}\u{e0042} \ufeffit")).toEqual({ text: "ignore it", dropped: 5 });
    expect(withoutUnseen("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645")).toMatchObject({ dropped: 0 });
  });

  it("[INGEST-4] takes time that grows with its length alone, however it is nested, unclosed or repeated", () => {
    const took = (source: string): number => {
      const started = performance.now();
      textOfHtml(source);
      return performance.now() - started;
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
    ];
    for (const unit of units) {
      took(unit.repeat(10_000 / unit.length));
      const [once, twice] = [took(unit.repeat(Math.floor(60_000 / unit.length))), took(unit.repeat(Math.floor(120_000 / unit.length)))];
      expect(twice, unit).toBeLessThan(8 * once + 250);
    }
    expect(html(`${"<div>".repeat(100_000)}deep`)).toBe("deep");
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
      hidden: 0,
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

  it("[INGEST-3] tells nothing that is too small to be read or off its page", () => {
    const page = lines(["A refund", 700, 11], ["canary", 680, 0.5], ["canary", 3_000, 11], ["takes a week.", 660, 11]);
    expect(textOfPages([page])).toEqual({ text: "A refund\n\ntakes a week.", dropped: 12 });
  });

  it("[INGEST-5] that inflates to more than anybody writes is seen before it is read, also within itself", () => {
    expect(isPdfBomb(makePdf([[{ text: "x", y: 700 }]]), inflate)).toBe(false);
    const huge = { content: "q Q ".repeat(13 * 1_048_576) };
    expect(isPdfBomb(makePdf([[]], { ...huge, compress: 1 }), inflate)).toBe(true);
    expect(isPdfBomb(makePdf([[]], { ...huge, compress: 2 }), inflate)).toBe(true);
    expect(isPdfBomb(makePdf([[]], { content: "x", compress: 0 }).subarray(0, 100), inflate)).toBe(false);
  });
});
