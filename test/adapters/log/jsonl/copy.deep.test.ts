// A fork of a legacy thread copies the lines of its source behind a head of its own, each with the time of the copy.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { right, withEngine } from '../../../support/engines.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../../support/rollouts.ts'

const MEGABYTE = 1024 * 1024
const TIME = /^\{"timestamp":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"/
const ODD = '{"timestamp":"some time of that long ago Z","type":"event_msg","payload":{}}'

describe('a copy of lines', () => {
  it('has every line of its source, long ones too, with one time where they had one', async () => {
    const home = emptyHome()
    const lines = [
      metaLine(idOf(1)),
      userLine('short'),
      userLine('x'.repeat(3 * MEGABYTE)),
      ODD,
      ...Array.from({ length: 40 }, (_, n) => userLine(`${n}${'y'.repeat(MEGABYTE)}`)),
      userLine('last')
    ]
    writeRollout(rolloutPath(home, idOf(1)), linesOf(lines))
    const fork = await withEngine({ home, profile: '0.142' }, (engine) =>
      right(engine.fork(idOf(1), {}))
    )
    const copied = readFileSync(fork.path ?? '', 'utf8').split('\n')
    const at = TIME.exec(copied[1] ?? '')?.[1] ?? ''
    const expected = lines.map((line) => line.replace(TIME, `{"timestamp":"${at}"`))
    expect(copied.slice(1, 1 + lines.length)).to.deep.equal(expected)
    expect(Date.parse(at)).to.be.greaterThan(Date.parse('2026-01-01'))
    removeFolder(home)
  })
})
