/**
 * Compares everything that has an audit log: `npm run audit:fsck -- URL|FOLDER`. Rebuilds chain, tree, tiles and segments from raw rows, and names the
 * first place where the log's object, D1 and R2 do not agree. Needs nothing of the platform but what its routes or the folder give.
 */
import { parseArgs } from "node:util";
import { Difference, fsck } from "./audit/fsck.ts";
import { type Output, processOutput } from "./audit/output.ts";
import { rawFromFolder, rawFromUrl, saving } from "./audit/raw.ts";
import { isUrl, Refused } from "./audit/sources.ts";

const USAGE = `usage: npm run audit:fsck -- URL|FOLDER [options]

  URL              the address of a running platform; needs a key with the role auditor or admin
  FOLDER           what --save wrote
  --token TOKEN    bearer token; by default the variable BULKHEAD_TOKEN
  --org ORG        the org to look at, for the platform admin
  --save FOLDER    keeps all that is read, so that it can be looked at again without the platform
  --trust-key KID  a key that you know to be the log's, though the one before it did not introduce it; may be given more than once
`;

/** The exit code: 0 when all places agree, 1 when they do not or it cannot be told. */
export async function auditFsck(args: readonly string[], output: Output): Promise<0 | 1> {
  try {
    const { source, token, org, save, trusted } = readOptions(args);
    const read = isUrl(source) ? rawFromUrl(source, { token, org }) : rawFromFolder(source);
    const compared = await fsck(save === undefined ? read : saving(read, save), output.progress, trusted);
    const { entries, segments, pages, tiles, head, checkpoint, pruned } = compared;
    if (head === null) {
      output.say("NOTHING TO COMPARE: there are no entries");
      return 1;
    }
    output.say(`CONSISTENT: ${entries.toLocaleString("en")} entries are the same in the object, in D1 and in R2`);
    output.say(`  ${segments} segments, ${pages} pages of D1, ${tiles} tiles; the newest checkpoint has ${checkpoint ?? "no"} entries`);
    if (pruned > 0) output.say(`  the retention of entries 1 to ${pruned} is over: their hashes are there`);
    output.say(`  head ${head.seq}:${head.hash}`);
    return 0;
  } catch (error) {
    output.progress("");
    if (error instanceof Difference) output.say(`DIFFERENT: ${error.message}`);
    else if (error instanceof Refused) output.say(error.message);
    else throw error;
    return 1;
  }
}

function readOptions(args: readonly string[]) {
  const flag = { type: "string" } as const;
  const parsed = (() => {
    try {
      const options = { token: flag, org: flag, save: flag, "trust-key": { type: "string", multiple: true } } as const;
      return parseArgs({ args: [...args], allowPositionals: true, options });
    } catch (error) {
      throw new Refused(`${error instanceof Error ? error.message : "these options are not known"}\n\n${USAGE}`);
    }
  })();
  const { values, positionals } = parsed;
  const [source, ...more] = positionals;
  if (source === undefined || more.length > 0) throw new Refused(USAGE);
  const { token = process.env["BULKHEAD_TOKEN"], org, save } = values;
  return { source, token, org, save, trusted: values["trust-key"] ?? [] };
}

if (import.meta.main) {
  process.exitCode = await auditFsck(process.argv.slice(2), processOutput());
}
