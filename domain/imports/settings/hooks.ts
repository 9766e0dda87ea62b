/**
 * HOOKS: plain commands of events that Codex has. A hook that says more than Codex would heed stays out as a whole.
 */
import type { JsonObject } from '../../json.ts'
import type { ProfileName } from '../../log/profile.ts'
import { ExactNumber } from '../../log/exact-json.ts'
import { trimmed } from '../../white-space.ts'
import { hookCommand } from './hook-command.ts'
import { isSettings, settingAt, settingsAt, type LeftOutPart, type Setting } from './settings.ts'
import type { Reword } from './words.ts'

interface HooksImport {
  /** Groups by event, as `hooks.json` has them. */
  readonly hooks: JsonObject
  readonly leftOut: ReadonlyArray<LeftOutPart>
}

export interface HookRules {
  readonly profile: ProfileName
  readonly reword: Reword
  /** Where scripts will stand. */
  readonly scripts: string
}

/** Events in the order in which Codex lists them. */
const EVENTS = [
  'PreToolUse',
  'PermissionRequest',
  'PostToolUse',
  'PreCompact',
  'PostCompact',
  'SessionStart',
  'SessionEnd',
  'UserPromptSubmit',
  'SubagentStart',
  'SubagentStop',
  'Stop'
]

const UNKNOWN: Readonly<Record<ProfileName, ReadonlyArray<string>>> = {
  '0.130': ['SessionEnd', 'SubagentStart', 'SubagentStop'],
  '0.142': ['SessionEnd'],
  '0.169': []
}

/** Events that do not look at what happened. */
const WITHOUT_MATCHER = new Set(['UserPromptSubmit', 'Stop'])

const HEEDED = new Set(['type', 'command', 'timeout', 'timeoutSec', 'statusMessage', 'async'])

const wholeNumber = (value: Setting | undefined): number | null => {
  const text =
    value instanceof ExactNumber
      ? value.text
      : typeof value === 'string'
        ? value.replace(/^\+/, '')
        : ''
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : null
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** A hook as Codex has it, or why it is left out. */
const hookOf = (hook: Setting, { reword, scripts }: HookRules): JsonObject | string => {
  if (!isSettings(hook)) return 'it is no object'
  const type = settingAt(hook, 'type')
  if (typeof type === 'string' && type !== 'command')
    return `Codex runs no hook of the type ${JSON.stringify(type)}`
  const more = Object.keys(hook).filter((name) => !HEEDED.has(name))
  if (more.length > 0) return `Codex would not heed ${more.map((name) => `"${name}"`).join(', ')}`
  if (settingAt(hook, 'async') === true) return 'it does not wait for its command'
  const written = settingAt(hook, 'command')
  const command = typeof written === 'string' ? trimmed(written) : ''
  if (command === '') return 'it has no command'
  const timed = settingAt(hook, 'timeout')
  const timeout = wholeNumber(timed === undefined ? settingAt(hook, 'timeoutSec') : timed)
  const status = settingAt(hook, 'statusMessage')
  return {
    type: 'command',
    command: hookCommand(command, scripts),
    ...(timeout === null ? {} : { timeout }),
    ...(typeof status === 'string' ? { statusMessage: reword(status) } : {})
  }
}

const listOf = (value: Setting | undefined): ReadonlyArray<Setting> =>
  Array.isArray(value) ? (value as ReadonlyArray<Setting>) : []

/** The groups of an event that Codex can have. */
const groupsOf = (event: string, groups: Setting | undefined, rules: HookRules) => {
  const leftOut: Array<LeftOutPart> = []
  const made = listOf(groups).flatMap((group, at) => {
    const what = `${event}[${at}]`
    const more = isSettings(group)
      ? Object.keys(group).filter((name) => name !== 'matcher' && name !== 'hooks')
      : []
    if (!isSettings(group) || more.length > 0) {
      const why = isSettings(group)
        ? `Codex would not heed "${more.join('", "')}"`
        : 'it is no object'
      leftOut.push({ what, why })
      return []
    }
    const hooks = listOf(settingAt(group, 'hooks')).flatMap((hook, place) => {
      const one = hookOf(hook, rules)
      if (typeof one === 'string') leftOut.push({ what: `${what}.hooks[${place}]`, why: one })
      return typeof one === 'string' ? [] : [one]
    })
    if (hooks.length === 0) return []
    const matcher = settingAt(group, 'matcher')
    const isHeeded = !WITHOUT_MATCHER.has(event) && typeof matcher === 'string'
    return [{ ...(isHeeded ? { matcher } : {}), hooks }]
  })
  return { made, leftOut }
}

/** The hooks of settings files, the first file first. */
export const hooksOf = (files: ReadonlyArray<Setting>, rules: HookRules): HooksImport => {
  const switches = files.flatMap((file) => {
    const off = settingAt(file, 'disableAllHooks')
    return typeof off === 'boolean' ? [off] : []
  })
  if (switches.at(-1) === true)
    return { hooks: {}, leftOut: [{ what: 'hooks', why: 'disableAllHooks is set' }] }
  const known = EVENTS.filter((event) => !UNKNOWN[rules.profile].includes(event))
  const hooks = new Map<string, ReadonlyArray<JsonObject>>()
  const leftOut: Array<LeftOutPart> = []
  for (const file of files) {
    const events = settingsAt(file, 'hooks')
    for (const event of known) {
      const { made, leftOut: lost } = groupsOf(event, settingAt(events, event), rules)
      leftOut.push(...lost)
      if (made.length > 0) hooks.set(event, [...(hooks.get(event) ?? []), ...made])
    }
    for (const event of Object.keys(events))
      if (!known.includes(event)) leftOut.push({ what: event, why: 'Codex has no such event' })
  }
  return { hooks: Object.fromEntries(hooks), leftOut }
}
