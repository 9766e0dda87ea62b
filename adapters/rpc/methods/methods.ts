/**
 * Every method: the rows of `table.ts`, read once, with the handlers of those that are served.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { QueueKey } from '../threads/scheduler.ts'
import type { Server } from '../threads/server.ts'
import { lacksPower, nameOf, POWERS, type Power, type PowerName } from '../wire/powers.ts'
import {
  absolutePath,
  anything,
  flag,
  items,
  list,
  option,
  required,
  struct,
  tagged,
  text,
  u32,
  unitValue
} from '../wire/serde.ts'
import { atPoint } from './at-point.ts'
import {
  commandExec,
  commandExecResize,
  commandExecTerminate,
  commandExecWrite
} from './command-exec.ts'
import { conversationSummary } from './conversation-summary.ts'
import {
  externalAgentDetect,
  externalAgentHistories,
  externalAgentImport,
  externalAgentRecord
} from './external-agents.ts'
import { GATED_FIELDS } from './gated-fields.ts'
import {
  environmentAdd,
  environmentInfo,
  environmentStatus,
  modelProviderCapabilities,
  modelProviderList,
  windowsSandboxSetup
} from './host-facts.ts'
import { initialize } from './initialize.ts'
import {
  analyticsList,
  approvalsList,
  auditList,
  blameRead,
  filesList,
  pluginHistoryList,
  pluginUsageList,
  pluginsList,
  reviewsList,
  toolsList,
  toolsSummary
} from './ledgers.ts'
import { usageRead, usageSpends } from './usage.ts'
import {
  loadedList,
  threadCompactStart,
  threadInjectItems,
  threadSettingsUpdate,
  threadShellCommand,
  threadUnsubscribe
} from './loaded-thread.ts'
import { EVERY_PROFILE, type AnyServed, type Method } from './method.ts'
import { planning, PLANS, rollbackTurns, undoOperation, unrollbackTurns } from './own/changes.ts'
import { checkStart, jobCancel, repairPlan } from './own/check.ts'
import { diffRead } from './own/diff.ts'
import {
  agentsRead,
  doctorRead,
  explainRead,
  indexRead,
  logList,
  auditVerify,
  storageRead
} from './own/reports.ts'
import { factsRead } from './own/facts.ts'
import { followStart, followStop } from './own/follow.ts'
import { contextRead, eventsList } from './own/log.ts'
import { homeFollow, homeRead } from './own/home.ts'
import { graphRead } from './own/graph.ts'
import { outlineRead } from './own/outline.ts'
import {
  itemsList,
  itemsRead,
  timelineList,
  turnItemsList,
  turnsList,
  turnsRange
} from './pages.ts'
import { ifLoaded, isRefusal, replyOf, type Values } from './replies.ts'
import { processKill, processResizePty, processSpawn, processWriteStdin } from './processes.ts'
import { reviewStart } from './review-start.ts'
import { skillsConfigWrite, skillsExtraRootsSet, skillsList } from './skills.ts'
import { TABLE } from './table.ts'
import { threadArchive, threadDelete, threadUnarchive } from './thread-archive.ts'
import { threadFork } from './thread-fork.ts'
import { threadGoalClear, threadGoalGet, threadGoalSet } from './thread-goal.ts'
import { threadList } from './thread-list.ts'
import { threadMemoryModeSet, threadMetadataUpdate, threadNameSet } from './thread-metadata.ts'
import { threadRead } from './thread-read.ts'
import { threadResume } from './thread-resume.ts'
import { threadRevert, threadRollback } from './thread-rewind.ts'
import { threadSearch, threadSearchOccurrences } from './thread-search.ts'
import { threadStart } from './thread-start.ts'
import { turnInterrupt, turnStart, turnSteer } from './turn.ts'

const SERVED: Readonly<Record<string, AnyServed>> = {
  initialize: initialize,
  'skills/list': skillsList,
  'skills/extraRoots/set': skillsExtraRootsSet,
  'skills/config/write': skillsConfigWrite,
  'thread/start': threadStart,
  'thread/resume': threadResume,
  'thread/fork': planning('fork', threadFork, PLANS.fork),
  'thread/archive': planning('archive', threadArchive, PLANS.archive),
  'thread/delete': planning('delete', threadDelete, PLANS.delete),
  'thread/unsubscribe': threadUnsubscribe,
  'thread/name/set': planning('rename', threadNameSet, PLANS.rename),
  'thread/goal/set': threadGoalSet,
  'thread/goal/get': threadGoalGet,
  'thread/goal/clear': threadGoalClear,
  'thread/metadata/update': threadMetadataUpdate,
  'thread/settings/update': threadSettingsUpdate,
  'thread/memoryMode/set': threadMemoryModeSet,
  'thread/unarchive': planning('unarchive', threadUnarchive, PLANS.unarchive),
  'thread/compact/start': threadCompactStart,
  'thread/shellCommand': threadShellCommand,
  'thread/rollback': planning('rollback', threadRollback, PLANS.rollback),
  'thread/revert': planning('revert', threadRevert, PLANS.revert),
  'thread/list': atPoint(threadList),
  'thread/search': atPoint(threadSearch),
  'thread/searchOccurrences': atPoint(threadSearchOccurrences),
  'thread/loaded/list': loadedList,
  'thread/read': atPoint(threadRead),
  'thread/turns/list': atPoint(turnsList),
  'thread/turns/items/list': atPoint(turnItemsList),
  'thread/items/list': atPoint(itemsList),
  'thread/items/read': atPoint(itemsRead),
  'thread/inject_items': threadInjectItems,
  'turn/start': turnStart,
  'turn/steer': turnSteer,
  'turn/interrupt': turnInterrupt,
  'thread/timeline/list': atPoint(timelineList),
  'review/start': reviewStart,
  'modelProvider/list': modelProviderList,
  'modelProvider/capabilities/read': modelProviderCapabilities,
  'environment/add': environmentAdd,
  'environment/info': environmentInfo,
  'environment/status': environmentStatus,
  'windowsSandbox/setupStart': windowsSandboxSetup,
  'externalAgentConfig/detect': externalAgentDetect,
  'externalAgentConfig/import': externalAgentImport,
  'externalAgentConfig/import/recordHistory': externalAgentRecord,
  'externalAgentConfig/import/readHistories': externalAgentHistories,
  'command/exec': commandExec,
  'command/exec/write': commandExecWrite,
  'command/exec/terminate': commandExecTerminate,
  'command/exec/resize': commandExecResize,
  'process/spawn': processSpawn,
  'process/writeStdin': processWriteStdin,
  'process/kill': processKill,
  'process/resizePty': processResizePty,
  getConversationSummary: conversationSummary,
  'unroll/home/read': homeRead,
  'unroll/home/follow': homeFollow,
  'unroll/threads/facts': atPoint(factsRead),
  'unroll/thread/outline': atPoint(outlineRead),
  'unroll/thread/graph': atPoint(graphRead),
  'unroll/events/list': atPoint(eventsList),
  'unroll/context/read': atPoint(contextRead),
  'unroll/follow/start': followStart,
  'unroll/follow/stop': followStop,
  'unroll/agents/read': atPoint(agentsRead),
  'unroll/log/list': logList,
  'unroll/storage/read': storageRead,
  'unroll/doctor/read': doctorRead,
  'unroll/index/read': indexRead,
  'unroll/explain/read': explainRead,
  'unroll/diff/read': diffRead,
  'unroll/check/start': checkStart,
  'unroll/job/cancel': jobCancel,
  'unroll/repair/plan': repairPlan,
  'unroll/turns/range': atPoint(turnsRange),
  'unroll/rollback': rollbackTurns,
  'unroll/unrollback': unrollbackTurns,
  'unroll/undo': undoOperation,
  'unroll/usage/read': atPoint(usageRead),
  'unroll/usage/spends': atPoint(usageSpends),
  'unroll/tools/list': atPoint(toolsList),
  'unroll/tools/summary': atPoint(toolsSummary),
  'unroll/blame/read': atPoint(blameRead),
  'unroll/files/list': atPoint(filesList),
  'unroll/audit/list': atPoint(auditList),
  'unroll/approvals/list': atPoint(approvalsList),
  'unroll/audit/verify': auditVerify,
  'unroll/reviews/list': atPoint(reviewsList),
  'unroll/plugins/list': atPoint(pluginsList),
  'unroll/plugins/history/list': atPoint(pluginHistoryList),
  'unroll/plugins/usage/list': atPoint(pluginUsageList),
  'unroll/analytics/list': atPoint(analyticsList)
}

const KINDS: Readonly<Record<string, t.Mixed>> = {
  '': text,
  any: anything,
  flag,
  list: items,
  path: absolutePath,
  texts: list(text),
  u32
}

/** A mistake in the table; the process does not start with one. */
const mistake = (what: string): never => {
  throw new Error(`the table of methods is wrong: ${what}`)
}

