/**
 * Folders of another agent's user, made from a seed: settings, servers, hooks, commands, subagents, skills and guidance with every
 * rule of their import and its exceptions, and what Codex has already. Nothing in them is run by whoever only copies it.
 */
import { mcpFile, object, serversOf, settingsOf, TEXTS } from './made-agent-settings.ts'
import { diceOf, spread, type Dice } from './random.ts'

/** A file or a link, by its path below the root; `{{ROOT}}` in texts stands for the root. */
export interface PlantedFile {
  readonly path: string
  readonly text?: string
  /** Instead of a text: bytes in hexadecimal. */
  readonly bytes?: string
  readonly link?: string
  readonly mode?: number
}

const FRONT: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  [
    'name',
    [
      'one',
      '"quoted"',
      'Claude helper',
      '',
      '[a]',
      '5',
      'true',
      "'it''s'",
      '   spaced  ',
      'null',
      '1.50',
      '0x10',
      'yes'
    ]
  ],
  [
    'description',
    [
      'Ask Claude Code',
      '"He said \\"hi\\" to claude"',
      '',
      '>\n  folded\n  claude text',
      '|\n  kept\n  lines',
      'null',
      '12',
      'a # comment',
      "'single # claude'",
      'back\\slash',
      '~',
      'Use when: x',
      '[x'
    ]
  ],
  ['permissionMode', ['acceptEdits', 'readOnly', 'plan', 'default', '', '[a]']],
  ['effort', ['max', 'high', 'xhigh', 'low', 'none', 'minimal', 'medium', 'extreme', '5']],
  ['model', ['opus', 'sonnet', 'inherit']],
  ['tools', ['Read, Write', '[Read, Write]', '\n  - Read\n  - Write']],
  ['color', ['blue']]
]

const frontOf = (dice: Dice): string => {
  const newline = dice.often(90) ? '\n' : '\r\n'
  const names = dice.often(85) ? ['name', 'description'] : []
  const rows = FRONT.flatMap(([key, values]) =>
    (names.includes(key) ? dice.often(92) : dice.often(35))
      ? [
          `${key}:${values.length > 0 ? ` ${dice.often(50) ? (values[0] ?? '') : dice.one(values)}` : ''}`
        ]
      : []
  )
  const odd = dice.often(4)
    ? [dice.one(['not yaml: [', '\tx: y', '- list', 'name: twice', '# a comment'])]
    : []
  return ['---', ...rows, ...odd, dice.often(97) ? '---' : '--', '']
    .join('\n')
    .replaceAll('\n', newline)
}

const BODIES = [
  ...TEXTS,
  'Do $ARGUMENTS',
  'Do $1',
  'Cost: $a',
  'Use {{x}}',
  'Use {{ alone',
  'run !`git status`',
  'run ! `git status`',
  'mail a@b.c',
  'see @file.md',
  'see @ alone',
  '---\nnot front matter\n---\nmore',
  'crlf\r\nlines\r\n',
  'ends with spaces   \n\n\n'
]

const documentOf = (dice: Dice): string =>
  dice.often(88)
    ? frontOf(dice) + dice.one(BODIES)
    : dice.one(['', 'no front matter for Claude', '---\nname: x\n', ...BODIES])

const FOLDERS = ['', '', '', 'git/', 'deep/er/', 'git-x/', '.hidden/']
const NAMES = [
  'pr.md',
  'Fix It.md',
  'README.md',
  'readme.md',
  'x.txt',
  'a.b.md',
  'x.MD',
  'ä.md',
  `${'long-'.repeat(12)}name.md`,
  'git-pr.md',
  '---.md',
  'claude.md',
  'commit.md',
  '.md',
  'pr_two.md'
]

const unique = (files: ReadonlyArray<PlantedFile>): ReadonlyArray<PlantedFile> => [
  ...new Map(files.map((file) => [file.path, file])).values()
]

const documents = (dice: Dice, folder: string, isDeep: boolean): ReadonlyArray<PlantedFile> =>
  dice.often(80)
    ? Array.from({ length: dice.below(5) + 1 }, () => ({
        path: `${folder}/${isDeep ? dice.one(FOLDERS) : ''}${dice.one(NAMES)}`,
        text: documentOf(dice)
      }))
    : []

const skillText = (dice: Dice): string =>
  `---\nname: ${dice.one(['s', 'claude-skill', 'other'])}\ndescription: ${dice.one(['Helps Claude', 'plain', '"q"'])}\n---\n${dice.one(TEXTS)}\nSee CLAUDE.md`

const skills = (dice: Dice, folder: string): ReadonlyArray<PlantedFile> =>
  dice.often(60)
    ? dice.some(['one', 'two words', 'three', '.dot'], 50).flatMap((name) => {
        const at = `${folder}/${name}`
        const main = dice.often(4) ? `---\nname: ${name}\n---\nno description` : skillText(dice)
        return [
          { path: `${at}/${dice.often(93) ? 'SKILL.md' : 'skill.md'}`, text: main },
          ...dice.some(
            [
              { path: `${at}/notes.md`, text: 'Claude notes stay as they are' },
              { path: `${at}/scripts/run.sh`, text: '#!/bin/sh\n', mode: 0o755 },
              { path: `${at}/outside`, link: '/etc/hostname' },
              { path: `${at}/inner/SKILL.md`, text: skillText(dice) }
            ],
            40
          )
        ]
      })
    : []

const guidance = (dice: Dice, path: string, percent = 60): ReadonlyArray<PlantedFile> =>
  dice.often(percent)
    ? [{ path, text: dice.one(TEXTS) + (dice.often(50) ? '\nCLAUDE.md and claude\n' : '') }]
    : []

