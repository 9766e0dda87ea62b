/**
 * Gives every slash command of the real Codex TUI to an interface of its own, connected to this server or to a real one, and
 * tells what it shows, whether it ends the interface, and whether the interface still takes keys afterwards.
 *
 *   npx tsx test/oracle/slash.ts <path of codex> [--server codex] [--only REGEX] [--file FILE]
 *
 * It needs tmux.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { ProfileName } from '../../domain/log/profile.ts'
import { removeFolder } from '../support/fixture-home.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  writeRollout
} from '../support/rollouts.ts'
import { versionOf } from './codex.ts'
import { clientHome, codexServer, listening, unrollServer } from './listening.ts'
import { terminal, type Terminal } from './terminal.ts'

const THREAD = idOf(1)
const CONFIG = `model_provider = "mock"
model = "m"
[model_providers.mock]
name = "mock"
base_url = "http://127.0.0.1:1/v1"
request_max_retries = 0
stream_max_retries = 0
`
const ANSWER = 'the answer of before'
/** What an interface shows that takes text. */
const TYPED = 'zzz'
/** The line that a person writes in; the terminal itself repeats keys too, when the interface is gone. */
const COMPOSED = /^\s*[›❯] ?.*zzz/m
/** As deep as what a command opens. */
const ESCAPES = 3
/** More often than there are commands. */
const DOWNS = 90

const event = (type: string, members: object): string =>
  JSON.stringify({
    timestamp: '2026-05-01T10:00:01.000Z',
    type: 'event_msg',
    payload: { type, ...members }
  })

const makeHome = (): string => {
  const home = emptyHome()
  writeFileSync(join(home, 'config.toml'), CONFIG)
  const turn = [
    event('task_started', { turn_id: 't1', model_context_window: null }),
    event('user_message', { message: 'a question' }),
    event('agent_message', { message: ANSWER }),
    event('task_complete', { turn_id: 't1', last_agent_message: ANSWER })
  ]
  writeRollout(rolloutPath(home, THREAD, 1), linesOf([metaLine(THREAD), ...turn]))
  return home
}

const NAMES = /^\s*[›❯]?\s*\/([a-z][a-z-]*)/gm

/** The commands that the menu offers. */
const commandsOf = async (one: Terminal): Promise<ReadonlyArray<string>> => {
  one.type('/')
  const found = new Set<string>()
  for (let n = 0; n < DOWNS; n++) {
    const screen = n % 4 === 0 ? ((await one.shows(/\/[a-z]/)) ?? '') : ''
    for (const [, name] of screen.matchAll(NAMES)) if (name !== undefined) found.add(name)
    one.press('Down')
  }
  return [...found].sort()
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: 'string', default: 'unroll' },
    only: { type: 'string', default: '' },
    file: { type: 'string' }
  }
})
const [codex = ''] = positionals
if (codex === '') {
  process.stderr.write('usage: npx tsx test/oracle/slash.ts <path of codex> [--server codex]\n')
  process.exit(2)
}
const version = versionOf(codex)
const starter =
  values.server === 'codex'
    ? codexServer(codex)
    : unrollServer(version.slice(0, 5) as ProfileName, [])

interface Outcome {
  readonly command: string
  readonly ended: boolean
  readonly takesKeys: boolean
  readonly shows: ReadonlyArray<string>
}

const settled = (screen: string): ReadonlyArray<string> =>
  screen
    .split('\n')
    .map((line) => line.replace(/\d+s\b/g, '<age>').trim())
    .filter((line) => /[a-z]/i.test(line))

/** On a home of its own, because some commands archive the thread or begin another. */
const outcomeOf = async (
  command: string,
  act: (one: Terminal) => Promise<Omit<Outcome, 'command'>>
): Promise<Outcome> => {
  const home = makeHome()
  const directory = mkdtempSync(join(tmpdir(), 'unroll-work-'))
  const own = clientHome(home, directory)
  const server = await listening(starter, 'ws', home)
  const env = { CODEX_HOME: own, RUST_LOG: 'off', TERM: 'xterm-256color' }
  const one = terminal(directory, env, [codex, '--remote', server.address, 'resume', THREAD])
  try {
    await one.shows(new RegExp(ANSWER))
    return { command, ...(await act(one)) }
  } finally {
    one.close()
    await server.stop()
    ;[home, own, directory].forEach(removeFolder)
  }
}

const played =
  (command: string) =>
  async (one: Terminal): Promise<Omit<Outcome, 'command'>> => {
    const before = new Set(settled(one.screen()))
    one.type(`/${command}`)
    await one.shows(new RegExp(`/${command}`))
    one.press('Enter')
    const screen = (await one.shows(/\S/)) ?? one.screen()
    const shows = settled(screen).filter((line) => !before.has(line))
    // One Escape closes what is open; in 0.142 another one looks at what was said before.
    let takesKeys = false
    for (let n = 0; n < ESCAPES && !takesKeys; n++) {
      one.press('Escape')
      await one.shows(/\S/)
      one.type(TYPED)
      takesKeys = COMPOSED.test((await one.shows(/\S/)) ?? '')
    }
    const ended = !takesKeys && (await one.shows(/EXIT \d+/)) !== null
    return { ended, takesKeys, shows }
  }

let names: ReadonlyArray<string> = []
await outcomeOf('', async (one) => {
  names = await commandsOf(one)
  return { ended: false, takesKeys: true, shows: [] }
})
const outcomes: Array<Outcome> = []
for (const name of names.filter((one) => new RegExp(values.only).test(one))) {
  const outcome = await outcomeOf(name, played(name))
  outcomes.push(outcome)
  const state = outcome.ended ? 'ENDED' : outcome.takesKeys ? 'goes on' : 'HELD'
  process.stdout.write(`/${name}: ${state}\n${outcome.shows.map((row) => `    ${row}\n`).join('')}`)
}
process.stdout.write(`${version}, ${starter.name}: ${outcomes.length} commands\n`)
if (values.file !== undefined)
  writeFileSync(
    values.file,
    `${JSON.stringify({ version, server: starter.name, outcomes }, null, 1)}\n`
  )
