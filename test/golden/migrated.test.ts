// Homes that Codex 0.169.0 migrated from old rollouts to paginated ones. The goal: the migrated home reads as
// Codex reads it, and as the old home read before. The method: replay what Codex answered about the migrated home,
// then compare each thread's turns with those of the recorded home it was made from.
import { expect } from 'chai'
import { cpSync, readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from '../../adapters/library.ts'
import type { ThreadItem, Turn } from '../../domain/protocol.ts'
import { right, turnsOf, withEngine } from '../support/engines.ts'
import {
  copyHome,
  FIXTURES,
  placed,
  readJson,
  removeFolder,
  temporaryFolder
} from '../support/fixture-home.ts'
import { initialized, type Message } from '../support/rpc-client.ts'

const MIGRATED = join(FIXTURES, 'migrated')
const NAMES = ['basic-142', 'compaction-130', 'fork-rollback-142', 'tools-130'] as const

const SERVED = /^thread\/(list|read|turns\/list|items\/list)$/

// What the files cannot tell, by name: the database holds read receipts, update and recency times (some milliseconds
// off the file's), the milliseconds of creation, and the previews of threads that migration left no first message.
const HELD = ['readState', 'readStates', 'updatedAt', 'recencyAt']
const PREVIEW_IN_DATABASE: ReadonlySet<string> = new Set([
  // Rolled back to nothing, then asked anew: the first message is gone from the file.
  '01a1fcdc-da77-7432-b5b4-cc55e894e828',
  '01a1fcde-3f39-74b1-80dd-83941c9e01f1'
])

interface Step {
  readonly request: { readonly method: string; readonly params: { readonly threadId?: string } }
  readonly response: Message
}

const comparable = ({ request }: Step, response: unknown): unknown => {
  const isHeld = PREVIEW_IN_DATABASE.has(request.params.threadId ?? '')
  const held = new Set(isHeld ? [...HELD, 'preview'] : HELD)
  const text = JSON.stringify(response, (key, value: unknown) =>
    held.has(key) ? undefined : value
  )
  return JSON.parse(text.replace(/("timestamp":"[^".]*)\.\d+Z"/g, '$1Z"'))
}

const copyMigrated = (name: string): string => {
  const home = temporaryFolder()
  cpSync(join(MIGRATED, name, 'home'), home, { recursive: true })
  const times = readJson(join(MIGRATED, name, 'home-mtimes.json')) as Readonly<
    Record<string, number>
  >
  for (const [path, ms] of Object.entries(times)) utimesSync(join(home, path), ms / 1000, ms / 1000)
  return home
}

const recorded = (name: string): ReadonlyArray<Step> => {
  const folder = join(MIGRATED, name, 'golden-with-db')
  return readdirSync(folder)
    .sort()
    .flatMap((file) => (readJson(join(folder, file)) as { readonly steps: Array<Step> }).steps)
    .filter(({ request }) => SERVED.test(request.method))
}

const replay = async (name: string): Promise<void> => {
  const home = copyMigrated(name)
  const client = await initialized(home, { profile: '0.169' })
  try {
    for (const step of placed(recorded(name), home)) {
      const { method, params } = step.request
      const answered = placed(await client.ask(method, params), home)
      const [response, expected] = [answered, step.response].map((one) => comparable(step, one))
      expect({ request: step.request, response }).to.deep.equal({
        request: step.request,
        response: expected
      })
    }
  } finally {
    await client.close()
    removeFolder(home)
  }
}

// What migration itself changes, by name. Every turn loses its start time. A rollback counted turns when the old
// file was read, and counts messages of the user when it is migrated: of this thread's two turns and a compaction
// behind them, two turns back took the compaction and the turn before it, and now take both turns with messages.
const ROLLED_BACK_FURTHER: Readonly<Record<string, ReadonlyArray<string>>> = {
  '01a1fcdc-da77-7432-b5b4-cc55e894e828': ['01a1fcdc-db30-7301-9403-5da72b752030']
}

const textOf = (item: ThreadItem): unknown => {
  if (item.type === 'agentMessage') return item.text
  return item.type === 'userMessage' ? item.content : null
}

/** Numbers in ids count what is left of the file, so only their order is compared; calls keep their ids. */
const itemView = (item: ThreadItem) => ({
  type: item.type,
  id: item.id.replace(/^item-\d+$/, 'item'),
  text: textOf(item)
})

/** Items the model's calls tell are unroll's own; what is compared is what both files record. */
const turnView = ({ id, status, error, items }: Turn) => ({
  id,
  status,
  error,
  items: items.filter(({ certainty }) => certainty === undefined).map(itemView)
})

const threadIds = async (engine: Engine): Promise<ReadonlyArray<string>> => {
  const pages = [false, true].map((archived) => right(engine.listThreads({ archived, limit: 100 })))
  return (await Promise.all(pages)).flatMap(({ data }) => data.map(({ id }) => id)).sort()
}

const compare = async (before: Engine, after: Engine): Promise<void> => {
  const ids = await threadIds(before)
  expect(await threadIds(after)).to.deep.equal(ids)
  for (const id of ids) {
    const gone = ROLLED_BACK_FURTHER[id] ?? []
    const old = (await turnsOf(before, id)).filter((turn) => !gone.includes(turn.id))
    const migrated = await turnsOf(after, id)
    expect(migrated.map(turnView), id).to.deep.equal(old.map(turnView))
    expect(
      migrated.map(({ startedAt }) => startedAt),
      id
    ).to.deep.equal(migrated.map(() => null))
  }
}

describe('migrated homes', () => {
  for (const name of NAMES) {
    it(`are answered as by Codex 0.169.0 for ${name}`, () => replay(name))

    for (const strict of [true, false]) {
      const how = strict ? 'in strict mode' : 'by default'
      it(`show the turns of the home before the migration ${how} for ${name}`, async () => {
        const homes = [copyHome(name), copyMigrated(name)] as const
        const read = <A>(home: string, use: (engine: Engine) => Promise<A>) =>
          withEngine({ home, profile: '0.169', strict }, use)
        try {
          await read(homes[0], (old) => read(homes[1], (now) => compare(old, now)))
        } finally {
          homes.forEach(removeFolder)
        }
      })
    }
  }
})