type Params = AnyServed['params']

const memberOf = (spec: string) => {
  const [, name = '', mark, kind = ''] = /^(\w+)(\??)(?::(\w+))?$/.exec(spec) ?? mistake(spec)
  const codec = KINDS[kind] ?? mistake(spec)
  return [name, mark === '?' ? option(codec) : required(codec)] as const
}

/** The parameters of a row, as its last column spells them. */
const paramsOf = (head: string, members: ReadonlyArray<string>): Params => {
  if (head === '()') return () => unitValue
  const [name = '', ...types] = head.split('|')
  if (types.length > 0) {
    const kinds = tagged(name, Object.fromEntries(types.map((type) => [type, struct(type, {})])))
    return () => kinds
  }
  const [bare = '', since] = name.split('?')
  const whole = struct(bare, Object.fromEntries(members.map(memberOf)))
  if (since === undefined) return () => whole
  const absent = option(whole).codec
  return ({ profile }) => (since === '169' && profile !== '0.169' ? unitValue : absent)
}

/** What requests of a row wait for, as its third column spells it. */
const keyOf = (spec: string): ((params: Values) => QueueKey | null) => {
  const named = (kind: string, value: unknown): QueueKey => ({
    name: `${kind}:${String(value)}`,
    mode: 'exclusive'
  })
  switch (spec) {
    case '-':
      return () => null
    case 'thread':
      return ({ threadId }) => named('thread', threadId)
    case 'thread?':
      return ({ threadId }) => (typeof threadId === 'string' ? named('thread', threadId) : null)
    case 'thread|path':
      return ({ threadId, path }) =>
        threadId === '' ? named('path', path ?? '') : named('thread', threadId)
  }
  const [kind = '', member] = spec.split(':')
  if (member !== undefined) return (params) => named(kind, params[member])
  const name = spec.replace('(shared)', '')
  const key: QueueKey = { name, mode: name === spec ? 'exclusive' : 'shared' }
  return () => key
}

