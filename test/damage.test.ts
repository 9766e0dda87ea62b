// Odd and damaged rollouts, one row each: what unroll shows, what it reports, and what Codex makes of the same file
// (strict mode). `turns` reads as `id status items`; `refused` is Codex's reason for refusing the whole file.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import type { Turn } from '../domain/protocol.ts'
import { removeFolder } from './support/fixture-home.ts'
import { right, withEngine } from './support/engines.ts'
import { emptyHome, rolloutPath, THREAD, writeRollout } from './support/rollouts.ts'

interface Outcome {
  readonly turns: ReadonlyArray<string>
  readonly listed: boolean
  readonly damage?: ReadonlyArray<string>
}

interface Row {
  readonly title: string
  readonly bytes: string | Buffer
  readonly shows: Outcome
  /** Without rich items; absent: as with them. */
  readonly plain?: Outcome
  /** Where Codex differs: its refusal, or its own outcome. */
  readonly codex?: { readonly refused: string; readonly listed: boolean } | Outcome
  readonly path?: (home: string) => string
}

const AT = '2026-05-01T10:00:00.000Z'
const line = (type: string, payload: unknown): string =>
  JSON.stringify({ timestamp: AT, type, payload }) + '\n'
const event = (type: string, members: object = {}): string =>
  line('event_msg', { type, ...members })
const metaPayload = {
  id: THREAD,
  timestamp: AT,
  cwd: '/w',
  originator: 'o',
  cli_version: '1',
  source: 'cli',
  model_provider: 'mock'
}
const meta = (changes: object = {}): string => line('session_meta', { ...metaPayload, ...changes })
const start = (id: string): string => event('task_started', { turn_id: id, started_at: 1 })
const user = (message = 'hi'): string => event('user_message', { message })
const agent = (message = 'ok'): string => event('agent_message', { message })
const done = (id: string): string =>
  event('task_complete', { turn_id: id, completed_at: 2, duration_ms: 3 })
const turn = (id: string): string => start(id) + user() + agent() + done(id)
const item = line('response_item', {
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text: 'x' }]
})
const rolledBack = (n: number): string => event('thread_rolled_back', { num_turns: n })

const WHOLE = 'completed userMessage,agentMessage'
const one: Outcome = { turns: [`t1 ${WHOLE}`], listed: true }
const headless = (refused: string) => ({ refused, listed: false })

