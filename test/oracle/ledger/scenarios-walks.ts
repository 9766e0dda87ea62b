/**
 * Random walks: everything threads can go through, in an order that a seed decides.
 */
import { REPOSITORY } from './home.ts'
import { compacted, does, interrupted, says, script, takenBack, type Run } from './run.ts'
import { command, patch, reply, text, thought } from './say.ts'
import { agentsOnce, reviewedOnce } from './scenarios-agents.ts'
import type { Scenario } from './scenario.ts'

/** Numbers in [0, 1) that a seed decides. */
const randomOf = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** A walk, and where it is. */
export interface Walk {
  readonly run: Run
  readonly threads: Array<string>
  readonly random: () => number
  current: string
  version: 'earlier' | undefined
}

/** One step of a walk. */
export type Step = (walk: Walk) => Promise<void>

/** One of several values. */
export const any = <A>(values: ReadonlyArray<A>, random: () => number): A =>
  values[Math.floor(random() * values.length)] as A

const restart: Step = async (walk) => {
  await walk.run.stop()
  await walk.run.start(walk.version)
  await walk.run.ask('thread/resume', { threadId: walk.current })
}

const context = { code: 'context_length_exceeded', message: 'the window is full' }

/** Everything a walk may do. */
export const STEPS = {
  plain: async ({ run, current }) => void (await run.turn(current, [says()])),
  tools: async ({ run, current }) =>
    void (await run.turn(current, [
      does(() => [thought('Look'), command('echo one'), command('exit 2')]),
      does(() => [patch('*** Add File: walk.txt', '+x')]),
      says()
    ])),
  model: async ({ run, current, random }) =>
    void (await run.turn(current, [says()], { model: any(['lab-a', 'lab-shell'], random) })),
  fork: async (walk) => {
    const fork = await walk.run.fork(walk.current, `fork ${walk.threads.length}`)
    walk.threads.push(fork)
    if (walk.random() < 0.6) walk.current = fork
  },
  switch: async (walk) => {
    walk.current = any(walk.threads, walk.random)
    await walk.run.ask('thread/resume', { threadId: walk.current })
  },
  begin: async (walk) => {
    const cwd = walk.random() < 0.5 ? { cwd: REPOSITORY } : {}
    walk.current = await walk.run.thread(`thread ${walk.threads.length}`, cwd)
    walk.threads.push(walk.current)
    await walk.run.turn(walk.current, [says()])
  },
  back: async ({ run, current, random }) => takenBack(run, current, random() < 0.7 ? 1 : 2),
  compact: async ({ run, current }) =>
    compacted(run, current, [script('compaction', () => reply([text('LAB SUMMARY.')]))]),
  interrupt: async ({ run, current, random }) =>
    void (await interrupted(run, current, random() < 0.5 ? 'stream' : 'command')),
  fail: async ({ run, current }) =>
    void (await run.turn(current, [
      does(() => [command('true')]),
      script('http 500', { ends: 'http', events: [], status: 500 })
    ])),
  overflow: async ({ run, current }) => {
    const summary = script('compaction', () => reply([text('LAB SUMMARY.')]))
    await run.turn(current, [script('failed', { ends: 'failed', events: [], error: context })])
    await run.turn(current, [summary, says('answer after compaction')])
  },
  review: async ({ run, current }) => void (await reviewedOnce(run, current)),
  agent: async ({ run, current, random }) => agentsOnce(run, current, random() < 0.5),
  archive: async ({ run, current }) => {
    await run.attempt('thread/archive', { threadId: current })
    await run.attempt('thread/unarchive', { threadId: current })
    await run.ask('thread/resume', { threadId: current })
  },
  restart,
  version: async (walk) => {
    walk.version = walk.version === undefined ? 'earlier' : undefined
    await restart(walk)
  }
} satisfies Readonly<Record<string, Step>>

/** How a walk goes. */
interface Way {
  readonly steps: Readonly<Record<string, Step>>
  /** Steps that are taken more often. */
  readonly often: ReadonlyArray<string>
  readonly count: number
  readonly hasEarlier?: boolean
  /** What is done at the end. */
  readonly finish?: Step
}

/** A walk whose steps a seed decides. */
export const walkOf = (
  seed: number,
  { steps, often, count, hasEarlier = false, finish }: Way
): Scenario => ({
  ...(hasEarlier ? { hasEarlier: true as const } : {}),
  play: async (run) => {
    const random = randomOf(seed * 1000 + run.era)
    const version = hasEarlier ? ('earlier' as const) : undefined
    await run.start(version)
    const first = await run.thread('thread 0')
    await run.turn(first, [says()])
    const walk: Walk = { run, threads: [first], random, current: first, version }
    const names = Object.keys(steps).filter((name) => hasEarlier || name !== 'version')
    const taken: Array<string> = []
    for (let n = 0; n < count; n += 1) {
      const name = any([...names, ...often], random)
      taken.push(name)
      run.notes.splice(
        0,
        run.notes.length,
        ...run.notes.filter((note) => !note.startsWith('walked'))
      )
      run.notes.push(`walked ${taken.join(' ')}`)
      try {
        await steps[name]?.(walk)
      } catch (error) {
        run.notes.push(`${name}: ${String(error).slice(0, 200)}`)
        run.model.left()
      }
    }
    await finish?.(walk)
  }
})

const WAY: Way = { steps: STEPS, often: ['plain', 'tools', 'fork'], count: 14 }
const SEEDS = Array.from({ length: 20 }, (_, n) => n + 1)

/** Walks whose steps a seed decides; `walk-over` goes from one version to another and back. */
export const WALKS: Readonly<Record<string, Scenario>> = Object.fromEntries(
  SEEDS.flatMap((seed) => [
    [`walk-${seed}`, walkOf(seed, WAY)],
    [`walk-over-${seed}`, walkOf(seed + 5, { ...WAY, hasEarlier: true })]
  ])
)
