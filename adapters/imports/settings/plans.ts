/**
 * A plan for each type of settings, from what is on the disk now.
 */
import { byBytes } from '../../../domain/byte-order.ts'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { commandsOf, type CommandSkill } from '../../../domain/imports/settings/commands.ts'
import { configOf } from '../../../domain/imports/settings/config.ts'
import { inCodexWords, type Reword } from '../../../domain/imports/settings/words.ts'
import { hooksOf } from '../../../domain/imports/settings/hooks.ts'
import {
  mcpServersOf,
  withServers,
  type ServerSettings
} from '../../../domain/imports/settings/mcp-servers.ts'
import {
  isSettings,
  mergedSettings,
  missingIn,
  settingsAt,
  type LeftOutPart,
  type Setting
} from '../../../domain/imports/settings/settings.ts'
import { isSkillText } from '../../../domain/imports/settings/skills.ts'
import { subagentOf } from '../../../domain/imports/settings/subagents.ts'
import { isJsonObject, type JsonObject } from '../../../domain/json.ts'
import { isBlank } from '../../../domain/white-space.ts'
import { parsedToml } from '../../home/config.ts'
import type { NewEntry, SettingsPlan, SettingsWrite } from './plan.ts'
import {
  bytesOf,
  entriesBelow,
  filesIn,
  foldersIn,
  jsonIfThere,
  SettingsProblem,
  textIfThere,
  textOf
} from './read.ts'
import { samePath, type Site } from './site.ts'
import { isFolder } from '../../home/places.ts'
import { statSync } from 'node:fs'

/** Plans one type of settings; null where the agent has no such settings. Throws a `SettingsProblem`. */
export type SettingsPlanner = (site: Site) => SettingsPlan | null

const NEW_FILE = 0o644

const CONFIG_FILE = 'config.toml'

const rewordOf = ({ agent, profile }: Site): Reword => inCodexWords(agent.words, profile)

/** Settings of a folder, with the local ones over them; a broken local file counts as none. */
const settingsIn = (site: Site, folder: string): Setting | undefined => {
  const shared = jsonIfThere(site, join(folder, 'settings.json'))
  let local: Setting | undefined
  try {
    local = jsonIfThere(site, join(folder, 'settings.local.json'))
  } catch (cause) {
    if (!(cause instanceof SettingsProblem)) throw cause
  }
  if (local === undefined) return shared
  return shared === undefined ? local : mergedSettings(shared, local)
}

/** The configuration that is there; empty where there is none. */
const existingConfig = (site: Site): JsonObject => {
  const path = join(site.target, CONFIG_FILE)
  const text = textIfThere(site, path)
  if (text === null) return {}
  const read = parsedToml(text)
  if (read._tag === 'Right') return read.right
  throw new SettingsProblem(`invalid existing config.toml: ${read.left}`, 'invalid_existing_config')
}

const alreadyThere = (names: ReadonlyArray<string>): ReadonlyArray<LeftOutPart> =>
  names.map((what) => ({ what, why: 'it is there already' }))

const isMissingOrBlank = (site: Site, path: string): boolean => {
  if (!existsSync(path)) return true
  if (statSync(path).isFile()) return isBlank(textOf(site, path))
  return false
}

export const planConfig: SettingsPlanner = (site) => {
  if (site.agent.name !== 'claude') return null
  const settings = settingsIn(site, site.source)
  if (settings === undefined) return null
  if (!isSettings(settings))
    throw new SettingsProblem('external agent settings root must be an object')
  const { config, leftOut } = configOf(settings)
  const isEmpty = Object.keys(config).length === 0
  const added = isEmpty ? null : missingIn(existingConfig(site), config)
  const [source, target] = [join(site.source, 'settings.json'), join(site.target, CONFIG_FILE)]
  return {
    itemType: 'CONFIG',
    description: `Migrate ${source} into ${target}`,
    names: null,
    whole: { source, target },
    writes: added === null ? [] : [{ kind: 'config', path: target, added }],
    leftOut
  }
}

/** Servers that projects of a file name for a folder. */
const ofProject = (known: ServerSettings, file: Setting | undefined, root: string, keep: boolean) =>
  Object.entries(settingsAt(file, 'projects')).reduce(
    (all, [path, project]) => (samePath(path, root) ? withServers(all, project, keep) : all),
    known
  )

const claudeServers = (site: Site): ServerSettings => {
  const { root, userHome } = site
  const read = (path: string): Setting | undefined =>
    jsonIfThere(site, path, 'invalid MCP config: ')
  const own = read(join(root, '.claude.json'))
  const shared = withServers(new Map(), read(join(root, '.mcp.json')))
  const named = ofProject(withServers(shared, own), own, root, false)
  if (root === userHome) return named
  const ofUser = jsonIfThere(
    { ...site, repository: null },
    join(userHome, '.claude.json'),
    'invalid MCP config: '
  )
  return ofProject(named, ofUser, root, true)
}

