/** RFC 3986: how a reference is read against the URI of what it stands in (section 5.2). */

/** Appendix B. */
const PARTS = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/;

/** An absolute URI without its fragment, and the fragment, which is "" where there is none. */
export type Resolved = { readonly uri: string; readonly fragment: string };

/** `base` is an absolute URI. */
export function resolveUri(base: string, reference: string): Resolved {
  const [, scheme, authority, path = "", query, fragment = ""] = PARTS.exec(reference) ?? [];
  const [, baseScheme = "", baseAuthority, basePath = "", baseQuery] = PARTS.exec(base) ?? [];
  const join = (ofScheme: string, ofAuthority: string | undefined, ofPath: string, ofQuery: string | undefined): Resolved => ({
    uri: `${ofScheme}:${ofAuthority === undefined ? "" : `//${ofAuthority}`}${ofPath}${ofQuery === undefined ? "" : `?${ofQuery}`}`,
    fragment,
  });
  if (scheme !== undefined) return join(scheme, authority, withoutDots(path), query);
  if (authority !== undefined) return join(baseScheme, authority, withoutDots(path), query);
  if (path === "") return join(baseScheme, baseAuthority, basePath, query ?? baseQuery);
  const merged = baseAuthority !== undefined && basePath === "" ? `/${path}` : basePath.slice(0, basePath.lastIndexOf("/") + 1) + path;
  return join(baseScheme, baseAuthority, withoutDots(path.startsWith("/") ? path : merged), query);
}

/** Section 5.2.4, for paths of segments. */
function withoutDots(path: string): string {
  const out: string[] = [];
  const segments = path.split("/");
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === "..") {
      if (out.length > 1 || (out.length === 1 && out[0] !== "")) out.pop();
      if (isLast) out.push("");
    } else if (segment === ".") {
      if (isLast) out.push("");
    } else out.push(segment);
  }
  return out.join("/");
}
