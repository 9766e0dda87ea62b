import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { type Engine } from '../../../replay/engine.ts'
import type { StoreError } from '../../../domain/errors.ts'
import { temporaryFolder, removeFolder } from '../../support/fixture-home.ts'
import { unplaced, unroll } from './console.ts'

const firstLine = (text: string): string => text.split('\n')[0] ?? ''

/** A command line, what is wrong with it, and what to type instead. */
const WRONG: ReadonlyArray<readonly [string, string]> = [
  ['threadz', 'unknown command "threadz"; did you mean threads?'],
  ['xylophone', 'unknown command "xylophone"'],
  ['threads --limt 3', 'unknown option --limt; did you mean --limit?'],
  ['threads --xylophone', 'unknown option --xylophone'],
  ['agents a --asc', 'agents has no option --asc'],
  ['threads --limit', '--limit needs a value'],
  ['threads --limit 0', '--limit takes a whole number from 1 to 1000000, not "0"'],
  ['threads --limit 1.5', '--limit takes a whole number from 1 to 1000000, not "1.5"'],
  ['threads --limit=-1', '--limit takes a whole number from 1 to 1000000, not "-1"'],
  ['threads --limit ten', '--limit takes a whole number from 1 to 1000000, not "ten"'],
  [
    'threads --search --json',
    '--search needs a value; one that begins with a dash is written --search=--json'
  ],
  [
    'threads --sort newest',
    '--sort takes created_at, updated_at, recency_at, last_event_at, not "newest"'
  ],
  ['threads --strict=yes', '--strict takes no value'],
  ['threads --all --source cli', '--all and --source exclude each other'],
  ['threads extra', 'threads does not take "extra"'],
  ['threads --profile 0.150', '--profile takes 0.130, 0.142, 0.169, not "0.150"'],
  ['threads --profile 1', '--profile takes 0.130, 0.142, 0.169, not "1"'],
  ['threads --items all', '--items takes rich, codex, not "all"'],
  ['threads --color blue', '--color takes auto, always, never, not "blue"'],
  ['show', 'show needs <thread>'],
  ['show a b', 'show does not take "b"'],
  ['show a --all --limit 3', '--all and --limit exclude each other'],
  ['turns a --view all', '--view takes notLoaded, summary, full, not "all"'],
  ['events a --from -1', '--from needs a value; one that begins with a dash is written --from=-1'],
  ['events a --from x', '--from takes a whole number 0 or more, not "x"'],
  ['index frob', 'index takes status, rebuild, changes, drop, not "frob"'],
  ['index drop --limit 3', 'index drop has no option --limit'],
  ['plugins install-local a@b', 'plugins install-local needs <dir>'],
  ['audit seal here', 'audit seal does not take "here"']
]

describe('command line: wrong usage', () => {
  for (const [line, message] of WRONG) {
    it(`refuses "unroll ${line}"`, async () => {
      const { code, out, err } = await unroll(line.split(' '))
      expect([code, out, firstLine(err)]).to.deep.equal([2, '', `unroll: ${message}`])
    })
  }

  it('says how the command is written', async () => {
    const { err } = await unroll(['turns'])
    expect(err).to.equal(
      'unroll: turns needs <thread>\n' +
        'usage: unroll turns <thread> [options]; see "unroll help turns"\n'
    )
  })

  it('takes every era it names', async () => {
    for (const profile of ['0.130', '0.142', '0.169']) {
      const home = temporaryFolder()
      const argv = ['threads', '--json', '--profile', profile, '--home', home, '--index', 'memory']
      expect(await unroll(argv)).to.deep.equal({
        code: 0,
        out: '',
        err: ''
      })
      removeFolder(home)
    }
  })

  it('takes global options before the command', async () => {
    const { code, out } = await unroll(['--json', 'version'])
    expect([code, JSON.parse(out).version]).to.deep.equal([0, '1.2.3'])
  })

  it('gives the envelope with --json, and nothing on stderr', async () => {
    const { code, out, err } = await unroll(['threads', '--json', '--limit', 'x'])
    expect([code, err]).to.deep.equal([2, ''])
    expect(JSON.parse(out)).to.deep.equal({
      $: 'error',
      kind: 'usage',
      message: '--limit takes a whole number from 1 to 1000000, not "x"',
      hint: 'usage: unroll threads [options]; see "unroll help threads"',
      retryable: false
    })
  })

  it('refuses --json where a command prints only for people', async () => {
    const { code, out } = await unroll(['start', '--json'])
    expect([code, JSON.parse(out).message]).to.deep.equal([2, 'start has no --json'])
  })

  it('makes control characters in a wrong word harmless', async () => {
    const { err } = await unroll(['\u001b[31mred'])
    expect(firstLine(err)).to.equal('unroll: unknown command "\\x1b[31mred"')
  })

  it('ends with 3 when the home does not exist', async () => {
    const { code, out } = await unroll(['threads', '--json', '--home', '/nowhere/codex'])
    expect([code, JSON.parse(out)]).to.deep.equal([
      3,
      {
        $: 'error',
        kind: 'home_not_found',
        message: 'there is no Codex home at /nowhere/codex',
        hint: 'name one with --home DIR or $CODEX_HOME, or type "unroll start" for a sample',
        retryable: false
      }
    ])
  })

  it('takes the home from $CODEX_HOME', async () => {
    const { code, err } = await unroll(['threads'], { env: { CODEX_HOME: '/nowhere/else' } })
    expect([code, firstLine(err)]).to.deep.equal([
      3,
      'unroll: there is no Codex home at /nowhere/else'
    ])
  })
})

