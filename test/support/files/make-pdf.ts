/** Small PDF files, written by hand: what a test says of a file is all that is in it. */
import { deflateSync } from "node:zlib";

/** A line of a page, in points from the bottom. */
export type PdfLine = { readonly text: string; readonly size?: number; readonly x?: number; readonly y: number };
/** `rotate`: degrees that each page is turned by. `layers`: whether each of the layers `/L0`, `/L1`, … is on. `compress`: how often each page's content is deflated. `encrypt`: behind a password that nobody knows. */
export type PdfOptions = {
  readonly compress?: number;
  readonly encrypt?: boolean;
  readonly content?: string;
  readonly rotate?: number;
  readonly layers?: readonly boolean[];
  /** Forms `/X0`, `/X1`, …, each of which draws the next one ten times; the last one draws a letter. */
  readonly forms?: number;
};

export function makePdf(
  pages: readonly (readonly PdfLine[])[],
  { compress = 1, encrypt = false, content, rotate = 0, layers = [], forms = 0 }: PdfOptions = {},
): Uint8Array {
  const objects: Buffer[] = [];
  const kids = pages.map((_, at) => `${4 + 2 * at} 0 R`).join(" ");
  const firstLayer = 4 + 2 * pages.length;
  const refs = (which: (isOn: boolean) => boolean): string =>
    layers.flatMap((isOn, at) => (which(isOn) ? [`${firstLayer + at} 0 R`] : [])).join(" ");
  const firstForm = firstLayer + layers.length;
  const drawn = Array.from({ length: forms }, (_, at) => `/X${at} ${firstForm + at} 0 R`).join(" ");
  const properties = layers.length === 0 ? "" : ` /OCProperties << /OCGs [${refs(() => true)}] /D << /OFF [${refs((isOn) => !isOn)}] >> >>`;
  objects.push(Buffer.from(`<< /Type /Catalog /Pages 2 0 R${properties} >>`));
  objects.push(Buffer.from(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`));
  objects.push(Buffer.from("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"));
  for (const [at, lines] of pages.entries()) {
    const page = `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate ${rotate} /Resources << /Font << /F1 3 0 R >> /Properties << ${layers.map((_, n) => `/L${n} ${firstLayer + n} 0 R`).join(" ")} >> /XObject << ${drawn} >> >> /Contents ${5 + 2 * at} 0 R >>`;
    objects.push(Buffer.from(page), streamOf(content ?? contentOf(lines), compress));
  }
  for (const at of layers.keys()) objects.push(Buffer.from(`<< /Type /OCG /Name (layer ${at}) >>`));
  for (let at = 0; at < forms; at++) {
    const form = `/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F1 3 0 R >> /XObject << ${drawn} >> >>`;
    objects.push(streamOf(at + 1 < forms ? `/X${at + 1} Do\n`.repeat(10) : "BT /F1 9 Tf (a) Tj ET", 0, form));
  }
  if (encrypt) {
    const secret = "ab".repeat(32);
    objects.push(Buffer.from(`<< /Filter /Standard /V 1 /R 2 /Length 40 /P -44 /O <${secret}> /U <${secret}> >>`));
  }
  return fileOf(objects, encrypt ? ` /Encrypt ${objects.length} 0 R /ID [<00><00>]` : "");
}

const contentOf = (lines: readonly PdfLine[]): string =>
  lines
    .map(({ text, size = 11, x = 60, y }) => `BT /F1 ${size} Tf 1 0 0 1 ${x} ${y} Tm (${text.replace(/[\\()]/g, "\\$&")}) Tj ET`)
    .join("\n");

function streamOf(content: string, times: number, said = ""): Buffer {
  let data: Buffer = Buffer.from(content, "latin1");
  for (let n = 0; n < times; n++) data = deflateSync(data);
  const filter = times === 0 ? "" : ` /Filter [${"/FlateDecode ".repeat(times)}]`;
  return Buffer.concat([Buffer.from(`<< /Length ${data.length}${filter} ${said} >>\nstream\n`), data, Buffer.from("\nendstream")]);
}

function fileOf(objects: readonly Buffer[], trailer: string): Uint8Array {
  const parts: Buffer[] = [Buffer.from("%PDF-1.4\n")];
  const offsets: number[] = [];
  let length = parts[0]?.length ?? 0;
  const push = (part: Buffer): void => {
    parts.push(part);
    length += part.length;
  };
  for (const [at, object] of objects.entries()) {
    offsets.push(length);
    push(Buffer.concat([Buffer.from(`${at + 1} 0 obj\n`), object, Buffer.from("\nendobj\n")]));
  }
  const start = length;
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  push(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`));
  push(Buffer.from(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R${trailer} >>\nstartxref\n${start}\n%%EOF\n`));
  return new Uint8Array(Buffer.concat(parts));
}
