/**
 * What an event of an analytics capture tells about a plugin: the way back from `plugin-events.ts`.
 *
 * Errors: an event that names no plugin, or is of another type, tells nothing.
 */
import type { PostedEvent } from './envelope.ts'
import { textIn, type JsonObject } from '../../json.ts'
import { own } from '../../own.ts'
import { printPluginId } from '../plugins/ids.ts'
import type { PluginNews, PluginTold } from '../plugins/observed.ts'

/** What an event says, without who recorded it when. */
export type PluginTelling = Pick<
  PluginTold,
  'localId' | 'remoteId' | 'news' | 'errorType' | 'threadId' | 'turnId'
>

const NEWS: Readonly<Record<string, PluginNews>> = {
  codex_plugin_installed: 'installed',
  codex_plugin_uninstalled: 'uninstalled',
  codex_plugin_enabled: 'enabled',
  codex_plugin_disabled: 'disabled',
  codex_plugin_install_failed: 'install_failed',
  codex_plugin_used: 'used'
}

const textAt = (params: JsonObject, member: string): string | null => textIn(params[member]) || null

/** Up to 0.142 a remote id takes the place of the local one; name and marketplace tell which it is. */
const idsOf = (params: JsonObject): Pick<PluginTold, 'localId' | 'remoteId'> | null => {
  const id = textAt(params, 'plugin_id')
  if ('remote_plugin_id' in params) {
    const remoteId = textAt(params, 'remote_plugin_id')
    return id === null && remoteId === null ? null : { localId: id, remoteId }
  }
  const [name, marketplace] = [textAt(params, 'plugin_name'), textAt(params, 'marketplace_name')]
  const localId =
    name === null || marketplace === null ? null : printPluginId({ name, marketplace })
  if (id === null) return localId === null ? null : { localId, remoteId: null }
  return { localId, remoteId: id === localId ? null : id }
}

/** What an event says about a plugin; null when nothing. */
export const toldBy = ({ event_type, event_params }: PostedEvent): PluginTelling | null => {
  const news = own(NEWS, event_type)
  const ids = idsOf(event_params)
  if (news === undefined || ids === null) return null
  const isUse = news === 'used'
  return {
    ...ids,
    news,
    errorType: news === 'install_failed' ? textAt(event_params, 'error_type') : null,
    threadId: isUse ? textAt(event_params, 'thread_id') : null,
    turnId: isUse ? textAt(event_params, 'turn_id') : null
  }
}
