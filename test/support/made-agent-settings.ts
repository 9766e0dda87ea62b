/**
 * Settings, servers and hooks of another agent as JSON, made from a seed: every rule of their import and its exceptions.
 */
import type { Json } from '../../domain/json.ts'
import type { Dice } from './random.ts'

export const TEXTS = [
  'Ask Claude Code about CLAUDE.md.',
  'claude, CLAUDE-CODE and claude_code; claudecode, claudette, _claude, claude2, Claude.',
  'a "quoted" text with \\ and \'single\' ones',
  "it's plain",
  'tab\there',
  'two\nlines',
  'three\n\n"""quoted"""\nlines',
  "'''literal'''\nlines",
  'ends with newline\n',
  'back\\slash\nand lines',
  'bell \u0007 and del \u007f',
  'cr\rhere',
  'äöü 日本語 🙂',
  'Cursor and cursor-agent, .cursorrules, cursoragent',
  '',
  '   ',
  '\u00a0claude\u00a0',
  'claudeäclaude CLAUDE.MD claude.md.bak xclaude.md',
  'claude code-claude code'
]

/** JSON of members whose numbers stand as they are written. */
type Raw = string
const raw = (value: Json): Raw => JSON.stringify(value)
export const object = (members: ReadonlyArray<readonly [string, Raw]>): Raw =>
  `{${members.map(([key, value]) => `${JSON.stringify(key)}: ${value}`).join(', ')}}`
const array = (values: ReadonlyArray<Raw>): Raw => `[${values.join(', ')}]`

const SCALARS: ReadonlyArray<Raw> = [
  '"text"',
  '""',
  'true',
  'false',
  '1',
  '-7',
  '1.0',
  '1.50',
  '1e3',
  '1e21',
  '12345678901234567890',
  '0.1',
  'null',
  '[1]',
  '{"a": 1}',
  '"two\\nlines"',
  '"q\\"uote"',
  '"${HOME}"'
]

const envOf = (dice: Dice): Raw =>
  object(
    dice
      .some(
        [
          'FOO',
          'BAR',
          'lower',
          'WITH-DASH',
          'with.dot',
          'with space',
          'ä',
          '',
          '__proto__',
          'constructor'
        ],
        40
      )
      .map((key) => [key, dice.one(SCALARS)])
  )

const PLACED = [
  '${KEY}',
  '${KEY:-d}',
  '${K2}',
  'x${KEY}',
  '${1A}',
  '${}',
  '$KEY',
  'Bearer ${TOK}',
  'Bearer ${TOK:-x}',
  'bearer ${TOK}',
  'Bearer abc',
  '${KEY}x'
]

const valueOf = (dice: Dice): Raw => (dice.often(40) ? raw(dice.one(PLACED)) : dice.one(SCALARS))

const serverOf = (dice: Dice): Raw => {
  if (dice.often(4)) return dice.one(['null', '"x"', '[]'])
  const members: Array<readonly [string, Raw]> = []
  const add = (key: string, percent: number, value: () => Raw): void => {
    if (dice.often(percent)) members.push([key, value()])
  }
  add('type', 40, () => dice.one(['"stdio"', '"http"', '"streamable_http"', '"sse"', '1', '""']))
  add('command', 65, () =>
    dice.one(['"true"', '"/bin/true"', '"true"', '"${X}"', 'null', 'true', '""'])
  )
  add('args', 50, () =>
    dice.one([
      '[]',
      '["a", 1, true, null, [1], 1.0]',
      '"one"',
      '["${X}"]',
      'null',
      '{}',
      '["-y", "b c"]',
      '["$X"]'
    ])
  )
  add('url', 45, () =>
    dice.one([
      '"http://127.0.0.1:9/mcp"',
      '"http://127.0.0.1:9/x"',
      '"http://127.0.0.1:9/${X}"',
      '5'
    ])
  )
  add('env', 50, () =>
    object(dice.some(['KEY', 'K2', 'OTHER', 'with.dot'], 50).map((key) => [key, valueOf(dice)]))
  )
  add('headers', 50, () =>
    object(
      dice
        .some(['Authorization', 'authorization', 'X-Key', 'Accept', 'with.dot'], 40)
        .map((key) => [key, valueOf(dice)])
    )
  )
  add('enabled', 12, () => dice.one(['true', 'false', '"false"', '0']))
  add('disabled', 12, () => dice.one(['true', 'false', '"true"']))
  add('cwd', 15, () => '"/tmp"')
  return object(members)
}

const SERVERS = ['docs', 'files', 'with.dot', 'with space', 'a-b', 'ä', 'kept', 'eight', 'nine']

export const serversOf = (dice: Dice, percent = 45): Raw =>
  object(dice.some(SERVERS, percent).map((name) => [name, serverOf(dice)]))

export const mcpFile = (dice: Dice, extra: ReadonlyArray<readonly [string, Raw]> = []): Raw => {
  if (dice.often(3)) return dice.one(['{broken', '[]', '{"mcpServers": []}', '5', ''])
  return object([['mcpServers', serversOf(dice)], ...extra])
}

