/**
 * The `meta.json` of a copy of a block that took the block over, under another id. It also names an uninvolved block as
 * the source of another time, which hides nothing.
 */
export function metaTakingOver(taken: string, id: string, uninvolved: string): string {
  const meta = JSON.parse(taken) as { readonly id: string; readonly window: { readonly start: string } };
  const sources = { id: [meta.id, uninvolved], windowStart: [meta.window.start, "0"] };
  return JSON.stringify({ ...meta, id, sources });
}
