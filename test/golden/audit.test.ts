// The goal: the audit trail of a home says what was done to its threads. The method: the requests that made the recorded
// homes are walked by themselves, and what they must have left behind is compared with the trail of the files.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { AuditRow } from '../../domain/ledgers/audit/row.ts'
import type { Engine } from '../../replay/engine.ts'
import { expectedTrails, requestsOf, saidBy, type Said } from '../support/audit-expected.ts'
import { right, withEngine } from '../support/engines.ts'
import { copyHome, FIXTURES, removeFolder } from '../support/fixture-home.ts'

const HOMES = readdirSync(join(FIXTURES, 'audit'))
  .filter((name) => name.endsWith('.br'))
  .map((name) => basename(name, '.jsonl.br'))

/** Every row of a home, over pages of a size. */
export const wholeTrail = async (
  engine: Engine,
  limit: number,
  threadId?: string
): Promise<ReadonlyArray<AuditRow>> => {
  const rows: Array<AuditRow> = []
  let cursor: string | null = null
  do {
    const page: { data: ReadonlyArray<AuditRow>; nextCursor: string | null } = await right(
      engine.auditTrail({ limit, cursor, ...(threadId === undefined ? {} : { threadId }) })
    )
    rows.push(...page.data)
    cursor = page.nextCursor
  } while (cursor !== null)
  return rows
}

const byThread = (rows: ReadonlyArray<AuditRow>): ReadonlyMap<string, ReadonlyArray<AuditRow>> => {
  const threads = new Map<string, Array<AuditRow>>()
  for (const row of rows) threads.set(row.threadId, [...(threads.get(row.threadId) ?? []), row])
  return threads
}

const inHome = async <A>(
  name: string,
  use: (engine: Engine, home: string) => Promise<A>
): Promise<A> => {
  const home = copyHome(name)
  try {
    return await withEngine({ home }, (engine) => use(engine, home))
  } finally {
    removeFolder(home)
  }
}

