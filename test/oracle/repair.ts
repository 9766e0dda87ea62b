/**
 * Damages recorded homes in every way that has a repair, repairs them, and asks a real Codex before and after: the goal is
 * that it answers about the repaired home as about the home that was never damaged.
 *
 *   npm run oracle:repair -- <path of codex> [kind]
 *
 * `kind` is a regular expression. Compared are the row of the list and all turns with all items; for a tail also what is there
 * after Codex went on with another turn. 0.169 keeps turns in a database, so it resumes the thread first.
 */
import * as E from 'fp-ts/lib/Either.js'
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { planHome } from '../../adapters/upkeep/repair/plan-home.ts'
import { applyRepair } from '../../adapters/upkeep/repair/repair.ts'
import type { ProblemKind } from '../../domain/upkeep/check/kinds.ts'
import { removeFolder } from '../support/fixture-home.ts'
import { differences } from '../support/normalise.ts'
import type { Message } from '../support/rpc-client.ts'
import { freshHome, startCodex, versionOf, type Codex } from './codex.ts'
import { startModel } from './model.ts'

/** The thread that is damaged, and its file. */
interface Subject {
  readonly home: string
  readonly id: string
  readonly path: string
}

/** A way to damage a home. */
interface Damage {
  readonly kind: ProblemKind
  /** What is special about it. */
  readonly how: string
  readonly make: (subject: Subject, lines: ReadonlyArray<Buffer>) => Buffer | null
  /** Only for threads whose lines are numbered, or only for those whose lines are not. */
  readonly numbered?: boolean
  /** Not what was lost is compared, only that turns and items are all there. */
  readonly counts?: true
  /** Codex goes on with a turn. */
  readonly goesOn?: true
  /** Compressed rollouts are read from 0.142 on. */
  readonly compressed?: true
}

const NEWLINE = Buffer.from('\n')
const joined = (lines: ReadonlyArray<Buffer>): Buffer =>
  Buffer.concat(lines.flatMap((line) => [line, NEWLINE]))

/** A line whose loss is seen: the first thing the model said. */
const seenAt = (lines: ReadonlyArray<Buffer>): number =>
  lines.findIndex(
    (line) =>
      line.includes('"agent_message"') ||
      (line.includes('"item_completed"') && line.includes('"AgentMessage"'))
  )

const mapped =
  (change: (line: Buffer) => Buffer): Damage['make'] =>
  (_, lines) => {
    const at = seenAt(lines)
    return joined(lines.map((line, i) => (i === at ? change(line) : line)))
  }
const inserted =
  (make: (next: Buffer) => Buffer): Damage['make'] =>
  (_, lines) => {
    const at = seenAt(lines)
    return joined([...lines.slice(0, at), make(lines[at] as Buffer), ...lines.slice(at)])
  }
const ordinal =
  (change: (n: number) => string) =>
  (line: Buffer): Buffer =>
    Buffer.from(line.toString().replace(/"ordinal":(\d+),/, (_, n) => change(Number(n))))
const moved =
  (name: (subject: Subject) => string): Damage['make'] =>
  (subject) => {
    const to = join(subject.home, name(subject))
    mkdirSync(dirname(to), { recursive: true })
    renameSync(subject.path, to)
    return null
  }
const beside =
  (
    path: (subject: Subject) => string,
    content: (lines: ReadonlyArray<Buffer>) => Buffer
  ): Damage['make'] =>
  (subject, lines) => {
    const to = join(subject.home, path(subject))
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, content(lines))
    utimesSync(to, 1_700_000_000, 1_700_000_000)
    return null
  }
const names =
  (line: string): Damage['make'] =>
  ({ home }) => {
    writeFileSync(join(home, 'session_index.jsonl'), `${line}\n`, { flag: 'a' })
    return null
  }

const NOBODY = '01a1fd09-0000-7000-8000-000000000000'
const relative = ({ home, path }: Subject): string => path.slice(home.length + 1)

