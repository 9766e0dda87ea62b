// The ledger of tool calls, whatever its lines: in pieces, twice, hostile. The goal: rows are those of one pass over the
// file, no line stops anything, and a page costs what it shows.
import { expect } from 'chai'
import fc from 'fast-check'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import { right, withEngine } from '../support/engines.ts'
import {
  appendRollout,
  emptyHome,
  linesOf,
  rollout,
  rolloutPath,
  THREAD,
  writeRollout
} from '../support/rollouts.ts'
import { everyCall } from '../support/tool-calls.ts'

const AT = '2026-05-01T10:00:00.000Z'
const line = (type: string, payload: unknown): string =>
  JSON.stringify({ timestamp: AT, type, payload })

const id = fc.constantFrom('c1', 'c2', 'c3', '__proto__', '', 'x'.repeat(2000))
const turn = fc.constantFrom('t1', 't2', 't3', '')
const text = fc.constantFrom(
  'Exit code: 1\nWall time: 0 seconds\nOutput:\n',
  'Wall time: 1 seconds\nProcess running with session ID 7\nOutput:\n',
  'Wall time: 1 seconds\nProcess exited with code 0\nOutput:\n',
  'aborted by user after 1.0s',
  'unsupported call: exec_command',
  ''
)
const path = fc.constantFrom('/a', '/b', '/a/\u0000', '\ud800', 'x'.repeat(5000), '__proto__')
const change = fc.oneof(
  fc.constant({ type: 'add', content: 'a\nb' }),
  fc.constant({ type: 'delete', content: '' }),
  path.map((move_path) => ({ type: 'update', unified_diff: '@@\n-a\n+b', move_path }))
)

/** Lines about tool calls, in any order, mostly well formed. */
const toolLine: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(id, fc.constantFrom('exec_command', 'write_stdin', 'spawn_agent', 'view_image', 'other'))
    .map(([call_id, name]) =>
      line('response_item', {
        type: 'function_call',
        call_id,
        name,
        arguments: '{"cmd":"ls","session_id":7}'
      })
    ),
  fc
    .tuple(id, text)
    .map(([call_id, output]) =>
      line('response_item', { type: 'function_call_output', call_id, output })
    ),
  fc.tuple(id, path).map(([call_id, name]) =>
    line('response_item', {
      type: 'custom_tool_call',
      call_id,
      name: 'apply_patch',
      input: `*** Add File: ${name}\n+a`
    })
  ),
  fc
    .tuple(id, turn, path, change, fc.constantFrom('completed', 'declined', 'failed'))
    .map(([call_id, turn_id, name, one, status]) =>
      line('event_msg', {
        type: 'patch_apply_end',
        call_id,
        turn_id,
        stdout: '',
        stderr: '',
        success: status === 'completed',
        changes: { [name]: one },
        status
      })
    ),
  fc.tuple(id, turn).map(([call, turn_id]) =>
    line('event_msg', {
      type: 'item_completed',
      thread_id: THREAD,
      turn_id,
      item: {
        type: 'CommandExecution',
        id: call,
        command: ['ls'],
        cwd: '/',
        parsed_cmd: [],
        source: 'agent',
        status: 'completed',
        exit_code: 0
      }
    })
  ),
  fc.constant(line('response_item', { type: 'web_search_call', status: 'completed' })),
  fc.constant(line('response_item', { type: 'function_call', name: 5 }))
)

/** A rollout with lines about tools among the others. */
const mixed = fc
  .tuple(rollout, fc.array(toolLine, { maxLength: 24 }), fc.array(fc.nat(), { maxLength: 24 }))
  .map(([lines, more, places]) =>
    more.reduce<ReadonlyArray<string>>((all, one, i) => {
      const at = 1 + ((places[i] ?? i * 7) % Math.max(1, all.length))
      return [...all.slice(0, at), one, ...all.slice(at)]
    }, lines)
  )

