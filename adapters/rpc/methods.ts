/**
 * Every method, one row each. The order is the one in which an unknown method is told what there is.
 */
import { conversationSummary } from './methods/conversation-summary.ts'
import { COURTESIES } from './methods/courtesy.ts'
import { initialize } from './methods/initialize.ts'
import { itemsList, turnItemsList } from './methods/items-list.ts'
import { itemsRead } from './methods/items-read.ts'
import { LOADED_COURTESIES } from './methods/loaded-courtesy.ts'
import { approvalsList, auditList, reviewsList } from './methods/ledgers/audit.ts'
import { analyticsList } from './methods/ledgers/analytics.ts'
import { pluginHistoryList, pluginsList, pluginUsageList } from './methods/ledgers/plugins.ts'
import { blameRead, toolsList, toolsSummary } from './methods/ledgers/tools.ts'
import { usageRead } from './methods/ledgers/usage.ts'
import { loadedList } from './methods/loaded-list.ts'
import { OF_ACCOUNTS } from './methods/refused/accounts.ts'
import { OF_CONFIGURATION } from './methods/refused/configuration.ts'
import { OF_THE_MACHINE } from './methods/refused/machine.ts'
import { OF_THREADS } from './methods/refused/threads.ts'
import { threadList } from './methods/thread-list.ts'
import { threadRead } from './methods/thread-read.ts'
import { timelineList } from './methods/timeline-list.ts'
import { reviewStart } from './methods/review-start.ts'
import { threadArchive, threadDelete, threadUnarchive } from './methods/thread-archive.ts'
import { threadFork } from './methods/thread-fork.ts'
import { threadGoalClear, threadGoalGet, threadGoalSet } from './methods/thread-goal.ts'
import { threadInjectItems } from './methods/thread-inject-items.ts'
import { threadCompactStart, threadShellCommand } from './methods/model-only.ts'
import {
  threadMemoryModeSet,
  threadMetadataUpdate,
  threadNameSet
} from './methods/thread-metadata.ts'
import { threadResume } from './methods/thread-resume.ts'
import { threadRevert } from './methods/thread-revert.ts'
import { threadRollback } from './methods/thread-rollback.ts'
import { threadSearch, threadSearchOccurrences } from './methods/thread-search.ts'
import { threadSettingsUpdate } from './methods/thread-settings.ts'
import { threadStart } from './methods/thread-start.ts'
import { threadUnsubscribe } from './methods/thread-unsubscribe.ts'
import { turnInterrupt, turnStart, turnSteer } from './methods/turn.ts'
import { turnsList } from './methods/turns-list.ts'
import type { Method, Server } from './method.ts'
import { CODEX_ORDER } from './order.ts'

/** A row whose parameter and answer types are its own business. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyMethod = Method<any, any>

const place = new Map(CODEX_ORDER.map((name, index) => [name, index]))
/** Methods Codex never had come last. */
const placeOf = ({ name }: AnyMethod): number => place.get(name) ?? CODEX_ORDER.length

const ROWS: ReadonlyArray<AnyMethod> = [
  initialize,
  threadStart,
  threadResume,
  threadFork,
  threadArchive,
  threadDelete,
  threadUnsubscribe,
  threadNameSet,
  threadGoalSet,
  threadGoalGet,
  threadGoalClear,
  threadMetadataUpdate,
  threadSettingsUpdate,
  threadMemoryModeSet,
  threadUnarchive,
  threadCompactStart,
  threadShellCommand,
  threadRollback,
  threadRevert,
  threadList,
  threadSearch,
  threadSearchOccurrences,
  loadedList,
  threadRead,
  turnsList,
  turnItemsList,
  itemsList,
  itemsRead,
  timelineList,
  threadInjectItems,
  turnStart,
  turnSteer,
  turnInterrupt,
  reviewStart,
  conversationSummary,
  usageRead,
  toolsList,
  toolsSummary,
  blameRead,
  auditList,
  approvalsList,
  reviewsList,
  pluginsList,
  pluginHistoryList,
  pluginUsageList,
  analyticsList,
  ...COURTESIES,
  ...LOADED_COURTESIES,
  ...OF_THREADS,
  ...OF_CONFIGURATION,
  ...OF_THE_MACHINE,
  ...OF_ACCOUNTS
]

/** The table. */
export const METHODS: ReadonlyArray<AnyMethod> = [...ROWS].sort((a, b) => placeOf(a) - placeOf(b))

/** The rows a server has: those of its era, and our own unless it is strict. */
export const methodsOf = ({
  profile,
  strict
}: Pick<Server, 'profile' | 'strict'>): ReadonlyMap<string, AnyMethod> =>
  new Map(
    METHODS.filter(
      (method) =>
        method.profiles.includes(profile) && !(strict && method.ours?.includes(profile) === true)
    ).map((method) => [method.name, method])
  )
