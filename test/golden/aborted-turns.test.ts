// Random threads of legacy lines in which turns are cut short: under their own name, another one or none, with and without an
// error, before and behind rollbacks, compactions and reviews. The goal: the turns of Codex 0.169, which ends such a turn where
// older ones let it go on. The method: `test/oracle/record-aborted.ts` recorded its answers.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { aboutAborted, ABORTED, writeAborted, type Aborted } from '../support/aborted-turns.ts'
import { strictAnswers } from '../support/agreement.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'

/** Threads in one home: a strict answer looks at all of them. */
const BATCH = 30

const shownNow = async (threads: ReadonlyArray<Aborted>): Promise<ReadonlyArray<Aborted>> => {
  const home = temporaryFolder()
  try {
    const lines = threads.map((thread) => thread.lines)
    writeAborted(home, lines)
    const questions = threads.map((_, at) => aboutAborted(at))
    const answers = await strictAnswers(home, '0.169.0', questions)
    return lines.map((own, at) => ({ lines: own, turns: answers[at]?.response['result'] }))
  } finally {
    removeFolder(home)
  }
}

describe('turns that were cut short in a legacy thread', () => {
  it('are those of Codex 0.169.0', async () => {
    const recorded = JSON.parse(
      brotliDecompressSync(readFileSync(ABORTED)).toString('utf8')
    ) as ReadonlyArray<Aborted>
    expect(recorded.length).to.be.greaterThan(200)
    for (let from = 0; from < recorded.length; from += BATCH) {
      const threads = recorded.slice(from, from + BATCH)
      expect(await shownNow(threads)).to.deep.equal(threads)
    }
  })
})
