// The goal: any change to an export is found. The method: exports of random trails
// are changed in every way an editor could, and checked.
import { expect } from 'chai'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import {
  canonicalJson,
  startChain,
  verifyExport,
  type Verified
} from '../../domain/ledgers/audit/chain.ts'
import { NOBODY, type AuditRow } from '../../domain/ledgers/audit/row.ts'
import type { Json } from '../../domain/json.ts'

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

async function* each(lines: ReadonlyArray<string>): AsyncIterable<string> {
  for (const line of lines) yield await Promise.resolve(line)
}

const check = (lines: ReadonlyArray<string>, wanted?: string): Promise<Verified> =>
  verifyExport(each(lines), sha256, wanted ?? null)

const row = fc
  .record({
    at: fc.option(fc.string({ unit: 'binary' })),
    turnId: fc.option(fc.string()),
    after: fc.option(fc.dictionary(fc.string(), fc.jsonValue()))
  })
  .map((part) => ({
    ...part,
    action: 'changed' as const,
    actor: NOBODY,
    before: null,
    evidence: { kind: 'operation' as const, operationId: 'x' },
    certainty: 'recorded' as const
  }))

/** Rows of one to four threads. */
const trail = fc
  .array(fc.array(row, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 })
  .map((threads) =>
    threads.map((rows, i) => rows.map((one) => ({ threadId: `thread-${i}`, ...one })))
  )

const exported = (threads: ReadonlyArray<ReadonlyArray<object>>): ReadonlyArray<string> => {
  const chain = startChain(sha256)
  const lines = threads.flatMap((rows) => chain.thread(rows as ReadonlyArray<AuditRow>))
  return [...lines, chain.end()]
}

describe('exports of the audit trail', () => {
  it('are found whole, and continue what was exported before', () =>
    fc.assert(
      fc.asyncProperty(trail, fc.nat(), async (threads, pick) => {
        const lines = exported(threads)
        const rows = threads.flat().length
        const checked = await check(lines)
        expect(checked).to.include({ ok: true, rows, threads: threads.length, known: null })
        const hash = lines[pick % rows]?.slice(9, 73) ?? ''
        expect(await check(lines, hash)).to.include({ ok: true, known: true })
        expect(await check(lines, sha256('something else'))).to.include({ ok: true, known: false })
        const more = threads.map((of, i) => (i === 0 ? [...of, of[0] ?? {}] : of))
        expect(await check(exported(more), hash)).to.include({ ok: true, known: true })
      })
    ))

  it('show any byte that was changed, at the line it was changed in or behind it', () =>
    fc.assert(
      fc.asyncProperty(
        trail,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (threads, at, by) => {
          const lines = exported(threads)
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1')
          const place = at % (bytes.length - 1)
          bytes[place] = ((bytes[place] ?? 0) + by) % 256
          const changed = bytes.toString('latin1').split('\n').slice(0, -1)
          const checked = await check(changed)
          expect(checked.ok).to.equal(false)
          const line = bytes.subarray(0, place).toString('latin1').split('\n').length
          if (!checked.ok)
            expect(checked.line)
              .to.be.at.least(line)
              .and.at.most(line + 1)
        }
      )
    ))

  it('show lines that are missing, doubled or in another order', () =>
    fc.assert(
      fc.asyncProperty(trail, fc.nat(), fc.nat(), async (threads, a, b) => {
        const lines = exported(threads)
        const [i, j] = [a % lines.length, b % lines.length]
        const without = lines.filter((_, at) => at !== i)
        const doubled = [...lines.slice(0, i + 1), ...lines.slice(i)]
        const swapped = lines.map((line, at) =>
          at === i ? (lines[j] ?? '') : at === j ? (lines[i] ?? '') : line
        )
        const cut = lines.slice(0, i)
        expect(await check(without)).to.include({ ok: false })
        expect(await check(doubled)).to.include({ ok: false })
        expect(await check(cut)).to.include({ ok: false })
        if (i !== j) expect(await check(swapped)).to.include({ ok: false })
      })
    ))

  it('show a thread that was taken out, put in or hashed anew', () =>
    fc.assert(
      fc.asyncProperty(trail, fc.nat(), async (threads, pick) => {
        const lines = exported(threads)
        const end = lines.at(-1) ?? ''
        const gone = pick % threads.length
        const others = exported(threads.filter((_, i) => i !== gone)).slice(0, -1)
        expect(await check([...others, end])).to.include({ ok: false })
        const edited = threads.map((rows, i) =>
          i === gone ? rows.map((one) => ({ ...one, turnId: `${one.turnId ?? ''}!` })) : rows
        )
        expect(await check([...exported(edited).slice(0, -1), end])).to.include({ ok: false })
      })
    ))

  it('have one text for each value, in ASCII, that reads back as the value', () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value)
        expect(text).to.match(/^[\x20-\x7f]*$/)
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(value)))
        expect(canonicalJson(JSON.parse(text) as Json)).to.equal(text)
      })
    ))
})
