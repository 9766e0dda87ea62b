/**
 * Projects whose own configuration cannot be read, and what is listed in them.
 */
import { join } from 'node:path'
import type { PlantedFile } from './made-settings.ts'
import { plantedRoot } from './planted-settings.ts'

/** Which folders are trusted and what their configuration holds, by the path below the root. */
interface BrokenProject {
  readonly name: string
  readonly trust: Readonly<Record<string, 'trusted' | 'untrusted'>>
  readonly configs: Readonly<Record<string, string>>
  /** Bytes instead of text, in hex. */
  readonly bytes?: Readonly<Record<string, string>>
}

const BROKEN = 'model = "x"\n[z\n'
const FINE = 'model = "x"\n'
const ROOT = 'work/repo'
const SUB = 'work/repo/sub'

export const BROKEN_PROJECTS: ReadonlyArray<BrokenProject> = [
  { name: 'nobody is trusted', trust: {}, configs: { [ROOT]: BROKEN } },
  { name: 'an untrusted project', trust: { [ROOT]: 'untrusted' }, configs: { [ROOT]: BROKEN } },
  { name: 'a trusted project', trust: { [ROOT]: 'trusted' }, configs: { [ROOT]: BROKEN } },
  {
    name: 'a folder of a trusted project',
    trust: { [ROOT]: 'trusted' },
    configs: { [SUB]: BROKEN }
  },
  { name: 'both', trust: { [ROOT]: 'trusted' }, configs: { [ROOT]: BROKEN, [SUB]: '\n\n=' } },
  {
    name: 'a trusted folder of an untrusted project',
    trust: { [ROOT]: 'untrusted', [SUB]: 'trusted' },
    configs: { [ROOT]: BROKEN, [SUB]: BROKEN }
  },
  {
    name: 'an untrusted folder of a trusted project',
    trust: { [ROOT]: 'trusted', [SUB]: 'untrusted' },
    configs: { [SUB]: BROKEN }
  },
  { name: 'one that can be read', trust: { [ROOT]: 'trusted' }, configs: { [ROOT]: FINE } },
  {
    name: 'one that is not UTF-8',
    trust: { [ROOT]: 'trusted' },
    configs: {},
    bytes: { [ROOT]: '61ff' }
  }
]

const SKILL = '---\ndescription: d\n---\n'

/** Plants a home and a project. */
export const plantedProject = ({ trust, configs, bytes = {} }: BrokenProject): string => {
  const config = Object.entries(trust)
    .map(([path, level]) => `[projects."{{ROOT}}/${path}"]\ntrust_level = "${level}"\n`)
    .join('')
  const of = (path: string) => join(path, '.codex', 'config.toml')
  const files: ReadonlyArray<PlantedFile> = [
    { path: 'user/.codex/config.toml', text: config },
    { path: 'user/.agents/skills/a/SKILL.md', text: SKILL },
    { path: join(ROOT, '.git/HEAD'), text: 'ref: refs/heads/main\n' },
    { path: join(ROOT, '.agents/skills/r/SKILL.md'), text: SKILL },
    { path: join(SUB, 'x'), text: '' },
    ...Object.entries(configs).map(([path, text]) => ({ path: of(path), text })),
    ...Object.entries(bytes).map(([path, hex]) => ({ path: of(path), bytes: hex }))
  ]
  return plantedRoot(files)
}

/** The directories that are asked for, as a client may spell them. */
export const askedIn = (root: string): ReadonlyArray<string> => [
  join(root, ROOT),
  `${join(root, SUB)}/`,
  join(root, SUB, 'nothing'),
  join(root, 'work')
]

interface ListedDirectory {
  readonly cwd: string
  readonly skills: ReadonlyArray<{ readonly name: string; readonly scope: string }>
  readonly errors: ReadonlyArray<{ readonly path: string; readonly message: string }>
}

/** What was listed: names of skills and the errors. Why a text is no TOML each parser says in its own words, so they are left out. */
export const shortList = (data: ReadonlyArray<ListedDirectory>, root: string) =>
  data.map(({ cwd, skills, errors }) => ({
    cwd: cwd.replaceAll(root, '{{ROOT}}'),
    skills: skills.filter(({ scope }) => scope !== 'system').map(({ name }) => name),
    errors: errors.map(({ path, message }) => ({
      path: path.replaceAll(root, '{{ROOT}}'),
      message: message.replaceAll(root, '{{ROOT}}').replace(/(\^\n)[\s\S]*$/, '$1')
    }))
  }))
