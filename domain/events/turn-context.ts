/**
 * The settings of a turn, as each era's Codex reads them.
 *
 * Codex reads the members it knows strictly: one it cannot read costs it the whole line, which then counts for nothing.
 * Older writers had other shapes, so their lines are passed over: up to 0.58 a sandbox policy was named by `mode` and not
 * by `type`, 0.89 wrote a collaboration mode without `settings`, and on Windows a directory is not absolute for a Codex
 * that runs elsewhere.
 *
 * Shape:  every member of the eras' schemas; what a schema does not name is free.
 * Source: RolloutLine schema of 0.130.0, 0.142.5 and 0.169.0; every member was tried on the binaries.
 */
import * as t from 'io-ts'
import { defaulted, oneOf, optional, u64 } from './codec.ts'
import { isJsonObject } from '../json.ts'
import type { ProfileName } from '../profile.ts'

const text = optional(t.string)
const texts = t.array(t.string)

/** What folds may take from the settings of a turn, whoever wrote them. */
export const TurnContext = t.intersection(
  [
    t.type({
      cwd: t.string,
      approval_policy: t.union([t.string, t.UnknownRecord]),
      model: t.string
    }),
    t.partial({
      sandbox_policy: optional(t.UnknownRecord),
      turn_id: text,
      effort: text,
      summary: t.unknown,
      permission_profile: optional(t.UnknownRecord)
    })
  ],
  'TurnContext'
)
export type TurnContext = t.TypeOf<typeof TurnContext>

const where = (name: string, is: (u: unknown) => boolean): t.Mixed =>
  new t.Type<unknown>(
    name,
    (u): u is unknown => is(u),
    (u, c) => (is(u) ? t.success(u) : t.failure(u, c)),
    t.identity
  )

/** A name alone, or as the only member of an object, whose value is then null. */
const unit = (...names: ReadonlyArray<string>): t.Mixed => {
  const known = oneOf(...names)
  return where(names.join('|'), (u) => {
    if (!isJsonObject(u)) return known.is(u)
    const [name, ...more] = Object.keys(u)
    return more.length === 0 && known.is(name) && u[name] === null
  })
}

/** An object whose variant is told by a member: its name, or its number in the list. */
const tagged = (tag: string, variants: Readonly<Record<string, t.Mixed>>): t.Mixed => {
  const names = Object.keys(variants)
  return where(names.join('|'), (u) => {
    if (!isJsonObject(u)) return false
    const told = u[tag]
    const name = typeof told === 'number' ? names[told] : told
    return (
      typeof name === 'string' && Object.hasOwn(variants, name) && variants[name]?.is(u) === true
    )
  })
}

const absolutePath = where('absolute path', (u) => typeof u === 'string' && u.startsWith('/'))
const paths = optional(t.array(absolutePath))
/** Members that may be absent, and no others. */
const closed = (members: t.Props): t.Mixed => {
  const known = t.partial(members)
  return where('closed', (u) => known.is(u) && Object.keys(u).every((name) => name in members))
}
const notEmpty = where('name', (u) => typeof u === 'string' && u !== '')
const flag = defaulted(t.boolean)
const any = t.UnknownRecord

const approvals = t.union([
  unit('untrusted', 'on-failure', 'on-request', 'never'),
  where('granular', (u) => isJsonObject(u) && Object.keys(u).length === 1 && granular.is(u))
])

const granular = t.type({
  granular: t.intersection([
    t.type({ sandbox_approval: t.boolean, rules: t.boolean, mcp_elicitations: t.boolean }),
    t.partial({ skill_approval: flag, request_permissions: flag })
  ])
})

const sandbox = tagged('type', {
  'danger-full-access': any,
  'read-only': t.partial({ network_access: flag }),
  'external-sandbox': t.partial({ network_access: defaulted(unit('restricted', 'enabled')) }),
  'workspace-write': t.partial({
    writable_roots: defaulted(t.array(absolutePath)),
    network_access: flag,
    exclude_tmpdir_env_var: flag,
    exclude_slash_tmp: flag
  })
})

const special = tagged('kind', {
  root: any,
  minimal: any,
  current_working_directory: any,
  project_roots: t.partial({ subpath: text }),
  tmpdir: any,
  slash_tmp: any,
  unknown: t.intersection([t.type({ path: t.string }), t.partial({ subpath: text })])
})

const entriesOf = (path: t.Mixed, ...access: ReadonlyArray<string>): t.Mixed =>
  t.array(
    t.type({
      access: unit(...access),
      path: tagged('type', {
        path: t.type({ path }),
        glob_pattern: t.type({ pattern: t.string }),
        special: t.type({ value: special })
      })
    })
  )