const FAILURES: ReadonlyArray<readonly [StoreError, number, string, boolean]> = [
  [{ _tag: 'StreamNotFound', streamId: 'x' }, 3, 'thread_not_found', false],
  [{ _tag: 'AmbiguousThread', text: 'x', candidates: ['xa', 'xb'] }, 2, 'ambiguous_thread', false],
  [{ _tag: 'InvalidRequest', message: 'invalid cursor: x' }, 2, 'invalid_request', false],
  [{ _tag: 'OperationNotFound', operationId: 'x' }, 3, 'operation_not_found', false],
  [{ _tag: 'ItemNotFound', streamId: 'x', itemId: 'y' }, 3, 'item_not_found', false],
  [{ _tag: 'AnchorGone', cursor: 'x' }, 3, 'anchor_gone', false],
  [{ _tag: 'UnreadableRollout', path: 'x', reason: 'empty' }, 4, 'unreadable_rollout', false],
  [{ _tag: 'TurnNotFound', streamId: 'x', turnId: 'y' }, 3, 'turn_not_found', false],
  [{ _tag: 'IndexUnavailable', path: 'x', reason: 'y' }, 5, 'index_unavailable', false],
  [{ _tag: 'IndexEmptied', reason: 'y' }, 5, 'index_emptied', true],
  [{ _tag: 'Busy', what: 'the index' }, 7, 'busy', true],
  [{ _tag: 'StoreUnavailable', where: 'x', reason: 'y' }, 8, 'store_unavailable', true],
  [{ _tag: 'StoreRefused', where: 'x', reason: 'y', next: 'z' }, 8, 'store_refused', false],
  [{ _tag: 'IoFailure', operation: 'read', path: 'x', cause: 'EIO' }, 5, 'io_failure', false]
]

