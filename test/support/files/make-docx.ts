/** Small Word documents and archives, as a test needs them. */
import { strToU8, zipSync } from "fflate";

const STYLES =
  '<w:styles><w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>' +
  '<w:style w:type="paragraph" w:styleId="Secret"><w:name w:val="secret"/><w:rPr><w:vanish/></w:rPr></w:style></w:styles>';

/** `body`: the XML within `w:body`, or of the whole part where it begins with `<?` or is bytes. `parts`: others, by their paths. */
export const makeDocx = (body: string | Uint8Array, parts: { readonly [path: string]: string } = {}): Uint8Array =>
  zipSync({
    "[Content_Types].xml": strToU8("<Types/>"),
    "word/document.xml":
      typeof body === "string" ? strToU8(body.startsWith("<?") ? body : `<w:document><w:body>${body}</w:body></w:document>`) : body,
    "word/styles.xml": strToU8(STYLES),
    "docProps/core.xml": strToU8("<dc:title>property canary</dc:title>"),
    "word/comments.xml": strToU8("<w:comments><w:t>comment canary</w:t></w:comments>"),
    ...Object.fromEntries(Object.entries(parts).map(([path, xml]) => [path, strToU8(xml)])),
  });

/** A paragraph. */
export const paragraph = (text: string, properties = "", runProperties = ""): string =>
  `<w:p>${properties === "" ? "" : `<w:pPr>${properties}</w:pPr>`}<w:r>${runProperties === "" ? "" : `<w:rPr>${runProperties}</w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
