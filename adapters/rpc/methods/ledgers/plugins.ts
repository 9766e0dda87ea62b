/**
 * `unroll/plugins/list`, `unroll/plugins/history/list` and `unroll/plugins/usage/list`: which plugins were seen in a home, what
 * became of them, and who used them. They tell what was recorded; nothing in the home is looked at or changed.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type {
  PluginHistoryRow,
  PluginIdentityRow,
  PluginUse
} from '../../../../replay/ledgers/plugins.ts'
import { noKey } from '../../connection/keys.ts'
import { answer, ask, EVERY_PROFILE, type Method } from '../../method.ts'
import { option, struct, text, type ValueOf } from '../../wire/serde.ts'
import { chosenThread, given, rows, type Rows } from './scope.ts'

const listFields = {}

/** The row of `unroll/plugins/list`. */
export const pluginsList: Method<ValueOf<typeof listFields>, Rows<PluginIdentityRow>> = {
  name: 'unroll/plugins/list',
  profiles: EVERY_PROFILE,
  ours: EVERY_PROFILE,
  params: () => struct('PluginsListParams', listFields),
  result: t.type(rows<PluginIdentityRow>('PluginIdentity')),
  key: noKey,
  handler: (_params, call) => async () => {
    const found = await ask(call, (engine) => engine.plugins())
    return E.map((data: ReadonlyArray<PluginIdentityRow>) => answer({ data }))(found)
  }
}

const historyFields = { localId: option(text) }

/** The row of `unroll/plugins/history/list`. */
export const pluginHistoryList: Method<ValueOf<typeof historyFields>, Rows<PluginHistoryRow>> = {
  name: 'unroll/plugins/history/list',
  profiles: EVERY_PROFILE,
  ours: EVERY_PROFILE,
  params: () => struct('PluginHistoryListParams', historyFields),
  result: t.type(rows<PluginHistoryRow>('PluginChange')),
  key: noKey,
  handler:
    ({ localId }, call) =>
    async () => {
      const found = await ask(call, (engine) => engine.pluginHistory(localId ?? undefined))
      return E.map((data: ReadonlyArray<PluginHistoryRow>) => answer({ data }))(found)
    }
}

const usageFields = { threadId: option(text), plugin: option(text) }

/** The row of `unroll/plugins/usage/list`. */
export const pluginUsageList: Method<ValueOf<typeof usageFields>, Rows<PluginUse>> = {
  name: 'unroll/plugins/usage/list',
  profiles: EVERY_PROFILE,
  ours: EVERY_PROFILE,
  params: () => struct('PluginUsageListParams', usageFields),
  result: t.type(rows<PluginUse>('PluginUse')),
  key: noKey,
  handler: (params, call) => async () => {
    const thread = chosenThread(params.threadId)
    if (E.isLeft(thread)) return thread
    const request = { ...thread.right, ...given(params, 'plugin') }
    const found = await ask(call, (engine) => engine.pluginUse(request))
    return E.map((data: ReadonlyArray<PluginUse>) => answer({ data }))(found)
  }
}