/** Settings that switch servers on and off: a repository without any has those of the user. */
const serverSettings = (site: Site): Setting | undefined => {
  const own = settingsIn(site, site.source)
  if (own !== undefined || site.repository === null) return own
  try {
    return settingsIn({ ...site, repository: null }, join(site.userHome, site.agent.folder))
  } catch (cause) {
    if (cause instanceof SettingsProblem) return undefined
    throw cause
  }
}

export const planMcpServers: SettingsPlanner = (site) => {
  const isClaude = site.agent.name === 'claude'
  const file = join(site.source, 'mcp.json')
  const settings = isClaude ? serverSettings(site) : undefined
  const named = isClaude
    ? claudeServers(site)
    : withServers(new Map(), jsonIfThere(site, file, 'invalid MCP config: '))
  const { servers, leftOut } = mcpServersOf(named, settings)
  const isEmpty = Object.keys(servers).length === 0
  const existing = isEmpty ? {} : (existingConfig(site)['mcp_servers'] ?? {})
  const kept = isJsonObject(existing) ? existing : servers
  const known = Object.keys(servers).filter((name) => Object.hasOwn(kept, name))
  // 0.130 also completes servers that are there, and names all of them where anything is new.
  const completes = site.profile === '0.130'
  const more = completes ? (missingIn(kept, servers) ?? {}) : servers
  const added = Object.entries(more).filter(([name]) => completes || !Object.hasOwn(kept, name))
  const target = join(site.target, CONFIG_FILE)
  return {
    itemType: 'MCP_SERVER_CONFIG',
    description: `Migrate MCP servers from ${isClaude ? site.root : file} into ${target}`,
    names: completes && added.length > 0 ? Object.keys(servers) : added.map(([name]) => name),
    whole: null,
    writes:
      added.length === 0
        ? []
        : [{ kind: 'config', path: target, added: { mcp_servers: Object.fromEntries(added) } }],
    leftOut: [
      ...leftOut,
      ...alreadyThere(known.filter((name) => !(completes && Object.hasOwn(more, name))))
    ]
  }
}

/** Files and folders of a folder, as they are, where nothing stands yet. */
const copies = (site: Site, from: string, to: string): ReadonlyArray<NewEntry> => [
  ...(existsSync(to) ? [] : [{ kind: 'folder' as const, path: to }]),
  ...entriesBelow(from).flatMap(({ path, kind }): ReadonlyArray<NewEntry> => {
    const [source, target] = [join(from, ...path), join(to, ...path)]
    if (kind === 'other' || existsSync(target)) return []
    if (kind === 'folder') return [{ kind, path: target }]
    const mode = statSync(source).mode & 0o777
    const isText = isSkillText(path.at(-1) ?? '') && to.startsWith(site.skills)
    return isText
      ? [
          {
            kind,
            path: target,
            content: rewordOf(site)(textOf(site, source, false)),
            mode: NEW_FILE
          }
        ]
      : [{ kind, path: target, content: bytesOf(site, source, false), mode }]
  })
]

const linksBelow = (folder: string): ReadonlyArray<LeftOutPart> =>
  entriesBelow(folder)
    .filter(({ kind }) => kind === 'other')
    .map(({ path }) => ({ what: path.join('/'), why: 'it is a link, or no plain file' }))

export const planHooks: SettingsPlanner = (site) => {
  if (site.agent.name !== 'claude') return null
  const files = ['settings.json', 'settings.local.json'].flatMap(
    (name) => jsonIfThere(site, join(site.source, name), 'invalid hooks settings: ') ?? []
  )
  const scripts = join(site.target, 'hooks')
  const rules = { profile: site.profile, reword: rewordOf(site), scripts }
  const { hooks, leftOut } = hooksOf(files, rules)
  const target = join(site.target, 'hooks.json')
  const isEmpty = Object.keys(hooks).length === 0
  const isFree = isEmpty || isMissingOrBlank(site, target)
  const from = join(site.source, 'hooks')
  return {
    itemType: 'HOOKS',
    description: `Migrate hooks from ${site.source} to ${target}`,
    names: isFree ? Object.keys(hooks) : [],
    whole: null,
    writes:
      isEmpty || !isFree
        ? []
        : [
            ...(isFolder(from) ? copies(site, from, scripts) : []),
            {
              kind: 'file',
              path: target,
              content: `${JSON.stringify({ hooks }, null, 2)}\n`,
              mode: NEW_FILE
            }
          ],
    leftOut: [
      ...leftOut,
      ...(isFree ? [] : alreadyThere(['hooks.json'])),
      ...linksBelow(from).map(({ what, why }) => ({ what: `hooks/${what}`, why }))
    ]
  }
}

