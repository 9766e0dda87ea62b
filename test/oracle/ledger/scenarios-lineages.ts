/**
 * Scenarios about threads that continue each other: forks at every turn of threads with reviews, and walks over the pages
 * of random lineages. What 0.169 answered is in the messages of the run.
 */
import { does, interrupted, isStartOf, killed, says, takenBack, type Run } from './run.ts'
import { command } from './say.ts'
import { reviewCutShort, reviewedOnce } from './scenarios-agents.ts'
import { any, STEPS, walkOf, type Step } from './scenarios-walks.ts'
import type { Scenario } from './scenario.ts'

type Direction = 'asc' | 'desc'

/** The turns of a thread, page by page. */
const walked = async (
  run: Run,
  threadId: string,
  sortDirection: Direction,
  limit: number
): Promise<ReadonlyArray<string>> => {
  const ids: Array<string> = []
  for (let cursor: unknown = null; ;) {
    const params = { threadId, limit, sortDirection, itemsView: 'notLoaded' }
    const page = await run.client().call('thread/turns/list', { ...params, cursor })
    const { data, nextCursor } = page['result'] as {
      readonly data: ReadonlyArray<{ readonly id: string }>
      readonly nextCursor: string | null
    }
    ids.push(...data.map(({ id }) => id))
    if (nextCursor === null || ids.length > 200) return ids
    cursor = nextCursor
  }
}

const PAGES = [1, 2, 3, 100]

/** Pages of every thread, in both directions, as a process tells them that has just started. */
const paged = async (run: Run, threads: ReadonlyArray<string>): Promise<void> => {
  await run.stop()
  await run.start()
  for (const threadId of threads) {
    await run.attempt('thread/resume', { threadId, excludeTurns: true })
    for (const limit of PAGES)
      for (const direction of ['asc', 'desc'] as const)
        await walked(run, threadId, direction, limit)
    await run.client().call('thread/turns/list', { threadId, itemsView: 'full', limit: 100 })
    await run.client().call('thread/turns/list', { threadId, limit: 100 })
    await run.client().call('thread/items/list', { threadId, limit: 100 })
    await run.client().call('thread/timeline/list', { threadId, limit: 100 })
  }
}

const idsOf = async (run: Run, threadId: string): Promise<ReadonlyArray<string>> =>
  walked(run, threadId, 'asc', 100)

const forkedAt = async (run: Run, threadId: string, point: object): Promise<string | null> => {
  const answer = await run.attempt('thread/fork', { threadId, excludeTurns: true, ...point })
  const { thread } = (answer['result'] ?? {}) as { readonly thread?: { readonly id: string } }
  return thread?.id ?? null
}

/** Forks before and behind each turn of a thread, and pages of them all. */
const forkedEverywhere = async (run: Run, root: string): Promise<void> => {
  const made: Array<string> = [root]
  for (const turnId of await idsOf(run, root))
    for (const point of [{ lastTurnId: turnId }, { beforeTurnId: turnId }]) {
      const id = await forkedAt(run, root, point)
      if (id !== null) made.push(id)
    }
  const whole = await forkedAt(run, root, {})
  if (whole !== null) made.push(whole)
  await paged(run, made)
}

/** A thread that had a turn and a review. */
const reviewedThread = async (run: Run): Promise<string> => {
  await run.start()
  const root = await run.thread('reviewed')
  await run.turn(root, [says()])
  await reviewedOnce(run, root)
  return root
}

const forkReview: Scenario = {
  eras: [169],
  play: async (run) => {
    const root = await reviewedThread(run)
    await run.turn(root, [says()])
    await forkedEverywhere(run, root)
  }
}

const forkReviewLast: Scenario = {
  eras: [169],
  play: async (run) => {
    await run.start()
    const root = await run.thread('reviewed at once')
    await reviewedOnce(run, root)
    await reviewedOnce(run, root)
    await reviewCutShort(run, root)
    await forkedEverywhere(run, root)
  }
}

