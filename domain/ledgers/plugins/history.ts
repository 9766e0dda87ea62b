/**
 * How what is known of a plugin changes with the next record, and what changed.
 */
import { NOTHING_SEEN, type PluginRecord, type PluginSeen, type PluginTold } from './observed.ts'

/** What changed; `noop` for an attempt that changed nothing. */
type PluginChangeKind =
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

export interface PluginChange {
  readonly change: PluginChangeKind
  readonly from: string | null
  readonly to: string | null
}

/** What is known of a plugin: what was seen, and apart from it what captured events say. */
export interface PluginKnown {
  readonly seen: PluginSeen
  /**
   * What the events so far come to. They have no time, so they say nothing of what the home is like now, and what is seen there
   * later is no change of what they told.
   */
  readonly told: PluginSeen
}

export const NOTHING_KNOWN: PluginKnown = { seen: NOTHING_SEEN, told: NOTHING_SEEN }

interface PluginStep extends PluginKnown {
  readonly changes: ReadonlyArray<PluginChange>
}

interface SeenChanges {
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

/** Leaving the configuration disables only what it had enabled. */
const enabling = (before: PluginSeen, seen: PluginSeen): ReadonlyArray<PluginChange> => {
  const [was, is] = [before.enabled, seen.enabled]
  if (was === is || (is === null && was === false)) return []
  return [{ change: is === true ? 'enabled' : 'disabled', from: flagText(was), to: flagText(is) }]
}

const observed = (before: PluginSeen, seen: PluginSeen): SeenChanges => ({
  seen,
  changes: [
    ...installation(before, seen),
    ...remoteId(before, seen),
    ...(before.installed && !seen.installed && seen.enabled === null ? [] : enabling(before, seen))
  ]
})

const uninstall = (before: PluginSeen): PluginSeen => ({ ...NOTHING_SEEN, enabled: before.enabled })

/** An event sets the id only where nothing better is known. */
const withToldId = (seen: PluginSeen, told: string | null): PluginSeen => {
  const isBetter = seen.remoteId === null || seen.remoteIdSource === 'analytics'
  return told !== null && isBetter ? { ...seen, remoteId: told, remoteIdSource: 'analytics' } : seen
}

const applyReport = (
  before: PluginSeen,
  { news, remoteId: id, errorType, turnId }: PluginTold
): SeenChanges => {
  switch (news) {
    case 'install_failed':
      return { seen: before, changes: [{ change: 'install_failed', from: null, to: errorType }] }
    case 'used':
      return { seen: before, changes: [{ change: 'used', from: null, to: turnId }] }
    // Codex posts none for a plugin that is not there: it was, whether or not that was told.
    case 'uninstalled':
      return observed({ ...before, installed: true }, uninstall(before))
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

const noop = (seen: PluginSeen, tried: string): SeenChanges => ({
  seen,
  changes: [{ change: 'noop', from: null, to: tried }]
})

export const stepOf = (before: PluginKnown, record: PluginRecord): PluginStep => {
  if (record.record === 'plugin.observed')
    return { ...before, ...observed(before.seen, record.seen) }
  if (record.source !== 'analytics') return { ...before, ...applyReport(before.seen, record) }
  const { seen, changes } = applyReport(before.told, record)
  return { seen: before.seen, told: seen, changes }
}
