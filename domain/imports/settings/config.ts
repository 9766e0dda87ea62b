/**
 * CONFIG: the environment of commands and the sandbox; nothing else of the settings means the same in Codex.
 */
import type { JsonObject } from '../../json.ts'
import {
  isSettings,
  scalarText,
  settingAt,
  settingsAt,
  type LeftOutPart,
  type SettingsObject
} from './settings.ts'

/** Members that other types of items take. */
const ELSEWHERE = new Set([
  'env',
  'sandbox',
  'hooks',
  'disableAllHooks',
  'enabledMcpjsonServers',
  'disabledMcpjsonServers',
  'enabledPlugins',
  'extraKnownMarketplaces'
])

interface ConfigImport {
  /** What `config.toml` gets. */
  readonly config: JsonObject
  readonly leftOut: ReadonlyArray<LeftOutPart>
}

export const configOf = (settings: SettingsObject): ConfigImport => {
  const env = Object.entries(settingsAt(settings, 'env'))
  const set = env.flatMap(([name, value]) => {
    const text = scalarText(value)
    return text === null ? [] : [[name, text] as const]
  })
  const policy = { inherit: 'core', set: Object.fromEntries(set) }
  const sandbox = settingsAt(settings, 'sandbox')
  const isSandboxed = settingAt(sandbox, 'enabled') === true
  const dropped = env.filter(([, value]) => scalarText(value) === null)
  return {
    config: {
      ...(env.length === 0 ? {} : { shell_environment_policy: policy }),
      ...(isSandboxed ? { sandbox_mode: 'workspace-write' } : {})
    },
    leftOut: [
      ...dropped.map(([name]) => ({ what: `env.${name}`, why: 'its value is no text' })),
      ...(isSettings(settings['sandbox']) && !isSandboxed && Object.keys(sandbox).length > 0
        ? [{ what: 'sandbox', why: 'only a sandbox that is switched on is taken over' }]
        : []),
      ...Object.keys(settings)
        .filter((name) => !ELSEWHERE.has(name))
        .map((what) => ({ what, why: 'Codex has no setting that means the same' }))
    ]
  }
}
