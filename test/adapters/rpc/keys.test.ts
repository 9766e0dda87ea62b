import { expect } from 'chai'
import { METHODS } from '../../../adapters/rpc/methods/methods.ts'

// Which requests wait for each other: the key of every method, written out as Codex groups them.

/** One value for every member that may become part of a key. */
const PARAMS = {
  threadId: 'T',
  path: null,
  processId: 'P',
  processHandle: 'H',
  watchId: 'W',
  sessionId: 'S',
  name: 'N'
}

const words = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/)

/** The keys Codex 0.130 to 0.142 take. */
const CODEX: Readonly<Record<string, ReadonlyArray<string>>> = {
  'exclusive thread:T': words(`
    thread/archive thread/unarchive thread/delete thread/unsubscribe thread/name/set thread/metadata/update
    thread/memoryMode/set thread/goal/set thread/goal/get thread/goal/clear thread/read thread/rollback
    thread/compact/start thread/shellCommand thread/inject_items thread/settings/update
    thread/increment_elicitation thread/decrement_elicitation thread/approveGuardianDeniedAction
    thread/backgroundTerminals/clean thread/backgroundTerminals/list thread/backgroundTerminals/terminate
    thread/realtime/start thread/realtime/appendAudio thread/realtime/appendText thread/realtime/appendSpeech
    thread/realtime/stop turn/start turn/steer turn/interrupt review/start mcpServer/tool/call
    mcpServer/resource/read thread/resume thread/fork`),
  none: words(`
    initialize thread/start thread/list thread/loaded/list thread/turns/list thread/turns/items/list
    thread/search getConversationSummary model/list modelProvider/capabilities/read collaborationMode/list
    app/list fs/readFile fs/writeFile fs/createDirectory fs/getMetadata fs/readDirectory fs/remove fs/copy
    feedback/upload account/rateLimits/read gitDiffToRemote fuzzyFileSearch plugin/list plugin/installed
    plugin/read thread/realtime/listVoices mock/experimentalMethod`),
  'shared config': words('skills/list config/read permissionProfile/list'),
  'exclusive config': words(`
    config/value/write config/batchWrite skills/config/write skills/extraRoots/set configRequirements/read
    experimentalFeature/list experimentalFeature/enablement/set hooks/list marketplace/add marketplace/remove
    marketplace/upgrade plugin/install plugin/uninstall plugin/skill/read plugin/share/save
    plugin/share/updateTargets plugin/share/list plugin/share/checkout plugin/share/delete
    externalAgentConfig/detect externalAgentConfig/import externalAgentConfig/import/readHistories
    windowsSandbox/readiness`),
  'exclusive memory': ['memory/reset'],
  'exclusive account-auth': words(`
    account/read account/login/start account/login/cancel account/logout account/usage/read
    account/rateLimitResetCredit/consume account/workspaceMessages/read account/sendAddCreditsNudgeEmail
    getAuthStatus`),
  'exclusive mcp-registry': words('config/mcpServer/reload mcpServerStatus/list'),
  'exclusive remote-control': words(`
    remoteControl/enable remoteControl/disable remoteControl/pairing/start remoteControl/pairing/status
    remoteControl/client/list remoteControl/client/revoke`),
  'shared remote-control': ['remoteControl/status/read'],
  'exclusive environment': ['environment/add'],
  'exclusive windows-sandbox-setup': ['windowsSandbox/setupStart'],
  'exclusive command-exec:P': words(
    'command/exec command/exec/write command/exec/terminate command/exec/resize'
  ),
  'exclusive process:H': words('process/spawn process/writeStdin process/resizePty process/kill'),
  'exclusive fs-watch:W': words('fs/watch fs/unwatch'),
  'exclusive fuzzy:S': words(
    'fuzzyFileSearch/sessionStart fuzzyFileSearch/sessionUpdate fuzzyFileSearch/sessionStop'
  ),
  'exclusive mcp-oauth:N': ['mcpServer/oauth/login']
}

