// What the Codex versions between 0.142 and 0.169 answered about homes they wrote. The goal: a home of
// each is read as its own binary reads it, although this server has no era for it. The method: copy
// the home, ask the server of 0.169 in strict mode what was asked then, and compare every member the
// recorded answer has. Members it has not are left out of ours: they came with later versions. What 0.169.0
// itself answered is compared whole.
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { copyHome, FIXTURES, placed, readJson, removeFolder } from '../support/fixture-home.ts'
import { initialized, type Message } from '../support/rpc-client.ts'

const FOLDER = join(FIXTURES, 'versions')
const METHODS = /^(thread\/(list|read|turns|items|loaded)|getConversationSummary)/

// What is not compared, and why:
//  - read receipts, update and recency times: these versions keep them in their database alone. So are the
//    milliseconds of creation, which in review-0-152-1 make another second, and `isPinned`, which only 0.146 knows.
//  - lists by recency: their cursors are times of the database. Lists of homes with segment files: Codex lists a thread
//    once for each file it has, and a fork with a preview that is only in the database.
//  - what follows the time in a list's cursor: up to 0.166 nothing, in 0.169 the thread.
//  - the dots that keep a placeholder for scrubbed text as long as the text was.
const HELD_BY_DATABASE = ['readState', 'readStates', 'updatedAt', 'recencyAt', 'isPinned']
const HELD_IN_HOME: Readonly<Record<string, ReadonlyArray<string>>> = {
  'review-0-152-1': ['createdAt']
}

interface Step {
  readonly request: {
    readonly method: string
    readonly params: { readonly sortKey?: string; readonly includeTurns?: boolean }
  }
  readonly response: Message
}

const SEGMENT = /_[0-9a-f-]{36}\.jsonl$/
const hasSegments = (name: string): boolean =>
  readdirSync(join(FOLDER, name, 'home'), { recursive: true }).some((path) =>
    SEGMENT.test(String(path))
  )

const isCompared = (name: string, { method, params }: Step['request']): boolean => {
  if (!METHODS.test(method)) return false
  return method !== 'thread/list' || (params.sortKey !== 'recency_at' && !hasSegments(name))
}

const leftOut = (name: string): ReadonlySet<string> =>
  new Set([...HELD_BY_DATABASE, ...(HELD_IN_HOME[name] ?? [])])

const comparable = (response: unknown, without: ReadonlySet<string>): unknown =>
  JSON.parse(
    JSON.stringify(response, (key, value: unknown) => (without.has(key) ? undefined : value))
      .replace(/\[scrubbed([^\].]*)\.+\]/g, '[scrubbed$1]')
      .replace(/(Cursor":"[^"|{]*)\|[^"]*"/g, '$1"')
      .replace(/("timestamp":"[^".]*)\.\d+Z"/g, '$1Z"')
  )

/** The members of our answer that the recording has, too. */
const membersOf = (recorded: unknown, ours: unknown): unknown => {
  if (Array.isArray(recorded) && Array.isArray(ours))
    return ours.map((one, index) =>
      index < recorded.length ? membersOf(recorded[index], one) : one
    )
  if (typeof recorded !== 'object' || typeof ours !== 'object') return ours
  if (recorded === null || ours === null || Array.isArray(recorded)) return ours
  const theirs = recorded as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(ours)
      .filter(([key]) => key in theirs)
      .map(([key, value]) => [key, membersOf(theirs[key], value)])
  )
}

const stepsOf = (name: string): ReadonlyArray<Step> =>
  readdirSync(join(FOLDER, name, 'golden-with-db'))
    .sort()
    .flatMap((file) => readJson(join(FOLDER, name, 'golden-with-db', file)).steps as Array<Step>)
    .filter(({ request }) => isCompared(name, request))

const replay = async (name: string): Promise<void> => {
  const home = copyHome(join('..', 'versions', name))
  const client = await initialized(home, { profile: '0.169' })
  try {
    for (const { request, response } of placed(stepsOf(name), home)) {
      const answered = placed(await client.ask(request.method, request.params), home)
      const without = leftOut(name)
      const recorded = comparable(response, without)
      const all = comparable(answered, without)
      const ours = name.endsWith('-0-169-0') ? all : membersOf(recorded, all)
      expect({ request, response: ours }).to.deep.equal({ request, response: recorded })
    }
  } finally {
    await client.close()
    removeFolder(home)
  }
}

const NAME = /^(.+)-(\d+)-(\d+)-(\d+)$/

describe('homes of the versions between', () => {
  for (const name of readdirSync(FOLDER).sort()) {
    const [, scenario, ...version] = NAME.exec(name) ?? []
    if (scenario === undefined) continue
    it(`a home of Codex ${version.join('.')} (${scenario}) is read as its own binary reads it`, () =>
      replay(name))
  }
})
