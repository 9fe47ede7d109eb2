/** As much of two packages without types as the measuring of retrieval uses. */
declare module "wink-bm25-text-search" {
  type Engine = {
    defineConfig(config: { readonly fldWeights: { readonly [field: string]: number } }): void;
    definePrepTasks(tasks: readonly unknown[]): void;
    addDoc(fields: { readonly [field: string]: string }, id: string): void;
    consolidate(): void;
    search(query: string, most: number): [string, number][];
  };
  export default function engine(): Engine;
}
declare module "wink-nlp-utils" {
  const nlp: { readonly string: { readonly [task: string]: unknown }; readonly tokens: { readonly [task: string]: unknown } };
  export default nlp;
}
