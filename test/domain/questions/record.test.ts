import { expect } from 'chai'
import { questionRow, recordedApproval } from '../../../domain/ledgers/audit/questions.ts'
import { readQuestion, type QuestionRecord } from '../../../domain/questions/record.ts'
import type { JsonObject } from '../../../domain/json.ts'

const ID = '01a20000-0000-7000-8000-000000000001'
const THREAD = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'

const COMMON = {
  id: ID,
  at: '2026-11-24T07:00:00.123Z',
  request: '0',
  method: 'item/commandExecution/requestApproval',
  turnId: '01a20000-0000-7000-8000-000000000002',
  itemId: 'call-1',
  by: { pid: 17, user: 'me' }
}
const ASKED: QuestionRecord = { record: 'asked', ...COMMON, clients: 2 }
const ANSWERED: QuestionRecord = {
  record: 'answered',
  ...COMMON,
  client: 'codex-tui',
  outcome: 'answered',
  decision: 'accept'
}

const reread = (record: object): QuestionRecord | null =>
  readQuestion(JSON.parse(JSON.stringify(record)) as JsonObject)

describe('records of questions', () => {
  it('are read as they were written', () => {
    const aborted = { ...ANSWERED, outcome: 'aborted', decision: null, client: null } as const
    for (const record of [ASKED, ANSWERED, aborted, { ...ASKED, turnId: null, itemId: null }])
      expect(reread(record)).to.deep.equal(record)
  })

  it('are bounded whoever wrote them: long texts are cut, unknown decisions and members left out', () => {
    const long = 'x'.repeat(10_000)
    const cut = 'x'.repeat(128)
    expect(
      reread({
        ...{ ...ANSWERED, method: long, itemId: long, client: long, decision: long },
        ...{ by: { pid: 'no', user: long }, request: 5, answer: 'secret' }
      })
    ).to.deep.equal({
      ...{ ...ANSWERED, method: cut, itemId: cut, client: cut, decision: null },
      ...{ by: { pid: 0, user: cut }, request: '' }
    })
  })

  it('are none without a kind, an id, a time, a method or an outcome that is known', () => {
    for (const line of [
      {},
      { ...ASKED, record: 'told' },
      { ...ASKED, id: 5 },
      { ...ASKED, at: 'yesterday' },
      { ...ASKED, method: null },
      { ...ASKED, clients: 'two' },
      { ...ANSWERED, outcome: 'constructor' }
    ])
      expect(reread(line)).to.equal(null)
  })

  it('become rows of the trail: who asked, who answered, and the word', () => {
    const nobody = { originator: null, cliVersion: null, account: null, subagent: null }
    const { at, turnId, method, by, request, itemId } = COMMON
    const row = { threadId: THREAD, at, turnId, before: null, certainty: 'recorded' }
    const evidence = { kind: 'question', questionId: ID }
    expect([questionRow(THREAD, ASKED), questionRow(THREAD, ANSWERED)]).to.deep.equal([
      [
        1795503600123,
        {
          ...{ ...row, evidence },
          action: 'asked',
          actor: { ...nobody, process: by, client: 'app-server' },
          after: { method, itemId, request, clients: 2 }
        }
      ],
      [
        1795503600123,
        {
          ...{ ...row, evidence },
          action: 'answered',
          actor: { ...nobody, process: by, client: 'app-server:codex-tui' },
          after: { outcome: 'answered', decision: 'accept', method, itemId, request }
        }
      ]
    ])
  })

  it('are approvals where somebody decided about a call', () => {
    const place = { file: `${THREAD}.jsonl`, offset: 5, bytes: 7 }
    const { at, turnId } = COMMON
    const of = (change: object) =>
      recordedApproval({ record: { ...ANSWERED, ...change }, ...place })
    const row = {
      ...{ turnId, callId: 'call-1', at, reviewer: 'user', source: 'question' },
      ...{ certainty: 'recorded', offset: 5, bytes: 7 }
    }
    const told = [
      of({}),
      of({ method: 'item/fileChange/requestApproval', decision: 'decline' }),
      of({ method: 'item/permissions/requestApproval', decision: 'grantForSession' }),
      of({ method: 'execCommandApproval', decision: 'timed_out' }),
      of({ decision: 'cancel' })
    ]
    expect(told).to.deep.equal([
      { ...row, subject: 'command_execution', status: 'approved' },
      { ...row, subject: 'file_change', status: 'denied' },
      { ...row, subject: 'permissions', status: 'approved' },
      { ...row, subject: 'command_execution', status: 'timed_out' },
      { ...row, subject: 'command_execution', status: 'aborted' }
    ])
    const none = [
      recordedApproval({ record: ASKED, ...place }),
      of({ decision: null, outcome: 'aborted' }),
      of({ decision: null, outcome: 'error' }),
      of({ method: 'mcpServer/elicitation/request' }),
      of({ method: 'constructor' })
    ]
    expect(none).to.deep.equal([null, null, null, null, null])
  })
})
