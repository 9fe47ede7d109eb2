/** Paths that name nothing: broken percent-encoding, control characters. They are refused before any route sees them. */
import { refuse } from "../../../core/errors/problem.ts";
import type { IngressMiddleware } from "../context.ts";
import { problemResponse } from "../problem.ts";

const MODELS = "/v1/models/";

/** The path as routes see it, still percent-encoded. A model's id has a slash, and `%2F` is taken for it. */
export function routePath(request: Request): string {
  const path = new URL(request.url).pathname;
  return path.startsWith(MODELS) ? path.replace(/%2f/gi, "/") : path;
}

/** Answers 404 to a path that cannot name anything. */
export const checkPath: IngressMiddleware = async (context, next) => {
  const decoded = decodedPath(context.req.path);
  if (decoded === null) {
    const errors = [{ path: "path", message: "the percent-encoding is broken or is not UTF-8" }];
    return problemResponse(context, refuse("invalid_request", "the path cannot be read", errors));
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(decoded)) return problemResponse(context, refuse("not_found", "not found"));
  return next();
};

function decodedPath(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
