// Forks and reverts beside what the real Codex wrote for the same request on the same home: the same lines, but for
// ids, times, settings that come from a live configuration, and `multi_agent_version`, which a source does not record.
import { expect } from 'chai'
import { readdirSync, readFileSync, statSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BranchPoint, Engine } from '../../adapters/library.ts'
import type { Thread, Turn } from '../../domain/protocol.ts'
import { copyHome, FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import { openedEngine } from '../support/engines.ts'

const PLAIN_169 = '01a1fd04-6a2b-7862-91d1-5af381f25378'
const PLAIN_142 = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'

type Right<A> = { readonly right: A }
const right = <A>(either: unknown): A => {
  if ((either as { readonly _tag: string })._tag !== 'Right')
    throw new Error(JSON.stringify(either))
  return (either as Right<A>).right
}

const left = (either: unknown): Readonly<Record<string, unknown>> =>
  (either as { readonly left: Readonly<Record<string, unknown>> }).left

const files = (home: string): ReadonlyArray<string> =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.startsWith('rollout-'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

const linesOf = (path: string): ReadonlyArray<Record<string, unknown>> =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const using = async (name: string, use: (engine: Engine, home: string) => Promise<void>) => {
  const home = copyHome(name)
  const engine = await openedEngine({ home, index: 'memory' })
  try {
    await use(engine, home)
  } finally {
    await engine.close()
    removeFolder(home)
  }
}

interface Recorded {
  readonly filesAfterStop: Readonly<
    Record<string, { readonly change: string; readonly lines: ReadonlyArray<string> }>
  >
}

/** The lines the real Codex wrote into the file it made. */
const recordedLines = (name: string): ReadonlyArray<Record<string, unknown>> => {
  const recorded = readJson(join(FIXTURES, 'branches', `${name}.json`)) as Recorded
  const made = Object.values(recorded.filesAfterStop).find((file) => file.change === 'created')
  return (made?.lines ?? []).map((line) => JSON.parse(line) as Record<string, unknown>)
}

const VARIES = new Set(['timestamp', 'window_id', 'thread_settings', 'service_tier'])

/** The text of a line without what differs from one run to the next, so that the order of members counts. */
const masked = (line: unknown, newId: string): string =>
  JSON.stringify(line, (key, value: unknown) =>
    key === 'multi_agent_version' ? undefined : VARIES.has(key) ? typeof value : value
  ).replaceAll(newId, 'NEW')

const idOf = (line: Record<string, unknown> | undefined): string =>
  (line?.['payload'] as { readonly id: string } | undefined)?.id ?? ''

const turnIds = async (engine: Engine, id: string): Promise<ReadonlyArray<string>> => {
  const page = await engine.listTurns(id, { sortDirection: 'asc', itemsView: 'notLoaded' })()
  return right<{ readonly data: ReadonlyArray<Turn> }>(page).data.map((turn) => turn.id)
}

const turnsOf = async (engine: Engine, id: string): Promise<ReadonlyArray<Turn>> =>
  right<Thread>(await engine.readThread(id, true)()).turns

const FORKS: ReadonlyArray<
  readonly [string, string, (turns: ReadonlyArray<string>) => BranchPoint, number]
> = [
  ['plain-fork', 'of everything', () => ({}), 3],
  ['plain-fork-lastTurnId', 'behind a turn', (turns) => ({ lastTurnId: turns[0] }), 1],
  ['plain-fork-beforeTurnId', 'before a turn', (turns) => ({ beforeTurnId: turns[2] }), 2]
]

describe('a fork of a paginated thread', () => {
  for (const [name, what, point, count] of FORKS) {
    it(`${what} is the two lines Codex 0.169.0 writes, and shows the turns it took over`, () =>
      using('basic-169', async (engine, home) => {
        const before = new Map(files(home).map((path) => [path, readFileSync(path)]))
        const source = await turnsOf(engine, PLAIN_169)
        const ids = source.map((turn) => turn.id)
        const made = right<Thread>(await engine.fork(PLAIN_169, point(ids))())
        const [path = ''] = files(home).filter((one) => !before.has(one))
        const real = recordedLines(name).slice(0, 2)
        expect(linesOf(path).map((line) => masked(line, made.id))).to.deep.equal(
          real.map((line) => masked(line, idOf(real[0])))
        )
        expect(await turnsOf(engine, made.id)).to.deep.equal(source.slice(0, count))
        expect(made).to.include({ path, forkedFromId: PLAIN_169, historyMode: 'paginated' })
        for (const [old, bytes] of before) expect(readFileSync(old).equals(bytes)).to.equal(true)
      }))
  }

  it('takes over nothing before the first turn', () =>
    using('basic-169', async (engine) => {
      const [first = ''] = await turnIds(engine, PLAIN_169)
      const made = right<Thread>(await engine.fork(PLAIN_169, { beforeTurnId: first })())
      expect(linesOf(made.path).map((line) => line['ordinal'])).to.deep.equal([0, 1])
      expect(linesOf(made.path)[0]?.['payload']).to.not.have.property('history_base')
      expect(await turnsOf(engine, made.id)).to.deep.equal([])
    }))

  it('of a fork names the segment in which its history ends', () =>
    using('basic-169', async (engine) => {
      const [first = ''] = await turnIds(engine, PLAIN_169)
      const child = right<Thread>(await engine.fork(PLAIN_169, {})())
      const grandchild = right<Thread>(await engine.fork(child.id, { lastTurnId: first })())
      const whole = right<Thread>(await engine.fork(child.id, {})())
      const base = (thread: Thread) =>
        (linesOf(thread.path)[0]?.['payload'] as { readonly history_base: object }).history_base
      expect(base(grandchild)).to.include({ thread_id: PLAIN_169 })
      expect(base(whole)).to.include({ thread_id: child.id })
      expect(await turnIds(engine, grandchild.id)).to.deep.equal([first])
      expect(await turnIds(engine, whole.id)).to.deep.equal(await turnIds(engine, PLAIN_169))
    }))

  it('keeps git facts and memory mode that were changed since its source began', () =>
    using('basic-169', async (engine) => {
      right(await engine.updateMetadata(PLAIN_169, { branch: 'side', sha: 'abc' })())
      right(await engine.setMemoryMode(PLAIN_169, 'disabled')())
      const made = right<Thread>(await engine.fork(PLAIN_169, {})())
      expect(made.gitInfo).to.deep.equal({ sha: 'abc', branch: 'side', originUrl: null })
      expect(linesOf(made.path)[0]?.['payload']).to.deep.include({
        memory_mode: 'disabled',
        git: { commit_hash: 'abc', branch: 'side' }
      })
    }))

  it('does not see what its source gets later', () =>
    using('basic-169', async (engine) => {
      const source = right<Thread>(await engine.readThread(PLAIN_169, false)())
      const made = right<Thread>(await engine.fork(PLAIN_169, {})())
      const before = await turnsOf(engine, made.id)
      const lines = readFileSync(source.path, 'utf8')
      writeFileSync(source.path, lines + lines.slice(lines.indexOf('\n') + 1))
      expect(await turnsOf(engine, made.id)).to.deep.equal(before)
    }))

  it('refuses an unknown turn, two places at once, and a turn that has not ended', () =>
    using('crash-169', async (engine) => {
      const open = '01a1fd0a-e53c-78b2-a549-68cf39eed192'
      const [turn = ''] = await turnIds(engine, open)
      const ask = async (point: BranchPoint) => left(await engine.fork(open, point)())['_tag']
      expect(await ask({ lastTurnId: 'nope' })).to.equal('TurnNotFound')
      expect(await ask({ lastTurnId: turn, beforeTurnId: turn })).to.equal('InvalidRequest')
      expect(await ask({ lastTurnId: turn })).to.equal('NotPossible')
      const unended = left(await engine.fork(open, { lastTurnId: turn })())
      expect(unended).to.include({ obstacle: 'turn_in_progress' })
    }))

  it('is refused at a place no number tells, where it would lose its history', () =>
    using('basic-169', async (engine, home) => {
      const { path } = right<Thread>(await engine.readThread(PLAIN_169, false)())
      const ids = await turnIds(engine, PLAIN_169)
      writeFileSync(path, `${readFileSync(path, 'utf8')}{"timestamp":"no event"}\n`)
      const before = files(home)
      expect(left(await engine.fork(PLAIN_169, {})())).to.deep.equal({
        _tag: 'NotPossible',
        reason: 'the line before that place has no readable number, which Codex needs to continue',
        next: { kind: 'name_other_turn' }
      })
      expect(files(home)).to.deep.equal(before)
      const made = right<Thread>(await engine.fork(PLAIN_169, { lastTurnId: ids.at(-1) })())
      expect(await turnIds(engine, made.id)).to.deep.equal(ids)
    }))

  it('closes a turn that was still open in its source', () =>
    using('crash-169', async (engine) => {
      const open = '01a1fd0a-e53c-78b2-a549-68cf39eed192'
      const [turn = ''] = await turnIds(engine, open)
      const made = right<Thread>(await engine.fork(open, {})())
      const last = linesOf(made.path).at(-1)?.['payload']
      expect(last).to.include({ type: 'turn_aborted', turn_id: turn, reason: 'interrupted' })
      expect((await turnsOf(engine, made.id)).map(({ id, status }) => [id, status])).to.deep.equal([
        [turn, 'interrupted']
      ])
    }))
})

describe('a fork of a legacy thread', () => {
  it('is a copy with its own metadata first, as Codex 0.142.5 writes it', () =>
    using('basic-142', async (engine) => {
      const source = right<Thread>(await engine.readThread(PLAIN_142, false)())
      const made = right<Thread>(await engine.fork(PLAIN_142, {})())
      const real = recordedLines('legacy-fork')
      const types = (lines: ReadonlyArray<Record<string, unknown>>) =>
        lines.map(({ type, payload }) => [type, (payload as { readonly type?: string }).type])
      const copied = linesOf(made.path)
      expect(types(copied)).to.deep.equal(types(real).slice(0, copied.length))
      expect(copied.slice(1).map(({ payload }) => payload)).to.deep.equal(
        linesOf(source.path).map(({ payload }) => payload)
      )
      expect(copied[0]?.['payload']).to.include({ id: made.id, forked_from_id: PLAIN_142 })
      expect(new Set(copied.map(({ timestamp }) => timestamp)).size).to.equal(1)
      expect(await turnsOf(engine, made.id)).to.deep.equal(await turnsOf(engine, PLAIN_142))
    }))

  it('ends behind the turn that is named', () =>
    using('basic-142', async (engine) => {
      const [first = ''] = await turnIds(engine, PLAIN_142)
      const made = right<Thread>(await engine.fork(PLAIN_142, { lastTurnId: first })())
      expect(await turnIds(engine, made.id)).to.deep.equal([first])
    }))
})

describe('a revert', () => {
  it('is the segment Codex 0.169.0 writes, and the old one stays as it was', () =>
    using('basic-169', async (engine, home) => {
      const before = new Map(files(home).map((path) => [path, readFileSync(path)]))
      const source = await turnsOf(engine, PLAIN_169)
      const made = right<Thread>(await engine.revert(PLAIN_169, source[2]?.id ?? '')())
      const real = recordedLines('plain-revert-last').slice(0, 2)
      expect(linesOf(made.path).map((line) => masked(line, '-'))).to.deep.equal(
        real.map((line) => masked(line, '-'))
      )
      expect(made.path).to.match(/rollout-[\dT-]{19}-[0-9a-f-]{36}_[0-9a-f-]{36}\.jsonl$/)
      expect(await turnsOf(engine, PLAIN_169)).to.deep.equal(source.slice(0, 2))
      for (const [old, bytes] of before) expect(readFileSync(old).equals(bytes)).to.equal(true)
    }))

  it('can be repeated, further back', () =>
    using('basic-169', async (engine) => {
      const ids = await turnIds(engine, PLAIN_169)
      right<Thread>(await engine.revert(PLAIN_169, ids[2] ?? '')())
      right<Thread>(await engine.revert(PLAIN_169, ids[1] ?? '')())
      expect(await turnIds(engine, PLAIN_169)).to.deep.equal(ids.slice(0, 1))
    }))

  it('of a legacy thread is refused with the command that forks it', () =>
    using('basic-142', async (engine) => {
      const [first = ''] = await turnIds(engine, PLAIN_142)
      expect(left(await engine.revert(PLAIN_142, first)())).to.deep.equal({
        _tag: 'NotPossible',
        reason: 'only paginated threads can be reverted',
        next: { kind: 'fork_before', threadId: PLAIN_142, turnId: first },
        obstacle: 'not_paginated'
      })
    }))

  it('is refused where the database of Codex would not notice it, unless forced', () =>
    using('basic-169', async (engine, home) => {
      const [, second = ''] = await turnIds(engine, PLAIN_169)
      writeFileSync(join(home, 'state_5.sqlite'), '')
      expect(left(await engine.revert(PLAIN_169, second)())).to.deep.equal({
        _tag: 'NotPossible',
        reason:
          'Codex remembers the file of this thread in state_5.sqlite and would continue the old one',
        next: {
          kind: 'or_force',
          instead: { kind: 'fork_before', threadId: PLAIN_169, turnId: second }
        }
      })
      right<Thread>(await engine.revert(PLAIN_169, second, { force: true })())
      expect(await turnIds(engine, PLAIN_169)).to.have.length(1)
    }))

  it('of a thread that Codex may have loaded is refused where the system does not tell', () =>
    using('basic-169', async (engine, home) => {
      const [first = ''] = await turnIds(engine, PLAIN_169)
      mkdirSync(join(home, 'thread-writer-locks'))
      const lock = join(home, 'thread-writer-locks', `${PLAIN_169}.lock`)
      writeFileSync(lock, '')
      const answer = await engine.revert(PLAIN_169, first)()
      const told = statSync('/proc/locks', { throwIfNoEntry: false }) !== undefined
      expect((answer as { readonly _tag: string })._tag).to.equal(told ? 'Right' : 'Left')
    }))
})
