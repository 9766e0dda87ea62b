/**
 * The workspace of a recorded run: a home with a fabricated account, a directory to work in, and a repository.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Every run has the same paths; the recorder mounts a file system of its own here. */
export const ROOT = '/srv'
export const HOME = join(ROOT, 'codex-home')
export const DEMO = join(ROOT, 'demo')
export const REPOSITORY = join(ROOT, 'repository')
export const TOOLS = join(ROOT, 'labtools.mjs')

/** A picture of one point. */
export const DOT =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** What a run changes of the configuration. */
export interface Settings {
  /** `OpenAI` makes the binary ask the provider to compact. */
  readonly provider?: string
  readonly model?: string
  readonly hasTools?: boolean
  readonly features?: Readonly<Record<string, boolean>>
  readonly extra?: string
  readonly retries?: number
}

const model = (slug: string, more: object = {}): object => ({
  slug,
  display_name: slug,
  description: 'a lab model',
  default_reasoning_level: 'medium',
  supported_reasoning_levels: ['low', 'medium', 'high'].map((effort) => ({
    effort,
    description: effort
  })),
  shell_type: 'unified_exec',
  visibility: 'list',
  supported_in_api: true,
  priority: 1,
  availability_nux: null,
  upgrade: null,
  base_instructions: 'You are a lab model.',
  supports_reasoning_summaries: true,
  default_reasoning_summary: 'auto',
  support_verbosity: false,
  default_verbosity: null,
  apply_patch_tool_type: 'freeform',
  web_search_tool_type: 'text',
  truncation_policy: { mode: 'bytes', limit: 10_000 },
  supports_parallel_tool_calls: true,
  supports_image_detail_original: false,
  context_window: 100_000,
  max_context_window: 100_000,
  auto_compact_token_limit: null,
  effective_context_window_percent: 95,
  experimental_supported_tools: [],
  input_modalities: ['text', 'image'],
  supports_search_tool: false,
  ...more
})

const CATALOGUE = {
  models: [
    model('lab-a'),
    model('lab-small', { context_window: 20_000, max_context_window: 20_000 }),
    model('lab-shell', { shell_type: 'shell_command' })
  ]
}

const table = (name: string, values: Readonly<Record<string, unknown>>): string =>
  `[${name}]\n${Object.entries(values)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join('')}`

const configOf = (port: number, settings: Settings): string => {
  const { provider = 'Mock', model: name = 'lab-a', retries = 0 } = settings
  const { features = {}, hasTools = false, extra = '' } = settings
  const top = {
    model: name,
    model_provider: 'mock',
    model_catalog_json: join(ROOT, 'catalogue.json'),
    approval_policy: 'never',
    sandbox_mode: 'danger-full-access',
    chatgpt_base_url: `http://127.0.0.1:${port}/backend-api`,
    cli_auth_credentials_store: 'file',
    check_for_update_on_startup: false,
    personality: 'pragmatic'
  }
  const mock = {
    name: provider,
    base_url: `http://127.0.0.1:${port}/v1`,
    env_key: 'MOCK_KEY',
    wire_api: 'responses',
    supports_websockets: false,
    request_max_retries: retries,
    stream_max_retries: retries,
    stream_idle_timeout_ms: 30_000
  }
  const tools = { command: process.execPath, args: [TOOLS] }
  return [
    ...Object.entries(top).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`),
    table('feedback', { enabled: false }),
    table('skills.bundled', { enabled: false }),
    table('history', { persistence: 'none' }),
    table('features', { shell_snapshot: false, apps: false, ...features }),
    table('model_providers.mock', mock),
    table(`projects.${JSON.stringify(DEMO)}`, { trust_level: 'trusted' }),
    table(`projects.${JSON.stringify(REPOSITORY)}`, { trust_level: 'trusted' }),
    ...(hasTools ? [table('mcp_servers.labtools', tools)] : []),
    extra
  ].join('')
}

const token = (claims: object): string =>
  [{ alg: 'none', typ: 'JWT' }, claims, 'unsigned']
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')

/** An account that exists nowhere: binaries post analytics only for an account. */
const account = (): object => {
  const account_id = '00000000-0000-4000-8000-00000000000a'
  const auth = {
    chatgpt_account_id: account_id,
    chatgpt_plan_type: 'plus',
    chatgpt_user_id: 'user-lab',
    user_id: 'user-lab'
  }
  const exp = Math.floor(Date.now() / 1000) + 30 * 24 * 3600
  const claims = { email: 'lab@example.invalid', exp, 'https://api.openai.com/auth': auth }
  const tokens = {
    id_token: token(claims),
    access_token: token(claims),
    refresh_token: 'none',
    account_id
  }
  return {
    auth_mode: 'chatgpt',
    OPENAI_API_KEY: null,
    tokens,
    last_refresh: new Date().toISOString()
  }
}

/** Writes a file with the folders above it. */
export const write = (path: string, content: string): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

const git = (...args: ReadonlyArray<string>): void => {
  const names = ['AUTHOR', 'COMMITTER'].flatMap((who) => [
    [`GIT_${who}_NAME`, 'Lab'],
    [`GIT_${who}_EMAIL`, 'lab@example.invalid'],
    [`GIT_${who}_DATE`, '2026-01-02T03:04:05Z']
  ])
  const env = { ...process.env, ...Object.fromEntries(names) } as NodeJS.ProcessEnv
  execFileSync('git', args, { cwd: REPOSITORY, env, stdio: 'ignore' })
}

/** Empties the workspace and fills it for a run. */
export const prepare = (port: number, settings: Settings): void => {
  for (const folder of [HOME, DEMO, REPOSITORY]) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
  }
  write(join(ROOT, 'catalogue.json'), JSON.stringify(CATALOGUE))
  write(join(HOME, 'config.toml'), configOf(port, settings))
  write(join(HOME, 'auth.json'), JSON.stringify(account()))
  write(join(DEMO, 'notes.txt'), 'one\ntwo\nthree\n')
  writeFileSync(join(DEMO, 'dot.png'), Buffer.from(DOT, 'base64'))
  cpSync(join(import.meta.dirname, 'labtools.mjs'), TOOLS)
  write(join(REPOSITORY, 'readme.md'), '# A repository\n')
  git('init', '-q', '-b', 'trunk')
  git('add', '-A')
  git('commit', '-qm', 'first')
  git('remote', 'add', 'origin', 'https://example.invalid/lab/repository.git')
}

/** Whether a path is there. */
export const isThere = existsSync
