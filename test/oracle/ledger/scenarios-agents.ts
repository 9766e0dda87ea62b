/**
 * Scenarios with more than one agent: sub-agents and reviews.
 */
import { REPOSITORY } from './home.ts'
import type { Asked, Script } from './model.ts'
import { compacted, does, isEndOf, says, script, type Run } from './run.ts'
import { command, outputOf, reply, text, tool } from './say.ts'
import type { Scenario } from './scenario.ts'
import { pause } from './client.ts'

const agentTool = (
  run: Run,
  name: string,
  values: object,
  callId?: string
): ReturnType<typeof tool> =>
  tool(name, values, {
    ...(callId === undefined ? {} : { callId }),
    namespace: run.era === 130 ? undefined : 'multi_agent_v1'
  })

const spawnedBy = (asked: Asked, callId: string): string =>
  /([0-9a-f]{8}-[0-9a-f-]{27})/.exec(outputOf(asked, callId))?.[1] ?? 'unknown'

interface Spawning {
  readonly isFor: (asked: Asked) => boolean
  readonly callId: string
  readonly message: string
  readonly more?: object
  readonly isClosed?: boolean
  readonly sends?: string
}

/** Spawn, wait, perhaps send more and wait again, close, answer. */
const spawning = (
  run: Run,
  { isFor, callId, message, more = {}, isClosed = true, sends }: Spawning
): ReadonlyArray<Script> => {
  const wait = (asked: Asked): ReturnType<typeof reply> =>
    reply([
      agentTool(run, 'wait_agent', { targets: [spawnedBy(asked, callId)], timeout_ms: 30_000 })
    ])
  const send = (asked: Asked): ReturnType<typeof reply> =>
    reply([agentTool(run, 'send_input', { target: spawnedBy(asked, callId), message: sends })])
  const close = (asked: Asked): ReturnType<typeof reply> =>
    reply([agentTool(run, 'close_agent', { target: spawnedBy(asked, callId) })])
  return [
    script(
      'spawn',
      () => reply([agentTool(run, 'spawn_agent', { message, ...more }, callId)]),
      isFor
    ),
    script('wait', wait, isFor),
    ...(sends === undefined ? [] : [script('send', send, isFor), script('wait', wait, isFor)]),
    ...(isClosed ? [script('close', close, isFor)] : []),
    { ...says('answer of the parent'), isFor },
    // When a child ends while its parent answers, 0.130 tells the parent at once, which answers again.
    ...(isClosed ? [] : [{ ...says('answer of the parent'), isFor, isOptional: true as const }])
  ]
}

/** The answer of an agent may come after its parent's. */
const settled = async (run: Run): Promise<void> => {
  await pause(300)
  await run.client().quiet(300)
}

const agents: Scenario = {
  play: async (run) => {
    await run.start()
    const parent = await run.thread('parent')
    await run.turn(parent, [says()])
    const isParent = ({ threadId }: Asked): boolean => threadId === parent
    const isChild = ({ threadId }: Asked): boolean => threadId !== parent
    await run.turn(parent, [
      ...spawning(run, {
        isFor: isParent,
        callId: 'call_spawn_1',
        message: 'Count the files',
        sends: 'Count again'
      }),
      { ...does(() => [command('ls')], 'tools of the child'), isFor: isChild },
      { ...says('answer of the child'), isFor: isChild },
      { ...says('answer of the child'), isFor: isChild }
    ])
    await settled(run)
    await run.turn(parent, [says()])
  }
}

const agentsForked: Scenario = {
  play: async (run) => {
    await run.start()
    const parent = await run.thread('parent')
    await run.turn(parent, [says()])
    await run.turn(parent, [does(() => [command('echo parent')]), says()])
    const isParent = ({ threadId }: Asked): boolean => threadId === parent
    const isChild = ({ threadId }: Asked): boolean => threadId !== parent
    const more = { fork_context: true }
    await run.turn(parent, [
      ...spawning(run, {
        isFor: isParent,
        callId: 'call_spawn_1',
        message: 'Go on',
        more,
        isClosed: false
      }),
      { ...does(() => [command('ls')], 'tools of the child'), isFor: isChild },
      { ...says('answer of the child'), isFor: isChild }
    ])
    await settled(run)
    await run.turn(parent, [
      ...spawning(run, { isFor: isParent, callId: 'call_spawn_2', message: 'Go on again', more }),
      { ...says('answer of the child'), isFor: isChild }
    ])
    await settled(run)
    await run.turn(parent, [says()])
  }
}

