/**
 * Scenarios about what is cut short: a command whose server is killed, processes whose turn is interrupted, and steers that are refused.
 */
import type { Message } from '../../support/rpc-client.ts'
import { does, isStartOf, says } from './run.ts'
import { command, patch, thought } from './say.ts'
import type { Scenario } from './scenario.ts'

/** A kill while a command runs; the thread had patches, good and bad, and a failed command before. */
const killed: Scenario = {
  asked: 2,
  play: async (run) => {
    await run.start()
    const thread = await run.thread('killed')
    await run.turn(thread, [
      does(() => [thought('Look'), patch('*** Add File: new.txt', '+alpha')]),
      does(() => [patch('*** Update File: new.txt', '@@', '-not there', '+other')]),
      does(() => [command('echo fine; exit 3')]),
      says()
    ])
    const from = run.client().mark()
    await run.begin(thread, [
      does(() => [patch('*** Add File: other.txt', '+beta')]),
      does(() => [command('echo first'), command('sleep 30', { yield_time_ms: 20_000 })])
    ])
    await run
      .client()
      .seen(
        ({ method, params }) =>
          method === 'item/started' && JSON.stringify(params).includes('sleep 30'),
        'the command that runs',
        from
      )
    await run.client().quiet()
    await run.kill()
    await run.start()
    await run.ask('thread/resume', { threadId: thread })
    await run.turn(thread, [says()])
    await run.turn(thread, [says()])
  }
}

/** Steers without words, for no turn, for another and for the one that runs. */
const steersRefused: Scenario = {
  play: async (run) => {
    await run.start()
    const threadId = await run.thread('refused steers')
    const words = [{ type: 'text', text: 'And this too' }]
    const steer = async (input: ReadonlyArray<object>, expectedTurnId: string): Promise<void> => {
      await run.attempt('turn/steer', { threadId, expectedTurnId, input })
    }
    const each = async (turnId: string): Promise<void> => {
      for (const input of [[], words])
        for (const expected of ['', 'another', turnId]) await steer(input, expected)
    }
    const turnId = await run.turn(threadId, [says()])
    await each(turnId)
    const from = run.client().mark()
    const running = await run.begin(threadId, [
      does(() => [command('sleep 3', { yield_time_ms: 20_000 })]),
      says('steered answer')
    ])
    await run.client().seen(isStartOf('commandExecution'), 'a command', from)
    await each(running)
    await run.ended(running)
    await run.client().quiet(1500)
  }
}

/** Processes that live on when their turn is interrupted: one is killed later, one ends by itself. */
const processesInterrupted: Scenario = {
  eras: [130],
  play: async (run) => {
    await run.start()
    const threadId = await run.thread('interrupted processes')
    const ended = ({ method, params }: Message): boolean =>
      method === 'item/completed' && JSON.stringify(params).includes('commandExecution')
    const cutOff = async (cmd: string): Promise<number> => {
      const from = run.client().mark()
      const turnId = await run.begin(threadId, [
        does(() => [command(cmd, { yield_time_ms: 20_000 })])
      ])
      await run.client().seen(isStartOf('commandExecution'), 'a command', from)
      await run.client().quiet()
      await run.client().call('turn/interrupt', { threadId, turnId })
      await run.ended(turnId)
      return from
    }
    const killed = await cutOff('sleep 30')
    await run.ask('thread/backgroundTerminals/clean', { threadId })
    await run.client().seen(ended, 'the end of the killed process', killed)
    const left = await cutOff('sleep 1.5; exit 4')
    await run.client().seen(ended, 'the end of the other process', left)
    await run.turn(threadId, [says()])
    await cutOff('sleep 30')
  }
}

/** Scenarios of things that are cut short. */
export const CUTS: Readonly<Record<string, Scenario>> = {
  killed,
  'processes-interrupted': processesInterrupted,
  'steers-refused': steersRefused
}
