/**
 * Switching skills in made configurations: the cases, what a server answers, lists and leaves in the file.
 */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { rootless } from './planted-settings.ts'
import type { ToldDirectory } from './listed-skills.ts'

/** Parameters of `skills/config/write`, in which `{{ROOT}}` stands for the folder. */
type Asked = unknown

export interface SwitchCase {
  readonly name: string
  /** The configuration before; null for none. */
  readonly config: string | null
  readonly steps: ReadonlyArray<Asked>
}

const off = (name: string) => ({ name, enabled: false })
const on = (name: string) => ({ name, enabled: true })
const A = '{{ROOT}}/user/.agents/skills/a/SKILL.md'
const block = (...lines: ReadonlyArray<string>): string =>
  ['[[skills.config]]', ...lines, ''].join('\n')

/** Cases in which this program does what Codex does. */
export const SWITCH_CASES: ReadonlyArray<SwitchCase> = [
  {
    name: 'refused',
    config: null,
    steps: [
      { path: A, name: 'a', enabled: false },
      { enabled: false },
      { path: null, name: null, enabled: false },
      off('  '),
      off(''),
      off('\u00a0'),
      { name: '', path: A, enabled: false },
      { path: 'rel/SKILL.md', enabled: false },
      { path: '', enabled: false },
      { path: '~/x', enabled: false },
      { path: A, enabled: 'no' },
      { path: 3, enabled: true },
      { name: 4, enabled: true },
      { name: 'a' },
      { name: 'a', enabled: null },
      { name: 'a', path: 'rel', enabled: false },
      null,
      []
    ]
  },
  {
    name: 'by path',
    config: null,
    steps: [false, false, true, true].map((enabled) => ({ path: A, enabled }))
  },
  { name: 'by name', config: null, steps: [off(' a '), off('a'), on('a'), on('a')] },
  {
    name: 'comments',
    config:
      '# top\nmodel = "x" # m\n\n# about p\n[projects."/a"] # c\ntrust_level = "trusted"\n# end\n',
    steps: [off('a'), off('b'), on('a'), on('b')]
  },
  {
    name: 'unknown',
    config: null,
    steps: [
      off('nope'),
      { path: '{{ROOT}}/none/SKILL.md', enabled: false },
      { path: '{{ROOT}}/user/.agents/skills/../skills/a/SKILL.md', enabled: false },
      { path: '{{ROOT}}/user/.agents/skills/b/', enabled: false }
    ]
  },
  {
    name: 'through a link',
    config: block('path = "{{ROOT}}/link/b/SKILL.md"', 'enabled = false'),
    steps: [
      { path: '{{ROOT}}/link/a/SKILL.md', enabled: false },
      { path: A, enabled: true },
      { path: '{{ROOT}}/user/.agents/skills/b/SKILL.md', enabled: true }
    ]
  },
  { name: 'an entry that is on', config: block('name = "a"', 'enabled = true'), steps: [on('a')] },
  {
    name: 'an entry that was on',
    config: block('name = "a"', 'enabled = true'),
    steps: [off('a'), on('a')]
  },
  {
    name: 'more in an entry',
    config: `${block('# in', 'name = "a"', 'other = 4', 'enabled = true')}\n# after\n[x]\ny = 1\n`,
    steps: [off('a'), on('a')]
  },
  {
    name: 'a table of skills',
    config: '[skills]\nbundled = { enabled = false }\n\n[z]\ny = 1\n',
    steps: [off('a'), on('a')]
  },
  {
    name: 'a table below skills',
    config: '[skills.bundled]\nenabled = false\n\n[z]\ny = 1\n',
    steps: [off('a'), on('a')]
  },
  {
    name: 'behind another entry',
    config: `${block('name = "x"', 'enabled = false')}\n[z]\ny = 1\n`,
    steps: [off('a'), on('a')]
  },
  {
    name: 'a path for a name',
    config: block(`path = "${A}"`, 'enabled = false'),
    steps: [on('a'), off('a')]
  },
  {
    name: 'a skill of a plugin',
    config: '[plugins."p@m"]\nenabled = true\n',
    steps: [
      off('p:ps'),
      on('p:ps'),
      {
        path: '{{ROOT}}/user/.codex/plugins/cache/m/p/1.0.0/skills/ps/SKILL.md',
        enabled: false
      }
    ]
  },
  {
    name: 'both in one entry',
    config: block('name = "a"', `path = "${A}"`, 'enabled = false'),
    steps: [on('a'), { path: A, enabled: true }]
  },
  {
    name: 'paths that begin at the home',
    config: `${block('path = "skills/c/SKILL.md"', 'enabled = false')}${block('path = "~/.agents/skills/a/SKILL.md"', 'enabled = false')}${block('path = "{{ROOT}}/user/.agents/skills/b"', 'enabled = false')}`,
    steps: []
  },
  { name: 'empty lines at the end', config: 'model = "x"\n\n\n', steps: [off('a'), on('a')] },
  { name: 'an empty file', config: '', steps: [off('a'), on('a')] },
  { name: 'comments only', config: '# only\n', steps: [off('a'), on('a')] },
  { name: 'a comment at the end', config: 'model = "x"\n\n# tail\n', steps: [off('a'), on('a')] },
  {
    name: 'a table in an entry',
    config: `${block('name = "a"', 'enabled = false')}[skills.config.more]\nx = 1\n`,
    steps: [on('a')]
  },
  ...['q"\\\u0001\n🙂\'', "it's", 'C:\\x', 'line\ntwo', 'tab\t'].map((name) => ({
    name: `the name ${JSON.stringify(name)}`,
    config: null,
    steps: [off(name), on(name)]
  }))
]

