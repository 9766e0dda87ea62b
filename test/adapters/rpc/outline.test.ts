// Outlines of threads. What they expect are the pages of the same threads, which are held against the real binaries
// elsewhere, what Codex itself counted of its turns, and the lines of the files.
import { expect } from 'chai'
import { appendFileSync, cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { jsonlStore } from '../../../adapters/log/jsonl/store.ts'
import { eraOf } from '../../../domain/log/profile.ts'
import type { OutlinedTurn } from '../../../domain/unroll-protocol.ts'
import { rolloutsOf } from '../../support/cut-home.ts'
import { engineOver } from '../../support/engine-over.ts'
import { copyHome, FIXTURES, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import {
  outline,
  resultOf,
  serving,
  threadsIn,
  turnsOf,
  within,
  type Row
} from '../../support/served-home.ts'

const HOMES = ['fork-rollback-142', 'compaction-142', 'agents-142', 'walk-1-169', 'damaged-142']
const NOBODY = '00000000-0000-7000-8000-000000000000'

const WORDS = 160

const lineOf = (text: string | undefined): string | null =>
  text === undefined || text.trim() === ''
    ? null
    : text.trim().replaceAll(/\s+/g, ' ').slice(0, WORDS)

const inMs = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000)

/** What the page of a turn shows of it. */
const shownOf = (turn: Row, n: number) => {
  const asked = turn.items.find((item: Row) => item.type === 'userMessage')
  const texts = asked?.content.filter((part: Row) => part.type === 'text')
  return {
    n,
    id: turn.id,
    startedAtMs: inMs(turn.startedAt),
    completedAtMs: inMs(turn.completedAt),
    durationMs: turn.durationMs,
    status: turn.status,
    asked: lineOf(texts?.map((part: Row) => part.text).join(' ')),
    answered: lineOf(turn.items.findLast((item: Row) => item.type === 'agentMessage')?.text)
  }
}

const partOf = ({ n, id, startedAtMs, completedAtMs, durationMs, ...turn }: OutlinedTurn) => {
  const { status, asked, answered } = turn
  return { n, id, startedAtMs, completedAtMs, durationMs, status, asked, answered }
}

interface CodexTurn {
  readonly thread_id: string
  readonly turn_id: string
  readonly total_tokens: number
  readonly total_tool_call_count: number
}

/** What Codex posted about the turns of a run. */
const postedTurns = (run: string): ReadonlyArray<CodexTurn> =>
  readFileSync(join(run, 'analytics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => JSON.parse(line).events as ReadonlyArray<Row>)
    .filter(({ event_type }) => event_type === 'codex_turn_event')
    .map(({ event_params }) => event_params as CodexTurn)

describe('outlines of threads', () => {
  for (const home of HOMES)
    it(`have the turns of the pages of ${home}, wherever they begin and end`, () =>
      within(home, async (client) => {
        for (const { id } of await threadsIn(client)) {
          const turns = (await turnsOf(client, id)).map(shownOf)
          for (const from of [0, 1, Math.max(0, turns.length - 1), turns.length + 1])
            for (const count of [1, 3, 5000]) {
              const found = await outline(client, id, { from, count })
              expect([found.total, found.turns.map(partOf)]).to.deep.equal([
                turns.length,
                turns.slice(from, from + count)
              ])
            }
        }
      }))

  it('count items as pages show them, where that needs no look at the file', async () => {
    await within('compaction-142', async (client) => {
      for (const { id } of await threadsIn(client)) {
        const turns = await turnsOf(client, id)
        const { turns: outlined } = await outline(client, id, { from: 0 })
        expect(outlined.map(({ items }) => items)).to.deep.equal(
          turns.map(({ items }) => items.length)
        )
      }
    })
    await within('walk-1-169', async (client) => {
      for (const { id } of await threadsIn(client)) {
        const { turns } = await outline(client, id, { from: 0 })
        expect(new Set(turns.map(({ items }) => items))).to.deep.equal(new Set([null]))
      }
    })
  })

  for (const name of ['h3-142', 'agents-142'])
    it(`have the tokens and tool calls that Codex counted in ${name}`, async () => {
      const run = join(FIXTURES, 'ledger', name)
      const folder = temporaryFolder()
      cpSync(join(run, 'home'), folder, { recursive: true })
      await serving(folder, '0.142', async (client) => {
        const posted = postedTurns(run)
        let compared = 0
        for (const threadId of new Set(posted.map(({ thread_id }) => thread_id))) {
          const { turns } = await outline(client, threadId, { from: 0 })
          const own = posted.filter(
            ({ thread_id, turn_id }) =>
              thread_id === threadId && turns.some(({ id }) => id === turn_id)
          )
          const ids = new Set(own.map(({ turn_id }) => turn_id))
          expect(
            turns
              .filter(({ id }) => ids.has(id))
              .map(({ id, tokens, tools }) => [id, tokens, tools])
          ).to.deep.equal(
            own.map((turn) => [turn.turn_id, turn.total_tokens, turn.total_tool_call_count])
          )
          compared += own.length
        }
        expect(compared).to.be.greaterThan(1)
      })
    })

  it('count the files that patches changed, and the calls that failed', () =>
    within('tools-142', async (client, folder) => {
      for (const { threadId, lines } of rolloutsOf(folder)) {
        const files = new Map<string, Set<string>>()
        for (const line of lines) {
          const { type, payload } = JSON.parse(line)
          if (type !== 'event_msg' || payload.type !== 'patch_apply_end' || !payload.success)
            continue
          const known = files.get(payload.turn_id) ?? new Set()
          for (const [path, change] of Object.entries<Row>(payload.changes))
            known.add(change.move_path ?? path)
          files.set(payload.turn_id, known)
        }
        const { turns } = await outline(client, threadId, { from: 0 })
        expect(turns.map((turn) => turn.files)).to.deep.equal(
          turns.map(({ id }) => files.get(id)?.size ?? 0)
        )
        for (const { id, failed } of turns) {
          const asked = { threadId, turnId: id, statuses: ['failed', 'rejected'], limit: 1000 }
          const calls = resultOf<Row>(await client.ask('unroll/tools/list', asked))
          expect(failed).to.equal(calls.data.length)
        }
      }
    }))

  it('do not tell what turns of another thread cost and called', () =>
    within('fork-rollback-142', async (client) => {
      const counts = async (threadId: string) =>
        (await outline(client, threadId, { from: 0, count: 3 })).turns.map(
          ({ id, tools, failed, files, tokens }) => [id, tools, failed, files, tokens]
        )
      const [turns, ids] = [
        await counts('01a1fcde-3637-7ba1-aa47-0e35fef05fe1'),
        await counts('01a1fcde-3cb0-7011-8079-af112c16e46e')
      ]
      expect(ids).to.deep.equal(turns.map(([id]) => [id, null, null, null, null]))
    }))

  it('mark turns in which the context was compacted or a line is damaged', async () => {
    await within('compaction-142', async (client, folder) => {
      const { threadId, lines } = rolloutsOf(folder).find(({ threadId: id }) =>
        id.startsWith('01a1fcdd-0d00')
      ) ?? {
        threadId: '',
        lines: []
      }
      let turn = ''
      const compacted = new Set<string>()
      for (const line of lines) {
        const { type, payload } = JSON.parse(line)
        if (type === 'event_msg' && payload.type === 'task_started') turn = payload.turn_id
        if (type === 'compacted') compacted.add(turn)
      }
      const { turns } = await outline(client, threadId, { from: 0 })
      expect(compacted.size).to.be.greaterThan(0)
      expect(
        turns.filter(({ flags }) => flags.length > 0).map(({ id, flags }) => [id, flags])
      ).to.deep.equal([...compacted].map((id) => [id, ['compacted']]))
    })
    await within('damaged-142', async (client) => {
      const marked = []
      for (const { id } of await threadsIn(client))
        for (const { id: turn, flags } of (await outline(client, id, { from: 0 })).turns)
          if (flags.length > 0) marked.push([id, turn, flags])
      // The only thread of the home with damaged lines before the end of a turn: shared/corpus damaged.
      expect(marked).to.deep.equal([
        [
          '01a1fcf1-0bbf-7bb0-826d-9ec640c8a8bf',
          '01a1fcf1-0c86-7e31-8047-9c96dacc2626',
          ['damaged']
        ]
      ])
    })
  })

  it('show turns that were taken back where they stood, when asked', () =>
    within('fork-rollback-142', async (client, folder) => {
      let taken = 0
      for (const { threadId, lines } of rolloutsOf(folder)) {
        const kept: Array<{ id: string; isTaken: boolean }> = []
        for (const line of lines) {
          const { type, payload } = JSON.parse(line)
          if (type !== 'event_msg') continue
          if (payload.type === 'task_started') kept.push({ id: payload.turn_id, isTaken: false })
          if (payload.type !== 'thread_rolled_back') continue
          const live = kept.filter(({ isTaken }) => !isTaken)
          for (const turn of live.slice(-payload.num_turns)) turn.isTaken = true
        }
        taken += kept.filter(({ isTaken }) => isTaken).length
        const asked = { from: 0, rolledBack: true }
        const found = await outline(client, threadId, asked)
        expect(
          found.turns.map(({ n, id, flags }) => [n, id, flags.includes('rolledBack')])
        ).to.deep.equal(kept.map(({ id, isTaken }, n) => [n, id, isTaken]))
        const range = resultOf<Row>(
          await client.ask('unroll/turns/range', { threadId, ...asked, itemsView: 'full' })
        )
        expect(
          range.data.map((turn: Row) => [turn.n, turn.id, turn.rolledBack ?? false])
        ).to.deep.equal(kept.map(({ id, isTaken }, n) => [n, id, isTaken]))
        const asOf = { ...asked, at: { revision: lines.length } }
        expect((await outline(client, threadId, asOf)).turns.map(({ id }) => id)).to.deep.equal(
          kept.map(({ id }) => id)
        )
      }
      expect(taken).to.be.greaterThan(3)
    }))

  it('mark turns of reviews, and the last turn that a fork has', async () => {
    for (const home of ['review-142', 'review-169'])
      await within(home, async (client, folder) => {
        let reviews = 0
        for (const { threadId, lines } of rolloutsOf(folder)) {
          const { turns } = await outline(client, threadId, { from: 0 })
          const shown = await turnsOf(client, threadId)
          const inReview = shown.map(({ items }) =>
            items.some((item: Row) => /ReviewMode$/.test(item.type))
          )
          expect(turns.map(({ flags }) => flags.includes('review'))).to.deep.equal(inReview)
          reviews += inReview.filter((is: boolean) => is).length
          expect(lines.length).to.be.greaterThan(0)
        }
        expect(reviews).to.be.greaterThan(0)
      })
    await within('fork-rollback-142', async (client, folder) => {
      const ids = new Map<string, ReadonlyArray<string>>()
      const parents: Array<readonly [string, string]> = []
      for (const { threadId, lines } of rolloutsOf(folder)) {
        ids.set(
          threadId,
          (await turnsOf(client, threadId)).map(({ id }) => id)
        )
        const parent = JSON.parse(lines[0] ?? '').payload.forked_from_id
        if (typeof parent === 'string') parents.push([threadId, parent])
      }
      const expected = parents.map(([child, parent]) => {
        const [a, b] = [ids.get(child) ?? [], ids.get(parent) ?? []]
        const other = a.findIndex((id, at) => id !== b[at])
        return [parent, (other === -1 ? a : a.slice(0, other)).at(-1)]
      })
      const found: Array<ReadonlyArray<unknown>> = []
      for (const threadId of ids.keys())
        for (const { id, flags } of (await outline(client, threadId, { from: 0 })).turns)
          if (flags.includes('fork')) found.push([threadId, id])
      const named = (pairs: ReadonlyArray<ReadonlyArray<unknown>>) =>
        [
          ...new Set(pairs.filter(([, id]) => id !== undefined).map((pair) => pair.join(' ')))
        ].sort()
      expect(named(found)).to.deep.equal(named(expected))
      expect(found.length).to.be.greaterThan(0)
    })
  })

  for (const home of HOMES)
    it(`are of ${home} only the turns that stand out, when asked`, () =>
      within(home, async (client) => {
        for (const { id } of await threadsIn(client))
          for (const rolledBack of [false, true]) {
            const asked = { from: 0, count: 100, rolledBack }
            const whole = await outline(client, id, asked)
            const turns = whole.turns.filter(
              ({ status, failed, flags }) =>
                status === 'failed' || (failed ?? 0) > 0 || flags.length > 0
            )
            expect(await outline(client, id, { ...asked, marked: true })).to.deep.equal({
              ...whole,
              turns
            })
          }
      }))

  it('have the number of events as revision, also as of an earlier point', () =>
    within('fork-rollback-142', async (client, folder) => {
      for (const { threadId, lines } of rolloutsOf(folder).slice(0, 2)) {
        expect((await outline(client, threadId, { from: 0 })).revision).to.equal(lines.length)
        const at = { revision: lines.length - 3 }
        expect((await outline(client, threadId, { from: 0, at })).revision).to.equal(
          lines.length - 3
        )
      }
    }))

  it('are refused without a beginning, for no thread and for one that is not there', () =>
    within('fork-rollback-142', async (client) => {
      const refusal = async (params: object): Promise<unknown> => {
        const { error } = await client.ask('unroll/thread/outline', params)
        const { code, message } = error as { readonly code: number; readonly message: string }
        return [code, message]
      }
      const missing = 'Invalid request: missing field `from`'
      expect(await refusal({ threadId: NOBODY })).to.deep.equal([-32600, missing])
      expect(await refusal({ threadId: NOBODY, from: 0 })).to.deep.equal([
        -32600,
        `thread not loaded: ${NOBODY}`
      ])
    }))

  it('cost what they show: a late part of a long thread takes no more reads than an early one', async () => {
    const folder = copyHome('compaction-142')
    const [file] = rolloutsOf(folder)
    const { threadId = '', path = '', lines = [] } = file ?? {}
    const turn = (n: number): string => {
      const id = `01a1fcdd-0000-7000-8000-${String(n).padStart(12, '0')}`
      const event = (payload: object): string =>
        JSON.stringify({ timestamp: '2026-11-22T05:48:30.000Z', type: 'event_msg', payload })
      return [
        event({
          type: 'task_started',
          turn_id: id,
          model_context_window: 1,
          collaboration_mode_kind: 'default'
        }),
        event({
          type: 'user_message',
          message: `question ${n}`,
          images: [],
          local_images: [],
          text_elements: []
        }),
        event({
          type: 'agent_message',
          message: `answer ${n}`,
          phase: null,
          memory_citation: null
        }),
        event({ type: 'task_complete', turn_id: id, last_agent_message: `answer ${n}` })
      ].join('\n')
    }
    const turns = 600
    appendFileSync(path, `${Array.from({ length: turns }, (_, n) => turn(n)).join('\n')}\n`)
    const profile = eraOf('0.142', false)
    const store = jsonlStore({ home: folder, profile, strict: false })
    let reads = 0
    const counted = {
      ...store,
      read: ((...asked: Parameters<typeof store.read>) => {
        reads += 1
        return store.read(...asked)
      }) as typeof store.read,
      readRanges: ((...asked: Parameters<typeof store.readRanges>) => {
        reads += 1
        return store.readRanges(...asked)
      }) as typeof store.readRanges
    }
    const engine = engineOver(folder, { store: counted })
    try {
      const asked = async (from: number) => {
        const found = await engine.outline(threadId, { from, count: 20 })()
        if (E.isLeft(found)) throw new Error(JSON.stringify(found.left))
        return found.right
      }
      const { total, revision } = await asked(0)
      expect(revision).to.equal(lines.length + 4 * turns)
      reads = 0
      for (const from of [0, 300, total - 20]) await asked(from)
      expect(reads).to.equal(0)
      const last = (await asked(total - 1)).turns
      expect(last.map(({ n, asked: question, answered }) => [n, question, answered])).to.deep.equal(
        [[total - 1, `question ${turns - 1}`, `answer ${turns - 1}`]]
      )
    } finally {
      await engine.close()
      removeFolder(folder)
    }
  })
})
