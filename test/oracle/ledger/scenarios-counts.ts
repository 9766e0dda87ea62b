/**
 * Scenarios about running totals: every way in which one begins anew, is handed on or is counted again.
 */
import { pause } from './client.ts'
import {
  compacted,
  does,
  interrupted,
  killed,
  says,
  script,
  summary,
  takenBack,
  type Run
} from './run.ts'
import { command, halfText, reply } from './say.ts'
import { any, STEPS, walkOf, type Step } from './scenarios-walks.ts'
import type { Scenario } from './scenario.ts'

/** Kills the server while the model speaks: nobody knows what that would have cost. */
const killedSpeaking = async (run: Run, threadId: string): Promise<void> => {
  const from = run.client().mark()
  await run.begin(threadId, [
    does(() => [command('echo one')]),
    script('stream', () => reply([halfText('This never en')], { ends: 'hang' }))
  ])
  await run.client().seen(({ method }) => method === 'item/agentMessage/delta', 'a delta', from)
  await pause(200)
  await run.kill()
  await run.start()
  await run.ask('thread/resume', { threadId })
}

const totalsForkCompacted: Scenario = {
  play: async (run) => {
    await run.start()
    const root = await run.thread('root')
    await run.turn(root, [says()])
    const fork = await run.fork(root, 'compacted and reverted')
    await compacted(run, fork, [summary()])
    await takenBack(run, fork, 1)
    const second = await run.fork(root, 'compacted, asked and reverted')
    await compacted(run, second, [summary()])
    await run.turn(second, [says()])
    await takenBack(run, second, 2)
    await run.turn(second, [says()])
  }
}

const totalsKilled: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('killed and taken back')
    await run.turn(thread, [says()])
    await run.turn(thread, [says()])
    await killed(run, thread, 1)
    await takenBack(run, thread, 1)
    await run.turn(thread, [says()])
    const other = await run.thread('killed at the first answer')
    await run.turn(other, [says()])
    await killed(run, other, 0)
    await takenBack(run, other, 1)
    await run.turn(other, [does(() => [command('true')]), says()])
  }
}

const totalsKilledLast: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('killed at the end')
    await run.turn(thread, [says()])
    await killed(run, thread, 0)
    const fork = await run.fork(thread, 'fork of killed')
    await run.turn(fork, [says()])
    const other = await run.thread('killed, then compacted')
    await run.turn(other, [says()])
    await killed(run, other, 0)
    await compacted(run, other, [summary()])
    await run.turn(other, [says()])
    const third = await run.thread('killed, taken back, and no more')
    await run.turn(third, [says()])
    await killed(run, third, 0)
    await takenBack(run, third, 1)
  }
}

/** No count tells yet that the service counts. */
const totalsKilledFirst: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('killed at the first turn')
    await killed(run, thread, 0)
    await run.turn(thread, [says()])
    const other = await run.thread('killed at the first turn, taken back')
    await killed(run, other, 0)
    await takenBack(run, other, 1)
    const third = await run.thread('killed at the first turn, and forked')
    await killed(run, third, 0)
    const fork = await run.fork(third, 'fork of killed')
    await run.turn(fork, [does(() => [command('echo one')]), says()])
    const last = await run.thread('killed at the first turn, and no more')
    await killed(run, last, 1)
  }
}

const COUNTING = {
  plain: STEPS.plain,
  tools: async ({ run, current }) =>
    void (await run.turn(current, [does(() => [command('echo one')]), says()])),
  fork: STEPS.fork,
  back: STEPS.back,
  compact: STEPS.compact,
  interrupt: async ({ run, current, random }) =>
    void (await interrupted(run, current, random() < 0.5 ? 'stream' : 'command')),
  kill: async ({ run, current, random }) => killed(run, current, random() < 0.5 ? 0 : 1),
  speak: async ({ run, current }) => killedSpeaking(run, current),
  overflow: STEPS.overflow,
  switch: STEPS.switch,
  restart: STEPS.restart,
  earlier: async (walk) => {
    const { run, current, random } = walk
    if (run.era < 169) return STEPS.fork(walk)
    const listed = await run.ask('thread/turns/list', { threadId: current, limit: 100 })
    const ids = (listed['data'] as ReadonlyArray<{ id: string }>).map(({ id }) => id)
    if (ids.length === 0) return
    const turnId = any(ids, random)
    const point = random() < 0.5 ? { lastTurnId: turnId } : { beforeTurnId: turnId }
    const fork = await run.fork(current, `fork ${walk.threads.length}`, point)
    walk.threads.push(fork)
    walk.current = fork
  }
} satisfies Readonly<Record<string, Step>>

const SEEDS = Array.from({ length: 40 }, (_, n) => n + 1)

/** Running totals. */
export const COUNTS: Readonly<Record<string, Scenario>> = {
  'totals-fork-compacted': totalsForkCompacted,
  'totals-killed': totalsKilled,
  'totals-killed-last': totalsKilledLast,
  'totals-killed-first': totalsKilledFirst,
  ...Object.fromEntries(
    SEEDS.map((seed) => [
      `totals-${seed}`,
      walkOf(seed, {
        steps: COUNTING,
        often: ['back', 'back', 'compact', 'kill', 'earlier'],
        count: 9
      })
    ])
  )
}