const profileOf = (entries: t.Mixed): t.Mixed => {
  const network = unit('restricted', 'enabled')
  const managed = tagged('type', {
    restricted: t.intersection([
      t.type({ entries }),
      t.partial({ glob_scan_max_depth: optional(where('depth', (u) => u64.is(u) && u > 0)) })
    ]),
    unrestricted: any
  })
  const named = tagged('type', {
    managed: t.type({ network, file_system: managed }),
    disabled: any,
    external: t.type({ network })
  })
  const older = closed({
    network: optional(t.partial({ enabled: optional(t.boolean) })),
    file_system: optional(closed({ read: paths, write: paths }))
  })
  return where('permissions', (u) => (isJsonObject(u) && !('type' in u) ? older : named).is(u))
}

const fileSystemOf = (entries: t.Mixed): t.Mixed =>
  t.intersection([
    t.type({ kind: unit('restricted', 'unrestricted', 'external-sandbox') }),
    t.partial({ entries: defaulted(entries), glob_scan_max_depth: optional(u64) })
  ])

const modeOf = (effort: t.Mixed): t.Mixed =>
  t.type({
    mode: unit('plan', 'default', 'code', 'pair_programming', 'execute', 'custom'),
    settings: t.intersection([
      t.type({ model: t.string }),
      t.partial({ reasoning_effort: optional(effort), developer_instructions: text })
    ])
  })

const summary = unit('auto', 'concise', 'detailed', 'none')

const ALWAYS = { turn_id: text, realtime_active: optional(t.boolean) }

/** Members that 0.130 and 0.142 read and 0.169 does not. */
const UNTIL_142 = {
  personality: optional(unit('none', 'friendly', 'pragmatic')),
  current_date: text,
  timezone: text,
  network: optional(t.type({ allowed_domains: texts, denied_domains: texts }))
}

const effort130 = unit('none', 'minimal', 'low', 'medium', 'high', 'xhigh')
const entries130 = entriesOf(absolutePath, 'read', 'write', 'none')
const Read130 = t.intersection([
  t.type({ cwd: t.string, approval_policy: approvals, sandbox_policy: sandbox, model: t.string }),
  t.type({ summary }),
  t.partial({
    ...ALWAYS,
    ...UNTIL_142,
    trace_id: text,
    effort: optional(effort130),
    collaboration_mode: optional(modeOf(effort130)),
    permission_profile: optional(profileOf(entries130)),
    file_system_sandbox_policy: optional(fileSystemOf(entries130)),
    user_instructions: text,
    developer_instructions: text,
    truncation_policy: optional(t.type({ mode: oneOf('bytes', 'tokens'), limit: u64 }))
  })
])

const ACCESS_142 = ['read', 'write', 'none', 'deny'] as const
const entries142 = entriesOf(absolutePath, ...ACCESS_142)
const profile142 = profileOf(entries142)
const SINCE_142 = {
  effort: optional(notEmpty),
  collaboration_mode: optional(modeOf(notEmpty)),
  permission_profile: optional(profile142),
  multi_agent_version: optional(unit('disabled', 'v1', 'v2')),
  comp_hash: text
}

const Read142 = t.intersection([
  t.type({
    cwd: absolutePath,
    approval_policy: approvals,
    sandbox_policy: sandbox,
    model: t.string
  }),
  t.type({ summary }),
  t.partial({
    ...ALWAYS,
    ...UNTIL_142,
    ...SINCE_142,
    file_system_sandbox_policy: optional(fileSystemOf(entries142)),
    workspace_roots: optional(t.array(absolutePath)),
    multi_agent_mode: optional(unit('none', 'explicitRequestOnly', 'proactive'))
  })
])

const Read169 = t.intersection([
  t.type({ cwd: absolutePath, approval_policy: approvals, model: t.string }),
  t.union([t.type({ sandbox_policy: sandbox }), t.type({ permission_profile: profile142 })]),
  t.partial({
    ...ALWAYS,
    ...SINCE_142,
    sandbox_policy: optional(sandbox),
    summary: optional(summary),
    file_system_sandbox_policy: optional(fileSystemOf(entriesOf(t.string, ...ACCESS_142))),
    root_turn_id: text,
    disabled_plugin_ids: optional(texts),
    approvals_reviewer: optional(unit('user', 'auto_review', 'guardian_subagent')),
    direct_only_tool_namespaces: optional(texts),
    active_permission_profile: optional(
      t.intersection([t.type({ id: t.string }), t.partial({ extends: text })])
    ),
    cyber_access_program: optional(unit('standard', 'daybreak_blue', 'daybreak_red'))
  })
])

const READ: Readonly<Record<ProfileName, t.Mixed>> = {
  '0.130': Read130,
  '0.142': Read142,
  '0.169': Read169
}

/** True for settings that an era's Codex reads; what it does not read counts for nothing there. */
export const readsTurnContext = (settings: TurnContext, era: ProfileName): boolean =>
  READ[era].is(settings)
