/**
 * Settings of turns in every shape: those the eras write with each member dropped, retyped, nested and given the values a
 * Codex has names for. `test/oracle/record-settings.ts` asks a real Codex which of them it reads.
 */
import type { JsonObject } from '../../domain/json.ts'
import { metaLine, userLine } from './rollouts.ts'

/** A `turn_context` payload under a name that says what was changed. */
export type Variant = readonly [name: string, payload: JsonObject]

const managed = {
  type: 'managed',
  network: 'restricted',
  file_system: {
    type: 'restricted',
    glob_scan_max_depth: 3,
    entries: [
      { path: { type: 'path', path: '/a' }, access: 'read' },
      { path: { type: 'glob_pattern', pattern: '*' }, access: 'write' },
      {
        path: { type: 'special', value: { kind: 'unknown', path: 'x', subpath: 'y' } },
        access: 'none'
      },
      { path: { type: 'special', value: { kind: 'project_roots', subpath: 'y' } }, access: 'none' }
    ]
  }
}
const approvals = { sandbox_approval: true, rules: true, mcp_elicitations: true }
const few = {
  cwd: '/w',
  approval_policy: 'on-request',
  sandbox_policy: { type: 'external-sandbox', network_access: 'enabled' },
  permission_profile: { type: 'external', network: 'enabled' },
  model: 'm',
  summary: 'none'
}
const { permission_profile: _, ...fewer } = few

const BASES: Readonly<Record<string, JsonObject>> = {
  few,
  fewer,
  older: {
    ...few,
    sandbox_policy: { type: 'read-only', network_access: true, access: { type: 'restricted' } },
    permission_profile: { network: { enabled: true }, file_system: { read: ['/a'], write: ['/b'] } }
  },
  all: {
    ...few,
    turn_id: 't',
    trace_id: 'x',
    workspace_roots: ['/w'],
    current_date: 'd',
    timezone: 'z',
    approval_policy: {
      granular: { ...approvals, skill_approval: true, request_permissions: true }
    },
    sandbox_policy: {
      type: 'workspace-write',
      writable_roots: ['/a'],
      network_access: false,
      exclude_tmpdir_env_var: false,
      exclude_slash_tmp: false
    },
    permission_profile: managed,
    file_system_sandbox_policy: {
      kind: 'restricted',
      glob_scan_max_depth: 2,
      entries: managed.file_system.entries.slice(0, 3)
    },
    network: { allowed_domains: ['a'], denied_domains: [] },
    comp_hash: 'x',
    personality: 'friendly',
    collaboration_mode: {
      mode: 'plan',
      settings: { model: 'm', reasoning_effort: 'low', developer_instructions: 'x' }
    },
    multi_agent_version: 'v1',
    multi_agent_mode: 'none',
    realtime_active: false,
    effort: 'low',
    user_instructions: 'x',
    developer_instructions: 'x',
    final_output_json_schema: {},
    truncation_policy: { mode: 'bytes', limit: 5 },
    root_turn_id: 't',
    disabled_plugin_ids: ['a'],
    approvals_reviewer: 'user',
    direct_only_tool_namespaces: ['a'],
    active_permission_profile: { id: 'x', extends: 'y' },
    cyber_access_program: 'standard'
  }
}

const VALUES = [null, 1, 'x', '', [], {}, true, -1, 1.5]

type Parent = Record<string | number, unknown>

/** Every change of one value somewhere in a payload. */
const changes = (base: string, root: JsonObject): ReadonlyArray<Variant> => {
  const variants: Array<Variant> = [[base, root]]
  const walk = (path: ReadonlyArray<string | number>, node: unknown): void => {
    const changed = (what: string, change: (parent: Parent, key: string | number) => void) => {
      const copy = structuredClone(root)
      const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Parent)[key], copy)
      change(parent as Parent, path.at(-1) ?? '')
      variants.push([`${base}.${path.join('.')} ${what}`, copy])
    }
    if (path.length > 0) {
      for (const value of VALUES) changed(JSON.stringify(value), (p, k) => (p[k] = value))
      if (typeof path.at(-1) === 'string') changed('dropped', (p, k) => delete p[k])
      changed('listed', (p, k) => (p[k] = [p[k]]))
      changed('nested', (p, k) => (p[k] = { inner: p[k] }))
      const isObject = typeof node === 'object' && node !== null && !Array.isArray(node)
      if (isObject) changed('more', (p, k) => ((p[k] as Parent)['more'] = 1))
    }
    if (typeof node !== 'object' || node === null) return
    for (const key of Object.keys(node))
      walk([...path, Array.isArray(node) ? Number(key) : key], (node as Parent)[key])
  }
  walk([], root)
  return variants
}

