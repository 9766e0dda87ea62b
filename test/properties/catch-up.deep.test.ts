// Catching up is rebuilding: however a rollout grows, its read models are those of one pass over the final file.
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { truncateSync } from 'node:fs'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { streamId } from '../../domain/ids.ts'
import { DEFAULT_PROFILE } from '../../domain/log/profile.ts'
import { findStream, type Index } from '../../replay/ports.ts'
import { catchUp } from '../../replay/catch-up/project.ts'
import { removeFolder } from '../support/fixture-home.ts'
import { turnsOf, withEngine } from '../support/engines.ts'
import {
  appendRollout,
  emptyHome,
  linesOf,
  rollout,
  rolloutPath,
  THREAD,
  writeRollout
} from '../support/rollouts.ts'
import { rowsIn } from '../support/index-rows.ts'

const inHome = async <A>(use: (home: string, path: string) => Promise<A>): Promise<A> => {
  const home = emptyHome()
  try {
    return await use(home, rolloutPath(home, THREAD))
  } finally {
    removeFolder(home)
  }
}

const fold = async (home: string, index: Index): Promise<void> => {
  const store = jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false })
  const found = findStream(store, streamId(THREAD))
  if (E.isLeft(found)) throw new Error('the rollout is not there')
  const done = await catchUp({ store, index, profile: DEFAULT_PROFILE, strict: false }, found.right)
  if (E.isLeft(done)) throw new Error(JSON.stringify(done.left))
}

/** Its last line is one that no fold needs, and is whole before its newline comes. */
const SKIPPED_TAIL = [
  {
    timestamp: '2026-05-01T10:00:00.000Z',
    type: 'session_meta',
    payload: { id: THREAD, timestamp: '2026-05-01T10:00:00.000Z', cwd: '/work', cli_version: '1' }
  },
  {
    timestamp: '2026-05-01T10:00:01.000Z',
    type: 'response_item',
    payload: { type: 'function_call', name: 'n', arguments: '{}', call_id: 'c' }
  }
].map((line) => JSON.stringify(line))

const onePass = (home: string) => withEngine({ home }, (engine) => turnsOf(engine, THREAD))

describe('catching up', () => {
  it('event by event gives the same turns as one pass', () =>
    fc.assert(
      fc.asyncProperty(rollout, (lines) =>
        inHome(async (home, path) => {
          writeRollout(path, '')
          const grown = await withEngine({ home }, async (engine) => {
            let turns = null
            for (const line of lines) {
              appendRollout(path, `${line}\n`)
              turns = await turnsOf(engine, THREAD)
            }
            return turns
          })
          expect(grown).to.deep.equal(await onePass(home))
        })
      ),
      { numRuns: 60 }
    ))

  it('in pieces of any size, torn lines included, gives the same turns as one pass', () =>
    fc.assert(
      fc.asyncProperty(
        rollout,
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
        (lines, sizes) =>
          inHome(async (home, path) => {
            const bytes = Buffer.from(linesOf(lines))
            writeRollout(path, '')
            const grown = await withEngine({ home }, async (engine) => {
              for (let at = 0, i = 0; at < bytes.length; i++) {
                const size = sizes[i % sizes.length] as number
                appendRollout(path, bytes.subarray(at, at + size))
                at += size
                await turnsOf(engine, THREAD)
              }
              return turnsOf(engine, THREAD)
            })
            expect(grown).to.deep.equal(await onePass(home))
          })
      ),
      { numRuns: 60 }
    ))

  it('leaves the same rows in the index as a rebuild', () =>
    fc.assert(
      fc.asyncProperty(
        rollout,
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1 }),
        (lines, sizes) =>
          inHome(async (home, path) => {
            const bytes = Buffer.from(linesOf(lines))
            writeRollout(path, '')
            const grown = memoryIndex()
            for (let at = 0, i = 0; at < bytes.length; i++) {
              const size = sizes[i % sizes.length] as number
              appendRollout(path, bytes.subarray(at, at + size))
              at += size
              await fold(home, grown)
            }
            const rebuilt = memoryIndex()
            await fold(home, rebuilt)
            expect(rowsIn(grown)).to.deep.equal(rowsIn(rebuilt))
          })
      ),
      { numRuns: 60, examples: [[SKIPPED_TAIL, [1]]] }
    ))

  it('after a cut at any byte shows exactly the whole lines before the cut', () =>
    fc.assert(
      fc.asyncProperty(rollout, fc.nat(), (lines, seed) =>
        inHome(async (home, path) => {
          const bytes = Buffer.from(linesOf(lines))
          const cut = seed % (bytes.length + 1)
          const whole = bytes.subarray(0, cut).lastIndexOf(10) + 1
          writeRollout(path, bytes)
          const afterCut = await withEngine({ home }, async (engine) => {
            await turnsOf(engine, THREAD)
            truncateSync(path, cut)
            return turnsOf(engine, THREAD)
          })
          const rest = bytes.subarray(whole, cut).toString()
          const wholeRest = lines.includes(rest) ? cut : whole
          writeRollout(path, bytes.subarray(0, wholeRest))
          expect(afterCut).to.deep.equal(await onePass(home))
        })
      ),
      { numRuns: 60 }
    ))

  it('sees what another process appended before the next read', () =>
    fc.assert(
      fc.asyncProperty(rollout, rollout, (before, after) =>
        inHome(async (home, path) => {
          writeRollout(path, linesOf(before))
          const seen = await withEngine({ home }, async (engine) => {
            await turnsOf(engine, THREAD)
            appendRollout(path, linesOf(after))
            return turnsOf(engine, THREAD)
          })
          expect(seen).to.deep.equal(await onePass(home))
        })
      ),
      { numRuns: 40 }
    ))

  it('folds a replaced file from its start', () =>
    inHome(async (home, path) => {
      const line = (id: string) =>
        JSON.stringify({
          timestamp: 'x',
          type: 'event_msg',
          payload: { type: 'task_started', turn_id: id }
        })
      writeRollout(path, linesOf([line('old'), line('old-2')]))
      const ids = await withEngine({ home }, async (engine) => {
        await turnsOf(engine, THREAD)
        removeFolder(path)
        writeRollout(path, linesOf([line('new'), line('new-2')]))
        return (await turnsOf(engine, THREAD)).map((turn) => turn.id)
      })
      expect(ids).to.deep.equal(['new', 'new-2'])
    }))
})
