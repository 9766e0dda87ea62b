/**
 * Skills, plugins and apps that a message names: plugins and apps as inputs of their own (0.169), and skills in every version by the
 * block that Codex puts before the model. A skill that an input names and Codex does not find has no block, and is not used.
 *
 * Shape:  <skill> / <name>NAME</name> / <path>PATH</path> / the text of the skill / </skill>
 *         a skill of a plugin stands at …/plugins/cache/MARKETPLACE/PLUGIN/VERSION/…; plugin://PLUGIN@MARKETPLACE,
 *         app://CONNECTOR
 */
import type { RolloutLine } from '../../log/event.ts'
import type { UserContent } from '../../protocol.ts'
import { outputText, reader } from '../../thread/rich/values.ts'
import type { Fact, FactOf } from './fact.ts'
import { metadataOf } from './plugin-events.ts'
import type { RolloutState } from './rollout-state.ts'

interface NamedAt {
  readonly atMs: number
  readonly threadId: string
  readonly turnId: string
}

/** Something named, once per turn and key. */
interface NamedInput {
  readonly key: string
  readonly fact: Fact
}

const BLOCK = /^<skill>\s*<name>([^<]{1,256})<\/name>\s*<path>([^<]{1,4096})<\/path>/
const CACHED = /\/plugins\/cache\/([^/]+)\/([^/]+)\/[^/]+\//
const SCHEME = /^(plugin|app):\/\/(.{1,256})$/

/**
 * The scope of a skill where its path tells it; null elsewhere. A folder `.agents/skills` above the working directory is the user's in
 * the home of the user and the repository's in others, and no rollout says which folder is that home.
 */
const scopeOf = (path: string): FactOf<'skill_invoked'>['scope'] => {
  if (CACHED.test(path)) return 'user'
  if (path.startsWith('/etc/codex/skills/')) return 'admin'
  return path.includes('/skills/.system/') ? 'system' : null
}

const skill = (name: string, path: string, state: RolloutState, at: NamedAt): NamedInput => {
  const cached = CACHED.exec(path)
  const scope = scopeOf(path)
  const fact: Fact = {
    kind: 'skill_invoked',
    ...at,
    name,
    scope,
    path,
    // What Codex and administrators install is in no repository; of other files no rollout says it.
    ...(scope === null ? {} : { repositoryUrl: null }),
    plugin: cached === null ? null : metadataOf(`${cached[2]}@${cached[1]}`, null, null),
    invokeType: 'explicit',
    model: state.model
  }
  return { key: `skill ${name} ${path}`, fact }
}

const mention = (
  name: string,
  path: string,
  state: RolloutState,
  at: NamedAt
): NamedInput | null => {
  const [, scheme, id] = SCHEME.exec(path) ?? []
  if (id === undefined) return null
  const { model } = state
  const fact: Fact =
    scheme === 'plugin'
      ? { kind: 'plugin_used', ...at, plugin: metadataOf(id, null, null), model }
      : {
          kind: 'app_mentioned',
          ...at,
          connectorId: id,
          appName: name,
          invokeType: 'explicit',
          model
        }
  return { key: path, fact }
}

export const namedInputs = (
  content: ReadonlyArray<UserContent>,
  state: RolloutState,
  at: NamedAt
): ReadonlyArray<NamedInput> =>
  content.flatMap((part) => {
    const named = part.type === 'mention' ? mention(part.name, part.path, state, at) : null
    return named === null ? [] : [named]
  })

/** The skill whose text a line gives the model; null for other lines. */
export const namedSkill = (
  line: RolloutLine,
  state: RolloutState,
  at: NamedAt
): NamedInput | null => {
  if (line.type !== 'response_item') return null
  const item = reader(line.payload)
  if (item.text('type') !== 'message' || item.text('role') !== 'user') return null
  const [, name, path] = BLOCK.exec(outputText(item.json('content'))) ?? []
  return name === undefined || path === undefined ? null : skill(name, path, state, at)
}
