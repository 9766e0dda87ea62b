/**
 * Session files of other agents, made from a seed: every kind of line that an import meets, in random order.
 */
import type { Json, JsonObject } from '../../domain/json.ts'
import { diceOf, type Dice } from './random.ts'

const WORDS = 'fix the parser so that null bytes are kept äöü 日本語 🙂 x'.split(' ')
const ODD_TEXTS = [
  ' ',
  '\n',
  '',
  '\u00a0',
  '\ufeff',
  'a\r\nb',
  'nul \u0000 in it',
  'bell \u0007 and \u001b[31m red',
  '<user_query>ask me</user_query>',
  '<command-name>/clear</command-name>\n<command-message>clear</command-message>\n<command-args></command-args>',
  '<local-command-stdout>out</local-command-stdout>',
  '<local-command-caveat>Caveat</local-command-caveat>\nreal words',
  '<system-reminder>be <command-name>x</command-name> kind</system-reminder>\n\n  second line  \nthird',
  '<ide_opened_file>f.ts</ide_opened_file>what is this?',
  '<ide_selection>sel</ide_selection>\n<task-notification>done</task-notification>\nnested <user_query>q</user_query>',
  '<user_query><system-reminder>r</system-reminder>inner</user_query>tail',
  '<bash-input>ls</bash-input>',
  '<COMMAND-NAME>x</COMMAND-NAME>',
  '<system-reminder>unclosed',
  '  leading spaces\nsecond',
  '\n\n  third line first',
  'x'.repeat(119),
  'x'.repeat(120),
  'x'.repeat(121),
  '🙂'.repeat(130),
  `${'word '.repeat(40)}\nmore`
]

const textOf = (dice: Dice): string => {
  if (dice.often(30)) return dice.one(ODD_TEXTS)
  return Array.from({ length: 1 + dice.below(12) }, () => dice.one(WORDS)).join(
    dice.often(10) ? '\n' : ' '
  )
}

const longText = (dice: Dice, around: number): string => {
  const length = around - 3 + dice.below(7)
  return (dice.often(50) ? 'y' : dice.one(['ü', '🙂', 'zw\n'])).repeat(length)
}

const inputOf = (dice: Dice): Json =>
  dice.one<() => Json>([
    () => ({ command: 'ls -la', description: 'List files' }),
    () => ({ file_path: '/tmp/a.ts', old_string: 'a', new_string: 'b' }),
    () => ({ file: 'b.ts' }),
    () => ({ file_path: 7, file: 'c.ts' }),
    () => ({ description: '', command: '' }),
    () => ({ command: ['not', 'text'] }),
    () => ({ zebra: 1, apple: { z: [1, 2.5, true, null], b: 'é"\\' }, '10': 1, '2': 2 }),
    () => ({ pattern: longText(dice, 1985) }),
    () => ({}),
    () => [],
    () => ['a', 1],
    () => 'just text',
    () => 12,
    () => 1.5,
    () => null,
    () => false
  ])()

const contentOfResult = (dice: Dice): Json =>
  dice.one<() => Json>([
    () => 'fine',
    () => '',
    () => '  ',
    () => null,
    () => 5,
    () => ({ text: 'object' }),
    () => [
      { type: 'text', text: 'one' },
      { type: 'text', text: '' },
      { type: 'text', text: 'two' }
    ],
    () => [
      { type: 'image', source: { data: 'AAAA' } },
      { type: 'text', text: 'seen' }
    ],
    () => [{ text: 'no type' }, 'bare', 4, null, { type: 'text', text: 9 }],
    () => [],
    () => longText(dice, 4000),
    () => [
      { type: 'text', text: longText(dice, 3990) },
      { type: 'text', text: 'tail end' }
    ]
  ])()

const blockOf = (dice: Dice): Json =>
  dice.one<() => Json>([
    () => ({ type: 'text', text: textOf(dice) }),
    () => ({ type: 'text', text: textOf(dice) }),
    () => ({ type: 'text', text: textOf(dice) }),
    () => ({ type: 'thinking', thinking: 'hidden', signature: 's' }),
    () => ({ type: 'redacted_thinking', data: 'x' }),
    () => ({ type: 'tool_use', id: 'toolu_1', name: 'Bash', input: inputOf(dice) }),
    () => ({ type: 'tool_use', id: 'toolu_2', name: 'Edit', input: inputOf(dice) }),
    () => ({ type: 'tool_use', input: inputOf(dice) }),
    () => ({ type: 'tool_use', name: dice.one<Json>(['', null, 3, 'Read']) }),
    () => ({ type: 'server_tool_use', name: 'web_search', input: {} }),
    () => ({ type: 'image', source: { type: 'base64', data: 'AAAA' } }),
    () => ({ type: 'text' }),
    () => ({ type: 'text', text: 5 }),
    () => ({ type: 5 }),
    () => ({ type: '' }),
    () => ({ text: 'no type' }),
    () => dice.one<Json>(['bare text', 4, null, true, []])
  ])()

