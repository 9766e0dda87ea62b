/**
 * Opens the list of threads of the real terminal interface on a home with directories that are not absolute and heads that are
 * not there, against a real server and against this one in each of its modes, and resumes two of them.
 *
 *   npx tsx test/oracle/tui-odd.ts <path of codex> [file for the results]
 *
 * It needs tmux. Ages and suggestions are left out.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProfileName } from '../../domain/log/profile.ts'
import { removeFolder } from '../support/fixture-home.ts'
import { emptyHome, idOf, linesOf, metaLine, rolloutPath, userLine } from '../support/rollouts.ts'
import { writeRollout } from '../support/rollouts.ts'
import { versionOf } from './codex.ts'
import { clientHome, codexServer, listening, unrollServer, type Starter } from './listening.ts'
import { terminal } from './terminal.ts'

const CONFIG = [
  ...['model_provider = "mock"', 'model = "m"', '[model_providers.mock]', 'name = "mock"'],
  ...['base_url = "http://127.0.0.1:9/v1"', 'wire_api = "responses"', '']
].join('\n')

const event = (payload: object): string =>
  JSON.stringify({ timestamp: '2026-05-01T10:00:00.000Z', type: 'event_msg', payload })

const turn = (said: string): ReadonlyArray<string> => [
  event({ type: 'task_started', turn_id: 't', started_at: 1 }),
  userLine(said),
  event({ type: 'agent_message', message: `answer to ${said}` }),
  event({ type: 'task_complete', turn_id: 't', completed_at: 2, duration_ms: 3 })
]

const WINDOWS = 2
const SPAWN = { thread_spawn: { parent_thread_id: 'x', depth: 1.5 } }
const THREADS: ReadonlyArray<(id: string) => ReadonlyArray<string>> = [
  (id) => [metaLine(id, { cwd: '/w' }), ...turn('absolute')],
  (id) => [metaLine(id, { cwd: 'C:\\w' }), ...turn('windows')],
  (id) => [metaLine(id, { cwd: 'rel' }), ...turn('relative')],
  (id) => [metaLine(id, { cwd: '' }), ...turn('empty')],
  (id) => [metaLine(id).slice(0, 60), ...turn('torn')],
  () => turn('headless'),
  (id) => [metaLine(id, { source: { subagent: SPAWN } }), ...turn('odd source')]
]

const makeHome = (): string => {
  const home = emptyHome()
  writeFileSync(join(home, 'config.toml'), CONFIG)
  for (const [at, lines] of THREADS.entries())
    writeRollout(rolloutPath(home, idOf(at + 1), at + 1), linesOf(lines(idOf(at + 1))))
  return home
}

const settled = (screen: string, server: string): ReadonlyArray<string> =>
  screen
    .replaceAll(server, '<server>')
    .split('\n')
    .filter((line) => /ago|answer to|directory:|EXIT|rror/.test(line))
    .map((line) =>
      line
        .replace(/\d+s ago/, '<age>')
        .replace(/ +/g, ' ')
        .trim()
    )

/** The list, what Enter on its first row shows, and a thread by its id. */
const screensOf = async (codex: string, starter: Starter): Promise<object> => {
  const home = makeHome()
  const directory = mkdtempSync(join(tmpdir(), 'unroll-work-'))
  const own = clientHome(home, directory)
  const server = await listening(starter, 'ws', home)
  const env = { CODEX_HOME: own, MOCK_KEY: 'none', RUST_LOG: 'off', TERM: 'xterm-256color' }
  const opened = (...args: ReadonlyArray<string>) =>
    terminal(directory, env, [codex, '--remote', server.address, ...args])
  const picker = opened('resume', '--all')
  const list = (await picker.shows(/absolute|EXIT/)) ?? picker.screen()
  picker.press('Enter')
  const first = (await picker.shows(/answer to|EXIT/)) ?? picker.screen()
  picker.close()
  const byId = opened('resume', idOf(WINDOWS))
  const windows = (await byId.shows(/answer to windows|EXIT/)) ?? byId.screen()
  byId.close()
  await server.stop()
  ;[home, own, directory].forEach(removeFolder)
  return Object.fromEntries(
    Object.entries({ list, first, windows }).map(([name, screen]) => [
      name,
      settled(screen, server.address)
    ])
  )
}

const [codex = '', file] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write('usage: npx tsx test/oracle/tui-odd.ts <path of codex> [file]\n')
  process.exit(2)
}
const version = versionOf(codex)
const profile = version.slice(0, 5) as ProfileName
const seen = {
  version,
  codex: await screensOf(codex, codexServer(codex)),
  strict: await screensOf(codex, unrollServer(profile)),
  plain: await screensOf(codex, unrollServer(profile, [])),
  rich: await screensOf(codex, unrollServer(profile, ['--items', 'rich']))
}
const text = `${JSON.stringify(seen, null, 1)}\n`
process.stdout.write(text)
if (file !== undefined) writeFileSync(file, text)
