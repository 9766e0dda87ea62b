/**
 * Hostile rollouts, a row each: what stands in them, and how it is written without being held in memory.
 *
 * Every one stands between two whole turns, `before` and `after`, which must be served whatever is between them.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { metaLine, THREAD, userLine } from '../../support/rollouts.ts'

/** Bytes of a file, piece by piece. */
export type Pieces = Iterable<string | Buffer>

/** A kind of hostile content. */
export interface HostileKind {
  readonly name: string
  /** What stands between the whole turns; `size` is 1 for all of it and less for a part. */
  readonly between: (size: number) => Pieces
  /** Marks rows whose turns may be more than `before` and `after`. */
  readonly makesTurns?: boolean
}

const MIB = 1024 * 1024
const AT = '2026-05-01T10:00:00.000Z'

/** A line as Codex writes it, with its newline. */
export const lineOf = (type: string, payload: unknown): string =>
  `${JSON.stringify({ timestamp: AT, type, payload })}\n`

/** An event with its newline. */
export const eventOf = (type: string, members: object = {}): string =>
  lineOf('event_msg', { type, ...members })

const head = (type: string, kind: string): string =>
  `{"timestamp":"${AT}","type":"${type}","payload":{"type":"${kind}"`

function* repeated(piece: string | Buffer, times: number): Pieces {
  const many = 256
  const bytes = Buffer.from(piece)
  const block = Buffer.concat(Array.from({ length: many }, () => bytes))
  let left = times
  for (; left >= many; left -= many) yield block
  for (; left > 0; left--) yield bytes
}

function* joined(...parts: ReadonlyArray<string | Buffer | Pieces>): Pieces {
  for (const part of parts)
    if (typeof part === 'string' || Buffer.isBuffer(part)) yield part
    else yield* part
}

/** A long run of one letter. */
const run = (letter: string, bytes: number): Pieces =>
  repeated(letter.repeat(64 * 1024), Math.ceil(bytes / (64 * 1024)))

const nested = (depth: number, value = '1'): Pieces =>
  joined(repeated('[', depth), value, repeated(']', depth))

const userOf = (body: Pieces): Pieces =>
  joined(head('event_msg', 'user_message'), ',"message":"', body, '"}}\n')
const members = (count: number, member: (n: number) => string): Pieces =>
  (function* () {
    for (let n = 0; n < count; n++) yield (n === 0 ? '' : ',') + member(n)
  })()

const numbered = (text: string): string =>
  eventOf('task_started', { turn_id: 'n1', started_at: '@' }).replace('"@"', text) +
  eventOf('task_complete', { turn_id: 'n1', completed_at: '@', duration_ms: '@' }).replaceAll(
    '"@"',
    text
  ) +
  `{"timestamp":"${AT}","ordinal":${text},"type":"event_msg","payload":{"type":"agent_message","message":"x"}}\n` +
  eventOf('thread_rolled_back', { num_turns: '@' }).replace('"@"', text) +
  eventOf('token_count', {
    info: { total_token_usage: { total_tokens: '@' }, last_token_usage: { total_tokens: '@' } }
  }).replaceAll('"@"', text)

const NUMBERS = [
  '1e999',
  '-1e999',
  '-0',
  '1e-999',
  '12345678901234567890',
  '0.1',
  '9007199254740993'
]