const DAMAGES: ReadonlyArray<Damage> = [
  {
    kind: 'torn_tail',
    how: 'then a turn',
    goesOn: true,
    make: (_, lines) => Buffer.concat([joined(lines), (lines[1] as Buffer).subarray(0, 50)])
  },
  {
    kind: 'no_final_newline',
    how: 'then a turn',
    goesOn: true,
    make: (_, lines) => joined(lines).subarray(0, -1)
  },
  {
    kind: 'torn_line',
    how: 'before a message',
    make: inserted(() => Buffer.from('{"timestamp":"2026-11-21T07:'))
  },
  {
    kind: 'glued_lines',
    how: 'a message and the next line',
    make: (_, lines) => {
      const at = seenAt(lines)
      return joined(
        lines.flatMap((line, i) =>
          i === at ? [Buffer.concat([line, lines[at + 1] as Buffer])] : i === at + 1 ? [] : [line]
        )
      )
    }
  },
  {
    kind: 'half_then_whole',
    how: 'on one line',
    make: mapped((line) => Buffer.concat([line.subarray(0, -20), line]))
  },
  { kind: 'half_then_whole', how: 'on two lines', make: inserted((next) => next.subarray(0, -20)) },
  {
    kind: 'not_utf8',
    how: 'a line of other bytes',
    make: inserted(() => Buffer.from([0xff, 0xfe, 0x41]))
  },
  {
    kind: 'not_utf8',
    how: 'inside a message',
    counts: true,
    make: mapped((line) => {
      const bytes = Buffer.from(line)
      bytes[
        bytes.indexOf('"text":"') === -1
          ? bytes.indexOf('"message":"') + 12
          : bytes.indexOf('"text":"') + 9
      ] = 0xff
      return bytes
    })
  },
  {
    kind: 'nul_bytes',
    how: 'in front of a message',
    make: mapped((line) => Buffer.concat([Buffer.alloc(32), line]))
  },
  { kind: 'not_json', how: 'a line of text', make: inserted(() => Buffer.from('Killed')) },
  {
    kind: 'missing_timestamp',
    how: 'of a message',
    make: mapped((line) => Buffer.from(line.toString().replace(/"timestamp":"[^"]*",/, '')))
  },
  {
    kind: 'byte_order_mark',
    how: '',
    make: (_, lines) => Buffer.concat([Buffer.from('\ufeff'), joined(lines)])
  },
  {
    kind: 'ordinal_repeated',
    how: 'of a message',
    numbered: true,
    make: mapped(ordinal((n) => `"ordinal":${n - 1},`))
  },
  {
    kind: 'ordinal_backward',
    how: 'of a message',
    numbered: true,
    make: mapped(ordinal((n) => `"ordinal":${n - 3},`))
  },
  { kind: 'ordinal_missing', how: 'of a message', numbered: true, make: mapped(ordinal(() => '')) },
  {
    kind: 'no_session_meta',
    how: 'first line gone',
    counts: true,
    make: (_, lines) => joined(lines.slice(1))
  },
  {
    kind: 'no_session_meta',
    how: 'first line torn',
    counts: true,
    make: (_, lines) => joined(lines.map((line, i) => (i === 0 ? line.subarray(0, -9) : line)))
  },
  {
    kind: 'late_session_meta',
    how: 'behind twelve lines',
    numbered: false,
    make: (_, lines) => joined([...lines.slice(1, 13), lines[0] as Buffer, ...lines.slice(13)])
  },
  {
    kind: 'id_mismatch',
    how: 'renamed',
    make: moved((one) => relative(one).replace(one.id, NOBODY))
  },
  {
    kind: 'bad_filename',
    how: 'no time',
    make: moved((one) => relative(one).replace(/rollout-.{19}-/, 'rollout-copy-'))
  },
  {
    kind: 'wrong_folder',
    how: 'no day',
    make: moved((one) => relative(one).replace(/\/\d\d\/rollout/, '/rollout'))
  },
  {
    kind: 'duplicate_thread',
    how: 'an old copy in the archive',
    make: beside(
      (one) => `archived_sessions/${basename(one.path)}`,
      (lines) => joined(lines.slice(0, 4))
    )
  },
  {
    kind: 'empty_file',
    how: '',
    make: beside(
      (one) => relative(one).replace(one.id, NOBODY),
      () => Buffer.alloc(0)
    )
  },
  {
    kind: 'leftover_file',
    how: '',
    make: beside(
      (one) => relative(one).replace('rollout-', '.rollout-').concat('.tmp'),
      (lines) => joined(lines.slice(0, 2))
    )
  },
  {
    kind: 'stale_name',
    how: '',
    make: names(
      JSON.stringify({ id: NOBODY, thread_name: 'gone', updated_at: '2026-11-21T07:31:56.079Z' })
    )
  },
  { kind: 'damaged_name_line', how: '', make: names('{"id":"') },
  {
    kind: 'compressed_damaged',
    how: 'wrong checksum',
    compressed: true,
    make: (subject) => {
      const packed = execFileSync('zstd', ['-q', '--check', '-c', subject.path], {
        maxBuffer: 1 << 28
      })
      packed[packed.length - 1] = (packed[packed.length - 1] as number) ^ 0xff
      writeFileSync(`${subject.path}.zst`, packed)
      rmSync(subject.path)
      return null
    }
  }
]

const subjectOf = (home: string): Subject => {
  const [path = ''] = (readdirSync(join(home, 'sessions'), { recursive: true }) as Array<string>)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(home, 'sessions', name))
    .sort((a, b) => statSync(b).size - statSync(a).size)
  return { home, path, id: /([0-9a-f-]{36})\.jsonl$/.exec(path)?.[1] ?? '' }
}

const damaged = (subject: Subject, { make }: Damage): void => {
  const bytes = readFileSync(subject.path)
  const { mtimeMs } = statSync(subject.path)
  const lines: Array<Buffer> = []
  for (let at = 0; at < bytes.length; at += (lines.at(-1)?.length ?? 0) + 1)
    lines.push(bytes.subarray(at, bytes.indexOf(10, at)))
  const content = make(subject, lines)
  if (content === null) return
  writeFileSync(subject.path, content)
  utimesSync(subject.path, mtimeMs / 1000, mtimeMs / 1000)
}

const repaired = async (home: string, kind: string): Promise<string | null> => {
  const { plan, bytes, digest } = await planHome({ home })
  const done = await applyRepair(home, bytes, digest)
  if (E.isRight(done)) return null
  const reasons = plan.unrepaired.filter((one) => one.kind === kind).map(({ reason }) => reason)
  return `not repaired: ${reasons.join('; ')} ${JSON.stringify(done.left)}`
}

interface Turns {
  readonly data: ReadonlyArray<{ readonly items: ReadonlyArray<unknown> }>
}

/** What a Codex answers about a thread. */
interface Answers {
  readonly listed: unknown
  readonly turns: Message
  /** Turns after it went on with one more; null where it did not. */
  readonly later: Message | null
}

const VOLATILE = new Set(['updatedAt', 'recencyAt', 'status'])
const plain = (value: unknown, home: string): unknown =>
  JSON.parse(JSON.stringify(value ?? null).replaceAll(home, '$HOME'), (key, each: unknown) =>
    VOLATILE.has(key) ? undefined : each
  )

const turnsOf = async (codex: Codex, threadId: string, is169: boolean): Promise<Message> => {
  if (is169) {
    const resumed = await codex.answer('thread/resume', { threadId, excludeTurns: true })
    if (resumed['error'] !== undefined) return resumed
  }
  const params = { threadId, limit: 100, sortDirection: 'asc', itemsView: 'full' }
  return codex.answer('thread/turns/list', params)
}

const goOn = async (codex: Codex, threadId: string): Promise<void> => {
  await codex.answer('thread/resume', { threadId, excludeTurns: true })
  const input = [{ type: 'text', text: 'One more.' }]
  const { error, result } = await codex.answer('turn/start', { threadId, input })
  if (error !== undefined) return
  const { turn } = result as { readonly turn: { readonly id: string } }
  await codex.seen(({ method, params }) => {
    const over = params as { readonly turn?: { readonly id: string } } | undefined
    return method === 'turn/completed' && over?.turn?.id === turn.id
  })
}

const withCodex = async <A>(
  binary: string,
  home: string,
  use: (codex: Codex) => Promise<A>
): Promise<A> => {
  const codex = await startCodex(binary, home)
  try {
    return await use(codex)
  } finally {
    await codex.stop()
  }
}

/** The databases go, so that only the files speak. */
const forgetDatabases = (home: string): void => {
  for (const name of readdirSync(home)) if (/\.sqlite/.test(name)) rmSync(join(home, name))
}

const asked = async (binary: string, { home, id }: Subject, goesOn: boolean): Promise<Answers> => {
  const is169 = versionOf(binary).startsWith('0.169')
  const first = await withCodex(binary, home, async (codex) => {
    const list = await codex.answer('thread/list', { limit: 100, modelProviders: [] })
    const rows = (list['result'] as { readonly data: ReadonlyArray<{ readonly id: string }> }).data
    const turns = await turnsOf(codex, id, is169)
    return {
      listed: plain(
        rows.filter((row) => row.id === id),
        home
      ),
      turns: plain(turns, home) as Message
    }
  })
  if (!goesOn) return { ...first, later: null }
  await withCodex(binary, home, (codex) => goOn(codex, id))
  forgetDatabases(home)
  const later = await withCodex(binary, home, (codex) => turnsOf(codex, id, is169))
  return { ...first, later: plain(later, home) as Message }
}

const countOf = (response: Message | null): string => {
  if (response === null) return ''
  if (response['error'] !== undefined)
    return `error "${String((response['error'] as { readonly message: string }).message)
      .replace(/\/tmp\/\S+\//g, '')
      .slice(0, 90)}"`
  const { data } = response['result'] as Turns
  return `${data.length} turns, ${data.reduce((sum, { items }) => sum + items.length, 0)} items`
}

/** How answers differ from those about the whole home, in a few words. */
const verdict = (answers: Answers, whole: Answers, counts: boolean): string => {
  const words: Array<string> = []
  const rows = (answers.listed as ReadonlyArray<unknown>).length
  if (rows === 0) words.push('not listed')
  else if (!counts && differences(answers.listed, whole.listed).length > 0)
    words.push(
      rows > 1
        ? 'listed twice'
        : `row differs: ${differences(answers.listed, whole.listed).join(' ')}`
    )
  const isEqual = counts
    ? countOf(answers.turns) === countOf(whole.turns)
    : differences(answers.turns, whole.turns).length === 0
  if (!isEqual)
    words.push(
      countOf(answers.turns) === countOf(whole.turns) ? 'turns differ' : countOf(answers.turns)
    )
  if (countOf(answers.later) !== countOf(whole.later))
    words.push(`after a turn ${countOf(answers.later)} instead of ${countOf(whole.later)}`)
  return words.length === 0 ? 'the same' : words.join('; ')
}

const [binary = process.env['CODEX'] ?? '', kinds = '.'] = process.argv.slice(2)
if (binary === '') {
  process.stderr.write('usage: npm run oracle:repair -- <path of codex> [kind]\n')
  process.exit(2)
}
const reader = versionOf(binary)
const era = reader.replace(/^0\.(\d+)\..*/, '$1')
const homes = era === '169' ? ['basic-142', 'basic-169'] : [`basic-${era}`]
const model = await startModel()
let different = 0
for (const name of homes) {
  const known = new Map<boolean, Answers>()
  for (const damage of DAMAGES) {
    const { kind, how, numbered, counts = false, goesOn = false, compressed = false } = damage
    if (!new RegExp(`^(${kinds})$`).test(kind) && kinds !== '.') continue
    if (numbered !== undefined && numbered !== name.endsWith('169')) continue
    if (compressed && era === '130') continue
    const run = async (damages: boolean, repairs: boolean): Promise<Answers | string> => {
      const subject = subjectOf(freshHome(name))
      try {
        if (damages) damaged(subject, damage)
        const failed = repairs ? await repaired(subject.home, kind) : null
        return failed ?? (await asked(binary, subject, goesOn))
      } finally {
        removeFolder(subject.home)
      }
    }
    const whole = known.get(goesOn) ?? ((await run(false, false)) as Answers)
    known.set(goesOn, whole)
    const before = verdict((await run(true, false)) as Answers, whole, false)
    const answers = await run(true, true)
    const after = typeof answers === 'string' ? answers : verdict(answers, whole, counts)
    different += after === 'the same' ? 0 : 1
    process.stdout.write(`| ${reader} | ${name} | ${kind} | ${how} | ${before} | ${after} |\n`)
  }
}
model?.close()
process.exitCode = different === 0 ? 0 : 1
