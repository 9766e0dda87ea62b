/**
 * Questions about processes: cases that are played with a real Codex and with this server, and what is compared of their answers.
 */
import type { Message } from './rpc-client.ts'

/** One side that the cases are played with. */
export interface ProcessWire {
  readonly answer: (method: string, params: unknown) => Promise<Message>
  /** Everything that came so far. */
  readonly received: ReadonlyArray<Message>
}

/**
 * A request; `begin`: one whose answer is not waited for; `output`: waits for that much output; `exit`: waits until the process has
 * ended.
 */
type Step =
  | readonly [method: string, params: object]
  | { readonly begin: readonly [method: string, params: object] }
  | { readonly output: string }
  | 'exit'

type Cases = Readonly<Record<string, ReadonlyArray<Step>>>

const STREAMED = { streamStdoutStderr: true }
const ASKED = { streamStdin: true, streamStdoutStderr: true }
const TTY = { tty: true, env: { TERM: 'dumb' } }
const SAY = 'printf out; printf err >&2; exit 3'

const spawn = (script: string, more: object = {}): Step => [
  'process/spawn',
  { command: ['sh', '-c', script], processHandle: 'p', cwd: '/tmp', ...more }
]
const write = (text: string, more: object = {}): Step => [
  'process/writeStdin',
  { processHandle: 'p', deltaBase64: Buffer.from(text).toString('base64'), ...more }
]
const follow = (method: string, params: object = {}): Step => [
  `process/${method}`,
  { processHandle: 'p', ...params }
]
const READY: Step = { output: 'ready' }
const WAITS = 'echo ready; sleep 60'
const size = (rows: number, cols: number) => ({ size: { rows, cols } })