describe('command line: failures of the engine', () => {
  let home = ''
  before(() => (home = temporaryFolder()))
  after(() => removeFolder(home))

  const engine = (resolve: () => Promise<unknown>): Engine =>
    ({
      resolve: () => resolve,
      titlesNow: () => async () => E.right([]),
      close: async () => undefined
    }) as unknown as Engine

  for (const [left, code, kind, retryable] of FAILURES) {
    it(`reports ${left._tag} as ${kind} with exit code ${code}`, async () => {
      const open = async () => E.right(engine(async () => ({ _tag: 'Left', left })))
      const argv = ['turns', 'x', '--home', home]
      const json = await unroll([...argv, '--json'], { open })
      const error = JSON.parse(json.out)
      expect([json.code, json.err, error.kind, error.retryable]).to.deep.equal([
        code,
        '',
        kind,
        retryable
      ])
      const text = await unroll(argv, { open })
      expect({ ...text, err: unplaced(text.err) }).to.deep.equal({
        code,
        out: '',
        err: `unroll: ${error.message}\n${error.hint}\n`
      })
    })
  }

  it('reports a thrown error of the operating system with exit code 5', async () => {
    const error = Object.assign(new Error('EACCES: permission denied'), {
      code: 'EACCES',
      errno: -13,
      syscall: 'open',
      path: '/home/x/rollout.jsonl'
    })
    const open = async () => E.right(engine(() => Promise.reject(error)))
    const { code, err } = await unroll(['turns', 'x', '--home', home], { open })
    expect([code, firstLine(err)]).to.deep.equal([
      5,
      'unroll: cannot open /home/x/rollout.jsonl: EACCES'
    ])
  })

  it('reports what cannot be opened as any other failure', async () => {
    const open = async () => E.left({ _tag: 'IndexUnavailable', path: 'x', reason: 'y' } as const)
    const { code, err } = await unroll(['turns', 'x', '--home', home], { open })
    expect([code, firstLine(err)]).to.deep.equal([5, 'unroll: the index at x cannot be used: y'])
  })

  it('reports an index that cannot be opened with exit code 5', async () => {
    const open = () => Promise.reject(new Error('MDB_PANIC'))
    const { code, err } = await unroll(['turns', 'x', '--home', home, '--index', 'i'], { open })
    expect([code, firstLine(err)]).to.deep.equal([
      5,
      'unroll: the index at /workspace/i cannot be used: MDB_PANIC'
    ])
  })

  it('reports a defect of its own with exit code 70', async () => {
    const open = async () => E.right(engine(() => Promise.reject(new TypeError('oops'))))
    const { code, out } = await unroll(['turns', 'x', '--home', home, '--json'], { open })
    expect([code, JSON.parse(out).kind]).to.deep.equal([70, 'internal'])
  })
})

describe('command line: stopping and progress', () => {
  let home = ''
  before(() => (home = temporaryFolder()))
  after(() => removeFolder(home))

  const forever = new Promise<never>(() => undefined)

  for (const code of [130, 143, 0]) {
    it(`closes the engine and ends with ${code} when told to, without waiting`, async () => {
      const controller = new AbortController()
      let closed = false
      const engine = {
        status: () => () => {
          controller.abort(code)
          return forever
        },
        close: async () => void (closed = true)
      } as unknown as Engine
      const done = await unroll(['index', 'status', '--home', home], {
        open: async () => E.right(engine),
        stop: controller.signal
      })
      expect([done, closed]).to.deep.equal([{ code, out: '', err: '' }, true])
    })
  }

  type Step = readonly [atMs: number, count: number, bytes: number, bytesTotal?: number]
  const STEPS: ReadonlyArray<Step> = [
    [299, 1, 500],
    [300, 2, 1500],
    [399, 3, 2_500_000],
    [400, 4, 3_500_000]
  ]
  const catchUp = async (tty: boolean, env: NodeJS.ProcessEnv = {}, steps = STEPS) => {
    let now = 0
    const done = await unroll(['turns', 'x', '--home', home], {
      tty,
      env,
      nowMs: () => now,
      open: async ({ onProgress }) => {
        for (const [at, count, bytes, bytesTotal] of steps) {
          now = at
          onProgress?.(count, 9, bytes, bytesTotal)
        }
        const left = { _tag: 'Busy', what: 'it' }
        return E.right({
          resolve: () => async () => ({ _tag: 'Left', left }),
          close: async () => undefined
        } as unknown as Engine)
      }
    })
    return done.err
  }
  const END = 'unroll: it is in use by another process\ntry again in a moment\n'

  it('shows progress after 300 ms, ten times a second, and clears it', async () => {
    const clear = '\r\u001b[2K'
    expect(await catchUp(true)).to.equal(
      `${clear}reading rollouts: 2 of 9, 1.5 kB${clear}reading rollouts: 4 of 9, 3.5 MB${clear}${END}`
    )
  })

  it('tells how fast it goes and how long that will take, where it is known how much there is', async () => {
    const clear = '\r\u001b[2K'
    const steps: ReadonlyArray<Step> = [
      [1000, 1, 1_000_000, 9_000_000],
      [3000, 2, 5_000_000, 9_000_000]
    ]
    expect(await catchUp(true, {}, steps)).to.equal(
      `${clear}reading rollouts: 1 of 9, 1.0 MB of 9.0 MB` +
        `${clear}reading rollouts: 2 of 9, 5.0 MB of 9.0 MB, 2.0 MB/s, 2.0 s left${clear}${END}`
    )
  })

  it('shows no progress where stderr is no terminal, or a dumb one', async () => {
    expect(await catchUp(false)).to.equal(END)
    expect(await catchUp(true, { TERM: 'dumb' })).to.equal(END)
  })
})