const agentsNested: Scenario = {
  settings: { extra: '[agents]\nmax_depth = 3\n' },
  play: async (run) => {
    await run.start()
    const parent = await run.thread('parent')
    await run.turn(parent, [says()])
    let child = ''
    const isParent = ({ threadId }: Asked): boolean => threadId === parent
    const isChild = ({ threadId }: Asked): boolean => {
      if (threadId === parent || threadId === null) return false
      if (child === '') child = threadId
      return threadId === child
    }
    const isGrandchild = (asked: Asked): boolean => !isParent(asked) && !isChild(asked)
    const more = { fork_context: true }
    await run.turn(parent, [
      ...spawning(run, {
        isFor: isParent,
        callId: 'call_spawn_1',
        message: 'Ask another agent',
        more
      }),
      ...spawning(run, {
        isFor: isChild,
        callId: 'call_spawn_2',
        message: 'You are the other agent',
        more
      }),
      { ...does(() => [command('ls')], 'tools of the grandchild'), isFor: isGrandchild },
      { ...says('answer of the grandchild'), isFor: isGrandchild }
    ])
    await settled(run)
    await run.turn(parent, [says()])
  }
}

const agentsFailing: Scenario = {
  play: async (run) => {
    await run.start()
    const parent = await run.thread('parent')
    await run.turn(parent, [says()])
    const isParent = ({ threadId }: Asked): boolean => threadId === parent
    const isChild = ({ threadId }: Asked): boolean => threadId !== parent
    await run.turn(parent, [
      ...spawning(run, {
        isFor: isParent,
        callId: 'call_spawn_1',
        message: 'Fail',
        isClosed: false
      }),
      { ...does(() => [command('true')], 'tools of the child'), isFor: isChild },
      { ...script('http 500', { ends: 'http', events: [], status: 500 }), isFor: isChild }
    ])
    await settled(run)
    const fork = await run.fork(parent, 'fork of a parent')
    await run.turn(fork, [says('answer of the fork')])
  }
}

const findings = (count: number): string =>
  JSON.stringify({
    findings: Array.from({ length: count }, (_, n) => ({
      title: `[P${n + 1}] A finding`,
      body: 'It is wrong.',
      confidence_score: 0.5,
      priority: n + 1,
      code_location: { absolute_file_path: '/srv/demo/notes.txt', line_range: { start: 1, end: 2 } }
    })),
    overall_correctness: count === 0 ? 'patch is correct' : 'patch is incorrect',
    overall_explanation: 'That is all.',
    overall_confidence_score: 0.75
  })

const reviewed = async (
  run: Run,
  threadId: string,
  scripts: ReadonlyArray<Script>,
  more: object = {}
): Promise<string | null> => {
  const from = run.client().mark()
  run.model.expect(...scripts)
  const target = { type: 'custom', instructions: 'Look at the notes' }
  const message = await run.client().call('review/start', { threadId, target, ...more })
  const result = message['result'] as { turn: { id: string }; reviewThreadId: string } | undefined
  if (result === undefined) {
    run.notes.push(`review/start: ${JSON.stringify(message['error'])}`)
    run.model.left()
    return null
  }
  await run.client().seen(isEndOf(result.turn.id), 'the end of a review', from)
  await settled(run)
  for (const purpose of run.model.left()) run.notes.push(`nobody asked for: ${purpose}`)
  return result.reviewThreadId
}

const verdict = (count: number): Script => script('verdict', () => reply([text(findings(count))]))

/** An inline review with one finding. */
export const reviewedOnce = (run: Run, threadId: string): Promise<string | null> =>
  reviewed(run, threadId, [
    does(() => [command('cat notes.txt')], 'tools of the reviewer'),
    verdict(1)
  ])

const reviewInline: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('reviewed', { cwd: REPOSITORY })
    await run.turn(thread, [says()])
    await reviewed(run, thread, [
      does(() => [command('cat readme.md')], 'tools of the reviewer'),
      verdict(2)
    ])
    await run.turn(thread, [says()])
    const target = { type: 'uncommittedChanges' }
    await reviewed(run, thread, [verdict(0)], { target, delivery: 'inline' })
    await reviewed(run, thread, [script('http 400', { ends: 'http', events: [], status: 400 })], {
      target
    })
    await run.turn(thread, [says()])
    const fork = await run.fork(thread, 'fork of reviewed')
    await run.turn(fork, [says('answer of the fork')])
  }
}

const reviewDetached: Scenario = {
  eras: [130, 142],
  play: async (run) => {
    await run.start()
    const thread = await run.thread('reviewed')
    await run.turn(thread, [says()])
    const delivery = 'detached'
    const scripts = [does(() => [command('cat notes.txt')], 'tools of the reviewer'), verdict(1)]
    const review = await reviewed(run, thread, scripts, { delivery })
    if (review !== null) {
      run.labels[review] = 'detached review'
      await run.turn(review, [says('answer in the review')])
    }
    await run.turn(thread, [says()])
    const other = await reviewed(run, thread, [verdict(0)], { delivery })
    if (other !== null) run.labels[other] = 'second detached review'
  }
}