/** Requests of `process/*`. */
const PROCESSES: Cases = {
  buffered: [spawn(SAY), 'exit'],
  streamed: [spawn(SAY, STREAMED), 'exit'],
  cap: [spawn('printf 1234567; printf abc >&2', { outputBytesCap: 5 }), 'exit'],
  'cap reached exactly': [spawn('printf 12345', { outputBytesCap: 5 }), 'exit'],
  'cap streamed': [spawn('printf 1234567', { outputBytesCap: 5, ...STREAMED }), 'exit'],
  'cap of 0': [spawn('printf 1', { outputBytesCap: 0 }), 'exit'],
  'cap of 0 without output': [spawn('exit 0', { outputBytesCap: 0 }), 'exit'],
  'cap of 0 streamed': [spawn('printf 1', { outputBytesCap: 0, ...STREAMED }), 'exit'],
  'default cap': [spawn('head -c 1048577 /dev/zero | tr "\\0" a >/dev/null; printf ok'), 'exit'],
  'no cap': [spawn('printf ok', { outputBytesCap: null }), 'exit'],
  'cap of -1': [spawn('exit 0', { outputBytesCap: -1 })],
  'cap within a character': [spawn("printf 'caf\\303\\251'", { outputBytesCap: 4 }), 'exit'],
  timeout: [spawn('printf kept; sleep 60', { timeoutMs: 300 }), 'exit'],
  'timeout of 0': [spawn('sleep 60', { timeoutMs: 0 }), 'exit'],
  'timeout of null': [spawn('exit 4', { timeoutMs: null }), 'exit'],
  'timeout of -1': [spawn('exit 0', { timeoutMs: -1 })],
  kill: [spawn(WAITS, { ...STREAMED, timeoutMs: null }), READY, follow('kill'), 'exit'],
  'killed twice': [
    spawn(WAITS, STREAMED),
    READY,
    follow('kill'),
    'exit',
    follow('kill'),
    write('x')
  ],
  'a signal of its own': [spawn('kill -TERM $$'), 'exit'],
  'stdin that is closed': [spawn('cat; printf ended'), 'exit'],
  'stdin that is streamed': [
    spawn('cat', ASKED),
    write('hello'),
    { output: 'hello' },
    write(' you', { closeStdin: true }),
    'exit'
  ],
  'stdin that is only closed': [
    spawn('cat; echo done', ASKED),
    follow('writeStdin', { closeStdin: true }),
    'exit'
  ],
  'stdin that is closed already': [
    spawn('cat; echo ready; sleep 60', ASKED),
    follow('writeStdin', { closeStdin: true }),
    READY,
    write('x'),
    follow('kill'),
    'exit'
  ],
  'stdin that is not streamed': [spawn(WAITS, STREAMED), READY, write('x'), follow('kill'), 'exit'],
  'nothing to write': [follow('writeStdin')],
  'bytes that are no base64': [follow('writeStdin', { deltaBase64: '!' })],
  'base64 without padding': [follow('writeStdin', { deltaBase64: 'YQ' })],
  'a duplicate': [spawn(WAITS, STREAMED), READY, spawn('exit 0'), follow('kill'), 'exit'],
  'a handle again': [spawn('exit 1'), 'exit', spawn('exit 2'), 'exit'],
  'no command': [spawn('', { command: [] })],
  'an empty program': [spawn('', { command: [''] })],
  'no handle': [spawn('', { processHandle: '' })],
  'an odd handle': [follow('kill', { processHandle: 'a"\n' })],
  'no such process': [write('x'), follow('kill'), follow('resizePty', size(1, 1))],
  'no such program': [spawn('', { command: ['/does/not/exist'] })],
  'a program that may not run': [spawn('', { command: ['/etc/passwd'] })],
  'no such directory': [spawn('exit 0', { cwd: '/does/not/exist' })],
  'a relative directory': [spawn('exit 0', { cwd: 'x' })],
  'no directory': [['process/spawn', { command: ['true'], processHandle: 'p' }]],
  'size without tty': [
    spawn('exit 0', size(2, 2)),
    spawn('exit 0', { command: [], ...size(2, 2) })
  ],
  'size of 0': [spawn('exit 0', { tty: true, ...size(0, 2) }), follow('resizePty', size(0, 1))],
  'size that is none': [follow('resizePty', size(-1, 1)), follow('resizePty', size(70000, 1))],
  'resize without tty': [
    spawn(WAITS, STREAMED),
    READY,
    follow('resizePty', size(2, 2)),
    follow('kill'),
    'exit'
  ],
  environment: [
    spawn('echo "$FROM-${HOME-none}"', { env: { FROM: 'client', HOME: null } }),
    'exit'
  ],
  directory: [spawn('pwd', { cwd: '/usr' }), 'exit'],
  'not UTF-8': [spawn("printf 'caf\\351'"), 'exit'],
  'UTF-16': [spawn("printf '\\377\\376a\\0b\\0'"), 'exit'],
  'a pipe that a grandchild holds': [spawn('sleep 4 & printf out'), 'exit'],
  tty: [spawn('printf "a\\nb"; printf err >&2; exit 3', TTY), 'exit'],
  'size of a tty': [spawn('stty size', { ...TTY, ...size(30, 100) }), 'exit'],
  'default size of a tty': [spawn('stty size', TTY), 'exit'],
  'a tty that is resized': [
    spawn('echo ready; read line; stty size', TTY),
    READY,
    follow('resizePty', size(31, 99)),
    write('\n'),
    'exit'
  ],
  'a tty that is killed': [spawn(WAITS, TTY), READY, follow('kill'), 'exit'],
  'a tty without a program': [spawn('', { ...TTY, command: ['/does/not/exist'] })]
}

const FULL = { sandboxPolicy: { type: 'dangerFullAccess' } }
const run = (script: string, more: object = {}): readonly [string, object] => [
  'command/exec',
  { command: ['sh', '-c', script], cwd: '/tmp', ...FULL, ...more }
]
const named = (script: string, more: object = {}) => run(script, { processId: 'p', ...more })
const later = (method: string, params: object = {}): Step => [
  `command/exec/${method}`,
  { processId: 'p', ...params }
]
const input = (text: string, more: object = {}): Step =>
  later('write', { deltaBase64: Buffer.from(text).toString('base64'), ...more })