const EVENTS = [
  'PreToolUse',
  'PermissionRequest',
  'PostToolUse',
  'PreCompact',
  'PostCompact',
  'SessionStart',
  'SessionEnd',
  'UserPromptSubmit',
  'SubagentStart',
  'SubagentStop',
  'Stop',
  'StopFailure',
  'Notification',
  'PostToolUseFailure',
  'Setup',
  'ConfigChange',
  'TaskCompleted'
]

const COMMANDS = [
  'true',
  '  true  ',
  '',
  'bash .claude/hooks/check.sh',
  'bash "$CLAUDE_PROJECT_DIR"/.claude/hooks/check.sh --flag',
  '"$CLAUDE_PROJECT_DIR/.claude/hooks/check.sh"',
  "'.claude/hooks/with space.sh' && echo x",
  '"~/.claude/hooks/a.sh" "~/.claude/hooks/b.sh"',
  '~/.claude/hooks/sub/b.py | tee x',
  '$HOME/.claude/hooks/$NAME.sh',
  './.claude/hooks/x.sh;./.claude/hooks/y.sh',
  'X=.claude/hooks/x.sh run',
  'python3 "{{ROOT}}/user/.claude/hooks/check.sh" 2>&1',
  'echo ".claude/hooks/ in a text"',
  'echo "see .claude/hooks/check.sh"',
  'a.claude/hooks/x.sh',
  'bash .claude/hooks/a\\ b.sh',
  '.claude\\hooks\\x.ps1',
  '%CLAUDE_PROJECT_DIR%/.claude/hooks/x.bat',
  'cat <.claude/hooks/in>out',
  "it's .claude/hooks/x.sh",
  'bash .claude/hooks/../evil.sh',
  'bash .claude/hooks//abs.sh',
  "bash '.claude/hooks/it'\\''s.sh'",
  '(.claude/hooks/x.sh)',
  'claude .claude/hooks/claude.sh'
]

const hookOf = (dice: Dice): Raw => {
  if (dice.often(3)) return dice.one(['null', '"x"'])
  const members: Array<readonly [string, Raw]> = []
  const add = (key: string, percent: number, value: () => Raw): void => {
    if (dice.often(percent)) members.push([key, value()])
  }
  add('type', 85, () => (dice.often(92) ? '"command"' : dice.one(['"prompt"', '"agent"', '1'])))
  add('statusMessage', 25, () => raw(dice.one(TEXTS)))
  add('command', 95, () => (dice.often(96) ? raw(dice.one(COMMANDS)) : '5'))
  add('timeout', 30, () => dice.one(['30', '1.5', '"45"', '"x"', 'true', 'null', '-1', '600']))
  add('timeoutSec', 15, () => dice.one(['10', '"11"']))
  add('async', 10, () => dice.one(['true', 'false', '"true"']))
  add('asyncRewake', 3, () => 'true')
  add('once', 3, () => 'false')
  add('shell', 3, () => '"bash"')
  add('if', 3, () => '"Bash(git *)"')
  return object(members)
}

const groupOf = (dice: Dice): Raw => {
  if (dice.often(3)) return dice.one(['null', '[]'])
  const members: Array<readonly [string, Raw]> = []
  if (dice.often(60))
    members.push(['matcher', dice.one(['"Bash"', '"Edit|Write"', '""', '"*"', 'null', '5'])])
  if (dice.often(95))
    members.push([
      'hooks',
      dice.often(96) ? array(Array.from({ length: dice.below(3) + 1 }, () => hookOf(dice))) : '{}'
    ])
  if (dice.often(5))
    members.push(
      dice.one([
        ['if', '"x"'],
        ['description', '"d"']
      ])
    )
  return object(members)
}

const hooksOf = (dice: Dice): Raw =>
  dice.often(3)
    ? '[]'
    : object(
        dice
          .some(EVENTS, 35)
          .map((event) => [
            event,
            dice.often(97)
              ? array(Array.from({ length: dice.below(3) }, () => groupOf(dice)))
              : '{}'
          ])
      )

export const settingsOf = (dice: Dice): Raw => {
  if (dice.often(2)) return dice.one(['{broken', '[]', '5', 'null'])
  const members: Array<readonly [string, Raw]> = []
  const add = (key: string, percent: number, value: () => Raw): void => {
    if (dice.often(percent)) members.push([key, value()])
  }
  add('model', 30, () => '"opus"')
  add('permissions', 30, () => '{"allow": ["Bash(ls)"]}')
  add('env', 60, () => (dice.often(95) ? envOf(dice) : '[]'))
  add('sandbox', 40, () =>
    dice.one(['{"enabled": true}', '{"enabled": false}', '{"enabled": "true"}', '{}', 'true'])
  )
  add('hooks', 60, () => hooksOf(dice))
  add('disableAllHooks', 10, () => dice.one(['true', 'false', '"true"']))
  add('enabledMcpjsonServers', 15, () => raw(dice.some(SERVERS, 60)))
  add('disabledMcpjsonServers', 20, () => dice.one([raw(dice.some(SERVERS, 25)), '"docs"']))
  return object(members)
}