/** An inline review that is interrupted while the reviewer speaks. */
export const reviewCutShort = async (run: Run, thread: string): Promise<void> => {
  const from = run.client().mark()
  run.model.expect(
    does(() => [command('true')], 'tools of the reviewer'),
    script('stream', () => reply([text('Reviewing').slice(0, 2)], { ends: 'hang' }))
  )
  const target = { type: 'custom', instructions: 'Look at the notes' }
  await run.client().call('review/start', { threadId: thread, target })
  await pause(1500)
  const started = await run
    .client()
    .seen(({ method }) => method === 'turn/started', 'the review', from)
  const turnId = (started['params'] as { turn: { id: string } }).turn.id
  await run.attempt('turn/interrupt', { threadId: thread, turnId })
  await run
    .client()
    .seen(({ method }) => method === 'turn/completed', 'the end of the review', from)
  await settled(run)
}

const reviewInterrupted: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('reviewed')
    await run.turn(thread, [says()])
    await reviewCutShort(run, thread)
    await run.turn(thread, [says()])
  }
}

/** One agent, with the history of its parent or without. */
export const agentsOnce = async (run: Run, parent: string, isForked: boolean): Promise<void> => {
  const isParent = ({ threadId }: Asked): boolean => threadId === parent
  const isChild = ({ threadId }: Asked): boolean => threadId !== parent
  const more = isForked ? { fork_context: true } : {}
  const callId = `call_spawn_${run.model.calls.length}`
  await run.turn(parent, [
    ...spawning(run, { isFor: isParent, callId, message: 'Go on', more }),
    { ...does(() => [command('ls')], 'tools of the child'), isFor: isChild },
    { ...says('answer of the child'), isFor: isChild }
  ])
  await settled(run)
}

/** The second kind of agents, which have names and may outlive the turn that spawned them. */
const agentsNamed: Scenario = {
  settings: { features: { multi_agent_v2: true } },
  eras: [142, 169],
  play: async (run) => {
    await run.start()
    const parent = await run.thread('parent')
    const isParent = ({ threadId }: Asked): boolean => threadId === parent
    const isChild = ({ threadId }: Asked): boolean => threadId !== parent
    const namespace = run.era === 169 ? 'collaboration' : undefined
    const collab = (name: string, values: object): Script => ({
      ...script(name, () => reply([tool(name, values, { namespace })])),
      isFor: isParent
    })
    const child = (): Script => ({ ...says('answer of the child'), isFor: isChild })
    const parentSays = (): Script => ({ ...says('answer of the parent'), isFor: isParent })
    await run.turn(parent, [{ ...says(), isFor: isParent }])
    for (const fork_turns of ['none', 'all']) {
      const task = `task_${fork_turns}`
      await run.turn(parent, [
        collab('spawn_agent', { task_name: task, message: 'Look around', fork_turns }),
        collab('wait_agent', { timeout_ms: 10_000 }),
        collab('followup_task', { target: task, message: 'Look again' }),
        collab('wait_agent', { timeout_ms: 10_000 }),
        collab('list_agents', {}),
        parentSays(),
        { ...does(() => [command('ls')], 'tools of the child'), isFor: isChild },
        child(),
        child(),
        { ...parentSays(), isOptional: true as const }
      ])
      await settled(run)
    }
    await run.turn(parent, [parentSays()])
  }
}

/** Who spends for whom. */
/** Threads that begin with something else than a turn of their own. */
const firstTurns: Scenario = {
  play: async (run) => {
    await run.start()
    const compactedFirst = await run.thread('compacted first')
    await compacted(run, compactedFirst, [says('summary of nothing')])
    await run.turn(compactedFirst, [says()])
    const shellFirst = await run.thread('shell first')
    const from = run.client().mark()
    await run.attempt('thread/shellCommand', { threadId: shellFirst, command: 'echo first' })
    await run.client().seen(({ method }) => method === 'turn/completed', 'the command', from)
    await run.client().quiet()
    await run.turn(shellFirst, [says()])
    const reviewedFirst = await run.thread('reviewed first', { cwd: REPOSITORY })
    await reviewed(run, reviewedFirst, [verdict(0)])
    await run.turn(reviewedFirst, [says()])
    await run.turn(reviewedFirst, [says()])
  }
}

export const AGENTS: Readonly<Record<string, Scenario>> = {
  agents,
  'agents-forked': agentsForked,
  'agents-nested': agentsNested,
  'agents-failing': agentsFailing,
  'agents-named': agentsNamed,
  'review-inline': reviewInline,
  'review-detached': reviewDetached,
  'review-interrupted': reviewInterrupted,
  'first-turns': firstTurns
}
