/** Where the commands of this folder write. Stands alone. */

/** What is written where: `say` is the verdict, `progress` is replaced by the next one. */
export type Output = { readonly say: (line: string) => void; readonly progress: (line: string) => void };

/**
 * The terminal, or whatever reads the output. A reader that has read enough (`… | head`) is no fault: nothing more is written, the work goes on to
 * its end, and the exit code says what came of it.
 */
export function processOutput(): Output {
  const written = { out: true, err: true };
  const until = (stream: NodeJS.WriteStream, name: keyof typeof written): void => {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      written[name] = false;
    });
  };
  until(process.stdout, "out");
  until(process.stderr, "err");
  return {
    say: (line) => {
      if (written.out) process.stdout.write(`${line}\n`);
    },
    progress: (line) => {
      if (written.err && process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
    },
  };
}
