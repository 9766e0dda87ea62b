/**
 * Scenarios about what is spent: plain turns, compaction, interrupts, failures.
 */
import { pause } from './client.ts'
import type { Usage } from './model.ts'
import {
  compacted,
  does,
  interrupted,
  isStartOf,
  killed,
  says,
  script,
  summary,
  takenBack,
  type Run
} from './run.ts'
import { command, halfText, opaque, reply, text } from './say.ts'
import type { Scenario } from './scenario.ts'

/** Nearly fills the window of `lab-small`. */
const FULL: Usage = { input: 18_511, cached: 1_009, output: 307, reasoning: 11 }

const plain: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('plain')
    await run.turn(thread, [says()])
    await run.turn(thread, [does(() => [command('echo hello')]), says()])
    await run.turn(thread, [says()])
  }
}

const resumed: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('resumed')
    await run.turn(thread, [says()])
    await run.stop()
    await run.start()
    await run.ask('thread/resume', { threadId: thread })
    await run.turn(thread, [says()])
    await run.stop()
    await run.start()
    await run.ask('thread/resume', { threadId: thread })
    await run.turn(thread, [does(() => [command('true')]), says()])
  }
}

const compactManual: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('compacted')
    await run.turn(thread, [says()])
    await run.turn(thread, [does(() => [command('echo before')]), says()])
    await compacted(run, thread, [summary()])
    await run.turn(thread, [says()])
    await compacted(run, thread, [summary()])
    await run.turn(thread, [does(() => [command('echo after')]), says()])
    const fork = await run.fork(thread, 'fork of compacted')
    await run.turn(fork, [says('answer in the fork')])
    await run.turn(thread, [says()])
  }
}

const compactAuto: Scenario = {
  settings: { model: 'lab-small' },
  play: async (run) => {
    await run.start()
    const thread = await run.thread('auto')
    await run.turn(thread, [says()])
    await run.turn(thread, [says('full answer', FULL)])
    await run.turn(thread, [summary(), says('answer after compaction')])
    await run.turn(thread, [
      does(() => [command('echo middle')], 'full tools', { usage: FULL }),
      summary(),
      says('answer after compaction')
    ])
    await run.turn(thread, [says()])
  }
}

const compactDownshift: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('downshift')
    await run.turn(thread, [says()])
    await run.turn(thread, [says('large answer', { ...FULL, input: 60_013 })])
    await run.turn(thread, [summary(), says('answer of the small model')], { model: 'lab-small' })
    await run.turn(thread, [says()])
  }
}

const remoteSummary = (run: Run): ReturnType<typeof script> =>
  run.era === 130
    ? {
        purpose: 'remote compaction',
        isCompact: true,
        reply: () => ({
          ends: 'completed',
          events: [{ type: 'compaction', encrypted_content: 'c2VhbGVk' }]
        })
      }
    : script('remote compaction', () => reply([opaque()]))

const compactRemote: Scenario = {
  settings: { provider: 'OpenAI', model: 'lab-small' },
  play: async (run) => {
    await run.start()
    const thread = await run.thread('remote')
    await run.turn(thread, [says()])
    await compacted(run, thread, [remoteSummary(run)])
    await run.turn(thread, [says('full answer', FULL)])
    await run.turn(thread, [remoteSummary(run), says('answer after compaction')])
    await run.turn(thread, [
      does(() => [command('echo middle')], 'full tools', { usage: FULL }),
      remoteSummary(run),
      says('answer after compaction')
    ])
    await run.turn(thread, [says()])
  }
}

const compactFails: Scenario = {
  settings: { model: 'lab-small' },
  play: async (run) => {
    await run.start()
    const thread = await run.thread('compaction fails')
    await run.turn(thread, [says()])
    await compacted(run, thread, [script('compaction', { ends: 'http', events: [], status: 500 })])
    await run.turn(thread, [says('full answer', FULL)])
    await run.turn(thread, [script('compaction', { ends: 'http', events: [], status: 500 })])
    await run.turn(thread, [summary(), says('answer after compaction')])
  }
}