const resultBlock = (dice: Dice): Json => ({
  type: 'tool_result',
  tool_use_id: 'toolu_1',
  content: contentOfResult(dice),
  ...(dice.often(30) ? { is_error: dice.one<Json>([true, false, null, 'true', 1]) } : {})
})

const contentOf = (dice: Dice, role: string): Json => {
  if (dice.often(4)) return dice.one<Json>([null, 3, { type: 'text', text: 'object' }, []])
  if (dice.often(40)) return textOf(dice)
  if (role === 'user' && dice.often(40))
    return [
      resultBlock(dice),
      ...(dice.often(30) ? [resultBlock(dice)] : []),
      ...(dice.often(25) ? [{ type: 'text', text: textOf(dice) }] : []),
      ...(dice.often(10) ? [blockOf(dice)] : [])
    ]
  return Array.from({ length: dice.below(4) }, () =>
    role === 'user' && dice.often(20) ? resultBlock(dice) : blockOf(dice)
  )
}

const timeOf = (dice: Dice, at: number): JsonObject => {
  const iso = new Date(at).toISOString()
  return dice.one<() => JsonObject>([
    () => ({ timestamp: iso }),
    () => ({ timestamp: iso }),
    () => ({ timestamp: iso }),
    () => ({ timestamp: iso.replace('Z', '+00:00') }),
    () => ({ timestamp: iso.replace('Z', dice.one(['+05:30', '-11:00', '+14:00'])) }),
    () => ({ timestamp: iso.replace(/\.\d+Z/, 'Z') }),
    () => ({ timestamp: iso.replace(/\.\d+Z/, '.123456789Z') }),
    () => ({ timestamp: iso.replace('T', ' ') }),
    () => ({ timestamp: iso.toLowerCase() }),
    () => ({ timestamp: iso.replace('Z', '') }),
    () => ({
      timestamp: dice.one(['yesterday', '', '2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z'])
    }),
    () => ({ timestamp: at }),
    () => ({ timestamp_ms: at }),
    () => ({ timestamp: 'nonsense', timestamp_ms: at + 5000 }),
    () => ({ timestamp: iso, timestamp_ms: at + 5000 }),
    () => ({})
  ])()
}

const MARKED: ReadonlyArray<JsonObject> = [
  { isMeta: true },
  { isSidechain: true },
  { isMeta: false, isSidechain: false },
  { isCompactSummary: true },
  { isApiErrorMessage: true },
  { isMeta: 'true' }
]

const oddLine = (dice: Dice, cwd: string): string =>
  dice.one([
    '',
    '   ',
    'no json',
    '{"type":"user","message":{"content":"cut',
    '[1,2]',
    '7',
    'null',
    '"text"',
    JSON.stringify({ type: 'system', content: 'said by the system', cwd }),
    JSON.stringify({ type: 'summary', summary: 'A summary', leafUuid: 'x' }),
    JSON.stringify({ type: 'file-history-snapshot', messageId: 'm', snapshot: {} }),
    JSON.stringify({ type: 'ai-title', aiTitle: textOf(dice) }),
    JSON.stringify({ type: 'custom-title', customTitle: textOf(dice) }),
    JSON.stringify({ type: 'custom-title', customTitle: 5 }),
    JSON.stringify({ role: 'user', message: { content: 'only a role' } }),
    JSON.stringify({ type: 'user' }),
    JSON.stringify({ type: 'user', message: 'bare' }),
    JSON.stringify({ type: 'User', message: { role: 'user', content: 'upper case' } }),
    '{"type":"assistant","message":{"role":"assistant","content":[{"type":"tool_use","name":"N","input":{"b":1.0,"a":1e5,"c":-0,"d":12345678901234567890,"e":0.1,"f":1E5,"g":1.50e-07,"h":123456789012345678901234567890,"i":-0.0,"j":1e400,"k":-12345678901234567890,"l":0.1e1,"2":1,"1":2}}]}}',
    '{"type":"assistant","message":{"role":"assistant","content":[{"type":"tool_use","name":"N","input":{"b":1.0,"a":1e5,"c":-0,"d":12345678901234567890,"e":0.1,"f":1E15,"g":1.50e-07,"h":123456789012345678901234567890,"i":-0.0,"j":1e16,"k":-12345678901234567890,"l":0.1e1,"m":1.7976931348623157e308,"n":0.00001234,"10":[{"2":1,"a":0,"1":2}]}}]}}',
    '{"type":"user","message":{"role":"user","content":"lone \\ud800 half"}}',
    '{"type":"user","type":"assistant","message":{"role":"user","content":"doubled type"}}',
    '{"type":"user","message":{"content":"first"},"message":{"content":"second"}}'
  ])