/** Methods of 0.169, whose keys nobody has seen: those of their neighbours in 0.142. */
const LATER: Readonly<Record<string, ReadonlyArray<string>>> = {
  'exclusive thread:T': words(`
    thread/revert thread/sample thread/prediction/request thread/queue/add thread/queue/list thread/queue/update
    thread/queue/delete thread/queue/reorder thread/queue/start thread/attachment/add thread/attachment/list
    thread/attachment/remove thread/section/move thread/memory/read thread/readState/update
    thread/guardianReview thread/prepareApprovedPlan turn/settings/update mcpServer/event/stream/start`),
  none: words(`
    server/diagnostics thread/sample/cancel thread/attachmentOwner/list rollout/compress project/list project/read
    project/create project/import project/update project/move project/delete threadSection/list
    threadSection/create threadSection/update threadSection/delete thread/searchOccurrences thread/items/list
    thread/items/read thread/timeline/list app/read app/installed modelProvider/list mcpServer/event/stream/stop
    feedback/save`),
  'exclusive config': words(`
    plugin/search plugin/reconcile modelProvider/config/write externalAgentConfig/import/recordHistory`),
  'exclusive memory': ['memory/status'],
  'exclusive account-auth': words(`
    userVerification/status userVerification/enroll userVerification/delete userVerification/verify
    userVerification/cancel account/gatewayOAuth/read account/gatewayOAuth/login account/gatewayOAuth/cancel
    account/bedrock/discover account/bedrock/setup account/gcp/setup account/bedrock/checkGovCloudRequirements
    accountSession/list accountSession/switch account/securitySetup/read`),
  'exclusive environment': words('environment/info environment/status')
}

/** Questions to the ledgers: they change nothing and wait for nobody. */
const OWN: Readonly<Record<string, ReadonlyArray<string>>> = {
  'exclusive jobs': words(`unroll/check/start unroll/job/cancel`),
  'exclusive operations': words(`unroll/undo`),
  'exclusive thread:T': words(
    `unroll/follow/start unroll/follow/stop unroll/rollback unroll/unrollback`
  ),
  none: words(`
    unroll/home/read unroll/home/follow unroll/threads/facts unroll/thread/outline unroll/thread/graph unroll/events/list unroll/context/read
    unroll/agents/read unroll/log/list unroll/storage/read unroll/doctor/read unroll/index/read unroll/explain/read unroll/diff/read
    unroll/repair/plan
    unroll/turns/range unroll/usage/read unroll/usage/spends unroll/tools/list unroll/tools/summary unroll/blame/read unroll/files/list
    unroll/audit/list unroll/audit/verify unroll/approvals/list unroll/reviews/list
    unroll/plugins/list unroll/plugins/history/list unroll/plugins/usage/list unroll/analytics/list`)
}

/** The methods that change which threads a list shows: one at a time, whatever their keys. */
const ONE_AT_A_TIME = words(`
  thread/archive thread/unarchive thread/delete thread/name/set thread/metadata/update thread/resume`)

const keyOf = (name: string, params: object): string => {
  const key = METHODS.find((method) => method.name === name)?.key(params)
  return key === null || key === undefined ? 'none' : `${key.mode} ${key.name}`
}

describe('the keys of the methods', () => {
  it('are those of the written table, and no method is without a row in it', () => {
    const written = [CODEX, LATER, OWN].flatMap((table) =>
      Object.entries(table).flatMap(([key, names]) => names.map((name) => [name, key] as const))
    )
    const known = new Set(METHODS.map(({ name }) => name))
    const expected = Object.fromEntries(written.filter(([name]) => known.has(name)))
    expect(
      Object.fromEntries(METHODS.map(({ name }) => [name, keyOf(name, PARAMS)]))
    ).to.deep.equal(expected)
  })

  it('name the path where a thread is not named, and nothing where a resource belongs to none', () => {
    const byPath = { ...PARAMS, threadId: '', path: '/a' }
    expect(keyOf('thread/resume', byPath)).to.equal('exclusive path:/a')
    expect(keyOf('thread/fork', byPath)).to.equal('exclusive path:/a')
    expect(keyOf('mcpServer/resource/read', { threadId: null })).to.equal('none')
  })

  it('are joined by the permit for lists where Codex takes it', () => {
    const marked = METHODS.filter(({ changesLists }) => changesLists)
    expect(marked.map(({ name }) => name)).to.have.members([...ONE_AT_A_TIME, 'unroll/undo'])
  })
})
