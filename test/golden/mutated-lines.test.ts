// Lines of every kind with one member dropped, doubled, retyped or nested, and what Codex answered about threads that hold
// them. The goal: unroll drops the lines Codex drops, and counts those it counts. The method: a home with a thread for each
// line, the questions of `npm run oracle:mutate`, and the answers it recorded.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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

describe('a line with one member changed', () => {
  for (const version of ['0.130.0', '0.142.5', '0.169.0']) {
    it(`counts and shows what it does in Codex ${version}`, async () => {
      const cases = recordedBy(version)
      expect(cases.length).to.be.greaterThan(300)
      const now = await answersNow(version, cases)
      const wrong = cases.filter(
        ({ answers }, at) => JSON.stringify(sorted(answers)) !== JSON.stringify(sorted(now[at]))
      )
      expect(wrong.map(({ name, text }) => `${name}: ${text}`)).to.deep.equal([])
    })
  }
})

/** The members of objects in one order. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)])
  )
}
