/**
 * unroll app-server: hands over to the server, which owns stdin and stdout from then on.
 */
import { textOf } from '../args.ts'
import { answers, missingHome, placeOf, type PlainCommand } from '../session.ts'

/** Serves Codex's app-server protocol; see the command table. */
export const appServerCommand: PlainCommand = async (input, io) => {
  const place = await placeOf(input, io)
  const missing = missingHome(place.home, input, io)
  if (missing !== null) return missing
  const { profile, strict } = answers(input)
  const rich = textOf(input, 'items') === 'rich'
  const { runAppServer } = await import('../../rpc/app-server.ts')
  return runAppServer({ ...place, profile, strict, rich, version: io.version })
}
