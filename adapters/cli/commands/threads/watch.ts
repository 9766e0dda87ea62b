/**
 * unroll threads --watch: the list, redrawn every second on the whole terminal.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { DatedThread, Engine } from '../../../../replay/engine.ts'
import type { ListRequest } from '../../../../replay/read/lists/list-filter.ts'
import { numberOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import type { CommandEnd } from '../../session.ts'
import { processTerminal, type OpenTerminal } from '../../terminal/terminal.ts'
import { clockOf } from '../../text/clock.ts'
import { usage } from '../../text/report.ts'
import type { Columns } from '../../text/rows.ts'
import { painter } from '../../text/style.ts'
import { table } from '../../text/table.ts'
import { cut } from '../../text/text.ts'

const EVERY_MS = 1000
/** Lines around the rows: the title, the heads, and the last line, which stays free. */
const AROUND = 3
/** The engine gives at most this many at once. */
const PAGE_MAX = 100
const INTERRUPTED = 130

export const watchThreads = async (
  request: ListRequest,
  columns: Columns<DatedThread>,
  input: Input,
  io: Io,
  engine: Engine,
  open: OpenTerminal = processTerminal
): Promise<CommandEnd> => {
  const terminal = io.outIsTty && io.env['TERM'] !== 'dumb' ? open() : null
  if (terminal === null)
    return E.left(
      usage('--watch needs a terminal', 'leave --watch out, or use "unroll tail --all"')
    )
  const paint = painter(input, io)
  const clock = clockOf(input, io)
  let code: number | null = null
  let wake: () => void = () => undefined
  const end = (with_: number): void => {
    code ??= with_
    wake()
  }
  terminal.onKey((key) => {
    if (key.name === 'interrupt') end(INTERRUPTED)
    if (key.name === 'escape' || (key.name === 'text' && /^q/i.test(key.text))) end(0)
  })
  terminal.onResize(() => wake())
  const leave = (): void => {
    terminal.close()
    end(io.stop.reason as number)
  }
  io.stop.addEventListener('abort', leave, { once: true })
  try {
    while (code === null && !io.stop.aborted) {
      const { columns: width, rows } = terminal.size()
      const most = Math.min(PAGE_MAX, Math.max(1, rows - AROUND))
      const limit = Math.min(numberOf(input, 'limit') ?? most, most)
      const page = await engine.datedThreads({ ...request, limit })()
      if (E.isLeft(page)) return page
      const head = cut(`threads  ${clock.ofDay(io.nowMs())}  q ends`, width)
      const { data } = page.right
      const body =
        data.length === 0
          ? ['no threads yet']
          : table(columns, data, width, paint, clock).split('\n')
      terminal.draw([paint('dim', head), ...body.filter((line) => line !== '')])
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, EVERY_MS)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
        if (code !== null) wake()
      })
    }
    return code ?? 0
  } finally {
    io.stop.removeEventListener('abort', leave)
    terminal.close()
  }
}