/** Requests of `command/exec` with full access. */
const COMMANDS: Cases = {
  'exec buffered': [run(SAY)],
  'exec streamed': [named(SAY, STREAMED)],
  'exec cap': [run('printf 1234567; printf abc >&2', { outputBytesCap: 5 })],
  'exec cap streamed': [named('printf 1234567', { outputBytesCap: 5, ...STREAMED })],
  'exec without cap': [run('printf ok', { disableOutputCap: true })],
  'exec with cap and without': [run('printf ok', { disableOutputCap: true, outputBytesCap: 5 })],
  'exec timeout': [run('printf kept; sleep 60', { timeoutMs: 300 })],
  'exec without timeout': [run('printf ok', { disableTimeout: true })],
  'exec with timeout and without': [run('printf ok', { disableTimeout: true, timeoutMs: 5 })],
  'exec timeout of -1': [run('printf ok', { timeoutMs: -1 })],
  'exec streams without an id': [run('exit 0', STREAMED)],
  'exec tty without an id': [run('exit 0', { tty: true })],
  'exec no command': [run('', { command: [] })],
  'exec empty id': [run('exit 0', { processId: '' })],
  'exec size without tty': [named('exit 0', size(2, 2))],
  'exec size of 0': [named('exit 0', { tty: true, ...size(0, 2) }), later('resize', size(0, 2))],
  'exec no such program': [run('', { command: ['/does/not/exist'] })],
  'exec no such directory': [run('exit 0', { cwd: '/does/not/exist' })],
  'exec environment': [run('echo "$FROM-${HOME-none}"', { env: { FROM: 'client', HOME: null } })],
  'exec stdin': [
    { begin: named('cat', ASKED) },
    input('hello'),
    { output: 'hello' },
    input('', { closeStdin: true })
  ],
  'exec stdin that is not streamed': [
    { begin: named(WAITS, STREAMED) },
    READY,
    input('x'),
    later('write'),
    later('write', { deltaBase64: '!' }),
    later('resize', size(2, 2)),
    { begin: named('exit 0') },
    later('terminate')
  ],
  'exec that is gone': [input('x'), later('terminate'), later('resize', size(2, 2))],
  'exec tty': [named('printf "a\\nb"; stty size; exit 3', { ...TTY, ...size(30, 100) })]
}

export const CASES: Cases = { ...PROCESSES, ...COMMANDS }

interface Told {
  readonly stream: string
  readonly deltaBase64: string
  readonly capReached: boolean
}

const isOutput = ({ method }: Message): boolean => /outputDelta$/.test(String(method))

/** All that was told on a stream, and whether the last of it said that the cap was reached. */
const streamIn = (messages: ReadonlyArray<Message>, stream: string): object | null => {
  const deltas = messages
    .filter(isOutput)
    .map(({ params }) => params as Told)
    .filter((one) => one.stream === stream)
  if (deltas.length === 0) return null
  const bytes = Buffer.concat(deltas.map((one) => Buffer.from(one.deltaBase64, 'base64')))
  return {
    text: bytes.toString('latin1'),
    capReached: deltas.map((one) => one.capReached).includes(true),
    isLast: deltas.at(-1)?.capReached
  }
}

const waited = async (isDone: () => boolean, what: string): Promise<void> => {
  const until = Date.now() + 15_000
  while (!isDone()) {
    if (Date.now() > until) throw new Error(`no ${what}`)
    await new Promise((wake) => setTimeout(wake, 5))
  }
}

/** Plays one case; what is compared: the answers in order, both streams, the ends, and whether anything came out of order. */
export const playCase = async (
  { answer, received }: ProcessWire,
  steps: ReadonlyArray<Step>
): Promise<unknown> => {
  const from = received.length
  const told = () => received.slice(from)
  const exits = () => told().filter(({ method }) => method === 'process/exited')
  const answers: Array<Promise<Message>> = []
  let ends = 0
  for (const step of steps) {
    if (step === 'exit') {
      ends += 1
      await waited(() => exits().length >= ends, 'end')
    } else if ('begin' in step) answers.push(answer(...step.begin))
    else if ('output' in step) {
      const text = () => Buffer.from(JSON.stringify(told().filter(isOutput)))
      await waited(() => {
        const out = streamIn(told(), 'stdout') as { readonly text: string } | null
        return text().length > 0 && out !== null && out.text.includes(step.output)
      }, step.output)
    } else {
      const one = answer(...step)
      answers.push(one)
      await one
    }
  }
  const order = told().map(({ method }) => method)
  const lastDelta = order.findLastIndex((method) => /outputDelta$/.test(String(method)))
  return {
    answers: await Promise.all(answers),
    stdout: streamIn(told(), 'stdout'),
    stderr: streamIn(told(), 'stderr'),
    exits: exits().map(({ params }) => params),
    endsLast: ends === 1 ? lastDelta < order.indexOf('process/exited') : null
  }
}