const scripts = (dice: Dice, folder: string): ReadonlyArray<PlantedFile> =>
  dice.often(60)
    ? dice.some(
        [
          { path: `${folder}/check.sh`, text: '#!/bin/sh\n# claude\n', mode: 0o755 },
          { path: `${folder}/sub/b.py`, text: 'pass\n' },
          { path: `${folder}/with space.sh`, text: '', mode: 0o700 },
          { path: `${folder}/away`, link: '/etc/hostname' }
        ],
        60
      )
    : []

const agentFiles = (dice: Dice, folder: string): ReadonlyArray<PlantedFile> => [
  ...(dice.often(85) ? [{ path: `${folder}/settings.json`, text: settingsOf(dice) }] : []),
  ...(dice.often(30) ? [{ path: `${folder}/settings.local.json`, text: settingsOf(dice) }] : []),
  ...scripts(dice, `${folder}/hooks`),
  ...documents(dice, `${folder}/commands`, true),
  ...documents(dice, `${folder}/agents`, false),
  ...skills(dice, `${folder}/skills`)
]

const CONFIGS = [
  '# mine\nmodel = "lab"\n',
  '[shell_environment_policy]\ninherit = "all"\n',
  '[shell_environment_policy.set]\nFOO = "mine"\n',
  'shell_environment_policy = { inherit = "none" }\n',
  'shell_environment_policy.inherit = "all"\nsandbox_mode = "read-only"\n',
  'mcp_servers = { kept = { command = "true" } }\n',
  'mcp_servers.kept.command = "true"\n[features]\n',
  '[mcp_servers.kept]\ncommand = "true" # stays\n\n# the end\n[features]\n# last',
  'sandbox_mode = "read-only"',
  '  \n\n'
]
const BROKEN = [
  'broken = ',
  'shell_environment_policy = 5\n',
  'mcp_servers = 5\n',
  '[[x]]\na = 1\n[[x]]\n'
]

const present = (dice: Dice, at: string, skillsAt: string): ReadonlyArray<PlantedFile> => [
  ...(dice.often(50)
    ? [{ path: `${at}/config.toml`, text: dice.often(93) ? dice.one(CONFIGS) : dice.one(BROKEN) }]
    : []),
  ...(dice.often(10) ? [{ path: `${at}/hooks.json`, text: dice.one(['{}', ' \n']) }] : []),
  ...(dice.often(10) ? [{ path: `${at}/hooks/check.sh`, text: 'mine' }] : []),
  ...(dice.often(15) ? [{ path: `${at}/agents/commit.toml`, text: 'mine' }] : []),
  ...(dice.often(15) ? [{ path: `${skillsAt}/source-command-pr/x`, text: 'mine' }] : []),
  ...(dice.often(15) ? [{ path: `${skillsAt}/one/SKILL.md`, text: 'mine' }] : [])
]

const cursorFiles = (dice: Dice, folder: string): ReadonlyArray<PlantedFile> => [
  ...(dice.often(60) ? [{ path: `${folder}/mcp.json`, text: mcpFile(dice) }] : []),
  ...documents(dice, `${folder}/commands`, true),
  ...documents(dice, `${folder}/agents`, false),
  ...skills(dice, `${folder}/skills`),
  ...dice.some(['a.mdc', 'b.md', 'sub/c.mdc', 'd.txt'], 50).map((name) => ({
    path: `${folder}/rules/${name}`,
    text: `---\ndescription: x\nalwaysApply: ${dice.one(['true', 'false', 'True # yes'])}\n---\n${dice.one(TEXTS)}`
  }))
]

/** Folders `user` (a user's home), `user/.codex` (the home of Codex) and `work/repo` (a repository), below a root. */
export const madeSettings = (seed: number): ReadonlyArray<PlantedFile> => {
  const dice = diceOf(spread(seed))
  const project = object([
    ['{{ROOT}}/work/repo', object([['mcpServers', serversOf(dice, 25)]])],
    ['/other', object([['mcpServers', serversOf(dice, 25)]])]
  ])
  return unique([
    ...agentFiles(dice, 'user/.claude'),
    ...guidance(dice, 'user/.claude/CLAUDE.md'),
    ...(dice.often(50) ? [{ path: 'user/.mcp.json', text: mcpFile(dice) }] : []),
    ...(dice.often(60)
      ? [{ path: 'user/.claude.json', text: mcpFile(dice, [['projects', project]]) }]
      : []),
    ...cursorFiles(dice, 'user/.cursor'),
    ...present(dice, 'user/.codex', 'user/.agents/skills'),
    ...guidance(dice, 'user/.codex/AGENTS.md', 15),
    { path: 'work/repo/.git/HEAD', text: 'ref: refs/heads/main\n' },
    { path: 'work/repo/sub/x', text: '' },
    ...agentFiles(dice, 'work/repo/.claude'),
    ...guidance(dice, 'work/repo/CLAUDE.md', 40),
    ...guidance(dice, 'work/repo/.claude/CLAUDE.md', 40),
    ...(dice.often(50) ? [{ path: 'work/repo/.mcp.json', text: mcpFile(dice) }] : []),
    ...(dice.often(30) ? [{ path: 'work/repo/.claude.json', text: mcpFile(dice) }] : []),
    ...cursorFiles(dice, 'work/repo/.cursor'),
    ...guidance(dice, 'work/repo/.cursorrules', 40),
    ...present(dice, 'work/repo/.codex', 'work/repo/.agents/skills'),
    ...guidance(dice, 'work/repo/AGENTS.md', 15)
  ])
}
