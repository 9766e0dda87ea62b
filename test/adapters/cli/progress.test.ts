// The progress line is for waits: it comes after a moment, fits the terminal, and a command that catches up again and again shows
// none each time.
import { expect } from 'chai'
import { startProgress } from '../../../adapters/cli/text/progress.ts'
import type { Io } from '../../../adapters/cli/io.ts'

const CLEAR = '\r\u001b[2K'

const watched = (columns: number) => {
  const told: Array<string> = []
  let now = 0
  const io = { err: (text: string) => void told.push(text), errIsTty: true, columns, env: {} }
  const progress = startProgress({
    ...(io as unknown as Io),
    nowMs: () => now,
    stop: new AbortController().signal
  })
  const at = (ms: number, done: number, total: number): ReadonlyArray<string> => {
    now = ms
    told.length = 0
    progress.show(done, total, done * 1000, total * 1000)
    return [...told]
  }
  return { at, progress, told }
}

describe('progress line', () => {
  it('comes after 300 ms, then at most every 100 ms', () => {
    const { at } = watched(80)
    expect(at(299, 1, 9)).to.deep.equal([])
    expect(at(300, 2, 9)).to.deep.equal([`${CLEAR}reading rollouts: 2 of 9, 2.0 kB of 9.0 kB`])
    expect(at(399, 3, 9)).to.deep.equal([])
    expect(at(400, 4, 9)).to.deep.equal([`${CLEAR}reading rollouts: 4 of 9, 4.0 kB of 9.0 kB`])
  })

  it('begins anew with the next work, however long ago the last one was', () => {
    const { at } = watched(80)
    expect(at(100, 9, 9)).to.deep.equal([])
    expect(at(60_000, 1, 1)).to.deep.equal([])
    expect(at(90_000, 1, 5)).to.deep.equal([])
    expect(at(90_299, 2, 5)).to.deep.equal([])
    expect(at(90_300, 3, 5)).to.deep.equal([`${CLEAR}reading rollouts: 3 of 5, 3.0 kB of 5.0 kB`])
  })

  it('is cut to a narrow terminal, where a broken line could not be cleared', () => {
    const { at } = watched(20)
    expect(at(500, 2, 9)).to.deep.equal([`${CLEAR}reading rollouts: …`])
  })
})
