// The operation log as a fold: which operations stand follows from all records, newest first.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import {
  operationsOf,
  toOperationRecord,
  type OperationRecord
} from '../../../domain/changes/operations.ts'
import type { StoreError } from '../../../domain/errors.ts'
import { memoryOperations } from '../../support/memory-home-log.ts'
import { recorded, type Performed } from '../../../replay/change/life/recorded.ts'

const began = (id: string, undoes: string | null = null): OperationRecord => ({
  record: 'began',
  id,
  at: '2026-11-21T06:51:05.380Z',
  operation: 'archive',
  threadIds: ['thread'],
  by: { pid: 1, user: 'me', actor: 'cli' },
  arguments: {},
  before: null,
  undoes,
  relocation: null
})

const ended = (id: string, outcome: 'done' | 'failed' = 'done'): OperationRecord => ({
  record: 'ended',
  id,
  at: '2026-11-21T06:51:06.380Z',
  outcome,
  reason: outcome === 'done' ? null : 'no',
  after: null,
  inverse: null,
  noInverse: null
})

const whole = (id: string, undoes: string | null = null): ReadonlyArray<OperationRecord> => [
  began(id, undoes),
  ended(id)
]

/** Id, state, and who undid it or did it again. */
const states = (...records: ReadonlyArray<OperationRecord>) =>
  operationsOf(records).map(({ began: { id }, state, undoneBy, redoneBy }) =>
    [id, state, undoneBy, redoneBy].filter((fact) => fact !== null).join(' ')
  )

describe('operations', () => {
  it('are done, failed or unfinished by their second record', () => {
    expect(
      states(...whole('a'), began('b'), began('c'), ended('c', 'failed'), ...whole('d'))
    ).to.deep.equal(['d done', 'c failed', 'b unfinished', 'a done'])
  })

  it('are undone by an operation that names them, when that was done', () => {
    expect(states(...whole('a'), ...whole('b', 'a'))).to.deep.equal(['b done', 'a undone b'])
    expect(states(...whole('a'), began('b', 'a'))).to.deep.equal(['b unfinished', 'a done'])
    expect(states(...whole('a'), began('b', 'a'), ended('b', 'failed'))).to.deep.equal([
      'b failed',
      'a done'
    ])
  })

  it('stand again when what undid them was undone, and are undone with what did them again', () => {
    const twice = [...whole('a'), ...whole('b', 'a'), ...whole('c', 'b')]
    expect(states(...twice)).to.deep.equal(['c done', 'b undone c', 'a done c'])
    const thrice = [...twice, ...whole('d', 'c')]
    expect(states(...thrice)).to.deep.equal(['d done', 'c undone d', 'b done d', 'a undone d'])
  })

  it('may overlap', () => {
    expect(states(began('a'), began('b'), ended('a'), ended('b', 'failed'))).to.deep.equal([
      'b failed',
      'a done'
    ])
  })

  it('come from records alone: anything else is passed over', () => {
    const lines: ReadonlyArray<unknown> = [
      null,
      1,
      'text',
      [],
      {},
      { record: 'began', id: 'a', at: '' },
      { record: 'ended', id: 'a', at: '' },
      { record: 'other', id: 'a', at: '', outcome: 'done' }
    ]
    expect(lines.map(toOperationRecord)).to.deep.equal(lines.map(() => null))
    expect(toOperationRecord(began('a'))).to.deep.equal(began('a'))
  })
})

describe('a recorded change', () => {
  const request = {
    operation: 'rename',
    threadId: 'thread',
    arguments: { name: 'new' },
    actor: 'library'
  }
  const place = { revision: 3, segment: 0, offset: 99 }
  const performed: Performed<string> = {
    answer: 'answer',
    after: place,
    inverse: { operation: 'rename', arguments: { name: 'old' } }
  }

  it('has a record before, one after, and the answer of what was run', async () => {
    const log = memoryOperations()
    let seen = 0
    const answer = await recorded({ operations: log }, request, place, async () => {
      seen = log.records.length
      return E.right(performed)
    })
    expect([answer, seen]).to.deep.equal([E.right('answer'), 1])
    expect(log.records).to.deep.equal([
      {
        record: 'began',
        id: 'operation-0001',
        at: '1970-01-01T00:00:00.001Z',
        operation: 'rename',
        threadIds: ['thread'],
        by: { pid: 1, user: 'nobody', actor: 'library' },
        arguments: { name: 'new' },
        before: place,
        undoes: null,
        relocation: null
      },
      {
        record: 'ended',
        id: 'operation-0001',
        at: '1970-01-01T00:00:00.001Z',
        outcome: 'done',
        reason: null,
        after: place,
        inverse: { operation: 'rename', arguments: { name: 'old' } },
        noInverse: null
      }
    ])
  })

  it('that fails says why and can be told from one that was cut off', async () => {
    const log = memoryOperations()
    const busy: StoreError = { _tag: 'Busy', what: 'thread x' }
    const answer = await recorded({ operations: log }, request, null, async () => E.left(busy))
    expect(answer).to.deep.equal(E.left(busy))
    expect(
      operationsOf(log.records).map(({ state, ended: end }) => [state, end?.reason])
    ).to.deep.equal([['failed', 'thread x is in use by another process']])
  })

  it('that throws is recorded as failed, and throws on', async () => {
    const log = memoryOperations()
    const thrown = await recorded({ operations: log }, request, null, async () => {
      throw new Error('a defect')
    }).catch((cause: unknown) => cause)
    expect(String(thrown)).to.equal('Error: a defect')
    expect(operationsOf(log.records).map(({ state }) => state)).to.deep.equal(['failed'])
  })

  it('is not run when its first record cannot be written', async () => {
    const full: StoreError = { _tag: 'IoFailure', operation: 'write', path: 'log', cause: 'full' }
    const log = { ...memoryOperations(), append: async () => E.left(full) }
    let ran = false
    const answer = await recorded({ operations: log }, request, null, async () => {
      ran = true
      return E.right(performed)
    })
    expect([answer, ran]).to.deep.equal([E.left(full), false])
  })

  it('only runs where there is no log', async () => {
    const answer = await recorded({}, request, null, async () => E.right(performed))
    expect(answer).to.deep.equal(E.right('answer'))
  })
})