const interrupts: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('interrupted')
    await run.turn(thread, [says()])
    await interrupted(run, thread, 'stream')
    await run.turn(thread, [says()])
    await interrupted(run, thread, 'command')
    await run.turn(thread, [says()])
    const from = run.client().mark()
    const turnId = await run.begin(thread, [
      does(() => [command('echo one')]),
      script('stream', () => reply([halfText('Again it never en')], { ends: 'hang' }))
    ])
    await run.client().seen(({ method }) => method === 'item/agentMessage/delta', 'a delta', from)
    await run.client().quiet()
    await run.client().call('turn/interrupt', { threadId: thread, turnId })
    await run.ended(turnId)
  }
}

const interruptedLast: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('interrupted at the end')
    await interrupted(run, thread, 'command')
    const fork = await run.fork(thread, 'fork of interrupted')
    await run.turn(fork, [says('answer in the fork')])
  }
}

const failures: Scenario = {
  settings: { retries: 1 },
  play: async (run) => {
    await run.start()
    const thread = await run.thread('failing')
    const half = (): ReturnType<typeof reply> =>
      reply([halfText('Half of a senten')], { ends: 'cut' })
    const http = (status: number): ReturnType<typeof script> =>
      script(`http ${status}`, { ends: 'http', events: [], status })
    await run.turn(thread, [says()])
    await run.turn(thread, [http(500), says('answer after a failure')])
    await run.turn(thread, [script('cut', half), says('answer after a cut')])
    await run.turn(thread, [http(500), http(500), http(500), http(500)])
    await run.turn(thread, [http(400)])
    await run.turn(thread, [says()])
    const error = { code: 'server_is_overloaded', message: 'the lab is busy' }
    await run.turn(thread, [
      does(() => [command('true')]),
      script('failed', { ends: 'failed', events: [], error })
    ])
    await run.turn(thread, [says()])
  }
}

/** The model counts an answer that the binary may throw away and ask again. */
const incomplete: Scenario = {
  settings: { retries: 1 },
  play: async (run) => {
    await run.start()
    const thread = await run.thread('incomplete')
    const long = script('incomplete', () => reply([text('Too long.')], { ends: 'incomplete' }))
    await run.turn(thread, [says()])
    await run.turn(thread, run.era === 169 ? [long] : [long, says()])
    await run.turn(thread, [says()])
  }
}

const contextFailure: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('context failure')
    const error = { code: 'context_length_exceeded', message: 'the window is full' }
    const failed = script('failed', { ends: 'failed', events: [], error })
    await run.turn(thread, [says()])
    await run.turn(thread, [failed])
    await run.turn(thread, [summary(), says('answer after compaction')])
    await run.turn(thread, [does(() => [command('true')]), failed])
    await run.turn(thread, [says()])
    await run.turn(thread, [says()])
  }
}

const contextFailureFirst: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('context failure first')
    const error = { code: 'context_length_exceeded', message: 'the window is full' }
    await run.turn(thread, [script('failed', { ends: 'failed', events: [], error })])
    const fork = await run.fork(thread, 'fork of failed')
    await run.turn(fork, [summary(), says('answer in the fork')])
    await run.turn(thread, [summary(), says('answer after compaction')])
  }
}

const steered: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('steered')
    await run.turn(thread, [says()])
    const from = run.client().mark()
    const turnId = await run.begin(thread, [
      does(() => [command('sleep 0.6')]),
      says('steered answer')
    ])
    await run.client().seen(isStartOf('commandExecution'), 'a command', from)
    const input = [{ type: 'text', text: 'And this too' }]
    await run.client().call('turn/steer', { threadId: thread, expectedTurnId: turnId, input })
    await run.ended(turnId)
    await run.attempt('turn/steer', { threadId: thread, expectedTurnId: turnId, input })
    await run.turn(thread, [says()])
  }
}

const crashed: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('crashed')
    await run.turn(thread, [says()])
    await killed(run, thread, 1)
    await run.turn(thread, [says()])
  }
}

