/** Which of wrangler's two runtimes holds the platform's port, by how it was started. Pure. */

/** wrangler's own default. */
export const DEFAULT_PORT = 8787;

/**
 * `args`: how a runtime was started; `port`: the one that was asked for. The other runtime listens on a port that the system picks (`:0`),
 * and once it was restarted on the one that the system picked before.
 */
export const holdsPort = (args: readonly string[], port: number): boolean =>
  args.some((word) => word.startsWith("--socket-addr=entry=") && word.endsWith(`:${port}`));