const mode = (name: string, settings: JsonObject = { model: 'm' }) => ({ mode: name, settings })
const inProfile = (file_system: JsonObject) => ({
  type: 'managed',
  network: 'enabled',
  file_system
})
const entry = (path: JsonObject, access: string) => ({
  type: 'restricted',
  entries: [{ path, access }]
})

/** What writers of some version wrote, and names that some version knows. */
const NAMED: Readonly<Record<string, ReadonlyArray<unknown>>> = {
  cwd: ['~', '~/x', 'rel', 'C:\\w', '\\\\host\\x', '//a', '/', '/a/../b', 'file:///a', ' /a'],
  approval_policy: [
    ...['untrusted', 'unless-trusted', 'on-failure', 'never', { never: null }, { never: 1 }],
    { reject: approvals },
    { granular: approvals },
    { granular: approvals, more: 1 }
  ],
  sandbox_policy: [
    ...['read-only', 'danger-full-access', 'workspace-write'].map((name) => ({ mode: name })),
    ...['read-only', 'danger-full-access', 'workspace-write', 'external-sandbox', 'x', 9].map(
      (type) => ({ type })
    ),
    { type: 'workspace-write', writable_roots: ['rel'] }
  ],
  summary: ['auto', 'concise', 'detailed', { auto: null }],
  effort: ['none', 'minimal', 'medium', 'high', 'xhigh', 'max'],
  personality: ['none', 'pragmatic'],
  collaboration_mode: [
    { mode: 'code', model: 'm', reasoning_effort: 'high', developer_instructions: null },
    ...['default', 'code', 'pair_programming', 'execute', 'custom', 'pairprogramming'].map((name) =>
      mode(name)
    ),
    mode('default', { model: 'm', reasoning_effort: 'max' })
  ],
  truncation_policy: [{ mode: 'tokens', limit: 1 }],
  permission_profile: [
    { type: 'disabled' },
    { network: null, file_system: null },
    inProfile({ type: 'unrestricted' }),
    inProfile({ type: 'restricted', entries: [], glob_scan_max_depth: 0 }),
    inProfile(entry({ type: 'path', path: 'rel' }, 'read')),
    inProfile(entry({ type: 'path', path: '/a' }, 'deny')),
    ...['root', 'minimal', 'tmpdir', 'slash_tmp', 'current_working_directory', 'cwd'].map((kind) =>
      inProfile(entry({ type: 'special', value: { kind } }, 'read'))
    )
  ],
  file_system_sandbox_policy: [
    ...['unrestricted', 'external-sandbox', 'external'].map((kind) => ({ kind })),
    { kind: 'restricted', entries: entry({ type: 'path', path: 'rel' }, 'read').entries },
    { kind: 'restricted', entries: entry({ type: 'path', path: '/a' }, 'deny').entries }
  ],
  workspace_roots: [['rel']],
  multi_agent_version: ['disabled', 'v2', 'v3'],
  multi_agent_mode: ['explicitRequestOnly', 'proactive'],
  approvals_reviewer: ['auto_review', 'guardian_subagent'],
  cyber_access_program: ['daybreak_blue', 'daybreak_red']
}

/** Every variant, in an order that does not change. */
export const TURN_CONTEXTS: ReadonlyArray<Variant> = [
  ...Object.entries(BASES).flatMap(([name, base]) => changes(name, base)),
  ...Object.entries(NAMED).flatMap(([member, values]) =>
    ['few', 'fewer'].flatMap((name) =>
      values.map((value): Variant => {
        const payload = { ...BASES[name], [member]: value } as JsonObject
        return [`${name}.${member} ${JSON.stringify(value)}`, payload]
      })
    )
  )
]

/** A thread that begins with such settings and names no turns. */
export const settingsLines = (id: string, payload: JsonObject): ReadonlyArray<string> => [
  metaLine(id),
  JSON.stringify({ timestamp: '2026-05-01T10:00:01.000Z', type: 'turn_context', payload }),
  userLine('hi')
]
