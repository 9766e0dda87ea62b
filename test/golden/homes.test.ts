// What a fresh Codex answered about a recorded home, asked again. The goal: in strict mode every
// answer is the same to the last member. The method: copy the home, send each recorded request
// through the dispatcher, compare whole responses.
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ProfileName } from '../../domain/log/profile.ts'
import {
  copyHome,
  FIXTURES,
  homeNames,
  placed,
  readJson,
  removeFolder
} from '../support/fixture-home.ts'
import { initialized, type Message } from '../support/rpc-client.ts'

// Methods this server does not have, and `errors.json`, which is replayed elsewhere.
const LEFT_OUT = /^(goal-get|errors\.json)/
const SERVED = /^(thread\/(list|search|read|turns|items|loaded)|getConversationSummary)/

// What the files cannot tell, by name. Everything else is compared to the last member.
//  - recordings made with the writer's database beside the home show its recency, which 0.142 keeps only there,
//    and in crash-142 one update time it had kept from the live run;
//  - the update time of a thread without metadata (damaged-*, asked by id) counts in its milliseconds how many
//    lists the recording process had served before;
//  - 0.169 keeps in its database alone: read receipts, update and recency times (some milliseconds off the file's),
//    the milliseconds of creation, git facts a client set later (goals-settings-169), and which preview a fork took
//    along (walk-1-169).
const withoutMember = (value: unknown, ...members: ReadonlyArray<string>): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => (members.includes(key) ? undefined : inner))
  )

const toTheSecond = (value: unknown, member: string): unknown =>
  JSON.parse(
    JSON.stringify(value).replace(new RegExp(`("${member}":"[^".]*)\\.\\d+Z"`, 'g'), '$1Z"')
  )

const HELD_BY_DATABASE: Readonly<Record<string, ReadonlyArray<string>>> = {
  'goals-settings-169': ['gitInfo'],
  'walk-1-169': ['preview']
}

const comparable = (name: string, reader: string, file: string, response: unknown): unknown => {
  if (/^damaged-/.test(name) && file === 'conversation-summary.json')
    return toTheSecond(response, 'updatedAt')
  if (reader === '0.169.0') {
    const held = ['readState', 'readStates', 'updatedAt', 'recencyAt']
    const known = withoutMember(response, ...held, ...(HELD_BY_DATABASE[name] ?? []))
    return toTheSecond(known, 'timestamp')
  }
  if (!file.startsWith('with-db')) return response
  const known = withoutMember(response, 'recencyAt')
  return name === 'crash-142' ? withoutMember(known, 'updatedAt') : known
}

// 0.169 lists a thread once for every file it has, and a fork with a preview that is only in the database; its
// cursors by recency are times of the database too. In goals-settings-169 a client moved a thread to another directory,
// which its lists by directory do not notice. Such lists are not compared.
const HAS_SEGMENTS_OR_FORKS = /^(agents|compaction|fork-rollback|live|pages|plugin|walk-1)-169$/
const isCompared = (name: string, reader: string, { request }: Step): boolean => {
  if (reader !== '0.169.0' || !/^thread\/(list|search)$/.test(request.method)) return true
  const { sortKey, cwd } = request.params as { readonly sortKey?: string; readonly cwd?: unknown }
  if (name === 'goals-settings-169' && cwd !== undefined) return false
  return sortKey !== 'recency_at' && !HAS_SEGMENTS_OR_FORKS.test(name)
}

interface Step {
  readonly request: { readonly method: string; readonly params: unknown }
  readonly response: Message
}

interface Recording {
  readonly file: string
  readonly reader: string
  readonly steps: ReadonlyArray<Step>
}

const recordings = (name: string, folder: string): ReadonlyArray<Recording> =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !LEFT_OUT.test(file))
    .sort()
    .map((file) => ({ ...(readJson(join(folder, file)) as Recording), file }))
    .map((recording) => ({
      ...recording,
      steps: recording.steps
        .filter(({ request }) => SERVED.test(request.method))
        .filter((step) => isCompared(name, recording.reader, step))
    }))

const replay = async (name: string, all: ReadonlyArray<Recording>): Promise<void> => {
  const home = copyHome(name)
  const profile = (all[0]?.reader ?? '').slice(0, 5) as ProfileName
  const client = await initialized(home, { profile })
  try {
    for (const { file, reader, steps } of all) {
      for (const { request, response } of placed(steps, home)) {
        // A rollout may name the home it was written in; the recording shows a stand-in there too.
        const answered = placed(await client.ask(request.method, request.params), home)
        const pair = [answered, response].map((one) => comparable(name, reader, file, one))
        expect({ request, response: pair[0] }).to.deep.equal({ request, response: pair[1] })
      }
    }
  } finally {
    await client.close()
    removeFolder(home)
  }
}

describe('answers about recorded homes', () => {
  for (const name of homeNames()) {
    const goldens = readdirSync(join(FIXTURES, 'homes', name)).filter((x) => x.startsWith('golden'))
    for (const folder of goldens) {
      const all = recordings(name, join(FIXTURES, 'homes', name, folder))
      if (all.length === 0) continue
      it(`are those of Codex ${all[0]?.reader} for ${name}`, () => replay(name, all))
    }
  }
})
