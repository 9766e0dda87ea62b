/**
 * Marketplaces in made folders: the cases, what a server answers, and what stands in the home then.
 */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { rootless } from './planted-settings.ts'
import { removeFolder } from './fixture-home.ts'
import { MARKETPLACE_CASES, type MarketplaceCase, type Planted } from './marketplace-cases.ts'

/** Asks a server for a result or an error. */
export type AskServer = (
  method: string,
  params: unknown
) => Promise<{ readonly result?: unknown; readonly error?: unknown }>

/** A request, what it was answered, and what was different in the home then. */
interface ToldStep {
  readonly method: string
  readonly params: unknown
  readonly told: unknown
  /** The configuration, where the request changed it; null where there is none any more. */
  readonly config?: string | null
  /** Files of the plugins and marketplaces in the home, where the request changed them. */
  readonly files?: ReadonlyArray<string>
}

export interface ToldMarketplaces {
  readonly name: string
  readonly steps: ReadonlyArray<ToldStep>
}

const plant = (root: string, path: string, planted: Planted): void => {
  const whole = join(root, path)
  mkdirSync(dirname(whole), { recursive: true })
  if (path.endsWith('/')) mkdirSync(whole, { recursive: true })
  else if (typeof planted === 'string') writeFileSync(whole, planted.replaceAll('{{ROOT}}', root))
  else if ('link' in planted) symlinkSync(planted.link.replaceAll('{{ROOT}}', root), whole)
  else writeFileSync(whole, JSON.stringify(planted.json).replaceAll('{{ROOT}}', root))
}

/** A folder with the marketplaces of a case, and a home in it. */
export const marketplaceRoot = ({ plant: planted, config }: MarketplaceCase): string => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'markets-')))
  mkdirSync(join(root, 'user/.codex'), { recursive: true })
  for (const [path, what] of Object.entries(planted)) plant(root, path, what)
  if (config !== undefined) plant(root, 'user/.codex/config.toml', config)
  return root
}

/** Uses the folder of a case by its name, which goes afterwards. */
export const withMarketplaces = (name: string, use: (root: string) => void): void => {
  const found = MARKETPLACE_CASES.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no case is called ${name}`)
  const root = marketplaceRoot(found)
  try {
    use(root)
  } finally {
    removeFolder(root)
  }
}

const OWN_FOLDERS = ['plugins', '.tmp/marketplaces']
/** Names that differ from one run to the next. */
const MADE = /(marketplace-(?:add|upgrade|backup)-)\w+/

const filesBelow = (home: string, folder: string): ReadonlyArray<string> => {
  const whole = join(home, folder)
  const stat = lstatSync(whole, { throwIfNoEntry: false })
  if (stat === undefined) return []
  if (!stat.isDirectory()) {
    const text = stat.isFile() ? readFileSync(whole, 'utf8') : '->'
    return [`${folder} ${text.length > 200 ? `${text.length} characters` : JSON.stringify(text)}`]
  }
  const names = readdirSync(whole)
    .filter((name) => name !== '.git')
    .sort()
  if (names.length === 0) return [`${folder}/`]
  return names.flatMap((name) => filesBelow(home, join(folder, name)))
}

const configIn = (home: string): string | null => {
  try {
    return readFileSync(join(home, 'config.toml'), 'utf8')
  } catch {
    return null
  }
}

const stateOf = (home: string) => ({
  config: configIn(home),
  files: OWN_FOLDERS.flatMap((folder) => filesBelow(home, folder))
    .filter((line) => !NOTHING.has(line))
    .map((line) => line.replace(MADE, '$1*'))
})

/** Folders that one makes and the other does not, when there is nothing to put into them. */
const NOTHING: ReadonlySet<string> = new Set(['plugins/', 'plugins/cache/', '.tmp/marketplaces/'])

/** Codex brings installed plugins up to date behind a list: no answer of the list. */
const LISTS: ReadonlySet<string> = new Set(['plugin/list', 'plugin/installed'])

const REVISION = /\b[0-9a-f]{40}\b/g
const MOMENT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g

/** Without the folder of the run, its revisions and its times. */
const timeless = <A>(root: string, value: A): A =>
  JSON.parse(
    JSON.stringify(rootless(root, value))
      .replaceAll(REVISION, '{{REVISION}}')
      .replaceAll(MOMENT, '{{TIME}}')
      .replaceAll(/(marketplace-(?:add|upgrade|backup)-)\w+/g, '$1*')
  ) as A

/**
 * Plays a case against a server whose directory is `cwd`. `settled` waits for what a server does behind a list.
 */
export const playedMarketplaces = async (
  root: string,
  { name, steps }: MarketplaceCase,
  cwd: string,
  ask: AskServer,
  settled: () => Promise<void> = async () => undefined
): Promise<ToldMarketplaces> => {
  const home = join(root, 'user/.codex')
  let before = stateOf(home)
  const told: Array<ToldStep> = []
  for (const [method, params] of steps) {
    const away = relative(cwd, root)
    const near = away.startsWith('.') ? away : `./${away}`
    const asked = JSON.parse(
      JSON.stringify(params).replaceAll('{{ROOT}}', root).replaceAll('{{NEAR}}', near)
    ) as unknown
    if (method === 'write') {
      for (const [path, what] of Object.entries(params as Readonly<Record<string, Planted>>))
        plant(root, path, what)
      before = { ...stateOf(home), files: before.files }
      told.push({ method, params, told: null })
      continue
    }
    const { result, error } = await ask(method, asked)
    if (LISTS.has(method)) await settled()
    const now = stateOf(home)
    const after = LISTS.has(method) ? { ...now, files: before.files } : now
    const isSame = (member: 'config' | 'files') =>
      JSON.stringify(before[member]) === JSON.stringify(after[member])
    told.push({
      method,
      params,
      told: error ?? result,
      ...(isSame('config') ? {} : { config: after.config }),
      ...(isSame('files') ? {} : { files: after.files })
    })
    before = after
  }
  return timeless(root, { name, steps: told })
}
