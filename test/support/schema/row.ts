/** A case of JSON Schema as its official test suite has it: a schema, values that fit it, and values that do not. */
import type { Json } from "../../../core/json.ts";
import type { JsonSchema } from "../../../core/workflow/definition.ts";

export type Row = readonly [schema: JsonSchema, good: readonly Json[], bad: readonly Json[]];
/** Cases by the keyword that they are about. */
export type Sets = { readonly [keyword: string]: readonly Row[] };
