/**
 * `unroll/plugins/list`, `unroll/plugins/history/list` and `unroll/plugins/usage/list`: which plugins were seen in a home, what
 * became of them, and who used them. They tell what was recorded; nothing in the home is looked at or changed.
 */
import * as t from 'io-ts'
import type {
  PluginHistoryRow,
  PluginIdentityRow,
  PluginUse
} from '../../../../replay/ledgers/plugins.ts'
import { option, text } from '../../wire/serde.ts'
import { allRows, given, question, rows } from './question.ts'

/** The row of `unroll/plugins/list`. */
export const pluginsList = question({
  name: 'unroll/plugins/list',
  params: 'PluginsListParams',
  fields: {},
  result: t.type(rows<PluginIdentityRow>('PluginIdentity')),
  asked: (engine) => allRows(engine.plugins())
})

const historyFields = { localId: option(text) }

/** The row of `unroll/plugins/history/list`. */
export const pluginHistoryList = question({
  name: 'unroll/plugins/history/list',
  params: 'PluginHistoryListParams',
  fields: historyFields,
  result: t.type(rows<PluginHistoryRow>('PluginChange')),
  asked: (engine, { localId }) => allRows(engine.pluginHistory(localId ?? undefined))
})

const usageFields = { threadId: option(text), plugin: option(text) }

/** The row of `unroll/plugins/usage/list`. */
export const pluginUsageList = question({
  name: 'unroll/plugins/usage/list',
  params: 'PluginUsageListParams',
  fields: usageFields,
  result: t.type(rows<PluginUse>('PluginUse')),
  asked: (engine, params, thread) =>
    allRows(engine.pluginUse({ ...thread, ...given(params, 'plugin') }))
})
