/**
 * Lets the real `codex archive`, `unarchive` and `delete` work against a real Codex server and against this one, over
 * WebSockets and socket files, and compares what they print, their exit codes and the homes afterwards.
 *
 *   npm run oracle:commands -- <path of codex> [file for the results]
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ProfileName } from '../../domain/log/profile.ts'
import { removeFolder } from '../support/fixture-home.ts'
import { freshHome, versionOf } from './codex.ts'
import {
  askOnce,
  clientHome,
  codexServer,
  listening,
  unrollServer,
  type Starter,
  type Transport
} from './listening.ts'

interface Scenario {
  readonly name: string
  /** Commands in order; each is run by a client of its own. */
  readonly commands: ReadonlyArray<ReadonlyArray<string>>
}

/** What a command did. */
interface Outcome {
  readonly command: string
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  /** Rollouts of the home afterwards. */
  readonly rollouts: ReadonlyArray<string>
  readonly names: ReadonlyArray<string>
}

const UNKNOWN = '00000000-0000-7000-8000-000000000000'

const NAME = 'Spare queue'

const scenariosOf = (id: string, name = NAME): ReadonlyArray<Scenario> => [
  {
    name: 'by id',
    commands: [
      ['archive', id],
      ['archive', id],
      ['unarchive', id],
      ['unarchive', id]
    ]
  },
  {
    name: 'by name',
    commands: [
      ['archive', name],
      ['unarchive', name]
    ]
  },
  {
    name: 'deleted by id',
    commands: [
      ['delete', id],
      ['delete', '--force', id],
      ['archive', id]
    ]
  },
  {
    name: 'deleted by name',
    commands: [
      ['delete', name],
      ['delete', '--force', name]
    ]
  },
  {
    name: 'deleted when archived',
    commands: [
      ['archive', id],
      ['delete', '--force', id]
    ]
  },
  {
    name: 'unknown',
    commands: [
      ['archive', UNKNOWN],
      ['archive', 'no such name'],
      ['unarchive', UNKNOWN],
      ['unarchive', 'no such name'],
      ['delete', '--force', UNKNOWN],
      ['delete', '--force', 'no such name']
    ]
  }
]

const rolloutsOf = (home: string): ReadonlyArray<string> =>
  (readdirSync(home, { recursive: true }) as Array<string>)
    .filter((path) => /^(sessions|archived_sessions)\/.*\.jsonl$/.test(path))
    .sort()

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Names by thread; when they were given is another time on each server. */
const namesOf = (home: string): ReadonlyArray<string> =>
  read(join(home, 'session_index.jsonl'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, string>)
    .map(({ id, thread_name }) => `${id ?? ''} ${thread_name ?? ''}`)

const play = async (
  codex: string,
  starter: Starter,
  transport: Transport,
  source: string,
  { id, commands }: Scenario & { readonly id: string }
): Promise<ReadonlyArray<Outcome>> => {
  const home = freshHome(source)
  const own = clientHome(home, tmpdir())
  const server = await listening(starter, transport, home)
  await askOnce(server, 'thread/name/set', { threadId: id, name: NAME })
  const plain = (text: string): string =>
    [server.address, home, own]
      .reduce((all, part) => all.replaceAll(part, '.'), text)
      .replace(/^WARNING: proceeding, even though.*\n/gm, '')
      .replace(/\nStack backtrace:\n(?: +\d+: .*\n)+/g, '')
  try {
    return commands.map(([verb = '', ...rest]) => {
      const args = [verb, '--remote', server.address, ...rest]
      const env = { ...process.env, CODEX_HOME: own, MOCK_KEY: 'none', RUST_LOG: 'off' }
      const done = spawnSync(codex, args, { env, cwd: tmpdir(), encoding: 'utf8', timeout: 60_000 })
      return {
        command: [verb, ...rest].join(' '),
        exitCode: done.status,
        stdout: plain(done.stdout),
        stderr: plain(done.stderr),
        rollouts: rolloutsOf(home),
        names: namesOf(home)
      }
    })
  } finally {
    await server.stop()
    ;[home, own].forEach(removeFolder)
  }
}

const [codex = '', file] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write('usage: npm run oracle:commands -- <path of codex> [file]\n')
  process.exit(2)
}
const version = versionOf(codex)
const profile = version.slice(0, 5) as ProfileName
const source = `basic-${version.slice(2, 5)}`
const probe = freshHome(source)
const id =
  rolloutsOf(probe)
    .map((path) => /([0-9a-f-]{36})\.jsonl$/.exec(path)?.[1] ?? '')
    .find((one) => one !== '') ?? ''
removeFolder(probe)
let different = 0
const results: Array<unknown> = []
for (const transport of ['ws', 'unix'] as const) {
  for (const scenario of scenariosOf(id)) {
    const theirs = await play(codex, codexServer(codex), transport, source, { ...scenario, id })
    const ours = await play(codex, unrollServer(profile), transport, source, { ...scenario, id })
    for (const [at, real] of theirs.entries()) {
      const equal = isDeepStrictEqual(ours[at], real)
      if (!equal) different += 1
      results.push({ transport, scenario: scenario.name, equal, ...real })
      process.stdout.write(
        `${transport} ${scenario.name}: ${real.command}: ${equal ? 'equal' : 'DIFFERENT'}\n`
      )
      if (!equal)
        process.stdout.write(`${JSON.stringify({ theirs: real, ours: ours[at] }, null, 1)}\n`)
    }
  }
}
if (file !== undefined)
  writeFileSync(file, `[\n${results.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`)
process.stdout.write(`${version}: ${results.length} commands, ${different} different\n`)
process.exitCode = different === 0 ? 0 : 1
