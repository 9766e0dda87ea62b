// Sizes around every buffer: nothing is lost, nothing crashes, and what is too large is said to be.
import { expect } from 'chai'
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { CHUNK_BYTES } from '../../../../adapters/log/jsonl/buffers.ts'
import { LINE_BYTES_MAX } from '../../../../adapters/log/jsonl/lines.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import { right, turnsOf, withEngine } from '../../../support/engines.ts'
import {
  emptyHome,
  linesOf,
  metaLine,
  rolloutPath,
  THREAD,
  userLine,
  writeRollout
} from '../../../support/rollouts.ts'

const event = (payload: unknown): string =>
  JSON.stringify({ timestamp: '2026-05-01T10:00:00.000Z', type: 'event_msg', payload })
const turn = (n: number, text: string): ReadonlyArray<string> => [
  event({ type: 'task_started', turn_id: `t${n}` }),
  userLine(text),
  event({ type: 'task_complete', turn_id: `t${n}` })
]

const MIB = 1024 * 1024

describe('a large rollout', () => {
  let home = ''
  beforeEach(() => {
    home = emptyHome()
  })
  afterEach(() => removeFolder(home))

  const idsIn = (bytes: string | Buffer) => {
    writeRollout(rolloutPath(home, THREAD), bytes)
    return withEngine({ home }, async (engine) =>
      (await turnsOf(engine, THREAD)).map(
        ({ id, status, items }) => `${id} ${status} ${items.length}`
      )
    )
  }
  const whole = (count: number) => Array.from({ length: count }, (_, n) => `t${n} completed 1`)

  it('is read to its end when it is many times the buffer', async () => {
    const count = 64
    const lines = Array.from({ length: count }, (_, n) =>
      turn(n, 'x'.repeat(CHUNK_BYTES / 10))
    ).flat()
    expect(await idsIn(linesOf([metaLine(THREAD), ...lines]))).to.deep.equal(whole(count))
  })

  for (const delta of [-1, 0, 1]) {
    it(`is read to its end when a line ends at the buffer's edge ${delta}`, async () => {
      const head = linesOf([metaLine(THREAD), ...turn(0, 'a')])
      const rest = CHUNK_BYTES + delta - Buffer.byteLength(head)
      const frame = Buffer.byteLength(linesOf(turn(1, '')))
      const bytes = head + linesOf([...turn(1, 'y'.repeat(rest - frame)), ...turn(2, 'b')])
      expect(await idsIn(bytes)).to.deep.equal(whole(3))
    })
  }

  it('is read with a single line of 64 MB in it', async () => {
    const lines = [
      metaLine(THREAD),
      ...turn(0, 'a'),
      ...turn(1, 'z'.repeat(64 * MIB)),
      ...turn(2, 'b')
    ]
    expect(await idsIn(linesOf(lines))).to.deep.equal(whole(3))
  })

  it('is read around a line above the limit, which is reported', async () => {
    const path = rolloutPath(home, THREAD)
    writeRollout(path, linesOf([metaLine(THREAD), ...turn(0, 'a')]))
    const file = openSync(path, 'a')
    const size = Buffer.byteLength(linesOf([metaLine(THREAD), ...turn(0, 'a')]))
    ftruncateSync(file, size + LINE_BYTES_MAX + CHUNK_BYTES)
    writeSync(file, `\n${linesOf(turn(1, 'b'))}`)
    closeSync(file)
    await withEngine({ home }, async (engine) => {
      const turns = await turnsOf(engine, THREAD)
      expect(turns.map(({ id, status }) => `${id} ${status}`)).to.deep.equal([
        't0 completed',
        't1 completed'
      ])
      const damage = await right(engine.damage(THREAD))
      expect(damage).to.deep.equal([
        {
          revision: 4,
          segment: 0,
          offset: size,
          bytes: LINE_BYTES_MAX + CHUNK_BYTES,
          reason: 'line_too_long'
        }
      ])
    })
  })

  it('reports a line above the limit also when it is the last one', async () => {
    const path = rolloutPath(home, THREAD)
    const head = linesOf([metaLine(THREAD), ...turn(0, 'a')])
    writeRollout(path, head)
    const file = openSync(path, 'a')
    ftruncateSync(file, Buffer.byteLength(head) + LINE_BYTES_MAX)
    writeSync(file, '\n')
    closeSync(file)
    await withEngine({ home }, async (engine) => {
      const damage = await right(engine.damage(THREAD))
      expect(damage.map(({ revision, reason }) => `${revision} ${reason}`)).to.deep.equal([
        '4 line_too_long'
      ])
    })
  })

  it('keeps a first message too large for the index out of it, and shows it all the same', async () => {
    writeRollout(
      rolloutPath(home, THREAD),
      linesOf([metaLine(THREAD), ...turn(0, 'm'.repeat(MIB))])
    )
    await withEngine({ home }, async (engine) => {
      const page = await right(engine.listTurns(THREAD, { itemsView: 'summary' }))
      const full = await right(engine.listTurns(THREAD, { itemsView: 'full' }))
      expect(page.data.map((t) => t.items)).to.deep.equal(full.data.map((t) => t.items))
    })
  })
})
