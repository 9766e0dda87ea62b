/**
 * Lets a person's keys pick skills in the real Codex TUI, connected to a real Codex server and to this one, on homes with the same
 * skills, and compares the screens: the picker of `$`, what `/skills` opens, a skill that comes while the interface is open, and one
 * that is switched off in it.
 *
 *   npm run oracle:tui-skills -- <path of codex> [file for the results]
 *
 * Both listen on a socket file, where clients may read skills. It needs tmux.
 */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ProfileName } from '../../domain/log/profile.ts'
import { removeFolder } from '../support/fixture-home.ts'
import type { PlantedFile } from '../support/made-settings.ts'
import { plantedRoot } from '../support/planted-settings.ts'
import { versionOf } from './codex.ts'
import { clientHome, codexServer, listening, unrollServer, type Starter } from './listening.ts'
import { terminal, type Terminal } from './terminal.ts'

const CONFIG = `model_provider = "mock"
model = "m"
[model_providers.mock]
name = "mock"
base_url = "http://127.0.0.1:1/v1"
request_max_retries = 0
stream_max_retries = 0
[skills.bundled]
enabled = false
[plugins."tools@market"]
enabled = true
`
const BUNDLE = 'user/.codex/plugins/cache/market/tools/1.0.0'
/** A change is told ten seconds after another one. */
const TOLD_MS_MAX = 30_000
const ADDED = 'work/repo/.agents/skills/zebra-added/SKILL.md'

const skill = (name: string): string =>
  `---\nname: ${name}\ndescription: What ${name} is for\n---\nDo it.\n`

const FILES: ReadonlyArray<PlantedFile> = [
  { path: 'user/.codex/config.toml', text: CONFIG },
  { path: 'work/repo/.git/HEAD', text: 'ref: refs/heads/main\n' },
  { path: 'user/.agents/skills/zebra-user/SKILL.md', text: skill('zebra-user') },
  {
    path: 'user/.agents/skills/zebra-user/agents/openai.yaml',
    text: 'interface:\n  display_name: Zebra of the user\n  short_description: Short words\n'
  },
  { path: 'user/.codex/skills/zebra-home/SKILL.md', text: skill('zebra-home') },
  { path: 'work/repo/.agents/skills/zebra-repo/SKILL.md', text: skill('zebra-repo') },
  { path: 'work/repo/.codex/skills/zebra-layer/SKILL.md', text: skill('zebra-layer') },
  { path: 'work/repo/.agents/skills/broken/SKILL.md', text: 'no front matter\n' },
  { path: `${BUNDLE}/.codex-plugin/plugin.json`, text: '{"name":"tools","version":"1.0.0"}' },
  { path: `${BUNDLE}/skills/zebra-plugin/SKILL.md`, text: skill('zebra-plugin') }
]

const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms))

interface Step {
  readonly name: string
  readonly act: (terminal: Terminal, root: string) => Promise<void> | void
  /** What must be on the screen then. */
  readonly shows: ReadonlyArray<string>
}

const KEY_MS = 40

/** Types a line in the place of what stands there; keys that come too fast are taken for pasted text, which opens no picker. */
const typed =
  (text: string) =>
  async (one: Terminal): Promise<void> => {
    one.press('C-u')
    await pause(10 * KEY_MS)
    for (const key of text) {
      one.type(key)
      await pause(KEY_MS)
    }
    await one.shows(new RegExp(text.replaceAll('$', '\\$')))
  }

/** The interface asks again when it is told of a change; until then it shows what it knows. */
const typedUntil =
  (text: string, shown: string) =>
  async (one: Terminal): Promise<void> => {
    for (const until = Date.now() + TOLD_MS_MAX; Date.now() < until;) {
      await typed(text)(one)
      if (one.screen().includes(shown)) return
    }
  }

const entered =
  (text: string) =>
  async (one: Terminal): Promise<void> => {
    await typed(text)(one)
    one.press('Enter')
  }

const NAMES = ['zebra-home', 'zebra-repo', 'zebra-layer', 'zebra-plugin']

const BEGUN = /^› /m

/** What the screens of a version are known by. */
interface Signs {
  readonly begun: ReadonlyArray<string>
  readonly switched: string
}

const signsOf = (version: string): Signs =>
  version.startsWith('0.169')
    ? { begun: ['f2 to view'], switched: 'Disabled 1 skill' }
    : { begun: ['missing YAML frontmatter delimited by ---'], switched: '1 skills disabled' }

