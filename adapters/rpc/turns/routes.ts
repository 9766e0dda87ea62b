/**
 * Who answers what while a real Codex runs turns: a row for each method or family of methods, in the order of `table.ts`.
 *
 * Columns: the method, or how it begins; the route; the family by which it can be switched off. Methods that no row names go to
 * the child. Members of 0.130, 0.142 and 0.169 go the same way wherever they exist.
 */
import { isJsonObject } from '../../../domain/json.ts'

/** Every route, and what it means. */
export const ROUTES = {
  unroll: 'unroll',
  both: 'both; the answers are one',
  read: 'unroll; of a thread without a file the child',
  owned: 'the child once it has the thread, else unroll',
  load: 'the child, which loads the thread first',
  thread: 'the child, without loading; unroll if the child means another file',
  'thread,soon': 'the same; unroll while the child starts',
  child: 'the child; unroll if there is none',
  'child,soon': 'the child; unroll if it is not there within a second',
  running: 'the child if it runs, else unroll'
} as const

export type TurnRoute = keyof typeof ROUTES

/** What can be switched off, and what it lets clients do. */
export const FAMILIES = {
  commands: 'run commands and start programs',
  files: 'read, search and write files',
  account: 'sign in and out, and what needs an account',
  config: 'change configuration, plugins and skills'
} as const

export type RouteFamily = keyof typeof FAMILIES

/** Methods and their routes; a `*` at the end stands for any rest, and the longest row that fits counts. */
export const ROUTING = `
initialize                            both
userVerification/*                    child        account
thread/start                          child
thread/resume                         owned
thread/fork                           owned
thread/sample                         load
thread/sample/cancel                  running
thread/archive                        thread
thread/delete                         thread
thread/unsubscribe                    both
thread/increment_elicitation          owned
thread/decrement_elicitation          owned
thread/name/set                       thread
thread/prediction/request             load
thread/goal/set                       thread
thread/goal/get                       thread,soon
thread/goal/clear                     thread
thread/queue/add                      load
thread/queue/start                    load
thread/queue/*                        owned
thread/metadata/update                thread
thread/attachment/*                   thread
thread/section/move                   thread
thread/settings/update                owned
thread/memoryMode/set                 thread
thread/memory/read                    owned
memory/status                         child,soon
memory/reset                          child        config
thread/unarchive                      thread
thread/compact/start                  load
thread/shellCommand                   load         commands
thread/approveGuardianDeniedAction    load
thread/backgroundTerminals/*          owned
thread/rollback                       load
thread/revert                         load
thread/list                           unroll
project/list                          child,soon
threadSection/list                    child,soon
thread/search                         unroll
thread/searchOccurrences              unroll
thread/loaded/list                    both
thread/read                           read
thread/readState/update               thread
thread/turns/*                        read
thread/items/*                        read
thread/guardianReview                 load
thread/inject_items                   load
thread/prepareApprovedPlan            load
skills/list                           child,soon
skills/extraRoots/set                 child
skills/config/write                   child        config
hooks/list                            child,soon
marketplace/*                         child        config
plugin/list                           child,soon
plugin/installed                      child,soon
plugin/install                        child        config
plugin/uninstall                      child        config
plugin/reconcile                      child        config
plugin/share/*                        child        config
app/list                              child,soon
app/installed                         child,soon
fs/*                                  child        files
turn/start                            load
turn/settings/update                  owned
turn/steer                            owned
turn/interrupt                        owned
thread/realtime/start                 load
thread/realtime/listVoices            child,soon
thread/realtime/*                     owned
thread/timeline/list                  read
review/start                          load
model/list                            child,soon
modelProvider/list                    child,soon
modelProvider/capabilities/read       child,soon
modelProvider/config/write            child        config
experimentalFeature/list              child,soon
experimentalFeature/enablement/set    child        config
permissionProfile/list                child,soon
remoteControl/status/read             child,soon
remoteControl/*                       child        account
collaborationMode/list                child
mock/*                                child,soon
mcpServer/oauth/login                 child        account
mcpServer/resource/read               owned
mcpServer/event/stream/start          owned
mcpServer/event/stream/stop           running
mcpServer/tool/call                   owned        commands
config/mcpServer/reload               child        config
mcpServerStatus/list                  child,soon
windowsSandbox/readiness              child,soon
windowsSandbox/setupStart             child        config
account/read                          child,soon
account/securitySetup/read            child,soon
account/bedrock/checkGovCloudRequirements child,soon
account/rateLimits/read               running
account/*                             child        account
accountSession/list                   child,soon
accountSession/switch                 child        account
command/exec*                         child        commands
process/*                             child        commands
config/read                           child,soon
config/*                              child        config
configRequirements/read               child,soon
externalAgentConfig/*                 child        config
getConversationSummary                unroll
gitDiffToRemote                       child        files
getAuthStatus                         child,soon
fuzzyFileSearch*                      child        files
unroll/*                              unroll
`

interface RouteRow {
  readonly pattern: string
  readonly route: TurnRoute
  readonly family: RouteFamily | null
}

/** The rows of the table, as they stand. */
export const ROWS: ReadonlyArray<RouteRow> = ROUTING.trim()
  .split('\n')
  .map((line) => {
    const [pattern = '', route = '', family] = line.split(/\s+/)
    return {
      pattern,
      route: route as TurnRoute,
      family: (family as RouteFamily | undefined) ?? null
    }
  })

const DEFAULT: RouteRow = { pattern: '*', route: 'child', family: null }

const fits = ({ pattern }: RouteRow, method: string): boolean =>
  pattern.endsWith('*') ? method.startsWith(pattern.slice(0, -1)) : method === pattern

/** The row of a method. */
export const rowOf = (method: string): RouteRow =>
  ROWS.filter((row) => fits(row, method)).reduce(
    (best, row) => (row.pattern.length > best.pattern.length ? row : best),
    DEFAULT
  )

/** The route of a request; families that are switched off, and what only unroll knows, stay here. */
export const routeOf = (
  method: string,
  params: unknown,
  without: ReadonlySet<RouteFamily> = new Set()
): TurnRoute => {
  const { route, family } = rowOf(method)
  if (family !== null && without.has(family)) return 'unroll'
  // A point of the past is asked for, which no Codex knows.
  return isJsonObject(params) && 'at' in params && route === 'read' ? 'unroll' : route
}

/** The thread that a request or a notification is about; null where it names none. */
export const threadIn = (params: unknown): string | null => {
  if (!isJsonObject(params)) return null
  const { threadId, thread } = params
  const id = threadId ?? (isJsonObject(thread) ? thread['id'] : null)
  return typeof id === 'string' && id !== '' ? id.toLowerCase() : null
}

/** Requests that begin a turn: they are never refused, because interfaces end when they are. */
export const BEGINS_TURN: ReadonlySet<string> = new Set([
  'turn/start',
  'review/start',
  'thread/compact/start',
  'thread/shellCommand'
])
