/** What `npm start -- ARGS` says. Pure. */

export type StartOptions = {
  /** Shut everything down at the end and exit; otherwise stay up until Ctrl-C. */
  readonly once: boolean;
  /** Approve without asking. */
  readonly approve: boolean;
  readonly port: number | null;
  /** The customer's own words; null: the ticket that comes with the project. */
  readonly ticket: string | null;
  /** Begin with an empty state. */
  readonly fresh: boolean;
  /** For `wrangler dev`: `--var` (a real model) and `--persist-to`. */
  readonly platformArgs: readonly string[];
};

export type ReadOptions = { readonly ok: true; readonly options: StartOptions } | { readonly ok: false; readonly message: string };

export const USAGE = `npm start -- [--fresh] [--once] [--approve] [--ticket TEXT] [--port N] [--persist-to FOLDER] [--var NAME:VALUE]…
  --fresh           delete the platform's state first and begin anew
  --once            end when the ticket is answered, with 0 or 1
  --approve         approve the refund without asking
  --ticket TEXT     the customer's words (default: a refund of 249.90 dollars for order A-1002)
  --port N          where the platform listens (default 8787, or any free port when that is taken)
  --persist-to DIR  the platform's state (default .wrangler/state)
  --var NAME:VALUE  a variable of the platform, for example AI_GATEWAY_URL, AI_GATEWAY_TOKEN, MODEL`;

export function readStartOptions(args: readonly string[]): ReadOptions {
  let fresh = false;
  let once = false;
  let approve = false;
  let port: number | null = null;
  let ticket: string | null = null;
  const platformArgs: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? "";
    const at = word.indexOf("=");
    const name = at > 0 ? word.slice(0, at) : word;
    const value = (): string | null => (at > 0 ? word.slice(at + 1) : (args[++index] ?? null));
    switch (name) {
      case "--fresh":
        fresh = true;
        break;
      case "--once":
        once = true;
        break;
      case "--approve":
        approve = true;
        break;
      case "--port": {
        const number = Number(value() ?? Number.NaN);
        if (!Number.isInteger(number) || number < 1 || number > 65_535) return bad("--port takes a number from 1 to 65535");
        port = number;
        break;
      }
      case "--ticket": {
        ticket = value();
        if (ticket === null || ticket.trim() === "") return bad("--ticket takes the customer's words");
        break;
      }
      case "--var":
      case "--persist-to": {
        const given = value();
        if (given === null || given === "") return bad(`${name} takes a value`);
        if (name === "--var" && !/^[A-Za-z_][A-Za-z0-9_]*:/.test(given)) return bad("--var takes NAME:VALUE");
        platformArgs.push(name, given);
        break;
      }
      default:
        return bad(`unknown option ${word}`);
    }
  }
  return { ok: true, options: { fresh, once, approve, port, ticket, platformArgs } };
}

const bad = (message: string): ReadOptions => ({ ok: false, message });
