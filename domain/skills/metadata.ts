/**
 * What `agents/openai.yaml` beside a skill says: how it is shown, what it needs, and who may use it. A file that cannot be read says
 * nothing.
 */
import { trimmed } from '../white-space.ts'
import { onOneLine } from './front-matter.ts'
import {
  decoded,
  isYamlNull,
  yamlFlag,
  yamlList,
  yamlStruct,
  yamlText,
  type YamlText
} from './yaml.ts'

type YamlNode = Parameters<typeof yamlText>[2]

/** How a skill is shown; icons are absolute paths. */
export interface SkillInterface {
  readonly displayName: string | null
  readonly shortDescription: string | null
  readonly iconSmall: string | null
  readonly iconLarge: string | null
  readonly brandColor: string | null
  readonly defaultPrompt: string | null
}

/** Something a skill needs. */
export interface SkillTool {
  readonly type: string
  readonly value: string
  readonly description?: string
  readonly transport?: string
  readonly command?: string
  readonly url?: string
}

export interface SkillExtras {
  readonly interface: SkillInterface | null
  /** Null where it needs nothing. */
  readonly tools: ReadonlyArray<SkillTool> | null
  /** False for a skill of another product. */
  readonly isOurs: boolean
}

export const NO_EXTRAS: SkillExtras = { interface: null, tools: null, isOurs: true }

const PRODUCTS: Readonly<Record<string, string>> = {
  chatgpt: 'chatgpt',
  CHATGPT: 'chatgpt',
  codex: 'codex',
  CODEX: 'codex',
  atlas: 'atlas',
  ATLAS: 'atlas'
}

const NAME_MAX = 64
const TEXT_MAX = 1024

/** A text on one line, when it says something and is not too long. */
const short = (text: string | null | undefined, max = TEXT_MAX): string | null => {
  const line = onOneLine(text ?? '')
  return line === '' || Array.from(line).length > max ? null : line
}

const colour = (text: string | null | undefined): string | null => {
  const given = trimmed(text ?? '')
  return /^#[0-9a-fA-F]{6}$/.test(given) ? given : null
}

/** Folders a path may lead to. */
export interface SkillFolders {
  /** Folder of the skill. */
  readonly skill: string
  /** Folder of the plugin it belongs to; null for none. */
  readonly plugin: string | null
}

const normal = (path: string): string => {
  const parts: Array<string> = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** An icon below the assets of the skill, or of its plugin. */
const icon = (path: string | null | undefined, { skill, plugin }: SkillFolders): string | null => {
  if (path === null || path === undefined || path === '' || path.startsWith('/')) return null
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) {
    const shared = normal(`${skill}/${path}`)
    const assets = plugin === null ? null : normal(`${plugin}/assets`)
    const isBelow = assets !== null && (shared === assets || shared.startsWith(`${assets}/`))
    // What comes before the first step upwards counts as elsewhere.
    return isBelow ? shared : null
  }
  return parts[0] === 'assets' ? `${skill}/${parts.join('/')}` : null
}

const texts = (
  yaml: YamlText,
  path: string,
  node: YamlNode,
  struct: string,
  names: ReadonlyArray<string>
): ReadonlyMap<string, string | null> => {
  const found = new Map<string, string | null>()
  const members = Object.fromEntries(
    names.map((name) => [
      name,
      (inner: YamlNode, below: string) => void found.set(name, yamlText(yaml, below, inner))
    ])
  )
  yamlStruct(yaml, path, node, struct, members)
  return found
}

const shown = (
  found: ReadonlyMap<string, string | null>,
  folders: SkillFolders
): SkillInterface => ({
  displayName: short(found.get('display_name'), NAME_MAX),
  shortDescription: short(found.get('short_description')),
  iconSmall: icon(found.get('icon_small'), folders),
  iconLarge: icon(found.get('icon_large'), folders),
  brandColor: colour(found.get('brand_color')),
  defaultPrompt: short(found.get('default_prompt'))
})

const INTERFACE = [
  'display_name',
  'short_description',
  'icon_small',
  'icon_large',
  'brand_color',
  'default_prompt'
]
const TOOL = ['type', 'value', 'description', 'transport', 'command', 'url']

const toolOf = (found: ReadonlyMap<string, string | null>): SkillTool | null => {
  const type = short(found.get('type'), NAME_MAX)
  const value = short(found.get('value'))
  if (type === null || value === null) return null
  const rest = TOOL.slice(2).flatMap((name) => {
    const text = short(found.get(name), name === 'transport' ? NAME_MAX : TEXT_MAX)
    return text === null ? [] : [[name, text] as const]
  })
  return { type, value, ...Object.fromEntries(rest) }
}

/** Which products a policy names. Throws for one that nobody knows. */
const productOf = (yaml: YamlText, path: string, node: YamlNode): string => {
  const product = PRODUCTS[yamlText(yaml, path, node) ?? '']
  if (product === undefined) throw new RangeError('unknown product')
  return product
}

/** Reads the file beside a skill. */
export const skillExtras = (text: string, folders: SkillFolders): SkillExtras => {
  const read = decoded(text, (yaml) => {
    let own: SkillInterface | null = null
    let tools: ReadonlyArray<SkillTool> = []
    let products: ReadonlyArray<string> = []
    const some =
      (use: (node: YamlNode, path: string) => void) => (node: YamlNode, path: string) => {
        if (!isYamlNull(yaml, node)) use(node, path)
      }
    yamlStruct(yaml, '', yaml.root, 'SkillMetadataFile', {
      interface: some((node, path) => {
        own = shown(texts(yaml, path, node, 'Interface', INTERFACE), folders)
      }),
      dependencies: some((node, path) =>
        yamlStruct(yaml, path, node, 'Dependencies', {
          tools: (list, below) => {
            tools = yamlList(yaml, below, list, (item, at) =>
              toolOf(texts(yaml, at, item, 'DependencyTool', TOOL))
            ).flatMap((tool) => (tool === null ? [] : [tool]))
          }
        })
      ),
      policy: some((node, path) =>
        yamlStruct(yaml, path, node, 'Policy', {
          allow_implicit_invocation: (flag, below) => void yamlFlag(yaml, below, flag),
          products: (list, below) => {
            products = yamlList(yaml, below, list, (item, at) => productOf(yaml, at, item))
          }
        })
      )
    })
    return { own, tools, products }
  })
  if ('problem' in read) return NO_EXTRAS
  const { own, tools, products } = read.value
  const says = own !== null && Object.values(own).some((value) => value !== null)
  return {
    interface: says ? own : null,
    tools: tools.length === 0 ? null : tools,
    isOurs: products.length === 0 || products.includes('codex')
  }
}