const ROWS: ReadonlyArray<Row> = [
  {
    title: 'a torn last line waits for its rest',
    bytes: meta() + turn('t1') + start('t2').slice(0, 40),
    shows: one
  },
  {
    title: 'a last line without its newline counts',
    bytes: (meta() + turn('t1')).slice(0, -1),
    shows: one
  },
  {
    title: 'a line glued to a torn one is lost with it, and reported',
    bytes: meta() + turn('t1') + start('t2').slice(0, 40) + turn('t3'),
    shows: { turns: [`t1 ${WHOLE}`, `rollout-5 ${WHOLE}`], listed: true, damage: ['not_json'] }
  },
  {
    title: 'a line glued to a torn response item is reported too',
    bytes: meta() + turn('t1') + item.slice(0, 90) + item + turn('t2'),
    shows: {
      turns: [`t1 ${WHOLE}`, `t2 ${WHOLE}`],
      listed: true,
      damage: ['not_json']
    }
  },
  {
    title:
      'settings of a turn in the shape of 0.58 count for nothing, as in Codex, and are no damage',
    bytes:
      meta() +
      line('turn_context', {
        cwd: '/w',
        approval_policy: 'never',
        sandbox_policy: { mode: 'read-only' },
        model: 'm',
        summary: 'auto'
      }) +
      user() +
      agent(),
    shows: { turns: [`rollout-1 ${WHOLE}`], listed: true }
  },
  {
    title: 'an empty file is a thread without turns',
    bytes: '',
    shows: { turns: [], listed: false },
    codex: headless('no_lines')
  },
  {
    title: 'a file of white space is a thread without turns',
    bytes: ' \n\t\n',
    shows: { turns: [], listed: false },
    codex: headless('no_lines')
  },
  {
    title: 'only metadata: no turns, not listed',
    bytes: meta(),
    shows: { turns: [], listed: false }
  },
  {
    title: 'no metadata: the turns are still there',
    bytes: turn('t1'),
    shows: one,
    codex: headless('no_metadata')
  },
  {
    title: 'no metadata but response items: Codex says so',
    bytes: item + turn('t1'),
    shows: one,
    codex: headless('no_session_meta')
  },
  {
    title: 'a second head with another id is ignored',
    bytes: meta() + meta({ id: '01960999-0000-7000-8000-000000000999' }) + turn('t1'),
    shows: one
  },
  {
    title: 'a head with another id: shown under the id of the file',
    bytes: meta({ id: '01960999-0000-7000-8000-000000000999' }) + turn('t1'),
    shows: one
  },
  {
    title: 'metadata after nine events is found',
    bytes: turn('t1') + turn('t2') + meta(),
    shows: { turns: [`t1 ${WHOLE}`, `t2 ${WHOLE}`], listed: true }
  },
  {
    title: 'metadata after a response item is found',
    bytes: item + meta() + turn('t1'),
    shows: one
  },
  {
    title: 'metadata at line 13: Codex does not list the thread',
    bytes: turn('t1') + turn('t2') + turn('t3') + meta(),
    shows: { turns: [`t1 ${WHOLE}`, `t2 ${WHOLE}`, `t3 ${WHOLE}`], listed: true },
    codex: { turns: [`t1 ${WHOLE}`, `t2 ${WHOLE}`, `t3 ${WHOLE}`], listed: false }
  },
  ...['id', 'timestamp', 'cwd', 'originator', 'cli_version'].map((member): Row => ({
    title: `metadata without ${member} is reported, the turns are there`,
    bytes: meta({ [member]: undefined }) + turn('t1'),
    shows: { ...one, damage: ['invalid_payload'] },
    codex: headless('no_metadata')
  })),
  ...[{ id: 'x' }, { git: 'x' }, { base_instructions: 'x' }].map((change): Row => ({
    title: `metadata with ${JSON.stringify(change)} is reported, the turns are there`,
    bytes: meta(change) + turn('t1'),
    shows: { ...one, damage: ['invalid_payload'] },
    codex: headless('no_metadata')
  })),
  {
    title: 'metadata without source, provider or session id is whole',
    bytes: meta({ source: undefined, model_provider: undefined }) + turn('t1'),
    shows: one
  },
  {
    title: 'an unreadable metadata time falls back to the file name',
    bytes: meta({ timestamp: 'then' }) + turn('t1'),
    shows: one
  },
  {
    title: 'an unknown history mode is ignored',
    bytes: meta({ history_mode: 'folded' }) + turn('t1'),
    shows: one
  },
  {
    title: 'unknown lines, events and items are passed over',
    bytes:
      meta() +
      line('novelty', {}) +
      event('novelty') +
      line('response_item', { type: 'novelty' }) +
      turn('t1'),
    shows: one
  },
  {
    title: 'a line without a time is reported',
    bytes: meta() + '{"type":"event_msg","payload":{}}\n' + turn('t1'),
    shows: { ...one, damage: ['not_an_event'] }
  },
  {
    title: 'a line with a number for a time is reported',
    bytes: meta() + '{"timestamp":1,"type":"event_msg","payload":{}}\n' + turn('t1'),
    shows: { ...one, damage: ['not_an_event'] }
  },
  {
    title: 'bytes that are not UTF-8 cost only their line; Codex refuses the file',
    bytes: Buffer.concat([
      Buffer.from(meta()),
      Buffer.from('{"timestamp":"\xff\xfe"}\n', 'latin1'),
      Buffer.from(turn('t1'))
    ]),
    shows: { ...one, damage: ['not_utf8'] },
    codex: { refused: 'not_utf8', listed: true }
  },
  {
    title: 'carriage returns do no harm',
    bytes: (meta() + turn('t1')).replaceAll('\n', '\r\n'),
    shows: one
  },
  {
    title: 'a byte order mark is skipped; it costs Codex the first line',
    bytes: '\ufeff' + meta() + turn('t1'),
    shows: one,
    codex: headless('no_metadata')
  },
  {
    title: 'NUL bytes are reported, blank lines are not',
    bytes: meta() + '\0'.repeat(64) + '\n\n  \n' + turn('t1'),
    shows: { ...one, damage: ['nul_bytes'] }
  },
  {
    title: 'a NUL tail waits like any torn line',
    bytes: meta() + turn('t1') + '\0'.repeat(64),
    shows: one
  },
  {
    title: 'a file from before the envelope is read, and for Codex holds no event',
    bytes: [
      { id: THREAD, timestamp: AT, instructions: null },
      { record_type: 'state' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'ok' }] }
    ]
      .map((one) => `${JSON.stringify(one)}\n`)
      .join(''),
    shows: { turns: [`rollout-1 ${WHOLE}`], listed: true },
    codex: headless('no_lines')
  },
  {
    title: 'a rollback past the start clears all',
    bytes: meta() + turn('t1') + rolledBack(9) + turn('t2'),
    shows: { turns: [`t2 ${WHOLE}`], listed: true }
  },
  {
    title: 'a rollback of none does nothing',
    bytes: meta() + turn('t1') + rolledBack(0),
    shows: one
  },
  {
    title: 'a negative rollback is reported',
    bytes: meta() + turn('t1') + rolledBack(-1),
    shows: { ...one, damage: ['invalid_payload'] }
  },
  {
    title: 'a rollback takes the open turn',
    bytes: meta() + turn('t1') + start('t2') + rolledBack(1),
    shows: one
  },
  {
    title: 'a turn without an end is interrupted',
    bytes: meta() + start('t1') + user(),
    shows: { turns: ['t1 interrupted userMessage'], listed: true }
  },
  {
    title: 'a turn cut off by the next one is interrupted',
    bytes: meta() + start('t1') + user() + turn('t2'),
    shows: { turns: ['t1 interrupted userMessage', `t2 ${WHOLE}`], listed: true }
  },
  {
    title: 'an end of an unknown turn closes the open one',
    bytes: meta() + start('t1') + user() + agent() + done('t9') + start('t2'),
    shows: { turns: [`t1 ${WHOLE}`, 't2 interrupted '], listed: true }
  },
  {
    title: 'an end with nothing open is ignored',
    bytes: meta() + turn('t1') + done('t9'),
    shows: one
  },
  {
    title: 'an abort of a finished turn marks it',
    bytes: meta() + turn('t1') + event('turn_aborted', { turn_id: 't1', reason: 'interrupted' }),
    shows: { turns: ['t1 interrupted userMessage,agentMessage'], listed: true }
  },
  {
    title: 'messages outside turns make turns named after their place',
    bytes: meta() + user() + agent() + user(),
    shows: { turns: [`rollout-1 ${WHOLE}`, 'rollout-3 completed userMessage'], listed: true }
  },
  {
    title: 'turn ids may repeat',
    bytes: meta() + turn('t1') + turn('t1'),
    shows: { turns: [`t1 ${WHOLE}`, `t1 ${WHOLE}`], listed: true }
  },
  {
    title: 'an empty turn stays',
    bytes: meta() + turn('t1') + start('t2') + done('t2'),
    shows: { turns: [`t1 ${WHOLE}`, 't2 completed '], listed: true }
  },
  {
    title: 'a blank user message shows nothing to list by',
    bytes: meta() + start('t1') + user('  ') + done('t1'),
    shows: { turns: ['t1 completed userMessage'], listed: false }
  },
  {
    title: 'a compaction with an unreadable element is reported',
    bytes:
      meta() +
      turn('t1') +
      line('compacted', { message: '', replacement_history: [{ type: 'message' }] }),
    shows: { ...one, damage: ['invalid_payload'] }
  },
  {
    title: 'events no longer kept are passed over',
    bytes: meta() + start('t1') + user() + event('exec_command_end') + agent() + done('t1'),
    shows: one
  },
  {
    title:
      'an error an old Codex logged makes its turn a failed one, unless only Codex items are shown',
    bytes: meta() + start('t1') + user() + event('error', { message: 'x' }) + agent() + done('t1'),
    shows: { turns: ['t1 failed userMessage,agentMessage'], listed: true },
    plain: one,
    codex: one
  },
  {
    title: 'a message item with a mark of the wrong type is reported',
    bytes:
      meta() +
      turn('t1') +
      event('item_completed', {
        thread_id: THREAD,
        turn_id: 't1',
        item: {
          type: 'UserMessage',
          id: 'u1',
          content: [{ type: 'text', text: 'x', text_elements: [[]] }]
        }
      }),
    shows: { ...one, damage: ['invalid_payload'] },
    codex: { ...one, damage: ['invalid_payload'] }
  },
  {
    title: 'lines and events named like members of every object are passed over',
    bytes:
      meta() +
      ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
        .map((name) => line(name, {}) + event(name))
        .join('') +
      turn('t1'),
    shows: one
  },
  {
    title: 'a start without an id leaves its messages to a turn of their own',
    bytes: meta() + event('task_started') + user() + agent(),
    shows: { turns: [`rollout-1 ${WHOLE}`], listed: true, damage: ['invalid_payload'] }
  },
  {
    title: 'the old names of start and end are accepted',
    bytes:
      meta() +
      event('turn_started', { turn_id: 't1' }) +
      user() +
      agent() +
      event('turn_complete', { turn_id: 't1' }),
    shows: one
  },
  {
    title: 'a file outside the day folders: Codex reads it, but does not list it',
    bytes: meta() + turn('t1'),
    path: (home) => `${home}/sessions/2020/01/rollout-2026-05-01T10-00-00-${THREAD}.jsonl`,
    shows: one,
    codex: { ...one, listed: false }
  },
  {
    title: 'a file name without a time: Codex reads it, but does not list it',
    bytes: meta() + turn('t1'),
    path: (home) => `${home}/sessions/2026/05/01/rollout-2026-05-01-${THREAD}.jsonl`,
    shows: one,
    codex: { ...one, listed: false }
  }
]