/** Every kind, in the order of the list in docs/RELIABILITY.md. */
export const HOSTILE_KINDS: ReadonlyArray<HostileKind> = [
  {
    name: 'bytes that are not UTF-8',
    between: (size) =>
      repeated(
        Buffer.from('{"timestamp":"\xff\xfe\xc0\x80\xed\xa0\x80"}\n', 'latin1'),
        100_000 * size
      )
  },
  {
    name: 'NUL bytes on one line',
    between: (size) => joined(repeated(Buffer.alloc(64 * 1024), 4096 * size), '\n')
  },
  {
    name: 'lines of NUL bytes',
    between: (size) => repeated(Buffer.from('\0\0\0\0\n'), 1e6 * size)
  },
  { name: 'byte order marks', between: (size) => repeated(Buffer.from('\ufeff{}\n'), 1e5 * size) },
  { name: 'carriage returns', between: (size) => repeated('\r\r\r\n', 1e6 * size) },
  {
    name: 'line and paragraph separators',
    makesTurns: true,
    between: (size) => repeated(userLine('a\u2028b\u2029c\u0085d') + '\n', 1e5 * size)
  },
  {
    name: 'lone surrogates',
    makesTurns: true,
    between: (size) =>
      repeated(
        `${head('event_msg', 'user_message')},"message":"\\ud800 \\udfff\\ud83d"}}\n`,
        1e5 * size
      )
  },
  {
    name: 'deep nesting, not closed',
    between: (size) => joined(repeated('[', 20 * MIB * size), '\n')
  },
  {
    name: 'deep nesting in a member',
    between: (size) =>
      joined(head('event_msg', 'mcp_tool_call_end'), ',"result":', nested(4 * MIB * size), '}}\n')
  },
  {
    name: 'nesting of 10,000',
    between: () =>
      joined(
        head('event_msg', 'task_started'),
        ',"turn_id":"x","a":',
        nested(10_000),
        '}}\n',
        eventOf('task_complete', { turn_id: 'x' })
      ),
    makesTurns: true
  },
  {
    name: 'deep objects',
    between: (size) =>
      joined(repeated('{"a":', 4 * MIB * size), '1', repeated('}', 4 * MIB * size), '\n')
  },
  {
    name: 'a million keys',
    between: (size) =>
      joined(
        head('event_msg', 'context_compacted'),
        ',"more":{',
        members(1e6 * size, (n) => `"k${n}":${n}`),
        '}}}\n'
      )
  },
  {
    name: 'a million keys in metadata',
    between: (size) =>
      joined(
        `{"timestamp":"${AT}","type":"session_meta","payload":{`,
        members(1e6 * size, (n) => `"k${n}":${n}`),
        '}}\n'
      )
  },
  {
    name: 'names of the prototype',
    between: (size) =>
      repeated(
        '{"__proto__":{"type":"event_msg"},"constructor":{"prototype":{"polluted":1}},"timestamp":"2026-05-01T10:00:00.000Z","type":"event_msg","payload":{"type":"__proto__","__proto__":{"polluted":1}}}\n' +
          lineOf('__proto__', { __proto__: null }) +
          lineOf('constructor', {}) +
          lineOf('response_item', { type: 'toString' }) +
          eventOf('hasOwnProperty'),
        20_000 * size
      )
  },
  {
    name: 'turns named after the prototype',
    makesTurns: true,
    between: (size) =>
      repeated(
        ['__proto__', 'constructor', 'toString', '']
          .map(
            (id) =>
              eventOf('task_started', { turn_id: id }) +
              userLine('x') +
              '\n' +
              eventOf('task_complete', { turn_id: id })
          )
          .join(''),
        1000 * size
      )
  },
  {
    name: 'keys that repeat',
    between: (size) =>
      repeated(
        '{"timestamp":"2026-05-01T10:00:00.000Z","type":"response_item","payload":{"type":"message"},"type":"event_msg","payload":{"type":"context_compacted","type":"novelty"}}\n',
        20_000 * size
      )
  },
  {
    name: 'a line of 256 MiB and more',
    between: (size) =>
      joined(head('event_msg', 'agent_reasoning'), ',"text":"', run('x', 300 * MIB * size), '"}}\n')
  },
  {
    name: 'a line of 300 MiB that is nothing',
    between: (size) => joined(run('x', 300 * MIB * size), '\n')
  },
  {
    name: 'a message of 250 MiB',
    makesTurns: true,
    between: (size) => userOf(run('m', 250 * MIB * size))
  },
  {
    name: 'an output of 250 MiB',
    between: (size) =>
      joined(
        head('response_item', 'function_call_output'),
        ',"call_id":"c","output":"',
        run('o', 250 * MIB * size),
        '"}}\n'
      )
  },
  {
    name: 'a line of 250 MiB in another order of members',
    between: (size) =>
      joined(
        '{"type":"event_msg","timestamp":"2026-05-01T10:00:00.000Z","payload":{"type":"agent_reasoning","text":"',
        run('x', 250 * MIB * size),
        '"}}\n'
      )
  },
  {
    name: 'a compaction of 250 MiB',
    between: (size) =>
      joined(
        `{"timestamp":"${AT}","type":"compacted","payload":{"message":"`,
        run('x', 250 * MIB * size),
        '"}}\n'
      )
  },
  {
    name: 'a compaction of a million items',
    between: (size) =>
      joined(
        `{"timestamp":"${AT}","type":"compacted","payload":{"message":"","replacement_history":[`,
        members(1e6 * size, () => '{"type":"message","role":"user","content":[]}'),
        ']}}\n'
      )
  },
  {
    name: 'a name of 100 MiB',
    between: (size) =>
      joined(
        head('event_msg', 'task_started'),
        ',"turn_id":"',
        run('i', 100 * MIB * size),
        '"}}\n',
        eventOf('task_complete', {})
      ),
    makesTurns: true
  },
  {
    name: 'a line of escapes',
    makesTurns: true,
    between: (size) => userOf(repeated('\\u0041\\n\\"', 4 * MIB * size))
  },
  ...NUMBERS.map((text): HostileKind => ({
    name: `the number ${text}`,
    makesTurns: true,
    between: (size) => repeated(numbered(text), 1000 * size)
  })),
  { name: 'millions of empty lines', between: (size) => repeated('\n', 50e6 * size) },
  { name: 'a line of white space', between: (size) => joined(run(' ', 300 * MIB * size), '\n') },
  { name: 'a million lines of nothing', between: (size) => repeated('{}\n', 1e6 * size) },
  { name: 'a million lines of one byte', between: (size) => repeated('x\n', 1e6 * size) },
  {
    name: 'a hundred thousand turns',
    makesTurns: true,
    between: (size) =>
      repeated(
        eventOf('task_started', { turn_id: 'same' }) +
          eventOf('task_complete', { turn_id: 'same' }),
        1e5 * size
      )
  },
  {
    name: 'a turn of a hundred thousand items',
    makesTurns: true,
    between: (size) =>
      joined(
        eventOf('task_started', { turn_id: 'long' }),
        repeated(eventOf('agent_message', { message: 'm' }), 1e5 * size),
        eventOf('task_complete', { turn_id: 'long' })
      )
  },
  {
    name: 'a hundred thousand rollbacks',
    makesTurns: true,
    between: (size) =>
      repeated(
        eventOf('task_started', { turn_id: 'r' }) + eventOf('thread_rolled_back', { num_turns: 1 }),
        1e5 * size
      )
  },
  {
    name: 'a hundred thousand metadata lines',
    between: (size) => repeated(`${metaLine(THREAD)}\n`, 1e5 * size)
  },
  {
    name: 'control characters and ESC sequences',
    makesTurns: true,
    between: (size) =>
      repeated(userLine('\u001b]0;x\u0007\u001b[2J\u0000\u009b') + '\n', 1e4 * size)
  }
]

/** A whole turn. */
export const wholeTurn = (id: string): string =>
  eventOf('task_started', { turn_id: id, started_at: 1 }) +
  `${userLine(`this is ${id}`)}\n` +
  eventOf('agent_message', { message: `the answer of ${id}` }) +
  eventOf('task_complete', { turn_id: id, completed_at: 2, duration_ms: 3 })

/** Writes pieces one by one. */
export const writePieces = (path: string, pieces: Pieces): void => {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'w')
  try {
    for (const piece of pieces) {
      const bytes = Buffer.from(piece)
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    }
  } finally {
    closeSync(file)
  }
}

/** Writes the rollout of a kind. */
export const writeHostile = (path: string, kind: HostileKind, size: number): void =>
  writePieces(
    path,
    joined(`${metaLine(THREAD)}\n`, wholeTurn('before'), kind.between(size), wholeTurn('after'))
  )
