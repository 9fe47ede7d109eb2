/** Which offered tool a model means by a name that its server has not cleaned: Kimi's `functions.f:0`, gpt-oss' `f<|channel|>commentary`. Pure. */

/** The name as it was said comes first: a tool may be called so. null: it means none of the offered ones. */
export function meantName(said: string, isOffered: (name: string) => boolean): string | null {
  const bare = said.replace(/<\|.*$/s, "").trim();
  const forms = [
    said,
    bare,
    bare.replace(/:\d+$/, ""),
    bare.replace(/^functions\./, ""),
    bare.replace(/^functions\./, "").replace(/:\d+$/, ""),
  ];
  return forms.find((form) => form !== "" && isOffered(form)) ?? null;
}