const unserved = (name: string, answer: string, params: Params): AnyServed => {
  const word = answer.replace('loaded:', '')
  const known = replyOf(word, name) ?? mistake(`${name} ${answer}`)
  const reply = word === answer ? known : ifLoaded(known)
  return {
    params,
    result: isRefusal(word) ? t.unknown : t.object,
    handler: async (values: Values | null, call) =>
      E.map((result) => ({ result }))(reply(name, values ?? {}, call))
  }
}

const isPower = (word: string): word is PowerName => Object.hasOwn(POWERS, word)

/** A handler that refuses where its server lacks a power. */
const withPower =
  (name: string, power: PowerName | null, handler: AnyServed['handler']): AnyServed['handler'] =>
  async (params, call) =>
    power === null || (call.server.powers ?? []).some((given) => nameOf(given) === power)
      ? handler(params, call)
      : E.left(lacksPower(name, power))

const methodOf = (row: string): Method => {
  const [name = '', marks = '', waits = '', given = '', head = '', ...members] = row.split(/\s+/)
  const [first = '', ...rest] = given.split(':')
  const power = isPower(first) ? first : null
  const answer = power === null ? given : rest.join(':')
  const erasOf = (wanted: string): ReadonlyArray<ProfileName> =>
    EVERY_PROFILE.filter((_, at) => wanted.includes(marks.charAt(at)))
  const profiles = erasOf('yxo')
  const queue = waits.replace(',lists', '')
  const key = keyOf(queue)
  const word = answer.replace('loaded:', '')
  const isServed = answer === 'served'
  const code = isServed
    ? (SERVED[name] ?? mistake(name))
    : unserved(name, answer, paramsOf(head, members))
  return {
    ...code,
    name,
    power,
    handler: withPower(name, power, code.handler),
    profiles,
    ours: erasOf('o'),
    experimental: erasOf('x'),
    experimentalFields: GATED_FIELDS[name] ?? {},
    mayLackParams: head === '()' || head.includes('?'),
    standing: isServed ? 'served' : isRefusal(word) ? 'refused' : 'courtesy',
    key: (params) => key((params ?? {}) as Values),
    changesLists: queue !== waits
  }
}

/** Every method, in the order in which the refusal of an unknown one lists them. */
export const METHODS: ReadonlyArray<Method> = TABLE.trim().split('\n').map(methodOf)

/** Powers that no method needs yet. */
export const idlePowers = (powers: ReadonlyArray<Power>): ReadonlyArray<Power> =>
  powers.filter((power) => METHODS.every((method) => method.power !== nameOf(power)))

/** The methods a server has: those of its era, and our own unless it is strict. */
export const methodsOf = ({
  profile,
  strict
}: Pick<Server, 'profile' | 'strict'>): ReadonlyMap<string, Method> =>
  new Map(
    METHODS.filter(
      ({ profiles, ours }) => profiles.includes(profile) && !(strict && ours.includes(profile))
    ).map((method) => [method.name, method])
  )
