// Rollouts written for one rule each, and random ones, with what Codex answered about them. The
// goal: in strict mode the same answer to the last member. The method: a home that holds the one
// rollout, the file time the answer shows, and the request of the recording.
import { expect } from 'chai'
import { copyFileSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ProfileName } from '../../domain/log/profile.ts'
import {
  FIXTURES,
  placed,
  readJson,
  removeFolder,
  temporaryFolder
} from '../support/fixture-home.ts'
import { initialized, type Client, type Message } from '../support/rpc-client.ts'

const VERSIONS = ['0.130.0', '0.142.5'] as const
/** Earlier times are those of the metadata, later ones those of the recording's files. */
const FILE_TIMES_FROM = 1790000000

/** A file, where it stands in the home, and the time it was written. */
interface Rollout {
  readonly source: string
  readonly file: string
  readonly modifiedAt: number
}

const withHome = async (
  version: string,
  rollouts: ReadonlyArray<Rollout>,
  body: (client: Client, home: string) => Promise<void>
): Promise<void> => {
  const home = temporaryFolder()
  writeFileSync(join(home, 'config.toml'), 'model_provider = "mock"\n')
  for (const { source, file, modifiedAt } of rollouts) {
    const path = join(home, file)
    mkdirSync(dirname(path), { recursive: true })
    copyFileSync(source, path)
    utimesSync(path, modifiedAt, modifiedAt)
  }
  const client = await initialized(home, { profile: version.slice(0, 5) as ProfileName })
  try {
    await body(client, home)
  } finally {
    await client.close()
    removeFolder(home)
  }
}

const fileTime = (read: Message): number => {
  const { updatedAt = 0 } = (read['thread'] ?? {}) as { readonly updatedAt?: number }
  return Math.max(updatedAt, FILE_TIMES_FROM)
}

const named = (folder: string, ending: string): ReadonlyArray<string> =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .sort()

interface Recorded {
  readonly name: string
  readonly file: string
  readonly threadId: string
  readonly read: Message
}

const edgeCases = (folder: string): ReadonlyArray<Recorded> =>
  named(folder, '.read.json').map((name) => ({
    name,
    ...readJson(join(folder, `${name}.read.json`))
  }))

describe('answers about single rollouts', () => {
  for (const version of VERSIONS) {
    const edge = join(FIXTURES, 'reducer', version, 'edge')
    const cases = edgeCases(edge)
    const rolloutOf = ({ name, file, read }: Recorded): Rollout => ({
      source: join(edge, `${name}.jsonl`),
      file,
      modifiedAt: fileTime(read)
    })
    for (const { name, threadId, read } of cases) {
      it(`are those of Codex ${version} for ${name}`, async () => {
        // Two rollouts of one thread stood in one home.
        const rollouts = cases.filter((other) => other.threadId === threadId).map(rolloutOf)
        await withHome(version, rollouts, async (client, home) => {
          const answer = await client.ask('thread/read', { threadId, includeTurns: true })
          const shown = 'error' in answer ? { error: answer['error'] } : answer['result']
          expect(shown).to.deep.equal(placed(read, home))
        })
      })
    }

    it(`are those of Codex ${version} for random rollouts`, async () => {
      const fuzz = join(FIXTURES, 'reducer', version, 'fuzz')
      for (const name of named(fuzz, '.turns.json')) {
        const { threadId, turnsFullAsc, turnsDefaultLimit3 } = readJson(
          join(fuzz, `${name}.turns.json`)
        )
        const file = `sessions/2026/05/01/rollout-2026-05-01T10-00-00-${threadId}.jsonl`
        const rollout = { source: join(fuzz, `${name}.jsonl`), file, modifiedAt: FILE_TIMES_FROM }
        await withHome(version, [rollout], async (client) => {
          const all = { threadId, itemsView: 'full', sortDirection: 'asc', limit: 100 }
          const answers = [
            await client.ask('thread/turns/list', all),
            await client.ask('thread/turns/list', { threadId, limit: 3 })
          ]
          const expected = [{ result: turnsFullAsc }, { result: turnsDefaultLimit3 }]
          expect({ name, answers }).to.deep.equal({ name, answers: expected })
        })
      }
    })
  }
})
