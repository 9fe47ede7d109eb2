/** The fields that only a tool of kind `mcp` has: the server and the name of its tool. Reads them from a manifest, adds what is wrong to the form. */
import type { Form } from "../workflow/form.ts";
import { SECRET_NAME } from "./check-http.ts";
import type { McpBinding } from "./manifest.ts";
import { flawOfUrl, type UrlRule } from "./url.ts";

/** A tool's name at an MCP server: printable ASCII without blanks, since it also travels in a header (`Mcp-Name`). At most 128 characters. */
const MCP_TOOL_NAME = /^[\x21-\x7e]{1,128}$/;

/** Total: a field that is refused reads as its default. */
export function readMcp(form: Form, { allowPrivateHosts }: Pick<UrlRule, "allowPrivateHosts">): McpBinding {
  const mcp = form.form("mcp");
  if (mcp === null) {
    form.refuse("mcp", "`mcp` is missing");
    return { url: "", tool: "", secret: null };
  }
  const url = mcp.text("url", { max: 4_096 });
  const flaw = url === "" ? null : flawOfUrl(url, { allowPrivateHosts, fields: false });
  if (flaw !== null) mcp.refuse("url", `\`url\` ${flaw}`);
  const secret = mcp.json("secret");
  const binding: McpBinding = {
    url,
    tool: mcp.text("tool", { max: 128, min: 1, pattern: MCP_TOOL_NAME, hint: "must be the tool's name at its server" }),
    secret: secret === undefined || secret === null ? null : mcp.text("secret", { max: 63, pattern: SECRET_NAME }),
  };
  mcp.close();
  return binding;
}
