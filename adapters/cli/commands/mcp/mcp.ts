/**
 * unroll mcp: answers agents about earlier threads over MCP, on stdin and stdout.
 */
import { resolve } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { flagOf, numberOf, textOf } from '../../args.ts'
import { answers, missingHome, type HomeCommand } from '../../session.ts'
import { zoneOf } from '../../text/clock.ts'
import { warn } from '../../text/report.ts'
import { describe } from '../../../../domain/errors.ts'
import { install } from './install.ts'

const CHARS = 12_000

export const mcpCommand: HomeCommand = async (input, io, place) => {
  if (input.form.word?.name === 'install') return install(input, io, place)
  const missing = missingHome(place)
  if (missing !== null) return E.left(missing)
  const { serveMcp } = await import('../../../mcp/serve.ts')
  const { home, store, index } = place
  await serveMcp({
    home,
    ...(store === undefined ? {} : { store }),
    ...(index === undefined ? {} : { index }),
    cwd: resolve(io.cwd, textOf(input, 'cwd') ?? '.'),
    writable: flagOf(input, 'writable'),
    redact: !flagOf(input, 'no-redact'),
    maxChars: numberOf(input, 'max-chars') ?? CHARS,
    zone: zoneOf(input),
    nowMs: io.nowMs,
    version: io.version,
    engine: {
      ...answers(input),
      actor: 'mcp',
      onUnusableIndex: (why) => warn(`${describe(why)}; using an index in memory instead`, io)
    },
    stop: io.stop
  })
  return 0
}
