/**
 * Threads that the real Codex made of generated sessions, and titles that it gave them: unroll makes the same of the same files.
 * Recorded by `npm run oracle:imports -- CODEX 300 20000 --record`.
 */
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { sha256Hex } from '../../domain/digest.ts'
import { CLAUDE } from '../../domain/imports/claude.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { eraOfVersion } from '../support/eras.ts'
import { FIXTURES } from '../support/fixture-home.ts'
import { importedLines } from '../support/imported-lines.ts'
import { everyCase, madeSession } from '../support/made-sessions.ts'

interface Recorded {
  readonly seed: number
  readonly untilMs: number
  readonly title: string | null
  readonly sessions: ReadonlyArray<readonly [title: string | null, digest: string]>
}

const FOLDER = join(FIXTURES, 'imports')
const made = (lines: ReadonlyArray<string>, era: ProfileName) =>
  importedLines(`${lines.join('\n')}\n`, CLAUDE, era)

for (const version of readdirSync(FOLDER).filter((name) => /^\d/.test(name))) {
  const era = eraOfVersion(version)
  const file = (name: string): Buffer => readFileSync(join(FOLDER, version, name))
  const recorded = JSON.parse(file('sessions.json').toString()) as Recorded

  describe(`sessions imported as ${version} does`, () => {
    it('makes the lines that it makes of every kind of record', () => {
      const { lines, title } = made(everyCase('/work', recorded.untilMs), era)
      expect(lines).to.deep.equal(
        brotliDecompressSync(file('every-case.jsonl.br')).toString().split('\n')
      )
      expect(title).to.equal(recorded.title)
    })

    it('makes the threads and gives the titles that it does for 300 random sessions', () => {
      const ours = recorded.sessions.map((_, i) => {
        const { lines, title } = made(
          madeSession(recorded.seed + i, '/work', recorded.untilMs),
          era
        )
        return [title, sha256Hex(lines.join('\n')).slice(0, 24)]
      })
      expect(ours).to.deep.equal(recorded.sessions)
    })
  })
}
