/**
 * Warnings about a valid tool: what will fail or mislead. They are returned when it is registered and never refuse it. Each warns only where
 * the manifest and what is registered leave no doubt. Pure and total.
 */
import { didYouMean } from "../errors/unknown-name.ts";
import { escapeToken } from "../json.ts";
import { isListedHost } from "../net/listed-host.ts";
import { flawsOfInput } from "../workflow/warnings/constants.ts";
import { warningsAt } from "../workflow/warnings/schemas.ts";
import type { Warning } from "../workflow/warnings/warning.ts";
import { toolAddress } from "./address.ts";
import { isOddAddress } from "./hosts.ts";
import type { ToolContent } from "./manifest.ts";
import { urlFlaws } from "./url-fields.ts";

/** What is registered around the tool; the caller has looked it up. */
export type ToolsAround = {
  /** The tool that `compensate` names; null: there is none, or none is named. */
  readonly undoes: Pick<ToolContent, "effect" | "input"> | null;
  /** Names of the org's tools, for one that is misspelt. */
  readonly names: readonly string[];
  /** Of the secrets that the tool names: the hosts of each; null: there is no such secret. Absent: nobody looked. */
  readonly secrets?: ReadonlyMap<string, readonly string[] | null>;
  /** The org's `egress`; null: it has none. */
  readonly egress?: readonly string[] | null;
};

/** The warnings about a tool. Their paths are JSON Pointers into the manifest. */
export function toolWarnings(tool: ToolContent, around: ToolsAround): readonly Warning[] {
  return [
    ...warningsAt("/input", tool.input),
    ...warningsAt("/output", tool.output),
    ...(tool.kind === "http" ? urlFlaws(tool.http, tool.input).warnings : []),
    ...undoingWarnings(tool, around),
    ...secretWarnings(tool, around),
    ...egressWarnings(tool, around),
    ...oddHosts(tool),
  ];
}

/** The secrets that a tool names, each with the place where it does and the address that it is sent to. */
export function secretsOf(tool: ToolContent): readonly { readonly path: string; readonly name: string; readonly address: string }[] {
  if (tool.kind === "isolate")
    return Object.entries(tool.isolate.secrets ?? {}).map(([host, name]) => {
      return { path: `/isolate/secrets/${escapeToken(host)}`, name, address: `https://${host}/` };
    });
  const binding = tool.kind === "http" ? tool.http : tool.kind === "mcp" ? tool.mcp : null;
  if (binding === null || binding.secret === null) return [];
  return [{ path: `/${tool.kind}/secret`, name: binding.secret, address: binding.url }];
}

function secretWarnings(tool: ToolContent, { secrets }: ToolsAround): Warning[] {
  return secretsOf(tool).flatMap(({ path, name, address }): Warning[] => {
    const hosts = secrets?.get(name);
    if (hosts === undefined) return [];
    const message = secretFlaw(name, hosts, address);
    return message === null ? [] : [{ path, message }];
  });
}

/** What keeps a secret from being sent to an address; null: nothing. `hosts` null: there is no such secret. */
export function secretFlaw(name: string, hosts: readonly string[] | null, address: string): string | null {
  if (hosts === null) return `there is no secret \`${name}\` yet; until there is (PUT /v1/secrets/${name}), every call fails`;
  const url = hostOf(address);
  if (url === null || isListedHost(url, hosts)) return null;
  return `the secret \`${name}\` may not be sent to \`${url.host}\`: its \`hosts\` lack it, so every call fails`;
}

/** Requests are compared with an address as URLs write it (WHATWG URL section 3.5): another way of writing it allows nothing. */
const oddHosts = ({ egress = [] }: ToolContent): Warning[] =>
  egress.flatMap((host, index) =>
    isOddAddress(host.replace(/:\d+$/, ""))
      ? [{ path: `/egress/${index}`, message: "is an address in an unusual way of writing, and allows nothing: write four numbers" }]
      : [],
  );

function egressWarnings(tool: ToolContent, { egress }: ToolsAround): Warning[] {
  if (egress === undefined || egress === null) return [];
  const address = toolAddress(tool);
  const isLacking = (url: string): boolean => {
    const host = hostOf(url);
    return host !== null && !isListedHost(host, egress);
  };
  if (address !== null)
    return isLacking(address)
      ? [{ path: `/${tool.kind}/url`, message: "the host is not in the org's `egress`, so every call is refused" }]
      : [];
  return (tool.egress ?? []).flatMap((host, index) =>
    isLacking(`https://${host}/`)
      ? [{ path: `/egress/${index}`, message: "is not in the org's `egress`, so requests to it are refused" }]
      : [],
  );
}

/** As `isListedHost` wants it; the port of https is not written. */
function hostOf(address: string): { readonly host: string; readonly hostname: string } | null {
  const [, scheme = "", hostname = "", port = ""] = /^(https?):\/\/(\[[^\]]*\]|[^/:?#]+)(:\d+)?/i.exec(address.toLowerCase()) ?? [];
  if (hostname === "") return null;
  const isUsual = port === "" || (scheme === "https" ? port === ":443" : port === ":80");
  return { hostname, host: isUsual ? hostname : `${hostname}${port}` };
}

function undoingWarnings({ name, compensate }: ToolContent, { undoes, names }: ToolsAround): Warning[] {
  if (compensate === undefined || compensate.tool === name) return [];
  const path = "/compensate/tool";
  if (undoes === null) {
    const message = `there is no tool \`${compensate.tool}\` yet; until there is, nothing undoes what this tool did${didYouMean(compensate.tool, names)}`;
    return [{ path, message }];
  }
  if (undoes.effect !== "write") return [{ path, message: `the tool \`${compensate.tool}\` writes nothing and so undoes nothing` }];
  return flawsOfInput(undoes.input, compensate.input, "/compensate/input", `the input of \`${compensate.tool}\``);
}