const inHome = async <A>(use: (home: string, path: string) => Promise<A>): Promise<A> => {
  const home = emptyHome()
  try {
    return await use(home, rolloutPath(home, THREAD))
  } finally {
    removeFolder(home)
  }
}

const onePass = (home: string) =>
  withEngine({ home }, async (engine) => [
    await everyCall(engine),
    await right(engine.blame({ path: '/a' }))
  ])

describe('the ledger of tool calls', () => {
  it('is the same for a rollout that grows in pieces of any size as for one pass', () =>
    fc.assert(
      fc.asyncProperty(
        mixed,
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1 }),
        (lines, sizes) =>
          inHome(async (home, file) => {
            const bytes = Buffer.from(linesOf(lines))
            writeRollout(file, '')
            const grown = await withEngine({ home }, async (engine) => {
              for (let at = 0, i = 0; at < bytes.length; i++) {
                const size = sizes[i % sizes.length] as number
                appendRollout(file, bytes.subarray(at, at + size))
                at += size
                await everyCall(engine)
              }
              return [await everyCall(engine), await right(engine.blame({ path: '/a' }))]
            })
            expect(grown).to.deep.equal(await onePass(home))
          })
      ),
      { numRuns: 40 }
    )).timeout(600_000)

  it('finds every call by its turn, and adds up to the calls it lists', () =>
    fc.assert(
      fc.asyncProperty(mixed, (lines) =>
        inHome(async (home, file) => {
          writeRollout(file, linesOf(lines))
          await withEngine({ home }, async (engine) => {
            const calls = await everyCall(engine)
            const inThread = await everyCall(engine, { threadId: THREAD })
            const revisions = (all: typeof calls) => all.map(({ place }) => place.revision)
            expect(revisions(inThread)).to.have.members(revisions(calls))
            const turns = new Set(calls.flatMap(({ turnId }) => (turnId === null ? [] : [turnId])))
            for (const turnId of turns)
              expect(
                revisions(await everyCall(engine, { threadId: THREAD, turnId }))
              ).to.deep.equal(revisions(inThread.filter((one) => one.turnId === turnId)))
            const { total, byKind } = await right(engine.toolsSummary({}))
            expect(total.calls).to.equal(calls.length)
            expect(byKind.reduce((sum, one) => sum + one.calls, 0)).to.equal(calls.length)
          })
        })
      ),
      { numRuns: 40 }
    )).timeout(600_000)

  it('flags the calls of a rollback, and no call once it is taken back', async () => {
    const home = copyHome('tools-142')
    try {
      await withEngine({ home, profile: '0.142' }, async (engine) => {
        const withoutPlaces = async () =>
          (await everyCall(engine)).map(({ place: _place, settledAt: _settled, ...call }) => call)
        const before = await withoutPlaces()
        const [{ threadId = '' } = {}] = before
        await right(engine.rollback(threadId, 3))
        const hidden = (await everyCall(engine)).filter(({ rolledBack }) => rolledBack)
        expect(hidden.map(({ name }) => name)).to.deep.equal([
          'user_shell',
          'exec_command',
          'write_stdin',
          'write_stdin'
        ])
        await right(engine.unrollback(threadId))
        expect(await withoutPlaces()).to.deep.equal(before)
      })
    } finally {
      removeFolder(home)
    }
  })

  it('is there again after its thread was deleted and restored, and gone in between', async () => {
    const home = copyHome('tools-142')
    const thread = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
    try {
      await withEngine({ home }, async (engine) => {
        const before = await everyCall(engine)
        const path = before.find(({ kind }) => kind === 'patch')?.subject ?? ''
        expect((await right(engine.blame({ path }))).data).not.to.deep.equal([])
        await right(engine.remove(thread))
        expect(await everyCall(engine)).to.deep.equal([])
        expect(await right(engine.blame({ path }))).to.deep.equal({ path, data: [], hints: [] })
        await right(engine.restore(thread))
        expect(await everyCall(engine)).to.deep.equal(before)
      })
    } finally {
      removeFolder(home)
    }
  })
})
