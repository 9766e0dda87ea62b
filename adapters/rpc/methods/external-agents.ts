/**
 * `externalAgentConfig/*`: what other agents left becomes Codex's. An import is answered before anything of it is read; imports of a
 * server run one after the other, and every client hears of them.
 */
import * as t from 'io-ts'
import type { JsonObject } from '../../../domain/json.ts'
import { ITEM_TYPES, type ItemType } from '../../imports/item.ts'
import {
  flag,
  items,
  list,
  oneOf,
  option,
  required,
  struct,
  text,
  u32,
  map,
  unitValue
} from '../wire/serde.ts'
import { served, type Era, type Served } from './method.ts'

const answers = () => import('./external-agents-answers.ts')

/** Types in the order in which the refusal of an unknown one lists them. */
const KNOWN: ReadonlyArray<ItemType> = [
  'AGENTS_MD',
  'CONFIG',
  'SKILLS',
  'PLUGINS',
  'MCP_SERVER_CONFIG',
  'SUBAGENTS',
  'HOOKS',
  'COMMANDS',
  'MEMORY',
  'SESSIONS'
]

const itemTypeOf = ({ profile }: Era) =>
  oneOf(...KNOWN.filter((type) => profile === '0.169' || type !== 'MEMORY'))

export const externalAgentDetect = served(
  'ExternalAgentConfigDetectParams',
  ({ profile }) => ({
    includeHome: option(flag),
    cwds: option(list(text)),
    ...(profile === '0.169'
      ? {
          maxSessionAgeDays: option(u32),
          maxSessions: option(u32),
          migrationSource: option(text)
        }
      : {})
  }),
  t.type({ items: t.array(t.UnknownRecord) }, 'ExternalAgentConfigDetectResponse'),
  async (params, call) => (await answers()).detect(params, call)
)

const importItem = (era: Era) =>
  struct('ExternalAgentConfigMigrationItem', {
    itemType: required(itemTypeOf(era)),
    description: required(text),
    cwd: option(text),
    details: option(map)
  })

export const externalAgentImport = served(
  'ExternalAgentConfigImportParams',
  (era) => ({
    migrationItems: required(list(importItem(era))),
    ...(era.profile === '0.169' ? { providerId: option(text), migrationSource: option(text) } : {})
  }),
  t.object,
  async (params, call) => (await answers()).importItems(params, call)
)

export const externalAgentHistories: Served<JsonObject | null> = {
  params: () => unitValue,
  result: t.type(
    { data: t.array(t.UnknownRecord) },
    'ExternalAgentConfigImportHistoriesReadResponse'
  ),
  handler: async (_, call) => (await answers()).histories(call)
}

const typeResult = struct('ExternalAgentConfigImportTypeResult', {
  itemType: required(oneOf(...ITEM_TYPES)),
  successes: required(items),
  failures: required(items)
})

export const externalAgentRecord = served(
  'ExternalAgentConfigImportHistoryRecordParams',
  { providerId: required(text), itemTypeResults: required(list(typeResult)) },
  t.type({ importId: t.string }, 'ExternalAgentConfigImportHistoryRecordResponse'),
  async (params, call) => (await answers()).record(params, call)
)