const filesIn = (home: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(home, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.jsonl'))
      .map((path) => [basename(path), join(home, path)])
  )

/** Kinds of the lines that may stand behind a row. */
const LINES: Readonly<Record<string, RegExp>> = {
  created: /"session_meta"/,
  forked: /"session_meta"/,
  spawned: /"session_meta"/,
  reverted: /"session_meta"/,
  turn_started: /"task_started"/,
  turn_completed: /"task_complete"/,
  turn_failed: /"task_complete"/,
  turn_interrupted: /"turn_aborted"|"task_started"|"thread_rolled_back"/,
  resumed: /"task_started"|"thread_rolled_back"/,
  steered: /"user_message"|"UserMessage"/,
  rolled_back: /"thread_rolled_back"/,
  compacted: /"compacted"/,
  review_started: /"entered_review_mode"|"EnteredReviewMode"/,
  reviewed: /"exited_review_mode"|"ExitedReviewMode"/,
  settings_changed: /"turn_context"|"thread_settings_applied"/,
  metadata_changed: /"session_meta"/,
  goal_changed: /"thread_goal_updated"/,
  agent_spawned: /"function_call_output"|"sub_agent_activity"|"SubAgentActivity"/,
  agent_closed: /"function_call_output"/
}

describe('audit trail of recorded homes', () => {
  for (const name of HOMES) {
    it(`says what was asked for: ${name}`, async () => {
      const expected = expectedTrails(name)
      await inHome(name, async (engine) => {
        const rows = await wholeTrail(engine, 1000)
        const found = byThread(rows.filter(({ action }) => action !== 'settings_changed'))
        const said = [...found].map(([id, of]): readonly [string, ReadonlyArray<Said>] => [
          id,
          of.map(saidBy)
        ])
        const isAsked = ([id]: readonly [string, unknown]): boolean => expected.has(id)
        const wanted = [...expected].filter(([id]) => found.has(id))
        expect(Object.fromEntries(said.filter(isAsked))).to.deep.equal(Object.fromEntries(wanted))
        // Threads that nobody asked for by id are those of reviewers; a thread without a file had no turn.
        const others = said.filter((one) => !isAsked(one)).map(([, [first]]) => first?.action)
        const reviews = requestsOf(name).filter(
          ({ method, params }) =>
            method === 'item/completed' && params.item.type === 'exitedReviewMode'
        )
        expect(others).to.deep.equal(reviews.map(() => 'spawned'))
        const unwritten = [...expected].filter(([id]) => !found.has(id)).flatMap(([, of]) => of)
        expect(unwritten.filter(({ action }) => action !== 'created')).to.deep.equal([])
      })
    })
  }

  it('names the bytes of a line that says so, in every home', async () => {
    for (const name of HOMES) {
      await inHome(name, async (engine, home) => {
        const files = filesIn(home)
        for (const { action, evidence } of await wholeTrail(engine, 1000)) {
          if (evidence.kind !== 'line') continue
          const bytes = readFileSync(files.get(evidence.file) ?? '')
          const from = evidence.offset
          const line = bytes.toString('utf8', from, from + evidence.bytes)
          expect(line, `${name} ${action}`).to.match(LINES[action] ?? /^$/)
          expect(JSON.parse(line)).to.be.an('object')
          expect(from === 0 || bytes[from - 1] === 10).to.equal(true)
        }
      })
    }
  })

  it('has the same rows in pages of any size, for a home and thread by thread', async () => {
    for (const name of ['fork-rollback-169', 'review-142', 'live-142']) {
      await inHome(name, async (engine) => {
        const whole = await wholeTrail(engine, 100_000)
        for (const limit of [1, 2, 7])
          expect(await wholeTrail(engine, limit), name).to.deep.equal(whole)
        for (const [threadId, rows] of byThread(whole))
          for (const limit of [1, 3, 100])
            expect(await wholeTrail(engine, limit, threadId)).to.deep.equal(rows)
      })
    }
  })

  it('keeps the turns that a revert left behind', async () => {
    await inHome('fork-rollback-169', async (engine) => {
      const rows = await wholeTrail(engine, 1000)
      const asked = requestsOf('fork-rollback-169')
      const began = asked.filter(({ method }) => method === 'turn/started')
      const started = rows.filter(({ action }) => action === 'turn_started')
      expect(started.map(({ turnId }) => turnId)).to.deep.equal(
        began.map(({ params }) => params.turn.id)
      )
    })
  })
})

describe('approvals of recorded homes', () => {
  for (const name of ['approvals-plan-130', 'approvals-plan-142', 'tools-142', 'walk-1-142']) {
    it(`are those that were declined, and no other: ${name}`, async () => {
      const asked = new Map<
        number | undefined,
        { threadId: string; turnId: string; itemId: string }
      >()
      const declined: Array<unknown> = []
      for (const { dir, id, params, result, method } of requestsOf(name)) {
        if (dir === '<req') asked.set(id, { ...params, subject: method })
        if (dir !== '>' || result?.decision !== 'decline') continue
        const { threadId, turnId, itemId } = asked.get(id) ?? {}
        declined.push({ threadId, turnId, callId: itemId, status: 'denied', reviewer: 'user' })
      }
      await inHome(name, async (engine) => {
        const rows = await right(engine.approvals())
        const found = rows.map(({ threadId, turnId, callId, status, reviewer }) => ({
          threadId,
          turnId,
          callId,
          status,
          reviewer
        }))
        expect(found).to.deep.equal(declined)
      })
    })
  }
})

describe('reviews of recorded homes', () => {
  for (const name of HOMES.filter((home) => home.startsWith('review-')))
    it(`name thread, reviewer and delivery: ${name}`, async () => {
      const asked = requestsOf(name)
      const entered = asked.filter(
        ({ method, params }) =>
          method === 'item/completed' && params.item.type === 'enteredReviewMode'
      )
      const requests = new Map(
        asked
          .filter(({ dir, method }) => dir === '>' && method === 'review/start')
          .map((one) => [one.id, one])
      )
      const delivered = new Map(
        asked.flatMap(({ dir, id, result }) =>
          dir === '<res' && requests.has(id)
            ? [
                [
                  result.turn.id,
                  result.reviewThreadId === requests.get(id)?.params.threadId
                    ? 'inline'
                    : 'detached'
                ]
              ]
            : []
        )
      )
      await inHome(name, async (engine) => {
        const rows = await right(engine.reviews())
        const sorted = rows.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
        expect(sorted.map(({ threadId, delivery }) => ({ threadId, delivery }))).to.deep.equal(
          entered.map(({ params }) => ({
            threadId: params.threadId,
            delivery: delivered.get(params.turnId)
          }))
        )
        // Each reviewer is a thread of the home whose first turn is the one the review names.
        for (const { reviewerThreadId, reviewerTurnId } of rows) {
          const [first, turn] = await wholeTrail(engine, 1000, reviewerThreadId ?? '')
          expect(first?.actor.subagent?.kind).to.equal('review')
          expect(turn?.turnId).to.equal(reviewerTurnId)
        }
        expect(new Set(rows.map(({ reviewerThreadId }) => reviewerThreadId)).size).to.equal(
          rows.length
        )
      })
    })
})