export const planSkills: SettingsPlanner = (site) => {
  const from = join(site.source, 'skills')
  const there = new Set(foldersIn(site.skills))
  const names = foldersIn(from).filter((name) => !there.has(name))
  const known = foldersIn(from).filter((name) => there.has(name))
  const free = names.filter((name) => !existsSync(join(site.skills, name)))
  return {
    itemType: 'SKILLS',
    description: `Migrate skills from ${from} to ${site.skills}`,
    names: [...names].sort(byBytes),
    whole: null,
    writes: free.map((name): SettingsWrite => {
      const path = join(site.skills, name)
      return { kind: 'tree', path, entries: copies(site, join(from, name), path) }
    }),
    leftOut: [...linksBelow(from), ...alreadyThere(known)]
  }
}

export const planCommands: SettingsPlanner = (site) => {
  const from = join(site.source, 'commands')
  const files = entriesBelow(from).flatMap(({ path, kind }) =>
    kind === 'file' && /.\.md$/s.test(path.at(-1) ?? '')
      ? [{ path, text: textOf(site, join(from, ...path), false) }]
      : []
  )
  const describes = site.profile === '0.169'
  const { skills, leftOut } = commandsOf(files, {
    reword: inCodexWords(site.agent.words, site.profile, 'commands'),
    describes
  })
  const isFree = ({ name }: CommandSkill): boolean => !existsSync(join(site.skills, name))
  const free = skills.filter(isFree)
  const known = skills.filter((skill) => !isFree(skill)).map(({ name }) => name)
  return {
    itemType: 'COMMANDS',
    description: `Migrate commands from ${from} to ${site.skills}`,
    names: free.map(({ name }) => name),
    whole: null,
    writes: free.map(({ name, text: content }): SettingsWrite => {
      const path = join(site.skills, name)
      const file = join(path, 'SKILL.md')
      return {
        kind: 'tree',
        path,
        entries: [{ kind: 'file', path: file, content, mode: NEW_FILE }]
      }
    }),
    leftOut: [...leftOut, ...alreadyThere(known)]
  }
}

export const planSubagents: SettingsPlanner = (site) => {
  const [from, to] = [join(site.source, 'agents'), join(site.target, 'agents')]
  const files = filesIn(from)
    .filter((name) => /.\.md$/s.test(name) && name !== 'README.md')
    .toSorted(byBytes)
  const leftOut: Array<LeftOutPart> = []
  const made = files.flatMap((name) => {
    const path = join(to, `${basename(name, '.md')}.toml`)
    if (existsSync(path)) {
      leftOut.push(...alreadyThere([name]))
      return []
    }
    const subagent = subagentOf(name, textOf(site, join(from, name), false), {
      reword: rewordOf(site),
      sorts: site.profile === '0.130'
    })
    if (!('leftOut' in subagent)) {
      leftOut.push(subagent)
      return []
    }
    leftOut.push(...subagent.leftOut)
    return [{ name: subagent.name, path, content: subagent.text }]
  })
  return {
    itemType: 'SUBAGENTS',
    description: `Migrate subagents from ${from} to ${to}`,
    names: made.map(({ name }) => name),
    whole: null,
    writes: made.map(({ path, content }) => ({ kind: 'file', path, content, mode: NEW_FILE })),
    leftOut
  }
}

/** The first file of guidance that says something. */
const guidanceFile = (site: Site): string | null => {
  const { root, source, repository } = site
  const names =
    site.agent.name === 'cursor'
      ? repository === null
        ? []
        : [join(root, '.cursorrules')]
      : [...(repository === null ? [] : [join(root, 'CLAUDE.md')]), join(source, 'CLAUDE.md')]
  return names.find((path) => !isBlank(textIfThere(site, path) ?? '')) ?? null
}

export const planGuidance: SettingsPlanner = (site) => {
  const source = guidanceFile(site)
  if (source === null) return null
  const isFree = isMissingOrBlank(site, site.guidance)
  const content = rewordOf(site)(textOf(site, source))
  return {
    itemType: 'AGENTS_MD',
    description: `Migrate ${source} to ${site.guidance}`,
    names: null,
    whole: { source, target: site.guidance },
    writes: isFree ? [{ kind: 'file', path: site.guidance, content, mode: NEW_FILE }] : [],
    leftOut: isFree ? [] : alreadyThere(['AGENTS.md'])
  }
}
