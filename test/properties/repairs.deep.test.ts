// Repairs over random damage: what was whole stays, what is repaired is not found again, a second plan is empty, and undo
// restores every byte.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { check } from '../../adapters/upkeep/check/check.ts'
import { planRepair } from '../../adapters/upkeep/repair/planner.ts'
import { applyRepair, takeRepairBack } from '../../adapters/upkeep/repair/repair.ts'
import type { Finding } from '../../domain/upkeep/check/finding.ts'
import { mendLine } from '../../domain/upkeep/repair/line.ts'
import type { Edit } from '../../domain/upkeep/repair/plan.ts'
import { badUtf8 } from '../../domain/upkeep/repair/utf8.ts'
import { removeFolder } from '../support/fixture-home.ts'
import { FILE, filed, homeOf, metaOf, saidOf, stateOf, THREAD } from '../support/repairs.ts'

/** One slip: bytes at a place are replaced by others. */
const slip = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: fc.nat(60),
  put: fc.oneof(
    fc.constant(Buffer.alloc(0)),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    fc.nat(30).map((length) => Buffer.alloc(length)),
    fc.constant(Buffer.from('\n')),
    fc.constant(Buffer.from(saidOf('again')))
  )
})

const slipped = (
  content: Buffer,
  slips: ReadonlyArray<{ readonly at: number; readonly bytes: number; readonly put: Buffer }>
): Buffer =>
  slips.reduce((now, { at, bytes, put }) => {
    const from = Math.floor(at * now.length)
    return Buffer.concat([now.subarray(0, from), put, now.subarray(from + bytes)])
  }, content)

const edited = (bytes: Buffer, edits: ReadonlyArray<Edit>): Buffer => {
  const parts: Array<Buffer> = []
  let at = 0
  for (const { offsetBytes, bytes: gone, spaces, text } of edits) {
    parts.push(bytes.subarray(at, offsetBytes), Buffer.alloc(spaces, 32), Buffer.from(text))
    at = offsetBytes + gone
  }
  return Buffer.concat([...parts, bytes.subarray(at)])
}

const findingsOf = async (home: string): Promise<ReadonlyArray<Finding>> => {
  const found: Array<Finding> = []
  for await (const finding of check({ home, index: 'memory' })) found.push(finding)
  return found
}

const texts = (count: number, isNumbered: boolean): Buffer => {
  const said = Array.from({ length: count }, (_, i) =>
    saidOf(`m${i}`, isNumbered ? i + 1 : undefined)
  )
  return Buffer.from(`${[metaOf(THREAD, isNumbered ? 0 : undefined), ...said].join('\n')}\n`)
}

/** Lines, then numbers and metadata, then the name. */
const ROUNDS_MAX = 4

describe('a repair of random damage', () => {
  it('comes to an end where nothing is left to plan, and goes back byte for byte', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        fc.array(slip, { minLength: 1, maxLength: 3 }),
        async (count, isNumbered, slips) => {
          const home = homeOf({ [FILE]: slipped(texts(count, isNumbered), slips) })
          try {
            const original = stateOf(home)
            // What a line says may call for more: each plan answers what was found before it.
            const done: Array<string> = []
            for (let round = 0; ; round++) {
              const plan = planRepair(home, await findingsOf(home))
              if (plan.steps.length === 0) break
              expect(round, existing(home)).to.be.lessThan(ROUNDS_MAX)
              const { bytes, digest } = filed(plan)
              const applied = await applyRepair(home, bytes, digest)
              if (E.isLeft(applied)) throw new Error(JSON.stringify(applied.left))
              done.push(applied.right.operationId ?? '')
            }
            for (const operationId of done.toReversed())
              expect(E.isRight(await takeRepairBack(home, operationId))).to.equal(true)
            expect(stateOf(home)).to.deep.equal(original)
          } finally {
            removeFolder(home)
          }
        }
      ),
      { numRuns: 40 }
    ))

  it('keeps each event of a line that is whole, and its length where nothing may move', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.nat(99).map((n) => ({ whole: saidOf(`m${n}`) })),
            fc.nat(60).map((n) => ({ torn: saidOf('torn').slice(0, n) })),
            fc.nat(9).map((n) => ({ torn: '\0'.repeat(n) }))
          ),
          { minLength: 1, maxLength: 5 }
        ),
        fc.boolean(),
        fc.boolean(),
        (parts, isTail, keepsOffsets) => {
          const line = Buffer.from(
            parts.map((part) => ('whole' in part ? part.whole : part.torn)).join('')
          )
          const mended = mendLine(line, { isTail, keepsOffsets })
          if ('none' in mended) return
          const text = edited(line, mended.edits).toString()
          const wholes = parts.flatMap((part) => ('whole' in part ? [part.whole] : []))
          expect(text.split('\n').map((one) => one.trim())).to.include.members(wholes)
          if (keepsOffsets && !isTail) expect(text).to.have.length(line.length)
          if (isTail) expect(text === '' || text.endsWith('\n')).to.equal(true)
        }
      )
    ))

  it('finds bytes that are no UTF-8 where the decoder does', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const runs = badUtf8(bytes)
        const isWhole = (part: Uint8Array): boolean => {
          try {
            new TextDecoder('utf-8', { fatal: true }).decode(part)
            return true
          } catch {
            return false
          }
        }
        expect(runs.length === 0).to.equal(isWhole(bytes))
        const without = bytes.filter(
          (_, i) => !runs.some(({ at, bytes: n }) => i >= at && i < at + n)
        )
        expect(isWhole(without)).to.equal(true)
      }),
      { numRuns: 500 }
    ))
})

/** What stands in the file, for the report of a failure. */
const existing = (home: string): string => {
  try {
    return JSON.stringify(readFileSync(join(home, FILE), 'latin1'))
  } catch {
    return 'gone'
  }
}
