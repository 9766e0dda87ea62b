/** Compares texts by their UTF-8 bytes, as Codex sorts them; JavaScript would compare UTF-16 units. */
export const byBytes = (a: string, b: string): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b))
