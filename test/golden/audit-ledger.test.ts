// The same as audit.test.ts over the runs that were recorded for the ledgers: more situations, all versions, and files that
// several versions wrote.
import { expect } from 'chai'
import { cpSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditRow } from '../../domain/ledgers/audit/row.ts'
import type { Engine } from '../../replay/engine.ts'
import {
  expectedTrails,
  ledgerRequestsOf,
  saidBy,
  type Message,
  type Said
} from '../support/audit-expected.ts'
import { right, withEngine } from '../support/engines.ts'
import { FIXTURES, removeFolder, temporaryFolder } from '../support/fixture-home.ts'

const RUNS = readdirSync(join(FIXTURES, 'ledger')).filter((name) =>
  existsSync(join(FIXTURES, 'ledger', name, 'requests.jsonl.br'))
)

/** These runs keep rollouts only: no names, and nothing of where files lay. Settings are compared elsewhere. */
const NOT_KEPT: ReadonlySet<string> = new Set(['renamed', 'archived', 'settings_changed'])
const BEGINS: ReadonlySet<string> = new Set(['created', 'forked', 'spawned'])

const inRun = async <A>(name: string, use: (engine: Engine) => Promise<A>): Promise<A> => {
  const home = temporaryFolder()
  cpSync(join(FIXTURES, 'ledger', name, 'home'), home, { recursive: true })
  try {
    return await withEngine({ home }, use)
  } finally {
    removeFolder(home)
  }
}

const kept = ({ action }: { readonly action: string }): boolean => !NOT_KEPT.has(action)

/** A file that an older version began or continued names no turns of reviews and does not show failed turns. */
const comparable =
  (run: string) =>
  (said: Said): Said => {
    if (!run.includes('-from-')) return said
    const { action, turnId = '' } = said
    if (action.startsWith('review')) return { action }
    return action === 'turn_failed'
      ? { action: 'turn_completed', turnId, detail: 'may have failed' }
      : said
  }

/** Calls that a person or a guardian declined; a call that is cancelled with its turn is shown as declined, too. */
const deniedIn = (messages: ReadonlyArray<Message>): ReadonlyArray<Message['params']> => {
  const answers = new Map(
    messages
      .filter(({ dir, result }) => dir === '>' && result !== undefined)
      .map((one) => [one.id, one.result])
  )
  const cancelled = new Set(
    messages
      .filter(({ dir, id }) => dir === '<req' && answers.get(id)?.decision === 'cancel')
      .map(({ params }) => params.itemId)
  )
  return messages
    .filter(
      ({ method, params }) => method === 'item/completed' && params.item.status === 'declined'
    )
    .map(({ params }) => params)
    .filter(({ item }) => !cancelled.has(item.id))
}

describe('audit trail of recorded runs', () => {
  for (const run of RUNS)
    it(`says what was asked for: ${run}`, async () => {
      const expected = expectedTrails(run, ledgerRequestsOf(run))
      await inRun(run, async (engine) => {
        const { data } = await right(engine.auditTrail({ limit: 100_000 }))
        const threads = new Map<string, Array<AuditRow>>()
        for (const row of data.filter(kept))
          threads.set(row.threadId, [...(threads.get(row.threadId) ?? []), row])
        for (const [id, rows] of threads) {
          const said = rows.map(saidBy).map(comparable(run))
          const wanted = (expected.get(id) ?? []).filter(kept).map(comparable(run))
          // What was begun before the recording, or by another program, is known from here on.
          const isWhole = BEGINS.has(wanted[0]?.action ?? '')
          expect(said.slice(isWhole ? 0 : said.length - wanted.length), id).to.deep.equal(wanted)
        }
      })
    })

  for (const era of ['130', '142', '169']) {
    it(`tells an import, and none of the turns that came with it: ${era}`, async () => {
      await inRun(`imported-${era}`, async (engine) => {
        const { data } = await right(engine.auditTrail({ limit: 100_000 }))
        const first = data.slice(0, 2).map(({ action, after }) => [action, after?.['turns']])
        expect(first).to.deep.equal([
          ['created', undefined],
          ['imported', 2]
        ])
        expect(data.filter(({ turnId }) => turnId?.startsWith('external-import'))).to.deep.equal([])
      })
    })

    for (const [scenario, reviewer] of [
      ['approvals', 'user'],
      ['guardian', 'guardian']
    ] as const)
      it(`tells what a ${reviewer} denied, and nothing of what was allowed: ${scenario}-${era}`, async () => {
        const name = `${scenario}-${era}`
        const declined = deniedIn(ledgerRequestsOf(name))
        await inRun(name, async (engine) => {
          const rows = await right(engine.approvals())
          expect(
            rows.map(({ callId, turnId, status, reviewer: by }) => ({ callId, turnId, status, by }))
          ).to.deep.equal(
            declined.map(({ item, turnId }) => ({
              callId: item.id,
              turnId,
              status: 'denied',
              by: reviewer
            }))
          )
        })
      })
  }
})
