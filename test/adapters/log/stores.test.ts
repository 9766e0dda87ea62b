// All event stores keep the same promises; files also come compressed, and other bytes are noticed.
import { expect } from 'chai'
import { EVERY_LINE } from '../../../domain/log/needs.ts'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonlStore } from '../../../adapters/log/jsonl/store.ts'
import { memoryStore } from '../../../adapters/log/memory/store.ts'
import { streamId } from '../../../domain/ids.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { DEFAULT_PROFILE } from '../../../domain/log/profile.ts'
import { findStream, START } from '../../../replay/ports.ts'
import { catalogueContract } from '../../contract/catalogue-contract.ts'
import { eventLogContract } from '../../contract/event-log-contract.ts'
import type { StoreUnderTest } from '../../contract/store-under-test.ts'
import { FIXTURES, removeFolder } from '../../support/fixture-home.ts'
import { right, turnsOf, withEngine } from '../../support/engines.ts'
import {
  appendRollout,
  emptyHome,
  linesOf,
  rolloutPath,
  THREAD,
  writeRollout
} from '../../support/rollouts.ts'

describe('an event store in memory', () => {
  const make = () => {
    const store = memoryStore(DEFAULT_PROFILE)
    const append = (lines: ReadonlyArray<object>) =>
      store.put(streamId(THREAD), lines as ReadonlyArray<JsonObject>)
    return { store, id: streamId(THREAD), append, dispose: () => undefined }
  }
  eventLogContract(make)
  catalogueContract(make)
})

describe('an event store over files', () => {
  const make = (): StoreUnderTest => {
    const home = emptyHome()
    const path = rolloutPath(home, THREAD)
    return {
      store: jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false }),
      id: streamId(THREAD),
      append: (lines) => {
        mkdirSync(join(path, '..'), { recursive: true })
        appendRollout(path, linesOf(lines.map((line) => JSON.stringify(line))))
      },
      dispose: () => removeFolder(home)
    }
  }
  eventLogContract(make)
  catalogueContract(make)

  it('notices that the bytes before a position are others now', async () => {
    const home = emptyHome()
    const path = rolloutPath(home, THREAD)
    const store = jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false })
    const line =
      '{"timestamp":"x","type":"event_msg","payload":{"type":"user_message","message":"a"}}\n'
    writeRollout(path, line + line)
    const found = findStream(store, streamId(THREAD))
    if (found._tag === 'Left') throw new Error('the stream is not there')
    for await (const { next, guard } of store.read(found.right, START, EVERY_LINE)) {
      if (guard === null) throw new Error('a read of lines has a guard')
      writeFileSync(path, readFileSync(path, 'utf8').replace(/a"}}\n$/, 'b"}}\n'))
      expect(await store.read(found.right, next, EVERY_LINE, guard).holds()).to.equal(false)
    }
    removeFolder(home)
  })
})

const NAME = 'rollout-2026-11-21T07-09-43-01a1fcf0-83af-7753-9105-268919d49185.jsonl'
const ID = '01a1fcf0-83af-7753-9105-268919d49185'

describe('a compressed rollout', () => {
  let home = ''
  let folder = ''
  const plain = join(FIXTURES, 'homes/unicode-long-142/home/sessions/2026/11/21', NAME)
  beforeEach(() => {
    home = emptyHome()
    folder = join(home, 'archived_sessions')
    mkdirSync(folder)
    copyFileSync(join(FIXTURES, 'compressed', `${NAME}.zst`), join(folder, `${NAME}.zst`))
  })
  afterEach(() => removeFolder(home))

  it('reads as the plain one does, under the plain name, and stays compressed', async () => {
    const compressed = await withEngine({ home }, (engine) => right(engine.readThread(ID, true)))
    expect(compressed.path).to.equal(join(folder, NAME))
    expect(readdirSync(folder)).to.deep.equal([`${NAME}.zst`])
    removeFolder(join(folder, `${NAME}.zst`))
    copyFileSync(plain, join(folder, NAME))
    expect(compressed.turns).to.deep.equal(
      await withEngine({ home }, (engine) => turnsOf(engine, ID))
    )
  })

  it('pages full turns from anywhere in it', async () => {
    await withEngine({ home }, async (engine) => {
      const turns = await turnsOf(engine, ID)
      for (const sortDirection of ['asc', 'desc'] as const) {
        const page = await right(
          engine.listTurns(ID, { limit: 2, itemsView: 'full', sortDirection })
        )
        expect(page.data).to.deep.equal(
          (sortDirection === 'asc' ? turns : [...turns].reverse()).slice(0, 2)
        )
      }
    })
  })

  it('gives way to a plain file of the same thread', async () => {
    writeFileSync(
      join(folder, NAME),
      '{"timestamp":"x","type":"event_msg","payload":{"type":"task_started","turn_id":"plain"}}\n'
    )
    const turns = await withEngine({ home }, (engine) => turnsOf(engine, ID))
    expect(turns.map(({ id }) => id)).to.deep.equal(['plain'])
  })

  it('is not there for Codex 0.130', () =>
    withEngine({ home, profile: '0.130' }, async (engine) => {
      expect(await engine.readThread(ID, false)()).to.deep.include({ _tag: 'Left' })
    }))
})
