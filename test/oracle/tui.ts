/**
 * Lets a person's keys drive the real Codex TUI against a real Codex server and against this one, compares the screens, and asks
 * the real Codex afterwards whether it sees in the home what this server says.
 *
 *   npm run oracle:tui -- <path of codex> [file for the results]
 *
 * Both have no model: Codex's refuses everything. It needs tmux. Ids, ages, tips and suggestions are another every time and are left out.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ProfileName } from '../../domain/log/profile.ts'
import { ABOUT_HOME, aboutThread, aboutTurns, strictAnswers } from '../support/agreement.ts'
import { removeFolder } from '../support/fixture-home.ts'
import { differences } from '../support/normalise.ts'
import { freshHome, startCodex, versionOf } from './codex.ts'
import {
  clientHome,
  codexServer,
  listening,
  unrollServer,
  type Listening,
  type Starter
} from './listening.ts'
import { projectOlderFiles, segmentsOf, threadsOf } from './segments.ts'
import { terminal, type Terminal } from './terminal.ts'

interface Step {
  readonly name: string
  readonly act: (terminal: Terminal) => Promise<void> | void
  /** What must be on the screen then. */
  readonly shows: ReadonlyArray<string>
}

interface Course {
  readonly name: string
  readonly args: ReadonlyArray<string>
  readonly steps: ReadonlyArray<Step>
}

/** Texts of a thread as the rollout has them. */
interface Story {
  readonly threadId: string
  readonly user: string
  readonly agent: string
}

const RENAMED = 'Quiet new name'
const WIDTH = 60
/** The port of the model that the recorded homes name, and what it says to everything. */
const MODEL_PORT = 19_427
const REFUSAL = 'no model here'

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const nothing = (): void => undefined
const press =
  (...keys: ReadonlyArray<string>) =>
  (one: Terminal): void =>
    one.press(...keys)
/** Keys that come too fast are taken for pasted text, in which Enter is a line. */
const command =
  (text: string) =>
  async (one: Terminal): Promise<void> => {
    one.type(text)
    await one.shows(new RegExp(`^› ${literal(text)}$`, 'm'))
    one.press('Enter')
  }

/** What the screens of a version are known by. */
const signs = (version: string) =>
  version.startsWith('0.169')
    ? { marked: '› ', head: 'permissions:', past: 'Browsing transcript', named: `· ${RENAMED}` }
    : {
        marked: '❯',
        head: 'directory:',
        past: 'T R A N S C R I P T',
        named: `renamed to ${RENAMED}`
      }

/** A line that `!` makes a command of the user: the prompt shows it otherwise. */
const shell =
  (text: string) =>
  async (one: Terminal): Promise<void> => {
    one.type(`!${text}`)
    await one.shows(new RegExp(literal(text)))
    one.press('Enter')
  }

/** What each server shows of what it cannot do. */
const FAILS: Readonly<Record<Starter['name'], Readonly<Record<'turn' | 'shell', string>>>> = {
  codex: { turn: REFUSAL, shell: 'hi' },
  unroll: { turn: '■ This server runs no model', shell: '■ This server runs no commands' }
}

/** What ended interfaces that were refused it. */
const keystrokes = (name: Starter['name'], version: string): ReadonlyArray<Step> => {
  const { turn, shell: ran } = FAILS[name]
  const failing = (text: string): Step => ({ name: text, act: command(text), shows: [turn] })
  return [
    failing('Mend the fence'),
    failing('/compact'),
    { name: '!echo hi', act: shell('echo hi'), shows: [ran] },
    {
      name: '/review',
      act: command('/review the fence'),
      shows: ['Code review started', 'Code review finished']
    },
    ...(version.startsWith('0.169') ? [] : [failing('/plan the shed')]),
    quit
  ]
}

