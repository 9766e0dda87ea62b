// What a server asked its clients, in the audit trail. The goal: one row for each question and one for what came of it, for ever,
// bounded, gone with the thread, and never in the way of a turn. The method: a host that asks, clients that answer, and the trail as
// this engine and the next one tell it.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLive } from '../../../adapters/rpc/threads/live.ts'
import {
  openQuestionRecorder,
  type QuestionRecorder
} from '../../../adapters/rpc/threads/question-recorder.ts'
import type { AuditRow } from '../../../domain/ledgers/audit/row.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { QuestionRecord } from '../../../domain/questions/record.ts'
import type { Engine } from '../../../replay/engine.ts'
import { right } from '../../support/engines.ts'
import { copyHome } from '../../support/fixture-home.ts'
import { serverOf, type Client } from '../../support/rpc-client.ts'
import { inRoom, PLAIN, saying, scriptedHost, type Room } from '../../support/room.ts'

const COMMAND = 'item/commandExecution/requestApproval'
const START_MS = Date.parse('2026-11-24T07:00:00.000Z')

type Append = NonNullable<Parameters<typeof openQuestionRecorder>[0]['append']>

interface Recorded {
  readonly room: Room
  readonly host: ReturnType<typeof scriptedHost>
  readonly recorder: QuestionRecorder
  readonly begin: (threadId?: string) => Promise<void>
  readonly answer: (client: Client, id: number, reply: JsonObject) => Promise<unknown>
  /** Asks and answers, and waits until it is recorded. */
  readonly approve: (id: number) => Promise<void>
  readonly folder: string
  /** What the server wrote for people. */
  readonly said: ReadonlyArray<string>
}

/** A server that records, with a clock that goes on by a second and ids that count. */
const recorded = (use: (recorded: Recorded) => Promise<void>, append?: Append): Promise<void> => {
  const live = createLive()
  const host = scriptedHost()
  const home = copyHome('basic-142')
  const log: Array<string> = []
  let ticks = 0
  let ids = 0
  const recorder = openQuestionRecorder({
    ...{ home, live, log: (line) => void log.push(line) },
    nowMs: () => START_MS + 1000 * ticks++,
    newId: () => `q${ids++}`,
    ...(append && { append })
  })
  return inRoom(
    home,
    (room) => {
      const answer = (client: Client, id: number, reply: JsonObject) =>
        client.send(JSON.stringify({ id, ...reply }))
      return use({
        ...{ room, host, recorder, answer, said: log },
        folder: join(home, '.unroll', 'questions'),
        begin: async (threadId = PLAIN) => {
          await room.ok('thread/resume', { threadId })
          await room.ok('turn/start', { threadId, input: saying('go') })
        },
        approve: async (id) => {
          const asked = host.last().ask(COMMAND, { itemId: 'call-1', command: 'rm secret' })
          await answer(room.client, id, { result: { decision: 'accept', note: 'secret' } })
          await asked
          await recorder.idle()
        }
      })
    },
    { live, turns: host.host, recorder, log: (line) => void log.push(line) }
  )
}

const ACTIONS = ['asked', 'answered'] as const

const trail = async (engine: Engine, threadId = PLAIN): Promise<ReadonlyArray<AuditRow>> =>
  (await right(engine.auditTrail({ threadId, actions: ACTIONS }))).data

const trailOf = async ({ server }: Room, threadId?: string): Promise<ReadonlyArray<AuditRow>> =>
  trail(await server.server.engine, threadId)

/** The trail of an engine that begins now. */
const afterRestart = async (home: string, threadId?: string) => {
  const server = serverOf(home)
  const rows = await trail(await server.server.engine, threadId)
  await server.close()
  return rows
}

const short = ({ action, after, actor }: AuditRow): unknown => [
  action,
  actor.client,
  after?.['outcome'] ?? after?.['clients'],
  after?.['decision'] ?? null
]