const forkReviewReverted: Scenario = {
  eras: [169],
  play: async (run) => {
    const root = await reviewedThread(run)
    await run.turn(root, [says()])
    await takenBack(run, root, 1)
    const fork = await run.fork(root, 'fork of reverted')
    await run.turn(fork, [says()])
    await reviewedOnce(run, fork)
    const second = await run.fork(fork, 'fork of the fork')
    await run.turn(second, [says()])
    for (const beforeTurnId of [...(await idsOf(run, second))].reverse())
      await run.attempt('thread/revert', { threadId: second, beforeTurnId })
    await forkedEverywhere(run, fork)
  }
}

/** Forks of a fork that Codex cut the reviewer's turn short in. */
const forkReviewAgain: Scenario = {
  eras: [169],
  play: async (run) => {
    const root = await reviewedThread(run)
    const fork = await run.fork(root, 'fork right after the review')
    await run.turn(fork, [says()])
    await forkedEverywhere(run, fork)
  }
}

/** Forks of a thread with a turn that no line ends. */
const forkKilled: Scenario = {
  eras: [169],
  play: async (run) => {
    await run.start()
    const root = await run.thread('killed')
    await run.turn(root, [says()])
    await killed(run, root, 0)
    await reviewedOnce(run, root)
    await killed(run, root, 0)
    const fork = await run.fork(root, 'fork of killed')
    await run.turn(fork, [says()])
    await forkedEverywhere(run, fork)
  }
}

const forkSomewhere: Step = async (walk) => {
  const { run, current, random } = walk
  const ids = await idsOf(run, current)
  const turnId = any(ids, random)
  const point = any([{}, { lastTurnId: turnId }, { beforeTurnId: turnId }], random)
  const id = await forkedAt(run, current, point)
  if (id === null) return
  walk.threads.push(id)
  run.labels[id] = `fork ${walk.threads.length}`
  if (random() < 0.6) walk.current = id
}

const revertSomewhere: Step = async ({ run, current, random }) => {
  const ids = (await idsOf(run, current)).slice(-4)
  if (ids.length > 1)
    await run.attempt('thread/revert', { threadId: current, beforeTurnId: any(ids, random) })
}

/** A fork while a command runs. */
const forkRunning: Step = async (walk) => {
  const { run, current } = walk
  const from = run.client().mark()
  const turnId = await run.begin(current, [does(() => [command('sleep 0.7')]), says()])
  await run.client().seen(isStartOf('commandExecution'), 'a command', from)
  await forkSomewhere({ ...walk, random: () => 0 })
  const id = await forkedAt(run, current, {})
  await run.ended(turnId)
  if (id !== null) walk.threads.push(id)
}

const LINEAGE = {
  plain: STEPS.plain,
  review: STEPS.review,
  cut: ({ run, current }) => reviewCutShort(run, current),
  interrupt: async ({ run, current }) => void (await interrupted(run, current, 'stream')),
  fork: forkSomewhere,
  revert: revertSomewhere,
  running: forkRunning,
  switch: STEPS.switch,
  restart: STEPS.restart
} satisfies Readonly<Record<string, Step>>

const SEEDS = Array.from({ length: 20 }, (_, n) => n + 1)

const lineage = (seed: number): Scenario => ({
  eras: [169],
  ...walkOf(seed, {
    steps: LINEAGE,
    often: ['review', 'fork', 'fork', 'revert'],
    count: 11,
    finish: ({ run, threads }) => paged(run, threads)
  })
})

/** Threads that continue each other. */
export const LINEAGES: Readonly<Record<string, Scenario>> = {
  'fork-review': forkReview,
  'fork-review-last': forkReviewLast,
  'fork-review-reverted': forkReviewReverted,
  'fork-review-again': forkReviewAgain,
  'fork-killed': forkKilled,
  ...Object.fromEntries(SEEDS.map((seed) => [`lineage-${seed}`, lineage(seed)]))
}