const takesBack: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('taken back')
    for (let n = 0; n < 3; n += 1) await run.turn(thread, [says()])
    await takenBack(run, thread, 2)
    await run.turn(thread, [does(() => [command('echo again')]), says()])
    await takenBack(run, thread, 1)
    const fork = await run.fork(thread, 'fork of taken back')
    await run.turn(fork, [says('answer in the fork')])
    await takenBack(run, fork, 2)
    await run.turn(fork, [says('answer in the fork')])
    await run.turn(thread, [says()])
  }
}

const takesBackCompaction: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('taken back over a compaction')
    await run.turn(thread, [says()])
    await run.turn(thread, [says()])
    await compacted(run, thread, [summary()])
    await run.turn(thread, [says()])
    await takenBack(run, thread, 2)
    await run.turn(thread, [says()])
    await run.stop()
    await run.start()
    await run.ask('thread/resume', { threadId: thread })
    await run.turn(thread, [says()])
  }
}

const noUsage: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('zero usage')
    const zero = { input: 0, cached: 0, output: 0, reasoning: 0 }
    await run.turn(thread, [says()])
    await run.turn(thread, [says('free answer', zero)])
    await run.turn(thread, [says()])
    const same = { input: 500, cached: 100, output: 50, reasoning: 5 }
    await run.turn(thread, [
      does(() => [command('true')], 'same', { usage: same }),
      says('same', same)
    ])
    await run.turn(thread, [says('same', same)])
  }
}

/** A provider that does not count, and one that tells what it wrote to its cache. */
const uncounted: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('uncounted')
    const silent = (): ReturnType<typeof script> =>
      script('uncounted', () => reply([text('Nobody counts this.')], { ends: 'uncounted' }))
    await run.turn(thread, [silent()])
    await run.turn(thread, [says()])
    await run.turn(thread, [
      script('uncounted', () => reply([command('true')], { ends: 'uncounted' })),
      says('cache writing', { input: 211, cached: 31, output: 17, reasoning: 2, cacheWrite: 53 })
    ])
    await run.turn(thread, [silent()])
  }
}

const compactInterrupted: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('compaction interrupted')
    await run.turn(thread, [says()])
    const from = run.client().mark()
    run.model.expect(script('compaction', () => reply([halfText('LAB SUM')], { ends: 'hang' })))
    await run.client().call('thread/compact/start', { threadId: thread })
    const started = await run
      .client()
      .seen(({ method }) => method === 'turn/started', 'the compaction', from)
    const turnId = (started['params'] as { turn: { id: string } }).turn.id
    await pause(300)
    await run.attempt('turn/interrupt', { threadId: thread, turnId })
    await run.ended(turnId)
    await run.turn(thread, [says()])
    await compacted(run, thread, [summary()])
    await run.turn(thread, [says()])
  }
}

/** Some providers give every answer the same id. */
const sameIds: Scenario = {
  play: async (run) => {
    await run.start()
    const thread = await run.thread('same ids')
    const same = { id: 'resp_same' }
    await run.turn(thread, [
      does(() => [command('true')], 'tools', same),
      script('answer', () => reply([text('One.')], same))
    ])
    await run.turn(thread, [script('answer', () => reply([text('Two.')], same))])
    const other = await run.thread('same ids elsewhere')
    await run.turn(other, [script('answer', () => reply([text('Three.')], same))])
  }
}

/** What is spent, and what is told of it. */
export const SPENDING: Readonly<Record<string, Scenario>> = {
  plain,
  resumed,
  'compact-manual': compactManual,
  'compact-auto': compactAuto,
  'compact-downshift': compactDownshift,
  'compact-remote': compactRemote,
  'compact-fails': compactFails,
  interrupts,
  'interrupted-last': interruptedLast,
  failures,
  incomplete,
  'context-failure': contextFailure,
  'context-failure-first': contextFailureFirst,
  steered,
  crashed,
  'takes-back': takesBack,
  'takes-back-compaction': takesBackCompaction,
  'zero-usage': noUsage,
  'same-ids': sameIds,
  uncounted,
  'compact-interrupted': compactInterrupted
}
