/**
 * A shell that knows one program, `unroll`, and starts it in this process, as starting a process for each screen takes longer than
 * all of them. The streams, the keys and the size are those of the terminal it runs in; only the clock stands still.
 *
 * A line is the width that the terminal will have, and what is typed. The screen is cleared before it runs; `ready N` follows.
 */
import { createInterface } from 'node:readline'
import { processIo } from '../../adapters/cli/io.ts'
import { run } from '../../adapters/cli/run.ts'
import { wordsOf } from './renewed.ts'

const NOW_MS = Date.parse('2026-11-21T09:30:00Z')
const CLEAR = '\u001b[H\u001b[2J\u001b[3J'

const nextLine = (): Promise<string> =>
  new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin })
    lines.once('line', (line) => {
      lines.close()
      resolve(line)
    })
  })

const untilColumns = async (columns: number): Promise<void> => {
  while (process.stdout.columns !== columns)
    await new Promise((resolve) => process.stdout.once('resize', resolve))
}

// A change of size alone keeps no process alive.
setInterval(() => undefined, 60_000)

for (let count = 0; ; count += 1) {
  process.stdout.write(`ready ${count}\n`)
  const [columns = '', ...typed] = (await nextLine()).split(' ')
  await untilColumns(Number(columns))
  const line = typed.join(' ')
  process.stdout.write(`${CLEAR}$ ${line}\n`)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGXFSZ']) process.removeAllListeners(signal)
  process.stdout.removeAllListeners('error')
  const io = processIo()
  await run(wordsOf(line).slice(1), { ...io, nowMs: () => NOW_MS, program: 'unroll' })
}
