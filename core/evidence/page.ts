/** The page around a run's evidence: it loads nothing, speaks to nobody, and runs nothing but the script whose digest it names. */

/** What a page is made of: the template with its marks, and what is put into it. */
export type EvidencePageFiles = { readonly template: string; readonly styles: string; readonly script: string };

/** `sha256Base64`: of a text's UTF-8 bytes. What is put in is put in as it is: `data` is as `evidenceData` gives it. */
export function evidencePage(files: EvidencePageFiles, run: string, data: string, sha256Base64: (text: string) => string): string {
  const digest = (text: string): string => `'sha256-${sha256Base64(text)}'`;
  const { template, styles, script } = files;
  const policy = `default-src 'none'; script-src ${digest(script)}; style-src ${digest(styles)}; base-uri 'none'; form-action 'none'`;
  const parts: { readonly [mark: string]: string } = { POLICY: policy, STYLES: styles, SCRIPT: script, RUN: run, DATA: data };
  return template.replace(/%(POLICY|STYLES|SCRIPT|RUN|DATA)%/g, (_mark, name: string) => parts[name] ?? "");
}