const stepsOf = (signs: Signs): ReadonlyArray<Step> => [
  {
    name: 'begun',
    act: async (one) => void (await one.shows(BEGUN)),
    shows: ['› ', ...signs.begun]
  },
  { name: '$', act: typed('$zebra'), shows: ['Zebra of the user', ...NAMES] },
  { name: 'a part of a name', act: typed('$zebra-re'), shows: ['What zebra-repo is for'] },
  { name: 'picked', act: (one) => one.press('Enter'), shows: ['› $zebra-repo'] },
  { name: '/skills', act: entered('/skills'), shows: ['List skills', 'Enable/Disable Skills'] },
  {
    name: 'the switches',
    act: async (one) => {
      one.press('Down')
      await pause(10 * KEY_MS)
      one.press('Enter')
    },
    shows: ['Zebra of the user', ...NAMES, '[x]']
  },
  { name: 'the first one off', act: (one) => one.press('Space'), shows: ['[ ]', '[x]'] },
  { name: 'closed', act: (one) => one.press('Escape'), shows: ['› ', signs.switched] },
  {
    name: '$ with a skill that came',
    act: async (one, root) => {
      mkdirSync(dirname(join(root, ADDED)), { recursive: true })
      writeFileSync(join(root, ADDED), skill('zebra-added'))
      await typedUntil('$zebra-ad', 'What zebra-added')(one)
    },
    shows: ['What zebra-added is for']
  },
  { name: '$ without it', act: typedUntil('$zebr', 'zebra-repo'), shows: ['Zebra of the user'] },
  {
    name: 'forgotten',
    act: (one) => one.press('C-u'),
    shows: ['› ']
  },
  { name: '/quit', act: entered('/quit'), shows: ['EXIT 0'] }
]

interface Seen {
  readonly step: string
  readonly missing: ReadonlyArray<string>
  readonly screen: string
}

/** A screen below its head, without what is another every time; warnings come before the head or behind it. */
const settled = (screen: string, root: string): string =>
  screen
    .replace(/^[^]*╰─+╯\n/, '')
    .replaceAll(root, '<root>')
    .replace(/unroll-\w+-\w{6}/g, '<folder>')
    .replace(/^⚠ .*\n| +⚠ \d+ warnings? · f2 to view|^.*[\u2801-\u28ff].*\n/gm, '')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replace(/^ *Tip: [^]*?(?=^\S|^ {2}(?:Skills|Enable)|^•)/m, '')
    .replace(/^› (?!\$|\d|\[| ?zebra| ?Zebra).*$/gm, '› <suggestion>')
    .replace(/ +/g, ' ')

const [codex = '', file] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write('usage: npm run oracle:tui-skills -- <path of codex> [file]\n')
  process.exit(2)
}
const version = versionOf(codex)

/** The screens of an interface at a server, and the configuration that is left. */
const played = async ({ name, command }: Starter) => {
  const root = plantedRoot(FILES)
  const home = join(root, 'user/.codex')
  const starter: Starter = {
    name,
    command: (of) => {
      const [program, args, env] = command(of)
      return [program, args, { ...env, HOME: join(root, 'user') }]
    }
  }
  const directory = join(root, 'work/repo')
  const own = clientHome(home, directory)
  appendFileSync(join(home, 'config.toml'), `[projects."${directory}"]\ntrust_level = "trusted"\n`)
  const server = await listening(starter, 'unix', home, directory)
  // The interface itself finds no skill anywhere.
  const nobody = mkdtempSync(join(tmpdir(), 'unroll-nobody-'))
  const env = { CODEX_HOME: own, HOME: nobody, RUST_LOG: 'off', TERM: 'xterm-256color' }
  const one = terminal(directory, env, [codex, '--remote', server.address])
  const seen: Array<Seen> = []
  try {
    for (const { name: step, act, shows } of stepsOf(signsOf(version))) {
      await act(one, root)
      const all = shows.map((text) => `(?=[^]*${text.replace(/[.$]/g, '\\$&')})`).join('')
      const screen = (await one.shows(new RegExp(`^${all}`))) ?? one.screen()
      const missing = shows.filter((text) => !screen.includes(text))
      seen.push({ step, missing, screen: settled(screen, root) })
    }
    const config = readFileSync(join(home, 'config.toml'), 'utf8').replaceAll(root, '<root>')
    return { seen, config }
  } finally {
    one.close()
    await server.stop()
    ;[own, nobody, root].forEach(removeFolder)
  }
}

const theirs = await played(codexServer(codex))
const ours = await played(unrollServer(version.slice(0, 5) as ProfileName))
const rows = ours.seen.map((mine, at) => {
  const other = theirs.seen[at]
  return { ...mine, theirs: other, equal: isDeepStrictEqual(mine.screen, other?.screen) }
})
for (const { step, missing, equal, screen, theirs: other } of rows) {
  const verdict = missing.length > 0 ? `NOT SHOWN: ${missing.join(', ')}` : 'shown'
  process.stdout.write(`${step}: ${verdict}, ${equal ? 'as with Codex' : 'OTHER'}\n`)
  if (!equal || missing.length > 0)
    process.stdout.write(`--- ours\n${screen}\n--- theirs\n${other?.screen ?? ''}\n`)
}
const isSame = ours.config === theirs.config
process.stdout.write(
  `${version}: config.toml ${isSame ? 'as with Codex' : `OTHER\n${ours.config}---\n${theirs.config}`}\n`
)
if (file !== undefined)
  writeFileSync(file, `${JSON.stringify({ version, steps: rows, isSame }, null, 1)}\n`)
process.exitCode = rows.some(({ missing, equal }) => missing.length > 0 || !equal) ? 1 : 0
