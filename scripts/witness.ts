/**
 * `npm run witness`: a witness of audit logs over HTTP (c2sp.org/tlog-witness). Whoever runs it should be somebody else than who runs the
 * platform, on another machine: its word counts because it depends on nobody.
 */
import { createServer, type Server } from "node:http";
import { parseArgs } from "node:util";
import { type NoteKey, readVkey, vkeyOf } from "./audit/note.ts";
import { MOST_BYTES, Witness } from "./audit/witness.ts";

const USAGE = `usage: npm run witness -- --name NAME --log VKEY [--log VKEY …] [options]

  --name NAME    the witness's key name, like witness.example.com/w1
  --log VKEY     the verifier key of a log that it cosigns (npm run audit:verify prints it); may be given more than once
  --key FILE     its private key, made when it is not there (witness.key)
  --state FILE   the last checkpoint of each log that it cosigned (witness.json)
  --port PORT    where it listens (7380)
  --host HOST    on which address (127.0.0.1)
`;

/** What the command line says; a text: what is wrong with it. */
function readOptions(args: readonly string[]) {
  const flag = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { name: flag, log: { type: "string", multiple: true }, key: flag, state: flag, port: flag, host: flag },
    });
    const logs = (values.log ?? []).map(readVkey);
    const port = Number(values.port ?? 7380);
    if (values.name === undefined || !/^[^\s+]+$/.test(values.name)) return "--name is needed, without blanks and plus signs";
    if (logs.length === 0 || logs.some((key) => key?.kind !== "log")) return "--log is needed, and takes the verifier key of a log";
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return "--port takes a number up to 65535";
    return {
      name: values.name,
      logs: logs as readonly NoteKey[],
      keyFile: values.key ?? "witness.key",
      stateFile: values.state ?? "witness.json",
      port,
      host: values.host ?? "127.0.0.1",
    };
  } catch (error) {
    return error instanceof Error ? error.message : "these options are not known";
  }
}

/** Answers `POST /add-checkpoint`, and nothing else. */
function serveWitness(witness: Witness): Server {
  return createServer(async (request, response) => {
    const answer = (status: number, type: string, text: string) => response.writeHead(status, { "content-type": type }).end(text);
    if (request.url !== "/add-checkpoint") return answer(404, "text/plain; charset=utf-8", "not found\n");
    if (request.method !== "POST") return answer(405, "text/plain; charset=utf-8", "POST\n");
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of request as AsyncIterable<Uint8Array>) {
      bytes += part.length;
      if (bytes > MOST_BYTES) return answer(413, "text/plain; charset=utf-8", "the request is too long\n");
      parts.push(part);
    }
    try {
      const { status, type, text } = witness.addCheckpoint(Buffer.concat(parts).toString());
      return answer(status, type, text);
    } catch {
      return answer(500, "text/plain; charset=utf-8", "the witness cannot keep what it saw, and cosigns nothing\n");
    }
  });
}

if (import.meta.main) {
  const options = readOptions(process.argv.slice(2));
  if (typeof options === "string") {
    process.stderr.write(`witness: ${options}\n\n${USAGE}`);
    process.exit(2);
  }
  const { port, host, ...rest } = options;
  const witness = new Witness({ ...rest, seconds: () => Math.floor(Date.now() / 1000) });
  const server = serveWitness(witness);
  server.listen(port, host, () => {
    const address = server.address();
    const where = typeof address === "object" && address !== null ? `http://${host}:${address.port}` : host;
    process.stdout.write(`witness: ${where}\nwitness: its verifier key is ${vkeyOf(witness.key)}\n`);
  });
}
