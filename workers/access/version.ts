/** Versions of an org's policies. */
import { createHash } from "node:crypto";
import { canonicalJson } from "../../core/canonical-json.ts";
import type { Json } from "../../core/json.ts";
import type { SetContent } from "../../core/policy/set.ts";

/** The version of a content: the same content is the same version. */
export const versionOf = (content: SetContent): string =>
  createHash("sha256")
    .update(canonicalJson(content as unknown as Json))
    .digest("hex")
    .slice(0, 32);
