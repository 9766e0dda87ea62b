// Lines of every kind with one member dropped, doubled, retyped or nested, and what Codex answered about threads that hold
// them. The goal: unroll drops the lines Codex drops, and counts those it counts. The method: a home with a thread for each
// line, the questions of `npm run oracle:mutate`, and the answers it recorded. A strict answer looks at every thread of its
// home, so there are many small ones.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { brotliDecompressSync } from 'node:zlib'
import { eraOfVersion, strictAnswers } from '../support/agreement.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import {
  questionsOf,
  RECORDINGS,
  threadIdOf,
  told,
  writeHome,
  type Recorded
} from '../support/mutated-threads.ts'

const recordedBy = (version: string): ReadonlyArray<Recorded> => {
  const bytes = readFileSync(join(RECORDINGS, `${version}.json.br`))
  return JSON.parse(brotliDecompressSync(bytes).toString('utf8')) as ReadonlyArray<Recorded>
}

/** Threads in one home. */
const BATCH = 32

const answersNow = async (
  version: string,
  cases: ReadonlyArray<Recorded>
): Promise<ReadonlyArray<ReadonlyArray<unknown>>> => {
  const home = temporaryFolder()
  try {
    writeHome(home, cases)
    const era = eraOfVersion(version)
    const each = cases.map((_, at) => questionsOf(threadIdOf(at), era))
    const all = await strictAnswers(home, version, each.flat())
    let from = 0
    return each.map((questions, at) =>
      questions.map(() => told(home, all[from++]?.response ?? {}, cases[at]?.mode ?? 'legacy'))
    )
  } finally {
    removeFolder(home)
  }
}

const differing = async (
  version: string,
  cases: ReadonlyArray<Recorded>
): Promise<ReadonlyArray<Recorded>> => {
  const now = await answersNow(version, cases)
  return cases.filter(({ answers }, at) => !isDeepStrictEqual(answers, now[at]))
}

describe('a line with one member changed', () => {
  for (const version of ['0.130.0', '0.142.5', '0.169.0']) {
    it(`counts and shows what it does in Codex ${version}`, async () => {
      const cases = recordedBy(version)
      expect(cases.length).to.be.greaterThan(300)
      const wrong: Array<Recorded> = []
      for (let from = 0; from < cases.length; from += BATCH)
        wrong.push(...(await differing(version, cases.slice(from, from + BATCH))))
      expect(wrong.map(({ name, text }) => `${name}: ${text}`)).to.deep.equal([])
    })
  }
})