/** One session of Claude Code, as lines; `cwd` must be a directory, and times end before `untilMs`. */
export const madeSession = (seed: number, cwd: string, untilMs: number): ReadonlyArray<string> => {
  const dice = diceOf(seed)
  const lines: Array<string> = []
  const count = 1 + dice.below(40)
  let at = untilMs - 20 * 24 * 3600 * 1000 + dice.below(3600 * 1000)
  const record = (role: string, content: Json, more: JsonObject, time: JsonObject): void => {
    const { requestId, ...others } = more
    lines.push(
      JSON.stringify({
        parentUuid: null,
        sessionId: '0b5d6d4f-2f4e-4b0e-9a43-1f4c0f6f7a10',
        ...(dice.often(80) ? { cwd } : {}),
        type: role,
        message: {
          role,
          content,
          ...(role === 'assistant'
            ? {
                id: `msg_${dice.below(9)}`,
                model: 'claude-x',
                usage: {
                  input_tokens: dice.below(50),
                  cache_creation_input_tokens: dice.below(500),
                  cache_read_input_tokens: dice.below(5000),
                  output_tokens: dice.below(900)
                }
              }
            : {})
        },
        ...(requestId === undefined ? {} : { requestId }),
        ...others,
        ...time
      })
    )
  }
  for (let i = 0; i < count; i++) {
    at += dice.below(600_000)
    if (dice.often(15)) lines.push(oddLine(dice, cwd))
    const role = dice.often(45) ? 'user' : 'assistant'
    const more = {
      ...(dice.often(8) ? dice.one(MARKED) : {}),
      ...(role === 'assistant' && dice.often(70) ? { requestId: `req_${dice.below(5)}` } : {})
    }
    record(role, contentOf(dice, role), more, timeOf(dice, at))
  }
  if (dice.often(95)) {
    record(
      'user',
      dice.often(60) ? `please ${textOf(dice)}` : textOf(dice),
      {},
      {
        timestamp: new Date(at + 1000).toISOString()
      }
    )
    lines.push(JSON.stringify({ type: 'system', cwd }))
  }
  if (dice.often(50)) record('assistant', textOf(dice), {}, timeOf(dice, at + 9000))
  return lines
}

/** Dice that show the same side every time. */
const showing = (side: number): Dice => ({
  below: (n) => side % n,
  one: (of) => of[side % of.length] as (typeof of)[number],
  often: () => false,
  once: () => false,
  some: () => []
})

const sides = <A>(count: number, make: (dice: Dice) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, (_, side) => make(showing(side)))

/** A session of Claude Code with every kind of line, block and time once. */
export const everyCase = (cwd: string, untilMs: number): ReadonlyArray<string> => {
  const at = untilMs - 3600_000
  const record = (role: string, content: Json, more: JsonObject = {}): string =>
    JSON.stringify({ cwd, type: role, message: { role, content }, ...more })
  const timestamp = new Date(at).toISOString()
  return [
    record('assistant', 'before anybody asked', { timestamp }),
    record('user', 'begin', { timestamp }),
    ...ODD_TEXTS.flatMap((text) => [
      record('user', text, { timestamp }),
      record('assistant', [{ type: 'text', text }], { timestamp })
    ]),
    ...sides(16, inputOf).map((input) =>
      record('assistant', [{ type: 'tool_use', name: 'Tool', input }], { timestamp })
    ),
    ...sides(12, contentOfResult).flatMap((content) => [
      record('user', [{ type: 'tool_result', content }], { timestamp }),
      record('user', [
        { type: 'tool_result', content, is_error: true },
        { type: 'text', text: 'x' }
      ])
    ]),
    ...sides(20, blockOf).flatMap((block) => [
      record('assistant', [block], { timestamp }),
      record('user', [{ type: 'tool_result', content: 'r' }, block], { timestamp })
    ]),
    ...sides(4, (dice) => dice.one<Json>([null, 3, { type: 'text', text: 'object' }, []])).map(
      (content) => record('user', content)
    ),
    ...MARKED.map((marks) => record('user', 'marked', { ...marks, timestamp })),
    ...sides(24, (dice) => oddLine(dice, cwd)),
    ...sides(16, (dice) => timeOf(dice, at)).flatMap((time) => [
      record('user', 'timed', time),
      record('assistant', 'timed too', time)
    ])
  ]
}
