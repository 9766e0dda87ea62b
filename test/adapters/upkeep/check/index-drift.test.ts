// An index that says something else than the rollouts. The method: build one, change a row of it, or a rollout behind its back.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { openLmdbIndex } from '../../../../adapters/index/lmdb/index.ts'
import type { RowKey } from '../../../../projections/projection.ts'
import { checked, meta, rowOf, size, turn } from '../../../support/checked.ts'
import { removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import { emptyHome, rolloutPath, THREAD, writeRollout } from '../../../support/rollouts.ts'
import { openedEngine } from '../../../support/engines.ts'

const WRITTEN = new Date('2026-05-01T10:00:00Z')
const WHOLE = meta() + turn('t1') + turn('t2')

describe('check: the index', () => {
  let home = ''
  let index = ''
  beforeEach(async () => {
    home = emptyHome()
    index = temporaryFolder()
    writeRollout(rolloutPath(home, THREAD), WHOLE)
    utimesSync(rolloutPath(home, THREAD), WRITTEN, WRITTEN)
    const engine = await openedEngine({ home, index })
    await engine.rebuild()()
    await engine.close()
  })
  afterEach(() => {
    removeFolder(home)
    removeFolder(index)
  })
  const drift = async (deep: boolean) =>
    (await checked({ home, index, deep })).findings.map((finding) => [
      finding.threadId,
      ...rowOf(finding)
    ])

  it('has nothing to say about one that is as the rollouts are', async () => {
    expect(await drift(false)).to.deep.equal([])
    expect(await drift(true)).to.deep.equal([])
  })

  it('has nothing to say where there is none', async () => {
    removeFolder(index)
    expect(await drift(true)).to.deep.equal([])
    expect(statSync(index, { throwIfNoEntry: false })).to.equal(undefined)
  })

  it('tells a rollout that was changed without its size and times', async () => {
    const path = rolloutPath(home, THREAD)
    writeFileSync(path, readFileSync(path, 'utf8').replace(/t2"\}\}\n$/, 't3"}}\n'))
    utimesSync(path, WRITTEN, WRITTEN)
    const last = size(WHOLE.slice(WHOLE.lastIndexOf('{"timestamp"')))
    expect(await drift(false)).to.deep.equal([
      [
        ...[THREAD, 'index_drift', 'broken', size(WHOLE) - last, last - 1, null],
        { table: 'checkpoints', segment: 0 }
      ]
    ])
  })

  it('names the row that is not what the rollout says, when it looks deep', async () => {
    const opened = openLmdbIndex(index)
    const keys = opened.keys([''], ['\u{10ffff}'])
    const key = keys.find(
      ([table, id, place]) => /^turns@/.test(String(table)) && id === THREAD && place === 0
    )
    expect(key).to.not.equal(undefined)
    const value = opened.get(key as RowKey) as object
    const write = { key: key as RowKey, json: JSON.stringify({ ...value, id: 'made up' }) }
    expect(E.isRight(await opened.commit([write], [])())).to.equal(true)
    await opened.close()
    expect(await drift(false)).to.deep.equal([])
    expect(await drift(true)).to.deep.equal([
      [
        ...[THREAD, 'index_drift', 'broken', null, null, null],
        { table: 'turns', key: [THREAD, '0'], inIndex: true, fromRollout: true }
      ]
    ])
  })
})