const words = (turns: ReadonlyArray<Turn>): ReadonlyArray<string> =>
  turns.map(({ id, status, items }) => `${id} ${status} ${items.map((i) => i.type).join(',')}`)

const outcome = (row: Row, options: { readonly strict: boolean; readonly rich: boolean }) => {
  const home = emptyHome()
  writeRollout(row.path?.(home) ?? rolloutPath(home, THREAD), row.bytes)
  return withEngine({ home, ...options }, async (engine) => {
    const listed = (await right(engine.listThreads({}))).data.length === 1
    const read = await engine.readThread(THREAD, true)()
    if (E.isLeft(read)) {
      return {
        refused: read.left._tag === 'UnreadableRollout' ? read.left.reason : read.left._tag,
        listed
      }
    }
    const damage = (await right(engine.damage(THREAD))).map(({ reason }) => reason)
    return { turns: words(read.right.turns), listed, ...(damage.length > 0 ? { damage } : {}) }
  }).finally(() => removeFolder(home))
}

describe('odd and damaged rollouts', () => {
  for (const row of ROWS) {
    it(row.title, async () => {
      const plain = row.plain ?? row.shows
      expect(await outcome(row, { strict: false, rich: true })).to.deep.equal(row.shows)
      expect(await outcome(row, { strict: false, rich: false })).to.deep.equal(plain)
      expect(await outcome(row, { strict: true, rich: false })).to.deep.equal(row.codex ?? plain)
    })
  }
})
