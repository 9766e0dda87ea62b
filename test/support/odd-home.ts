/**
 * A home whose rollouts hold values that a client cannot decode, one oddity a thread: what is answered about it must still decode.
 */
import type { Message } from './rpc-client.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from './rollouts.ts'

const AT = '2026-05-01T10:00:00.000Z'
const line = (type: string, payload: object): string =>
  JSON.stringify({ timestamp: AT, type, payload })
const event = (type: string, members: object = {}): string =>
  line('event_msg', { type, ...members })

/** Directories a `session_meta` may name. */
const CWDS: ReadonlyArray<unknown> = [
  '/w',
  '',
  ' ',
  '.',
  '..',
  'rel',
  './rel',
  'rel/',
  'rel//sub/',
  '../rel',
  'rel/../../x',
  '../../../../x',
  ' /w',
  '/w ',
  '/a/./b/../c//d/',
  '//w',
  '///w',
  '/..',
  '/',
  '~',
  '~/',
  '~/w',
  '~/../w',
  '~//w',
  '~root/w',
  '~\\w',
  '$HOME/w',
  'C:\\w',
  'C:\\w\\..\\x\\',
  'C:/w/',
  'c:',
  '\\\\server\\share\\w',
  '\\\\?\\C:\\w',
  'file:///w',
  'w\u0000x',
  '/w\nx',
  'ü/日本',
  null,
  7,
  {},
  [],
  ['/w']
]

export interface OddThread {
  readonly title: string
  readonly id: string
  readonly lines: (id: string) => ReadonlyArray<string>
}

type Titled = Omit<OddThread, 'id'>

const TURN: ReadonlyArray<string> = [
  event('task_started', { turn_id: 't', started_at: 1 }),
  userLine('hello'),
  event('task_complete', { turn_id: 't', completed_at: 2, duration_ms: 3 })
]

const context = (members: object): string =>
  line('turn_context', {
    ...{ cwd: '/c', approval_policy: 'never', sandbox_policy: { type: 'read-only' } },
    ...{ model: 'm', summary: 'auto' },
    ...members
  })

const ofCwds: ReadonlyArray<Titled> = CWDS.map((cwd) => ({
  title: `cwd ${JSON.stringify(cwd)}`,
  lines: (id) => [metaLine(id, { cwd }), ...TURN]
}))

const HEADS: ReadonlyArray<Titled> = [
  { title: 'no cwd', lines: (id) => [metaLine(id, { cwd: undefined }), ...TURN] },
  { title: 'no metadata', lines: () => TURN },
  { title: 'no metadata, settings', lines: () => [context({}), ...TURN] },
  { title: 'no metadata, relative settings', lines: () => [context({ cwd: 'rel' }), ...TURN] },
  { title: 'torn metadata', lines: (id) => [metaLine(id).slice(0, 60), ...TURN] },
  { title: 'metadata glued to a line', lines: (id) => [metaLine(id) + TURN[0], ...TURN] },
  { title: 'metadata second', lines: (id) => [TURN[1] ?? '', metaLine(id), ...TURN] },
  { title: 'nothing but metadata', lines: (id) => [metaLine(id)] },
  { title: 'nothing', lines: () => [] },
  { title: 'an empty line first', lines: (id) => ['', metaLine(id), ...TURN] },
  {
    title: 'metadata twice, the second relative',
    lines: (id) => [metaLine(id, { cwd: '/w' }), ...TURN, metaLine(id, { cwd: 'rel' })]
  },
  {
    title: 'absolute metadata, relative settings',
    lines: (id) => [metaLine(id, { cwd: '/w' }), context({ cwd: 'rel' }), ...TURN]
  },
  {
    title: 'relative metadata, absolute settings',
    lines: (id) => [metaLine(id, { cwd: 'rel' }), context({ cwd: '/c' }), ...TURN]
  }
]

/** The threads, each with an id of its own. */
export const ODD_THREADS: ReadonlyArray<OddThread> = [...ofCwds, ...HEADS].map((one, index) => ({
  ...one,
  id: idOf(index + 1)
}))

export const oddHome = (): string => {
  const home = emptyHome()
  for (const { id, lines } of ODD_THREADS) writeRollout(rolloutPath(home, id), linesOf(lines(id)))
  return home
}

/** The directory that is shown of a thread; null where it is not listed, and why it is refused where it is. */
export interface OddAnswer {
  readonly title: string
  readonly list: string | null
  readonly read: string
  readonly turns: string
}

/** The last part of a refusal: what was wrong, without who says so. */
const reasonOf = (message: string): string => message.split(': ').pop() ?? ''

/** Asks a server about each thread; `answer` gives the response to a request. */
export const oddAnswers = async (
  answer: (method: string, params: unknown) => Promise<Message>,
  home: string
): Promise<ReadonlyArray<OddAnswer>> => {
  const asked = async (method: string, params: object) =>
    (await answer(method, params)) as {
      readonly error?: { readonly message: string }
      readonly result?: {
        readonly thread: { readonly cwd: string }
        readonly data: ReadonlyArray<{ readonly id: string; readonly cwd: string }>
      }
    }
  const told = async (params: object): Promise<string> => {
    const { result, error } = await asked('thread/read', params)
    return result?.thread.cwd ?? reasonOf((error?.message ?? '').replaceAll(home, '{{CODEX_HOME}}'))
  }
  const { result } = await asked('thread/list', { limit: 100, modelProviders: [] })
  const listed = new Map((result?.data ?? []).map(({ id, cwd }) => [id, cwd]))
  const answers: Array<OddAnswer> = []
  for (const { title, id } of ODD_THREADS)
    answers.push({
      title,
      list: listed.get(id) ?? null,
      read: await told({ threadId: id }),
      turns: await told({ threadId: id, includeTurns: true })
    })
  return answers
}
