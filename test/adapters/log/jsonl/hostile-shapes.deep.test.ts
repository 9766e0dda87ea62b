// Rollouts whose shape is hostile: members of wrong types anywhere, compressed files that become much larger than they are, and long
// chains of segments. The goal: the process lives, every question is answered, and memory stays bounded.
import { expect } from 'chai'
import fc from 'fast-check'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { openBytes } from '../../../../adapters/log/jsonl/bytes.ts'
import { right, turnsOf, withEngine } from '../../../support/engines.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  THREAD,
  userLine
} from '../../../support/rollouts.ts'
import { writeRollout } from '../../../support/rollouts.ts'
import { askEverything } from '../../../torture/hostile/ask.ts'
import { lineOf } from '../../../torture/hostile/kinds.ts'
import { recordedRollouts, idOf as threadOf } from '../../../torture/hostile/flips.ts'

type Json =
  | null
  | boolean
  | number
  | string
  | ReadonlyArray<Json>
  | { readonly [key: string]: Json }

const ODD: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, -1, 1e300, 2 ** 53, '', 'x', '__proto__', '../..', [], {}),
  fc.constantFrom<Json>([[]], [null], [{}], { type: null }, { type: [] }, { type: {}, id: 7 }),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>
)

/** Paths to every member of a value. */
const placesIn = (value: unknown, path: ReadonlyArray<string> = []): Array<ReadonlyArray<string>> =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, member]) => [
        [...path, key],
        ...placesIn(member, [...path, key])
      ])

const replaced = (
  value: unknown,
  [key = '', ...rest]: ReadonlyArray<string>,
  by: Json
): unknown => {
  const copy: Record<string, unknown> = Object.assign(Array.isArray(value) ? [] : {}, value)
  copy[key] = rest.length === 0 ? by : replaced(copy[key], rest, by)
  return copy
}

const ROLLOUTS = (['130', '142', '169'] as const).flatMap((era) =>
  recordedRollouts(era).filter(({ bytes }) => bytes.length < 24 * 1024)
)

describe('a rollout with members of other types than they should be', () => {
  it('is answered about, whatever stands where', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(ROLLOUTS.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.nat(), ODD), { minLength: 1, maxLength: 30 }),
        async (which, changes) => {
          const rollout = ROLLOUTS[which] ?? { path: '', bytes: Buffer.alloc(0) }
          const text = rollout.bytes.toString('utf8').replaceAll(threadOf(rollout.path), THREAD)
          const lines = text.split('\n').filter((line) => line !== '')
          for (const [line, place, by] of changes) {
            const at = line % lines.length
            const value: unknown = JSON.parse(lines[at] ?? 'null')
            const places = placesIn(value)
            const path = places[place % places.length]
            if (path !== undefined) lines[at] = JSON.stringify(replaced(value, path, by))
          }
          const home = emptyHome()
          try {
            writeRollout(rolloutPath(home, THREAD), linesOf(lines))
            writeRollout(
              rolloutPath(home, idOf(2)),
              linesOf([metaLine(idOf(2)), userLine('hello')])
            )
            await withEngine({ home }, async (engine) => {
              expect(await askEverything(engine)).to.deep.equal([])
              expect(await turnsOf(engine, idOf(2))).to.have.length(1)
            })
          } finally {
            removeFolder(home)
          }
        }
      ),
      { numRuns: 40 }
    )).timeout(600_000)
})

const BLOCK_BYTES = 128 * 1024

/** A zstd frame in which every four bytes stand for 128 KiB of one letter. */
const bomb = (blocks: number): Buffer => {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58])
  const body = Buffer.alloc(blocks * 4, 'x')
  for (let n = 0; n < blocks; n++)
    body.writeUIntLE((BLOCK_BYTES << 3) | (1 << 1) | (n === blocks - 1 ? 1 : 0), n * 4, 3)
  return Buffer.concat([head, body])
}

describe('a compressed rollout that becomes ten thousand times as large', () => {
  const put = (blocks: number) => {
    const home = emptyHome()
    const path = `${rolloutPath(home, THREAD)}.zst`
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bomb(blocks))
    return { home, path }
  }

  it('is not held in memory', () => {
    const { home, path } = put(16 * 1024)
    const source = openBytes(path, true)
    const before = process.memoryUsage().arrayBuffers
    expect(source.read(Buffer.alloc(1), 0, 1, 0)).to.equal(1)
    expect(process.memoryUsage().arrayBuffers - before).to.be.lessThan(96 * 1024 * 1024)
    source.close()
    expect(readFileSync(path).length).to.be.lessThan(70_000)
    removeFolder(home)
  })

  it('costs only itself', async () => {
    const { home } = put(8)
    writeRollout(rolloutPath(home, idOf(2)), linesOf([metaLine(idOf(2)), userLine('hello')]))
    await withEngine({ home }, async (engine) => {
      expect(await askEverything(engine)).to.deep.equal([])
      expect(await turnsOf(engine, idOf(2))).to.have.length(1)
    })
    removeFolder(home)
  })
})

describe('settings and token counts whose last line is damaged', () => {
  it('are those of the last line that can be read', async () => {
    const home = emptyHome()
    const context = (model: string): string =>
      lineOf('turn_context', {
        cwd: '/w',
        approval_policy: 'never',
        sandbox_policy: { type: 'read-only' },
        model,
        summary: 'auto'
      })
    const damaged = context('broken').replace('"summary":"auto"', '"summary":auto')
    const text = `${metaLine(THREAD)}\n${userLine('hi')}\n${context('old')}${context('new')}${damaged}`
    writeRollout(rolloutPath(home, THREAD), text)
    await withEngine({ home }, async (engine) => {
      const [thread] = (await right(engine.listThreads({}))).data
      expect(thread).to.include({ id: THREAD, model: 'new' })
      expect((await right(engine.damage(THREAD))).map(({ offset }) => offset)).to.deep.equal([
        text.indexOf(damaged)
      ])
    })
    removeFolder(home)
  })
})

describe('a line that is nested a million times', () => {
  it('is damage, and costs no memory for its levels', async () => {
    const home = emptyHome()
    const deep = [
      '['.repeat(1_000_000),
      `{"timestamp":"2026-05-01T10:00:00.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"t","more":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}}`
    ]
    writeRollout(rolloutPath(home, THREAD), linesOf([metaLine(THREAD), ...deep, userLine('hi')]))
    await withEngine({ home }, async (engine) => {
      expect(await turnsOf(engine, THREAD)).to.have.length(1)
      const damage = await right(engine.damage(THREAD))
      expect(damage.map(({ revision, reason }) => [revision, reason])).to.deep.equal([
        [1, 'not_json'],
        [2, 'not_json']
      ])
    })
    removeFolder(home)
  })
})
