// Archive, unarchive, delete and naming beside what the real Codex did for the same requests on the same home: the same
// threads in the same order, the same files in the same places, the same refusals.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from '../../adapters/library.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { right, withEngine } from '../support/engines.ts'
import { copyHome, FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import { homeFiles } from '../support/home-state.ts'

interface Change {
  readonly change: 'created' | 'removed' | 'rewritten' | 'appended' | 'mtime-only'
  readonly lines?: ReadonlyArray<string> | number
}
type Changes = Readonly<Record<string, Change>>

interface Message {
  readonly method?: string
  readonly params?: { readonly threadId: string; readonly name?: string }
  readonly error?: { readonly message: string }
}

interface Recorded {
  readonly log: ReadonlyArray<{ readonly dir: string; readonly msg: Message }>
  readonly filesAfterStop: Changes
  readonly snapshots?: ReadonlyArray<{ readonly at: number; readonly files: Changes }>
}

const MUTATIONS = join(FIXTURES, 'mutations')
const NAMES = readdirSync(MUTATIONS).filter((name) => name.endsWith('.json'))

const WRITES: Readonly<Record<string, string>> = {
  'thread/archive': 'thread/archived',
  'thread/unarchive': 'thread/unarchived',
  'thread/delete': 'thread/deleted',
  'thread/name/set': 'thread/name/updated'
}

/** What the engine answers to a request, in the words of the recording: whom it would notify, or the refusal. */
const answer = async (
  engine: Engine,
  { method = '', params }: Message
): Promise<ReadonlyArray<string> | string> => {
  const id = params?.threadId ?? ''
  if (method === 'thread/name/set') {
    await right(engine.rename(id, params?.name ?? ''))
    return [id]
  }
  const use =
    method === 'thread/archive'
      ? engine.archive
      : method === 'thread/unarchive'
        ? engine.unarchive
        : engine.remove
  const done = await use(id)()
  if (E.isRight(done)) return done.right.threadIds
  return done.left._tag === 'NotPossible' ? done.left.reason : done.left._tag
}

/** The same of the recording. */
const recordedAnswer = ({ log }: Recorded, at: number): ReadonlyArray<string> | string => {
  const request = log[at]?.msg
  const notified: Array<string> = []
  for (const { dir, msg } of log.slice(at + 1)) {
    if (dir === '>') break
    if (dir === '<err') return msg.error?.message ?? ''
    if (msg.method === WRITES[request?.method ?? '']) notified.push(msg.params?.threadId ?? '')
  }
  return notified
}

const nowIn = (home: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.keys(homeFiles(home)).map((path) => [path, statSync(join(home, path)).mtimeMs])
  )

/** Names in lines of the names file, without ids of this run and times. */
const namings = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.map((line) => line.replace(/"updated_at":"[^"]*"/, '"updated_at":""'))

/** What changed in a home since it was copied, as the recording says it. */
const changesIn = (
  home: string,
  before: Readonly<Record<string, string>>,
  times: Readonly<Record<string, number>>
): Changes => {
  const after = homeFiles(home)
  const now = nowIn(home)
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const changes = paths.flatMap((path): ReadonlyArray<readonly [string, Change]> => {
    const [old, text] = [before[path], after[path]]
    if (text === undefined) return [[path, { change: 'removed' }]]
    const lines = text === '' ? [] : text.trimEnd().split('\n')
    if (old === undefined) return [[path, { change: 'created', lines }]]
    if (old !== text) {
      const change = text.startsWith(old) ? 'appended' : 'rewritten'
      const added = change === 'appended' ? lines.slice(old.trimEnd().split('\n').length) : lines
      return [[path, { change, lines: added }]]
    }
    return now[path] === times[path] ? [] : [[path, { change: 'mtime-only' }]]
  })
  return Object.fromEntries(changes)
}

const comparable = (changes: Changes): unknown =>
  Object.fromEntries(
    Object.entries(changes)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, { change, lines }]) => [
        path,
        path === 'session_index.jsonl' && typeof lines === 'object'
          ? { change, lines: namings(lines) }
          : { change, lines: typeof lines === 'object' ? lines.length : undefined }
      ])
  )

describe('lifecycle beside the real Codex', () => {
  for (const file of NAMES) {
    const [homeName = '', mutation = ''] = file.split('.')
    it(`does to ${homeName} what Codex did: ${mutation}`, async () => {
      const recorded = readJson(join(MUTATIONS, file)) as Recorded
      const home = copyHome(homeName)
      const before = homeFiles(home)
      const times = nowIn(home)
      const profile = `0.${homeName.slice(-3)}` as ProfileName
      try {
        await withEngine({ home, profile }, async (engine) => {
          for (const [at, { dir, msg }] of recorded.log.entries()) {
            if (dir !== '>' || WRITES[msg.method ?? ''] === undefined) continue
            expect(await answer(engine, msg)).to.deep.equal(recordedAnswer(recorded, at))
            const next = recorded.log.slice(at + 1).findIndex((entry) => entry.dir === '>')
            const seen = recorded.snapshots?.find((each) => each.at === at + 1 + next)
            if (seen !== undefined)
              expect(comparable(changesIn(home, before, times))).to.deep.equal(
                comparable(seen.files)
              )
          }
        })
        expect(comparable(changesIn(home, before, times))).to.deep.equal(
          comparable(recorded.filesAfterStop)
        )
      } finally {
        removeFolder(home)
      }
    })
  }

  it('writes a name as Codex does: the same members in the same order', async () => {
    const recorded = readJson(join(MUTATIONS, 'basic-142.plain-name-set.json')) as Recorded
    const lines = recorded.filesAfterStop['session_index.jsonl']?.lines as ReadonlyArray<string>
    const home = copyHome('basic-142')
    const { id } = JSON.parse(lines[0] ?? '') as { readonly id: string }
    await withEngine({ home }, async (engine) => right(engine.rename(id, '  Tidy kettle 766  ')))
    const written = readFileSync(join(home, 'session_index.jsonl'), 'utf8').trimEnd().split('\n')
    expect(namings(written.slice(-1))).to.deep.equal(namings(lines.slice(-1)))
    removeFolder(home)
  })
})