/** Configurations that are no TOML. */
export const BROKEN_CASES: ReadonlyArray<SwitchCase> = [
  ['unclosed', 'model = "x"\n[z\n'],
  ['no value', 'model = \n'],
  ['twice', 'a = 1\na = 2\n'],
  ['a text', 'a = "x\n'],
  ['words', 'this is no toml\n']
].map(([name = '', config = '']) => ({
  name,
  config,
  steps: [off('a'), on('a'), { enabled: true }]
}))

/** Cases in which Codex loses other entries, breaks the file, or answers what is not so. */
export const LOSSY_CASES: ReadonlyArray<SwitchCase> = [
  {
    name: 'two entries, on',
    config: `${block('name = "a"', 'enabled = false')}\n${block('name = "b"', 'enabled = false')}\n${block('name = "a"', 'enabled = false')}`,
    steps: [on('a')]
  },
  {
    name: 'two entries, off',
    config: `${block('name = "a"', 'enabled = true')}\n${block('name = "a"', 'enabled = true')}`,
    steps: [off('a'), on('a')]
  },
  {
    name: 'an inline table',
    config:
      'skills = { config = [ { name = "a", enabled = false }, { name = "b", enabled = false } ] }\nmodel = "x"\n',
    steps: [on('a'), off('c'), on('b'), on('c')]
  },
  {
    name: 'a list in brackets',
    config:
      '[skills]\n# list\nconfig = [ { name = "a", enabled = false }, # one\n { name = "b", enabled = false } ]\n[z]\ny = 1\n',
    steps: [off('c'), on('a'), on('b'), on('c')]
  },
  {
    name: 'an entry of a path below the home',
    config: block('path = "skills/c/SKILL.md"', 'enabled = false'),
    steps: [{ path: '{{ROOT}}/user/.codex/skills/c/SKILL.md', enabled: true }]
  },
  { name: 'no newline at the end', config: 'model = "x"', steps: [off('a'), on('a')] },
  { name: 'newlines of Windows', config: 'model = "x"\r\n', steps: [off('a'), on('a')] },
  {
    name: 'comments in an entry',
    config:
      '# c\n[[skills.config]] # h\nname = "a"   # n\nenabled = true # e\n\n# after\n[x]\ny = 1\n',
    steps: [off('a'), on('a')]
  }
]

/** What a server says to a step, and what is listed and stands in the file then. */
interface ToldStep {
  /** Absent for what is listed before the first. */
  readonly told?: unknown
  /** Names of skills and whether each is on; the error where nothing is listed. */
  readonly list: unknown
  /** Null where there is none. */
  readonly config: string | null
}

export interface ToldSwitches {
  readonly name: string
  readonly steps: ReadonlyArray<ToldStep>
}

/** Asks a server for a result or an error. */
export type AskServer = (
  method: string,
  params: unknown
) => Promise<{ readonly result?: unknown; readonly error?: unknown }>

const skill = (name: string): string => `---\nname: ${name}\ndescription: ${name}\n---\n`

/** A folder with skills and a configuration. */
export const switchRoot = ({ config }: SwitchCase): string => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'switches-')))
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text.replaceAll('{{ROOT}}', root))
  }
  for (const folder of ['.agents/skills/a', '.agents/skills/b', '.codex/skills/c'])
    put(`user/${folder}/SKILL.md`, skill(folder.slice(-1)))
  symlinkSync(join(root, 'user/.agents/skills'), join(root, 'link'))
  const plugin = 'user/.codex/plugins/cache/m/p/1.0.0'
  put(`${plugin}/skills/ps/SKILL.md`, skill('ps'))
  put(`${plugin}/.codex-plugin/plugin.json`, '{"name":"p"}')
  if (config !== null) put('user/.codex/config.toml', config)
  return root
}

const configIn = (root: string): string | null => {
  try {
    return readFileSync(join(root, 'user/.codex/config.toml'), 'utf8')
  } catch {
    return null
  }
}

interface NamedSkill {
  readonly name: string
  readonly scope: string
  readonly enabled: boolean
}

/** Plays a case against a server. */
export const playedSwitches = async (
  root: string,
  { name, steps }: SwitchCase,
  ask: AskServer
): Promise<ToldSwitches> => {
  const now = async () => {
    const { result, error } = await ask('skills/list', { cwds: [root] })
    const { data = [] } = (result ?? {}) as { readonly data?: ReadonlyArray<ToldDirectory> }
    const list = data.map(({ skills, errors }) => [
      ...(skills as ReadonlyArray<unknown> as ReadonlyArray<NamedSkill>)
        .filter(({ scope }) => scope !== 'system')
        .map((one) => `${one.name} ${one.enabled ? 'on' : 'off'}`),
      ...errors
    ])
    return { list: error ?? list[0], config: configIn(root) }
  }
  const told: Array<ToldStep> = [await now()]
  for (const step of steps) {
    const asked = JSON.parse(JSON.stringify(step).replaceAll('{{ROOT}}', root)) as unknown
    const { result, error } = await ask('skills/config/write', asked)
    told.push({ told: error ?? result, ...(await now()) })
  }
  return rootless(root, { name, steps: told })
}
