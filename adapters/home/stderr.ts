/**
 * Messages for people. The stream is opened by the first one, because that takes time; a closed stderr is ignored.
 */

export const tell = (text: string): void => {
  const { stderr } = process
  if (stderr.listenerCount('error') === 0) stderr.on('error', () => undefined)
  stderr.write(text)
}
