/**
 * How what is known of a plugin changes with the next record, and what changed.
 */
import { NOTHING_SEEN, type PluginRecord, type PluginSeen, type PluginTold } from './observed.ts'

/** What changed; `noop` for something that was tried and changed nothing. */
export type PluginChangeKind =
  | 'installed'
  | 'uninstalled'
  | 'version_changed'
  | 'remote_id_set'
  | 'remote_id_changed'
  | 'remote_id_lost'
  | 'enabled'
  | 'disabled'
  | 'install_failed'
  | 'used'
  | 'noop'

/** One change of a plugin. */
export interface PluginChange {
  readonly change: PluginChangeKind
  readonly from: string | null
  readonly to: string | null
}

/** What is known of a plugin after a record, and what changed by it. */
export interface Step {
  readonly seen: PluginSeen
  readonly changes: ReadonlyArray<PluginChange>
}

const flagText = (enabled: boolean | null): string | null =>
  enabled === null ? null : String(enabled)

const installation = (before: PluginSeen, seen: PluginSeen): ReadonlyArray<PluginChange> => {
  const [from, to] = [before.activeVersion, seen.activeVersion]
  if (before.installed !== seen.installed)
    return [{ change: seen.installed ? 'installed' : 'uninstalled', from, to }]
  return from === to || !seen.installed ? [] : [{ change: 'version_changed', from, to }]
}

const remoteId = (
  { remoteId: from }: PluginSeen,
  { remoteId: to }: PluginSeen
): ReadonlyArray<PluginChange> => {
  if (from === to) return []
  const change = from === null ? 'remote_id_set' : to === null ? 'remote_id_lost' : null
  return [{ change: change ?? 'remote_id_changed', from, to }]
}

/** A plugin that the configuration no longer mentions is not enabled; one that it never enabled is not disabled by that. */
const enabling = (before: PluginSeen, seen: PluginSeen): ReadonlyArray<PluginChange> => {
  const [was, is] = [before.enabled, seen.enabled]
  if (was === is || (is === null && was === false)) return []
  return [{ change: is === true ? 'enabled' : 'disabled', from: flagText(was), to: flagText(is) }]
}

const observed = (before: PluginSeen, seen: PluginSeen): Step => ({
  seen,
  changes: [
    ...installation(before, seen),
    ...remoteId(before, seen),
    ...(before.installed && !seen.installed && seen.enabled === null ? [] : enabling(before, seen))
  ]
})

const gone = (before: PluginSeen): PluginSeen => ({ ...NOTHING_SEEN, enabled: before.enabled })

/** What is told sets an id only where nothing better is known. */
const withToldId = (seen: PluginSeen, told: string | null): PluginSeen => {
  const isBetter = seen.remoteId === null || seen.remoteIdSource === 'analytics'
  return told !== null && isBetter ? { ...seen, remoteId: told, remoteIdSource: 'analytics' } : seen
}

const told = (before: PluginSeen, { news, remoteId: id, errorType, turnId }: PluginTold): Step => {
  switch (news) {
    case 'install_failed':
      return { seen: before, changes: [{ change: 'install_failed', from: null, to: errorType }] }
    case 'used':
      return { seen: before, changes: [{ change: 'used', from: null, to: turnId }] }
    case 'uninstalled': {
      const step = observed(before, gone(before))
      return step.changes.length === 0 ? noop(before, news) : step
    }
    case 'installed': {
      const step = observed(before, withToldId({ ...before, installed: true }, id))
      return step.changes.length === 0 ? noop(before, news) : step
    }
    case 'enabled':
    case 'disabled': {
      const enabled = news === 'enabled'
      const step = observed(before, withToldId({ ...before, enabled }, id))
      return before.enabled === enabled
        ? { seen: step.seen, changes: [...step.changes, ...noop(before, news).changes] }
        : step
    }
  }
}

const noop = (seen: PluginSeen, tried: string): Step => ({
  seen,
  changes: [{ change: 'noop', from: null, to: tried }]
})

/** The next state of a plugin; `before` is null when no record named it yet. */
export const stepOf = (before: PluginSeen | null, record: PluginRecord): Step =>
  record.record === 'plugin.observed'
    ? observed(before ?? NOTHING_SEEN, record.seen)
    : told(before ?? NOTHING_SEEN, record)
