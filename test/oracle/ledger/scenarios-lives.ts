/**
 * Scenarios about the lives of threads: forks, names, archives, models, imports.
 */
import { REPOSITORY, ROOT, write } from './home.ts'
import { compacted, does, says, script } from './run.ts'
import { command, reply, text } from './say.ts'
import type { Scenario } from './scenario.ts'

const forks: Scenario = {
  play: async (run) => {
    await run.start()
    const root = await run.thread('root')
    await run.turn(root, [says()])
    await run.turn(root, [does(() => [command('echo root')]), says()])
    const first = await run.fork(root, 'first')
    await run.turn(first, [says('answer in the first fork')])
    await run.turn(root, [says()])
    const second = await run.fork(first, 'second')
    await run.turn(second, [says('answer in the second fork')])
    await run.turn(first, [says('answer in the first fork')])
    const third = await run.fork(second, 'third')
    await run.turn(third, [says('answer in the third fork')])
    await run.turn(second, [says('answer in the second fork')])
    await run.fork(root, 'fork without a turn')
    await run.stop()
    await run.start()
    const late = await run.fork(first, 'late, in a new process')
    await run.turn(late, [says('answer in the late fork')])
    await run.ask('thread/resume', { threadId: third })
    await run.turn(third, [says('answer in the third fork')])
  }
}

const forkRunning: Scenario = {
  play: async (run) => {
    await run.start()
    const root = await run.thread('root')
    await run.turn(root, [says()])
    const from = run.client().mark()
    const turnId = await run.begin(root, [
      does(() => [command('echo one')]),
      does(() => [command('sleep 1')]),
      says()
    ])
    await run
      .client()
      .seen(
        ({ method, params }) =>
          method === 'item/started' && JSON.stringify(params).includes('sleep 1'),
        'sleep',
        from
      )
    const fork = await run.fork(root, 'fork of a running thread')
    await run.ended(turnId)
    await run.turn(fork, [says('answer in the fork')])
    await run.turn(root, [says()])
  }
}

const forkEarlier: Scenario = {
  eras: [169],
  play: async (run) => {
    await run.start()
    const root = await run.thread('root')
    const first = await run.turn(root, [says()])
    const second = await run.turn(root, [says()])
    await run.turn(root, [says()])
    const after = await run.fork(root, 'after the second turn', { lastTurnId: second })
    await run.turn(after, [says('answer in the fork')])
    const before = await run.fork(root, 'before the second turn', { beforeTurnId: second })
    await run.turn(before, [says('answer in the fork')])
    const empty = await run.attempt('thread/fork', { threadId: root, beforeTurnId: first })
    const id = (empty['result'] as { thread?: { id: string } } | undefined)?.thread?.id
    if (id !== undefined) await run.turn(id, [says('answer in the fork')])
  }
}

const names: Scenario = {
  play: async (run) => {
    await run.start()
    const one = await run.thread('named and archived')
    const two = await run.thread('archived for good')
    const three = await run.thread('deleted')
    const four = await run.thread('never had a turn')
    await run.turn(one, [says()])
    await run.turn(two, [says()])
    await run.turn(three, [says('answer of a deleted thread')])
    await run.attempt('thread/name/set', { threadId: one, name: 'A name' })
    await run.attempt('thread/name/set', { threadId: four, name: 'A name without turns' })
    await run.attempt('thread/archive', { threadId: one })
    await run.attempt('thread/unarchive', { threadId: one })
    await run.ask('thread/resume', { threadId: one })
    await run.turn(one, [says()])
    await run.attempt('thread/name/set', { threadId: one, name: 'Another name' })
    await run.attempt('thread/archive', { threadId: two })
    if (run.era >= 142) await run.attempt('thread/delete', { threadId: three })
  }
}

const models: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('several models', { cwd: REPOSITORY })
    await run.turn(thread, [says()], { effort: 'low' })
    await run.turn(thread, [does(() => [command('echo shell')]), says()], {
      model: 'lab-small',
      effort: 'high'
    })
    await run.turn(thread, [says()], { model: 'lab-a', summary: 'detailed' })
    const settings = { model: 'lab-a', reasoning_effort: null, developer_instructions: null }
    const plan = () => reply([text('<proposed_plan>\n# Plan\n- a step\n</proposed_plan>\n')])
    await run.turn(thread, [script('plan', plan)], {
      collaborationMode: { mode: 'plan', settings }
    })
    await run.turn(thread, [says()], { collaborationMode: { mode: 'default', settings } })
    const sandboxPolicy = { type: 'readOnly' }
    await run.turn(thread, [says()], { approvalPolicy: 'on-request', sandboxPolicy })
    const fork = await run.fork(thread, 'fork with another model', { model: 'lab-small' })
    await run.turn(fork, [says('answer of the fork')])
  }
}

