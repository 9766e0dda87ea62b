/**
 * Questions about the host, and homes whose configurations they are asked of.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './fixture-home.ts'

const provider = (id: string, ...lines: ReadonlyArray<string>): string =>
  [`[model_providers.${id}]`, ...lines, ''].join('\n')
const mock = provider(
  'mock',
  'name = "Mock"',
  'base_url = "http://127.0.0.1:1/v1"',
  'env_key = "K"'
)
const using = (id: string): string => `model_provider = "${id}"\n`

const WAYS = [
  ['hdr', 'http_headers = { a = "b" }'],
  ['ehdr', 'env_http_headers = { a = "b" }'],
  ['query', 'query_params = { a = "b" }'],
  ['account', 'requires_openai_auth = true'],
  ['token', 'experimental_bearer_token = "t"'],
  ['both', 'env_key = "K"', 'http_headers = { a = "b" }'],
  ['keyed', 'env_key = "K"', 'requires_openai_auth = true'],
  ['empty-key', 'env_key = ""'],
  ['no-headers', 'http_headers = {}'],
  ['command', '[model_providers.command.auth]', 'command = "true"'],
  ['Z', 'base_url = "http://127.0.0.1:1"'],
  ['zz']
] as const

/** Configurations by name. */
export const PROVIDER_CONFIGS: Readonly<Record<string, string>> = {
  none: '',
  openai: using('openai'),
  ollama: using('ollama'),
  lmstudio: using('lmstudio'),
  bedrock: using('amazon-bedrock'),
  custom: using('mock') + mock,
  unused: mock,
  ways: WAYS.map(([id, ...lines]) => provider(id, `name = "N ${id}"`, ...lines)).join(''),
  'no name': provider('n', 'base_url = "http://127.0.0.1:1"'),
  'empty name': provider('n', 'name = ""'),
  'own ones': provider('openai', 'name = "x"') + provider('ollama', 'name = "x"'),
  'bedrock by profile': `${using('amazon-bedrock')}${provider('amazon-bedrock.aws', 'profile = "p"', 'region = "r"')}`,
  'bedrock elsewhere': provider('amazon-bedrock', 'base_url = "http://127.0.0.1:1"'),
  'base url': 'openai_base_url = "http://127.0.0.1:2/v1"\n',
  unknown: using('nope'),
  'no tables': 'model_providers = 5\n'
}

export const PROVIDER_QUESTIONS = ['modelProvider/capabilities/read', 'modelProvider/list'] as const

const SETUP = 'windowsSandbox/setupStart'

export const SETUP_QUESTIONS: ReadonlyArray<readonly [string, unknown]> = [
  [SETUP, { mode: 'elevated' }],
  [SETUP, { mode: 'unelevated' }],
  [SETUP, { mode: 'elevated', cwd: '/tmp' }],
  [SETUP, { mode: 'elevated', cwd: null }],
  [SETUP, { mode: 'elevated', cwd: 'relative' }],
  [SETUP, { mode: 'x' }],
  [SETUP, { mode: 5 }],
  [SETUP, {}],
  ['windowsSandbox/readiness', null],
  ['device/key/create', {}],
  ['device/key/public', {}],
  ['device/key/sign', {}]
]

export const configuredHome = (config: string): string => {
  const home = temporaryFolder()
  writeFileSync(join(home, 'config.toml'), config)
  return home
}