describe('questions to clients in the audit trail', () => {
  it('are one row for a question and one for the answer, recorded, without what was asked or said', () =>
    recorded(async ({ room, begin, approve, host, folder }) => {
      const rollout = (): string => {
        const sessions = join(room.home, 'sessions/2026/11/21')
        return readdirSync(sessions)
          .map((name) => readFileSync(join(sessions, name), 'utf8'))
          .join('')
      }
      const before = rollout()
      await begin()
      await room.ok('thread/resume', { threadId: PLAIN }, await room.another())
      await approve(0)
      const { turnId } = host.last()
      const [asked, answered] = await trailOf(room)
      const { process } = asked?.actor ?? {}
      const nobody = { originator: null, cliVersion: null, account: null, subagent: null, process }
      const what = { method: COMMAND, itemId: 'call-1', request: '0' }
      const common = {
        ...{ threadId: PLAIN, turnId, before: null, certainty: 'recorded' },
        evidence: { kind: 'question', questionId: 'q0' }
      }
      expect(process?.pid).to.equal(globalThis.process.pid)
      expect([asked, answered]).to.deep.equal([
        {
          ...common,
          at: '2026-11-24T07:00:00.000Z',
          action: 'asked',
          actor: { ...nobody, client: 'app-server' },
          after: { ...what, clients: 2 }
        },
        {
          ...common,
          at: '2026-11-24T07:00:01.000Z',
          action: 'answered',
          actor: { ...nobody, client: 'app-server:test' },
          after: { outcome: 'answered', decision: 'accept', ...what }
        }
      ])
      const kept = readFileSync(join(folder, `${PLAIN}.jsonl`), 'utf8')
      expect(kept).not.to.contain('secret')
      expect(rollout()).to.equal(before)
      await host.end(room)
    }))

  it('say what came of each: errors, unknown words, questions that were given up; what is sent again has no row', () =>
    recorded(async ({ room, begin, host, answer, recorder }) => {
      await begin()
      for (const [id, reply] of [
        { error: { code: -1, message: 'no' } },
        { result: { decision: 'whatever I want to write' } }
      ].entries()) {
        const asked = host.last().ask(COMMAND, {})
        await answer(room.client, id, reply)
        await asked
      }
      const waiting = host.last().ask('item/tool/call', {})
      const other = await room.another()
      await room.ok('thread/resume', { threadId: PLAIN }, other)
      await room.ok('thread/name/set', { threadId: PLAIN, name: 'told, not asked' })
      await host.end(room)
      await waiting
      await recorder.idle()
      const server = 'app-server'
      const client = 'app-server:test'
      expect((await trailOf(room)).map(short)).to.deep.equal([
        ['asked', server, 1, null],
        ['answered', client, 'error', null],
        ['asked', server, 1, null],
        ['answered', client, 'answered', null],
        ['asked', server, 1, null],
        ['answered', null, 'aborted', null]
      ])
    }))

  it('are approvals, and say more of a call than its rollout does', () =>
    recorded(async ({ room, begin, approve, host, folder, recorder, answer }) => {
      const engine = await room.server.server.engine
      expect(await right(engine.approvals(PLAIN))).to.deep.equal([])
      await begin()
      await approve(0)
      const { turnId } = host.last()
      const declined = host.last().ask(COMMAND, { itemId: 'call-2' })
      await answer(room.client, 1, { result: { decision: 'decline' } })
      await declined
      await recorder.idle()
      const refusal = {
        ...{ type: 'function_call_output', call_id: 'call-2' },
        output: 'exec command rejected by user'
      }
      const other = { ...refusal, call_id: 'call-3' }
      for (const payload of [refusal, other])
        await right(
          engine.append(PLAIN, [
            { timestamp: '2026-11-24T08:00:00.000Z', type: 'response_item', payload }
          ])
        )
      const lines = readFileSync(join(folder, `${PLAIN}.jsonl`), 'utf8').split('\n')
      const placeOf = (n: number) => ({
        file: `${PLAIN}.jsonl`,
        offset: lines.slice(0, n).join('\n').length + 1,
        bytes: lines[n]?.length
      })
      const common = { threadId: PLAIN, turnId, reviewer: 'user', subject: 'command_execution' }
      const [first, second, third] = await right(engine.approvals(PLAIN))
      expect([first, second]).to.deep.equal([
        {
          ...{ ...common, callId: 'call-1', at: '2026-11-24T07:00:01.000Z', status: 'approved' },
          ...{ source: 'question', certainty: 'recorded', evidence: placeOf(1) }
        },
        {
          ...{ ...common, callId: 'call-2', at: '2026-11-24T07:00:03.000Z', status: 'denied' },
          ...{ source: 'question', certainty: 'recorded', evidence: placeOf(3) }
        }
      ])
      expect([third?.callId, third?.source, third?.certainty]).to.deep.equal([
        'call-3',
        'text',
        'inferred'
      ])
      expect((await right(engine.approvals())).map(({ callId }) => callId)).to.include.members([
        'call-1',
        'call-2',
        'call-3'
      ])
      await host.end(room)
    }))

  it('stay when the server ends, and stand in exports and in the past', () =>
    recorded(async ({ room, begin, approve, host, recorder }) => {
      await begin()
      await approve(0)
      const rows = await trailOf(room)
      await host.end(room)
      await recorder.close()
      expect(rows.length).to.equal(2)
      expect(await afterRestart(room.home)).to.deep.equal(rows)
      const again = serverOf(room.home)
      const engine = await again.server.engine
      const lines: Array<string> = []
      for await (const line of await right(engine.auditExport(PLAIN))) lines.push(line)
      expect(lines.filter((line) => line.includes('"kind":"question"')).length).to.equal(2)
      const whole = await right(engine.auditTrail({ actions: ACTIONS }))
      expect(whole.data).to.deep.equal(rows)
      const past = await again.server.past.ask({ timeMs: START_MS }, (then) => trail(then))
      expect(past).to.deep.equal(E.right(rows.slice(0, 1)))
      await again.close()
    }))

  it('go to the trash with their thread and come back with it', () =>
    recorded(async ({ room, begin, approve, folder, recorder }) => {
      await begin()
      await approve(0)
      const rows = await trailOf(room)
      const engine = await room.server.server.engine
      room.server.server.live.unload(PLAIN)
      const deleted = await right(engine.remove(PLAIN, {}))
      await recorder.idle()
      expect(readdirSync(folder)).to.deep.equal([])
      expect(await afterRestart(room.home)).to.deep.equal([])
      await right(engine.restore(deleted.operationId ?? '', {}))
      expect(await afterRestart(room.home)).to.deep.equal(rows)
    }))

  it('are gone for good when their thread is', () =>
    recorded(async ({ room, begin, approve, host, folder }) => {
      await begin()
      await approve(0)
      await host.end(room)
      const engine = await room.server.server.engine
      await right(engine.remove(PLAIN, { permanent: true }))
      expect(readdirSync(folder)).to.deep.equal([])
      expect(readdirSync(join(room.home, '.unroll', 'trash'))).to.deep.equal([])
    }))

  it('leave nothing behind when a client deletes the thread while one waits', () =>
    recorded(async ({ room, begin, host, folder, recorder }) => {
      await begin()
      const { turn } = room.server.server.live.find(PLAIN) ?? {}
      turn?.abort.signal.addEventListener('abort', () => void host.end(room))
      const asked = host.last().ask(COMMAND, {})
      await room.ok('thread/delete', { threadId: PLAIN })
      expect(await asked).to.deep.equal({ kind: 'aborted' })
      await recorder.idle()
      expect(readdirSync(folder)).to.deep.equal([])
      const engine = await room.server.server.engine
      await right(engine.restore(null, {}))
      expect((await afterRestart(room.home)).map(short)).to.deep.equal([
        ['asked', 'app-server', 1, null],
        ['answered', null, 'aborted', null]
      ])
    }))

  it('are none of threads that are never stored', () =>
    recorded(async ({ room, host, approve, folder }) => {
      const { thread } = await room.ok('thread/start', { ephemeral: true })
      await room.ok('turn/start', { threadId: thread.id, input: saying('go') })
      await approve(0)
      expect(existsSync(folder)).to.equal(false)
      await host.end(room)
    }))

  it('never fail a turn or keep it waiting: a disk that fails is mentioned once, one that hangs not at all', async () => {
    const fails: Append = () => Promise.reject(new Error('no space left'))
    await recorded(async ({ room, begin, approve, host, said }) => {
      await begin()
      await approve(0)
      await approve(1)
      await host.end(room)
      const missing = 'questions to clients are missing in the audit trail: no space left'
      expect(await trailOf(room)).to.deep.equal([])
      expect(said.filter((line) => line.includes('audit trail'))).to.deep.equal([missing])
    }, fails)
    const hangs: Append = () => new Promise(() => undefined)
    await recorded(async ({ room, begin, host, answer }) => {
      await begin()
      for (const id of [0, 1]) {
        const asked = host.last().ask(COMMAND, {})
        await answer(room.client, id, { result: { decision: 'accept' } })
        expect(await asked).to.deep.equal({ kind: 'result', result: { decision: 'accept' } })
      }
      await host.end(room)
    }, hangs)
  })

  it('wait in a queue of fixed length', () => {
    const batches: Array<ReadonlyArray<QuestionRecord>> = []
    const slow: Append = async (_, records) => void batches.push(records)
    return recorded(async ({ room, begin, host, recorder }) => {
      await begin()
      const asked = Array.from({ length: 1100 }, () => host.last().ask(COMMAND, {}))
      await recorder.idle()
      expect(batches.map(({ length }) => length)).to.deep.equal([1024])
      await host.end(room)
      await Promise.all(asked)
    }, slow)
  })
})
