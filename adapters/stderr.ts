/**
 * What people are told. The stream is made by the first word, because making it takes time; that nobody reads it stops
 * nothing.
 */

/** Writes to stderr. */
export const tell = (text: string): void => {
  const { stderr } = process
  if (stderr.listenerCount('error') === 0) stderr.on('error', () => undefined)
  stderr.write(text)
}