const ephemeral: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('kept')
    await run.turn(thread, [says()])
    const gone = await run.thread('ephemeral', { ephemeral: true })
    await run.turn(gone, [says('answer nobody keeps')])
    const fork = await run.attempt('thread/fork', {
      threadId: thread,
      ephemeral: true,
      excludeTurns: true
    })
    const id = (fork['result'] as { thread?: { id: string } } | undefined)?.thread?.id
    if (id !== undefined) await run.turn(id, [says('answer nobody keeps')])
  }
}

const session = (): string => {
  const at = (second: number): string =>
    new Date(Date.now() - 3_600_000 + second * 1000).toISOString()
  const line = (type: string, content: string, second: number): string =>
    JSON.stringify({
      type,
      cwd: REPOSITORY,
      timestamp: at(second),
      sessionId: '00000000-0000-4000-8000-00000000000b',
      message: { role: type, content, usage: { input_tokens: 11, output_tokens: 7 } }
    })
  return [
    line('user', 'What does the repository do?', 0),
    line('assistant', 'It has a file.', 2),
    line('user', 'Which one?', 10),
    line('assistant', 'The readme.', 11)
  ]
    .map((one) => `${one}\n`)
    .join('')
}

const imported: Scenario = {
  play: async (run) => {
    const path = `${ROOT}/demo/.claude/projects/repository/session.jsonl`
    write(path, session())
    await run.start()
    const detected = await run.attempt('externalAgentConfig/detect', { includeHome: true })
    const items =
      (detected['result'] as { items?: ReadonlyArray<{ itemType: string }> } | undefined)?.items ??
      []
    const wanted = items.filter(({ itemType }) => itemType === 'SESSIONS')
    run.notes.push(`detected ${JSON.stringify(items.map(({ itemType }) => itemType))}`)
    const from = run.client().mark()
    await run.attempt('externalAgentConfig/import', { migrationItems: wanted })
    await run
      .client()
      .seen(({ method }) => method === 'externalAgentConfig/import/completed', 'the import', from)
    await run.client().quiet()
    const listed = await run.ask('thread/list', {})
    const threads = listed['data'] as ReadonlyArray<{ id: string }>
    for (const { id } of threads) {
      run.labels[id] = 'imported'
      await run.ask('thread/resume', { threadId: id })
      await run.turn(id, [says()])
      await run.turn(id, [says()])
    }
  }
}

/** Threads that no app-server began. */
const executed: Scenario = {
  play: async (run) => {
    const exec = ['exec', '--skip-git-repo-check']
    run.model.expect(
      does(() => [command('echo by exec')]),
      says()
    )
    await run.command(...exec, 'Question of exec')
    run.model.expect(says())
    await run.command(...exec, 'resume', '--last', 'Another question of exec')
    await run.start()
    const listed = await run.ask('thread/list', { sourceKinds: ['exec'] })
    for (const { id } of listed['data'] as ReadonlyArray<{ id: string }>) {
      run.labels[id] = 'by exec'
      await run.ask('thread/resume', { threadId: id })
      await run.turn(id, [says()])
      const fork = await run.fork(id, 'fork of exec')
      await run.turn(fork, [says('answer in the fork')])
    }
  }
}

const two: Scenario = {
  play: async (run) => {
    await run.start()
    const one = await run.thread('one')
    const other = await run.thread('other')
    const ofOne = await run.begin(one, [
      { ...does(() => [command('sleep 0.3')]), isFor: ({ threadId }) => threadId === one },
      { ...says(), isFor: ({ threadId }) => threadId === one }
    ])
    const ofOther = await run.begin(other, [
      { ...does(() => [command('sleep 0.2')]), isFor: ({ threadId }) => threadId === other },
      { ...says(), isFor: ({ threadId }) => threadId === other }
    ])
    await run.client().seen(({ method }) => method === 'turn/completed', 'a turn')
    await run.ended(ofOther)
    await run.ended(ofOne)
    const summary = script('compaction', () => reply([text('LAB SUMMARY.')]))
    await compacted(run, one, [summary])
    await run.turn(other, [says()])
  }
}

/** How threads begin, go on and end. */
export const LIVES: Readonly<Record<string, Scenario>> = {
  forks,
  'fork-running': forkRunning,
  'fork-earlier': forkEarlier,
  names,
  models,
  ephemeral,
  imported,
  executed,
  'at-once': two
}
