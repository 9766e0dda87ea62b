// A file that another one continues: forks and reverts name places in it by byte and by number, and a repair leaves both where
// they are, or is not done.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../../../../domain/upkeep/check/finding.ts'
import { planRepair } from '../../../../adapters/upkeep/repair/planner.ts'
import { repairWork } from '../../../../adapters/upkeep/repair/repair.ts'
import { right, withEngine } from '../../../support/engines.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import {
  FILE,
  filed,
  foundAt,
  homeOf,
  lineOf,
  metaOf,
  OTHER,
  OTHER_FILE,
  saidOf,
  THREAD
} from '../../../support/repairs.ts'

const BASE_META = metaOf(THREAD, 0)

/** A thread, and a fork of it that goes on behind some of its lines. */
const forkedHome = (
  lines: ReadonlyArray<string>,
  inherited: number,
  endOrdinal: number
): string => {
  const kept = `${[BASE_META, ...lines.slice(0, inherited)].join('\n')}\n`
  const meta = lineOf(
    'session_meta',
    {
      ...{ id: OTHER, timestamp: '2026-11-21T07:36:57.000Z', cwd: '/work', originator: 'lab' },
      ...{ cli_version: '0.169.0', source: 'vscode', history_mode: 'paginated' },
      forked_from_id: THREAD,
      history_base: {
        thread_id: THREAD,
        end_ordinal_exclusive: endOrdinal,
        end_byte_offset: Buffer.byteLength(kept)
      }
    },
    endOrdinal
  )
  return homeOf({
    [FILE]: `${[BASE_META, ...lines].join('\n')}\n`,
    [OTHER_FILE]: `${meta}\n${saidOf('of the fork', endOrdinal + 1)}\n`
  })
}

const reasonsOf = (home: string, findings: ReadonlyArray<Finding>): ReadonlyArray<string> =>
  planRepair(home, findings).unrepaired.map(({ reason }) => reason)

describe('a repair of a file that another one continues', () => {
  let home = ''
  afterEach(() => removeFolder(home))
  const at = BASE_META.length + 1

  it('blanks in place, and the fork is read anew', async () => {
    const torn = saidOf('torn', 1).slice(0, 50)
    home = forkedHome([torn, saidOf('two', 2)], 2, 3)
    const before = readFileSync(join(home, FILE)).length
    const { bytes, digest } = filed(planRepair(home, [foundAt('torn_line', at, torn.length)]))
    await withEngine({ home }, async (engine) => {
      const damageOf = async () => (await right(engine.status())).damagedLines
      expect(await damageOf()).to.equal(2)
      const work = repairWork(home, bytes, digest)
      if (E.isLeft(work)) throw new Error(JSON.stringify(work.left))
      await right(engine.repair(work.right))
      expect(readFileSync(join(home, FILE)).length).to.equal(before)
      expect(await damageOf()).to.equal(0)
      await right(engine.undo(null))
      expect(await damageOf()).to.equal(2)
    })
  })

  it('puts no newline between two events that stand before the place', () => {
    const glued = `${saidOf('one', 1)}${saidOf('two', 2)}`
    home = forkedHome([glued, saidOf('three', 3)], 2, 4)
    expect(reasonsOf(home, [foundAt('glued_lines', at, glued.length)])).to.deep.equal([
      'a newline is wanted between two events, and another file counts the bytes of this one'
    ])
  })

  it('puts one between two that stand behind it', () => {
    const glued = `${saidOf('two', 2)}${saidOf('three', 3)}`
    home = forkedHome([saidOf('one', 1), glued], 1, 2)
    const offset = at + saidOf('one', 1).length + 1
    expect(
      planRepair(home, [foundAt('glued_lines', offset, glued.length)]).steps[0]?.edits
    ).to.deep.equal([
      { offsetBytes: offset + saidOf('two', 2).length, bytes: 0, spaces: 0, text: '\n' }
    ])
  })

  it('gives no other number to the line at the place', () => {
    home = forkedHome([saidOf('one', 1), saidOf('two', 1)], 2, 2)
    const offset = at + saidOf('one', 1).length + 1
    const found = foundAt('ordinal_repeated', offset, saidOf('two', 1).length)
    expect(reasonsOf(home, [found])).to.deep.equal([
      'another file names the number and the place of a line behind it'
    ])
  })

  it('does not rename it', () => {
    home = forkedHome([saidOf('one', 1)], 1, 2)
    expect(reasonsOf(home, [foundAt('id_mismatch', 0, at)])).to.deep.equal([
      'another file continues it under the id it has'
    ])
  })
})
