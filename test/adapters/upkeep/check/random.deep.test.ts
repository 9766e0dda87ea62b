// Damage anywhere. The goal: what is damaged is told at its bytes, and no other line gets a finding for it. The method: a recorded
// rollout, a random line of it, a random kind of damage; expected is what was done to it.
import { expect } from 'chai'
import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checked } from '../../../support/checked.ts'
import { FIXTURES, removeFolder } from '../../../support/fixture-home.ts'
import { emptyHome, writeRollout } from '../../../support/rollouts.ts'

const DAY = 'homes/tools-142/home/sessions/2026/11/21'
const [NAME = ''] = readdirSync(join(FIXTURES, DAY)).sort()
const LINES = readFileSync(join(FIXTURES, DAY, NAME), 'utf8')
  .trimEnd()
  .split('\n')
const BYTES = LINES.map((line) => Buffer.from(line))

/** Findings that follow from a line that is not there any more; they have no place in it. */
const CONSEQUENCES = new Set([
  'orphan_output',
  'unanswered_call',
  'open_turn',
  'late_session_meta',
  'no_session_meta'
])

interface Damage {
  readonly kinds: ReadonlyArray<string>
  readonly make: (line: Buffer, place: number) => Buffer
}

const at = (line: Buffer, place: number, last: number): number => 1 + (place % (line.length - last))

const DAMAGES: Readonly<Record<string, Damage>> = {
  cut: { kinds: ['torn_line'], make: (line, place) => line.subarray(0, at(line, place, 2)) },
  nul: {
    kinds: ['nul_bytes'],
    make: (line, place) => {
      const copy = Buffer.from(line)
      copy.fill(0, at(line, place, 2))
      return copy
    }
  },
  'no UTF-8': {
    kinds: ['not_utf8'],
    make: (line, place) => {
      const copy = Buffer.from(line)
      copy[at(line, place, 2)] = 0xff
      return copy
    }
  },
  foreign: {
    kinds: ['not_json', 'torn_line', 'not_an_event'],
    make: (_, place) => Buffer.from(['hello', '{', '[]', '{"a":1}'][place % 4] ?? '')
  },
  twice: { kinds: ['glued_lines', 'half_then_whole'], make: (line) => Buffer.concat([line, line]) },
  'half and whole': {
    kinds: ['glued_lines', 'half_then_whole'],
    make: (line, place) => Buffer.concat([line.subarray(0, at(line, place, 2)), line])
  }
}

const isHere = (range: { readonly offsetBytes: number } | null, offset: number): boolean =>
  range?.offsetBytes === offset

describe('check: random damage', () => {
  for (const [name, { kinds, make }] of Object.entries(DAMAGES))
    it(`is told where it stands: ${name}`, () =>
      fc.assert(
        fc.asyncProperty(fc.nat(LINES.length - 1), fc.nat(1_000_000), async (index, place) => {
          const home = emptyHome()
          const lines = BYTES.map((line, i) => (i === index ? make(line, place) : line))
          const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))
          writeRollout(join(home, 'sessions/2026/11/21', NAME), bytes)
          const { findings } = await checked({ home })
          removeFolder(home)
          const offset = lines.slice(0, index).reduce((sum, { length }) => sum + length + 1, 0)
          const told = findings.filter(
            ({ range, kind }) => isHere(range, offset) && !CONSEQUENCES.has(kind)
          )
          const others = findings.filter(
            ({ range, kind }) => !isHere(range, offset) && !CONSEQUENCES.has(kind)
          )
          expect(others).to.deep.equal([])
          expect(told.length).to.equal(1)
          expect(kinds).to.contain(told[0]?.kind)
          expect([told[0]?.range?.bytes, told[0]?.revision]).to.deep.equal([
            lines[index]?.length,
            index
          ])
        }),
        { numRuns: 40 }
      ))
})
