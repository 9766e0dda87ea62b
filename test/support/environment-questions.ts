/**
 * Questions about environments, in an order in which each finds what those before it added, and what is compared of the answers.
 */
import type { Message } from './rpc-client.ts'

const URL = 'ws://127.0.0.1:9'
const add = (environmentId: unknown, execServerUrl: unknown, more: object = {}): Question => [
  'environment/add',
  { environmentId, execServerUrl, ...more }
]
const start = (environments: unknown, more: object = {}): Question => [
  'thread/start',
  { cwd: '/tmp', environments, ...more }
]
const at = (environmentId: string, cwd: string, runtimeWorkspaceRoots?: unknown): object => ({
  environmentId,
  cwd,
  ...(runtimeWorkspaceRoots === undefined ? {} : { runtimeWorkspaceRoots })
})
const turn = (more: object): Question => [
  'turn/start',
  { input: [{ type: 'text', text: 'x', text_elements: [] }], ...more }
]

type Question = readonly [method: string, params: object]

const ADDED: ReadonlyArray<Question> = [
  add('e1', URL),
  add('e1', URL),
  add('', URL),
  add('e2', ''),
  add('', ''),
  add('', 'none'),
  add('local', URL),
  add('local', ''),
  add('local', 'none'),
  ...['none', 'NONE', ' None ', '   ', '\t', '\u00a0', '\u00a0none'].map((url) => add('e3', url)),
  add('e1', 'nonsense'),
  add('e1', URL, { connectTimeoutMs: 0 }),
  add('e1', URL, { connectTimeoutMs: null }),
  add('e1', URL, { connectTimeoutMs: 1e300 }),
  add('e1', URL, { connectTimeoutMs: -1 }),
  add('e1', URL, { connectTimeoutMs: 1.5 }),
  add('e1', URL, { connectTimeoutMs: 'x' }),
  add('e1', URL, { extra: 1 }),
  add(5, URL),
  add('e1', 5),
  ['environment/add', {}],
  ['environment/add', { environmentId: 'e1' }],
  ['environment/add', { execServerUrl: URL }]
]

const ASKED: ReadonlyArray<Question> = [
  ...['local', 'e1', 'zz', '', 'e3', 'LOCAL'].flatMap((environmentId): Array<Question> => [
    ['environment/status', { environmentId }],
    ['environment/info', { environmentId }]
  ]),
  ['environment/status', {}],
  ['environment/info', { environmentId: 5 }]
]

/** Directories as clients of any system write them. */
const DIRECTORIES =
  `rel /a/../b/ /a//b/./c / // /// /a/../../.. /a/. /a/.. /.. /b/../ ~/x /a\\b \\x C: C:a C:\\ C:\\x C:\\a\\..\\b\\
  c:/a/../b C:/a/b \\\\srv \\\\srv\\ \\\\srv\\share \\\\srv\\share\\x \\\\srv\\share\\x\\..\\y //srv/share file:///a/b`
    .split(/\s+/)
    .concat('', '/a b/é%20')

const STARTED: ReadonlyArray<Question> = [
  start([]),
  start(null),
  start([at('local', '/tmp')]),
  start([at('zz', '/tmp')]),
  start([at('e1', '/a'), at('local', '/tmp')]),
  start([at('local', '/tmp'), at('e1', '/a')]),
  ...[
    ['e1', 'e1'],
    ['local', 'local'],
    ['zz', 'zz'],
    ['e1', 'e1', 'zz'],
    ['e1', 'zz', 'e1']
  ].map((ids) => start(ids.map((id) => at(id, '/a')))),
  start([at('zz', 'rel')]),
  start([at('zz', '/a'), at('e1', 'rel')]),
  start([at('e1', 'rel', ['rel'])]),
  start([at('e1', '/a', ['rel']), at('e1', 'rel')]),
  start([at('e1', '/a', ['/r'])]),
  start([at('e1', '/a', ['/x/../y/', '/y', 'C:\\q'])]),
  start([at('local', '/does/not/exist', [])]),
  start([at('local', '/tmp', null)], { runtimeWorkspaceRoots: ['/q'] }),
  start([at('e1', '/a', 5)]),
  start([{}]),
  start([5]),
  start({}),
  start([{ environmentId: 'e1' }]),
  ...DIRECTORIES.map((cwd) => start([at('e1', cwd)]))
]

const TURNED: ReadonlyArray<Question> = [
  start(null),
  turn({}),
  turn({ environments: [] }),
  turn({ environments: [at('zz', '/a')] }),
  turn({ environments: [at('e1', 'rel')] }),
  turn({ environments: [at('e1', '/a'), at('e1', '/b')] }),
  turn({ environments: [at('e1', '/a')] }),
  turn({ environments: null }),
  turn({ environments: [at('local', '/tmp')] }),
  turn({ environments: [at('local', '/usr')] }),
  turn({ environments: [at('e1', '/a'), at('local', '/var')] }),
  turn({ environments: [at('local', '/usr')], cwd: '/tmp' }),
  turn({ cwd: '/tmp' }),
  turn({ environments: [at('local', 'C:\\x')] }),
  turn({ cwd: '/usr' }),
  turn({ runtimeWorkspaceRoots: ['/q'] }),
  turn({ environments: [at('e1', '/a')], runtimeWorkspaceRoots: ['/q'] }),
  turn({ environments: [] }),
  ['thread/settings/update', { cwd: '/opt' }],
  turn({ environments: [at('e1', '/a')] }),
  turn({ model: 'other' })
]

/** Unknown methods are refused with the names of all known ones, which `protocol.test.ts` compares. */
export const shortened = (message: Message): Message =>
  JSON.parse(
    JSON.stringify(message).replace(/(unknown variant `[^`]+`, expected one of).*?(?=")/, '$1')
  ) as Message

interface Place {
  readonly cwd: string
  readonly runtimeWorkspaceRoots?: unknown
  readonly environments?: unknown
}

const placeIn = ({ cwd, runtimeWorkspaceRoots, environments }: Place): object => ({
  cwd,
  ...(runtimeWorkspaceRoots === undefined ? {} : { runtimeWorkspaceRoots }),
  ...(environments === undefined ? {} : { environments })
})

/** Asks everything, and gives back what came: answers, and of threads and turns where they say they are. */
export const playEnvironments = async (
  ask: (method: string, params: object) => Promise<ReadonlyArray<Message>>
): Promise<ReadonlyArray<unknown>> => {
  const told: Array<unknown> = []
  let threadId = ''
  for (const [method, params] of [...ADDED, ...ASKED, ...STARTED, ...TURNED]) {
    const isOfThread = method === 'turn/start' || method === 'thread/settings/update'
    const messages = await ask(method, isOfThread ? { threadId, ...params } : params)
    const response = messages.find((message) => !('method' in message))
    if (response === undefined) throw new Error(`no answer to ${method}`)
    const { id: _, ...answer } = response
    if ('error' in answer || !method.startsWith('t')) {
      told.push({ method, ...params, ...shortened(answer) })
      continue
    }
    if (method === 'thread/start') {
      const started = answer['result'] as Place & { readonly thread: Place & { id: string } }
      threadId = started.thread.id
      const { environments } = started.thread
      told.push({ method, ...params, place: placeIn({ ...started, environments }) })
      continue
    }
    const changed = messages.find((message) => message['method'] === 'thread/settings/updated')
    const settings = (changed?.['params'] as { readonly threadSettings: Place } | undefined)
      ?.threadSettings
    const { input: _input, ...asked } = params as { readonly input?: unknown }
    told.push({ method, ...asked, changed: settings === undefined ? null : placeIn(settings) })
  }
  return told
}