const quit: Step = { name: '/quit', act: command('/quit'), shows: ['EXIT 0'] }
const coursesOf = (
  { threadId, user, agent }: Story,
  server: Starter['name'],
  version: string
): ReadonlyArray<Course> => {
  const { marked, head, past, named } = signs(version)
  const replayed = { act: nothing, shows: [user, agent] }
  return [
    {
      name: 'the picker',
      args: ['resume'],
      steps: [
        { name: 'list', act: nothing, shows: ['Resume a previous session', marked] },
        { name: 'resume the first', act: press('Enter'), shows: [head, '• '] },
        quit
      ]
    },
    {
      name: 'by id',
      args: ['resume', threadId],
      steps: [
        { name: 'replayed', ...replayed },
        { name: 'Esc', act: press('Escape'), shows: ['esc again to edit previous message'] },
        { name: 'Esc Esc', act: press('Escape'), shows: [past, user] },
        { name: 'edit the last message', act: press('Enter'), shows: [`› ${user}`] },
        { name: 'forget the text', act: press('C-u'), shows: ['› '] },
        { name: '/rename', act: command(`/rename ${RENAMED}`), shows: [named] },
        { name: '/fork', act: command('/fork'), shows: ['Thread forked from'] },
        quit
      ]
    },
    {
      name: 'by name',
      args: ['resume', RENAMED],
      steps: [{ name: 'replayed', act: nothing, shows: [head, '› '] }, quit]
    },
    {
      name: 'the last',
      args: ['resume', '--last'],
      steps: [{ name: 'replayed', act: nothing, shows: [head, '› '] }, quit]
    },
    {
      name: 'what needs a model',
      args: ['resume', threadId],
      steps: [{ name: 'replayed', act: nothing, shows: ['› '] }, ...keystrokes(server, version)]
    },
    {
      name: 'a new session',
      args: [],
      steps: [
        { name: 'begun', act: nothing, shows: ['› '] },
        { name: 'a message', act: command('Mend the fence'), shows: [FAILS[server].turn] },
        quit
      ]
    }
  ]
}

/** A screen without what is another every time. */
const settled = (screen: string): string =>
  screen
    .replace(/^WARNING: proceeding[^]*?\n(?=╭| *Resume|Token|EXIT)/, '')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replace(/\b\d+(?:s|m|h|d| \w+) ago\b|\bjust now\b|\bnow\b/g, '<age>')
    .replace(/^ *Tip: .*(?:\n *https?:.*)?$/gm, '<tip>')
    .replace(/^› .*$/gm, (line) =>
      /@filename|\/skills|\/review|recent commits|Explain|Summarize|Implement|Find and fix|Improve/.test(
        line
      )
        ? '› <suggestion>'
        : line
    )
    .replace(/ +/g, ' ')

interface Seen {
  readonly course: string
  readonly step: string
  readonly missing: ReadonlyArray<string>
  readonly screen: string
}

const walk = async (
  codex: string,
  server: Listening,
  own: string,
  directory: string,
  { name, args, steps }: Course
): Promise<ReadonlyArray<Seen>> => {
  const env = { CODEX_HOME: own, MOCK_KEY: 'none', RUST_LOG: 'off', TERM: 'xterm-256color' }
  const one = terminal(directory, env, [codex, '--remote', server.address, ...args])
  const seen: Array<Seen> = []
  try {
    for (const step of steps) {
      await step.act(one)
      const all = step.shows.map((text) => `(?=[^]*${literal(text.slice(0, WIDTH))})`).join('')
      const screen = (await one.shows(new RegExp(`^${all}`))) ?? one.screen()
      const missing = step.shows.filter((text) => !screen.includes(text.slice(0, WIDTH)))
      seen.push({ course: name, step: step.name, missing, screen: settled(screen) })
      if (missing.length > 0) break
    }
    return seen
  } finally {
    one.close()
  }
}

const storyOf = async (codex: string, home: string): Promise<Story> => {
  const real = await startCodex(codex, home)
  const list = await real.answer('thread/list', { modelProviders: [], limit: 100 })
  const rows = (list['result'] as { readonly data: ReadonlyArray<{ readonly id: string }> }).data
  for (const { id } of rows) {
    const read = await real.answer('thread/read', { threadId: id, includeTurns: true })
    interface Item {
      readonly type: string
      readonly text?: string
      readonly content?: ReadonlyArray<{ readonly text?: string }>
    }
    const turns =
      (
        read['result'] as
          | { thread?: { turns: ReadonlyArray<{ items: ReadonlyArray<Item> }> } }
          | undefined
      )?.thread?.turns ?? []
    const items = turns.at(-1)?.items ?? []
    const user = items.find(({ type }) => type === 'userMessage')?.content?.[0]?.text
    const agent = items.findLast(({ type }) => type === 'agentMessage')?.text
    if (turns.length < 2 || user === undefined || agent === undefined) continue
    if (/\n/.test(user + agent)) continue
    await real.stop()
    return { threadId: id, user, agent }
  }
  await real.stop()
  throw new Error('no thread of this home is fit for it')
}

/** 0.169 takes turns from its database, into which a thread comes when it is resumed; this server does without. */
const prepare = async (codex: string, home: string): Promise<void> => {
  await projectOlderFiles(codex, home, await segmentsOf(home, '0.169.0', threadsOf(home)))
  const real = await startCodex(codex, home)
  for (const threadId of threadsOf(home))
    await real.answer('thread/resume', { threadId, excludeTurns: true })
  await real.stop()
}

/** Where the real Codex and this server disagree about a home. */
const disagreements = async (
  codex: string,
  version: string,
  home: string
): Promise<ReadonlyArray<string>> => {
  const first = await strictAnswers(home, version, ABOUT_HOME)
  const ids = first.flatMap(({ response }) =>
    (response['result'] as { data: ReadonlyArray<{ id: string }> }).data.map(({ id }) => id)
  )
  const questions = [...ABOUT_HOME, ...ids.flatMap((id) => [aboutThread(id), ...aboutTurns(id)])]
  const ours = await strictAnswers(home, version, questions)
  if (hasDatabase) await prepare(codex, home)
  const real = await startCodex(codex, home)
  const found: Array<string> = []
  for (const [at, { method, params }] of questions.entries()) {
    const paths = differences(ours[at]?.response, await real.answer(method, params))
    if (paths.length > 0) found.push(`${method} ${JSON.stringify(params)}: ${paths.join(' ')}`)
  }
  await real.stop()
  process.stdout.write(`${questions.length} questions about the home afterwards\n`)
  return found
}

const [codex = '', file] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write('usage: npm run oracle:tui -- <path of codex> [file]\n')
  process.exit(2)
}
const version = versionOf(codex)
const source = `basic-${version.slice(2, 5)}`
const hasDatabase = version.startsWith('0.169')
const probe = freshHome(source)
if (hasDatabase) await prepare(codex, probe)
const story = await storyOf(codex, probe)
removeFolder(probe)

const playAll = async (starter: Starter): Promise<readonly [ReadonlyArray<Seen>, string]> => {
  const home = freshHome(source)
  if (hasDatabase && starter.name === 'codex') await prepare(codex, home)
  const directory = mkdtempSync(join(tmpdir(), 'unroll-work-'))
  const own = clientHome(home, directory)
  const server = await listening(starter, 'ws', home)
  const seen: Array<Seen> = []
  try {
    for (const course of coursesOf(story, starter.name, version))
      seen.push(...(await walk(codex, server, own, directory, course)))
    return [seen, home]
  } finally {
    await server.stop()
    ;[own, directory].forEach(removeFolder)
  }
}

const model = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    response.writeHead(request.method === 'POST' ? 400 : 404)
    response.end(REFUSAL)
  })
}).listen(MODEL_PORT, '127.0.0.1')
const [theirs, theirHome] = await playAll(codexServer(codex))
const [ours, ourHome] = await playAll(unrollServer(version.slice(0, 5) as ProfileName))
model.close()
const rows = ours.map((mine) => {
  const real = theirs.find(({ course, step }) => course === mine.course && step === mine.step)
  const equal = isDeepStrictEqual(mine.screen, real?.screen)
  return { ...mine, equal, ...(equal ? {} : { theirs: real?.screen ?? null }) }
})
for (const { course, step, missing, equal, screen, theirs: other } of rows) {
  const verdict = missing.length > 0 ? `NOT SHOWN: ${missing.join(', ')}` : 'shown'
  process.stdout.write(`${course}, ${step}: ${verdict}, ${equal ? 'as with Codex' : 'OTHER'}\n`)
  if (!equal) process.stdout.write(`--- ours\n${screen}\n--- theirs\n${String(other)}\n`)
}
const disagreed = await disagreements(codex, version, ourHome)
for (const text of disagreed) process.stdout.write(`DISAGREE ${text}\n`)
;[theirHome, ourHome].forEach(removeFolder)
if (file !== undefined)
  writeFileSync(file, `${JSON.stringify({ version, steps: rows, disagreed }, null, 1)}\n`)
process.exitCode = rows.some(({ missing }) => missing.length > 0) || disagreed.length > 0 ? 1 : 0
