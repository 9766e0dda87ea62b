/**
 * Skill folders of a user, of repositories and of plugins: those of a table that has every case once, and others made from a seed.
 */
import { diceOf, spread, type Dice } from './random.ts'
import type { PlantedFile } from './made-settings.ts'

/** Directories that a client asks about, below the root. */
export const ASKED = ['work/repo/sub', 'work/repo', 'work/plain', 'work/missing', 'user']

const front = (...lines: ReadonlyArray<string>): string => `---\n${lines.join('\n')}\n---\nBody.\n`

/** Front matter with every way to be odd that has words of its own. */
const ODD: ReadonlyArray<string> = [
  'no front matter\n',
  '',
  '---\n---\nnothing in it\n',
  '---\nname: open\ndescription: d\n',
  '\n---\nname: late\ndescription: d\n---\n',
  ' --- \nname: spaced\ndescription: d\n ---  \n',
  '---\r\nname: carriage\r\ndescription: returns\r\n---\r\n',
  '\ufeff---\nname: marked\ndescription: d\n---\n',
  front('description: Use when: x'),
  front('name: [unclosed', 'description: d'),
  front('name: {a: b}', 'description: d'),
  front('name: 5', 'description: true'),
  front('name: null', 'description: d'),
  front('name: ~', 'description:'),
  front('description: [a]'),
  front('description: d', 'name: "unclosed'),
  front('description: d', "name: 'unclosed"),
  front('just text'),
  front('- a', '- b'),
  front('name: a', 'name: b', 'description: d'),
  front('x: 1', 'x: 2', 'description: twice what nobody reads'),
  front('description: d', 'metadata: text'),
  front('description: d', 'metadata:'),
  front('description: d', 'metadata: ~'),
  front('description: d', 'metadata: [a]'),
  front('description: d', 'metadata:', '  short-description: [s]'),
  front('description: d', 'metadata:', '  short-description:'),
  front('description: d', 'metadata:', '  short-description: a: b'),
  front('description: d', 'metadata:', '  short-description: a', '  short-description: b'),
  front('description: d', '\tname: x'),
  front('description: d', '  name: x'),
  front('description: >', '  folded', '  text', '', '  more'),
  front('description: |', '  literal: not repaired', '  text'),
  front('description: @at'),
  front('description: `tick'),
  front('description: %percent'),
  front('description: a # comment'),
  front('description: a: b # comment'),
  front('description: "a\\qb"'),
  front('description: *alias'),
  front('name: &a n', 'description: *a'),
  front('description: !foo bar'),
  front('description: !!str 5'),
  front('description: d', 'allowed: {a: b'),
  front('description: {a: b'),
  front('description: a: b: c'),
  front('description: - a'),
  front('description: d', 'name'),
  front('description: d', '[a]: b'),
  front('? description', ': d'),
  front('description: d', '...', 'name: x'),
  front('description: d', '--- x'),
  front('# only a comment'),
  front('description: "two', '  lines"'),
  front('description: two', '  lines'),
  front('description: two', 'lines'),
  front('"description": quoted key'),
  front("description: ''"),
  front('description: "  "'),
  front('name: "  "', 'description: d'),
  front('name: a\u0000b', 'description: d'),
  front("name: 'it''s'", 'description: "x\\ty\\n\\u00e9"'),
  front('description: ]x'),
  front('metadata: {short-description: s}', 'description: d'),
  front('<<: {description: d}'),
  front('description: 0x1F'),
  front('description: d', '- x'),
  front('description:d'),
  front('description: "x" y'),
  front('# comment', 'name: a', 'name: b', 'description: d'),
  front('argument-hint: <duration: e.g. 7d>', 'description: d'),
  front("description: it's: so"),
  front('description: [1, 2', 'name: ok'),
  front('description: \u00a0 no-break \u2003 space \u0085 next')
]

/** What is written beside a skill. */
const METADATA: ReadonlyArray<string> = [
  'interface:\n  display_name: "Skill A"\n  short_description: iface short\n  icon_small: ./assets/s.svg\n  brand_color: "#ff0000"\n  default_prompt: Use it\n',
  'interface:\n  icon_small: assets/a/../s.svg\n  icon_large: assets/l.png\n',
  'interface:\n  icon_small: /assets/s.svg\n  icon_large: other/l.png\n  brand_color: red\n',
  'interface:\n  icon_small: assets\n  icon_large: ./assets//x/./l.png\n  brand_color: " #ABCDEF "\n',
  'interface:\n  display_name: "  "\n',
  'interface: {}\n',
  'interface:\n',
  'interface: text\n',
  'interface:\n  display_name: a\n  display_name: b\n',
  'interface:\n  display_name: 5\n  unknown: [1]\n',
  `interface:\n  display_name: ${'n'.repeat(65)}\n  default_prompt: kept\n`,
  'dependencies:\n  tools:\n    - type: mcp\n      value: srv\n      description: d\n      transport: stdio\n      command: x\n',
  'dependencies:\n  tools:\n    - type: mcp\n      value: srv\n      url: https://x.invalid\n    - type: mcp\n    - value: v\n',
  'dependencies:\n  tools: []\n',
  'dependencies:\n  tools:\n',
  'dependencies: {}\n',
  'dependencies:\n  tools:\n    - text\n',
  'policy:\n  allow_implicit_invocation: false\ninterface:\n  display_name: Quiet\n',
  'policy:\n  allow_implicit_invocation: maybe\ninterface:\n  display_name: Unread\n',
  'policy:\n  products: [codex]\ninterface:\n  display_name: Ours\n',
  'policy:\n  products: [chatgpt]\ninterface:\n  display_name: Theirs\n',
  'policy:\n  products: [nothing]\ninterface:\n  display_name: Unread\n',
  'interface: [unclosed\n',
  '- a list\n',
  '',
  '# nothing\n'
]

const NAMES = ['a', 'b', 'dup', 'Upper', '"quoted name"', 'with  spaces', 'ü', '1']
const TEXTS = [
  'Plain text',
  '"Quoted: text"',
  "'It''s'",
  'Use when: asked',
  'a  b\tc',
  'ends with colon:',
  'd'
]
const FOLDERS = [
  'a',
  'b',
  'dup',
  'x y',
  'deep/er',
  '.hidden/h',
  'deep/.h/i',
  'ü',
  'one/two/three/four/five/six',
  'one/two/three/four/five/six/seven',
  'a/assets/inner',
  '.'
]

const PLUGIN_P = 'user/.codex/plugins/cache/m/p/1.0.0'
const PLUGIN_Q = 'user/.codex/plugins/cache/m/q/2.0.0'
const ROOTS = [
  'user/.agents/skills',
  'user/.codex/skills',
  'work/repo/.agents/skills',
  'work/repo/.codex/skills',
  'work/repo/sub/.agents/skills',
  'work/repo/sub/.codex/skills',
  'work/plain/.agents/skills',
  'work/plain/.codex/skills',
  `${PLUGIN_P}/skills`,
  `${PLUGIN_Q}/tools`,
  `${PLUGIN_Q}/skills`
]

const plugins = (dice: Dice): ReadonlyArray<PlantedFile> => [
  {
    path: `${PLUGIN_P}/.codex-plugin/plugin.json`,
    text: dice.one(['{"name":"p"}', '{"name":"p"}', '{}', '{"name":"p","skills":"./skills"}', 'x'])
  },
  {
    path: `${PLUGIN_Q}/${dice.one(['.codex-plugin', '.claude-plugin'])}/plugin.json`,
    text: '{"name":"q","skills":"./tools"}'
  },
  ...dice.some([
    {
      path: 'user/.codex/plugins/cache/m/p/0.9.0/skills/old/SKILL.md',
      text: front('description: old')
    }
  ])
]

const rule = (dice: Dice): string => {
  const selector = dice.one([
    'name = "a"',
    'name = "dup"',
    'name = " b "',
    'name = ""',
    'name = "p:a"',
    'path = "{{ROOT}}/user/.agents/skills/a/SKILL.md"',
    'path = "{{ROOT}}/work/repo/.agents/skills/dup/SKILL.md"',
    'path = "{{ROOT}}/work/repo/.agents/skills/dup"',
    'name = "a"\npath = "{{ROOT}}/x"'
  ])
  return `[[skills.config]]\n${selector}\nenabled = ${String(dice.often(30))}\n`
}

const config = (dice: Dice): string =>
  [
    ...dice
      .some(['project_root_markers = [".top"]\n', 'project_root_markers = []\n'], 8)
      .slice(0, 1),
    ...dice.some(['[plugins."p@m"]\nenabled = true\n'], 70),
    ...dice.some(['[plugins."q@m"]\nenabled = true\n', '[plugins."gone@m"]\nenabled = true\n'], 60),
    ...Array.from({ length: dice.below(4) }, () => rule(dice))
  ].join('\n')

const madeFront = (dice: Dice): string =>
  front(
    ...dice.some([`name: ${dice.one(NAMES)}`], 70),
    ...dice.some(['license: MIT', 'allowed-tools: [Read, Write]'], 15),
    ...dice.some([`description: ${dice.one(TEXTS)}`], 94),
    ...dice.some([`metadata:\n  short-description: ${dice.one(TEXTS)}\n  other: x`], 25)
  )

const skill = (dice: Dice): ReadonlyArray<PlantedFile> => {
  const folder = `${dice.one(ROOTS)}/${dice.one(FOLDERS)}`.replace(/\/\.$/, '')
  const name = dice.often(94) ? 'SKILL.md' : dice.one(['skill.md', 'SKILL.MD', 'SKILLS.md'])
  const text = dice.often(30) ? dice.one(ODD) : madeFront(dice)
  return [
    { path: `${folder}/${name}`, text },
    ...(dice.often(35) ? [{ path: `${folder}/agents/openai.yaml`, text: dice.one(METADATA) }] : [])
  ]
}

const LINKS: ReadonlyArray<PlantedFile> = [
  { path: 'user/.agents/skills/linked', link: '../../../work/repo/.agents/skills/a' },
  { path: 'work/repo/.agents/skills/loop', link: '..' },
  { path: 'work/repo/.codex/skills/user', link: '../../../../user/.agents/skills' },
  { path: 'user/.codex/skills/file/SKILL.md', link: '../../../.agents/skills/a/SKILL.md' },
  { path: 'user/.codex/skills/dangling', link: 'nowhere' },
  { path: 'work/plain/.agents/skills/repo', link: '../../../repo/.agents/skills' }
]

/** One of a path: the first. */
const once = (files: ReadonlyArray<PlantedFile>): ReadonlyArray<PlantedFile> => [
  ...new Map([...files].reverse().map((file) => [file.path, file])).values()
]

/** The skills of a seed; seed 0 stands for the table with every case. */
export const madeSkills = (seed: number): ReadonlyArray<PlantedFile> => {
  if (seed === 0) return TABLE
  const dice = diceOf(spread(seed))
  return once([
    ...(dice.often(85) ? [{ path: `work/repo/${dice.one(['.git/HEAD', '.git', '.top'])}` }] : []),
    { path: 'work/plain/keep' },
    { path: 'work/repo/sub/keep' },
    { path: 'user/.codex/config.toml', text: config(dice) },
    ...plugins(dice),
    ...dice.some(LINKS, 12),
    ...Array.from({ length: 4 + dice.below(8) }, () => skill(dice)).flat()
  ])
}

const numbered = (texts: ReadonlyArray<string>, root: string, name: string) =>
  texts.map((text, at) => ({ path: `${root}/c${String(at).padStart(2, '0')}/${name}`, text }))

/** Every case once. */
const TABLE: ReadonlyArray<PlantedFile> = [
  { path: 'work/repo/.git/HEAD' },
  { path: 'work/plain/keep' },
  {
    path: 'user/.codex/config.toml',
    text: '[plugins."p@m"]\nenabled = true\n\n[[skills.config]]\nname = "dup"\nenabled = false\n'
  },
  { path: `${PLUGIN_P}/.codex-plugin/plugin.json`, text: '{"name":"p"}' },
  { path: `${PLUGIN_P}/skills/in/SKILL.md`, text: front('description: of a plugin') },
  {
    path: `${PLUGIN_P}/skills/in/agents/openai.yaml`,
    text: 'interface:\n  icon_small: ../../assets/p.svg\n'
  },
  {
    path: `${PLUGIN_P}/skills/long/SKILL.md`,
    text: front(`name: ${'n'.repeat(63)}`, 'description: d')
  },
  ...['user/.agents', 'user/.codex', 'work/repo/.agents'].map((root) => ({
    path: `${root}/skills/dup/SKILL.md`,
    text: front('name: dup', 'description: d')
  })),
  ...[64, 65].map((length) => ({
    path: `user/.agents/skills/n${length}/SKILL.md`,
    text: front(`name: ${'é'.repeat(length)}`, 'description: d')
  })),
  ...[1024, 1025].map((length) => ({
    path: `user/.agents/skills/d${length}/SKILL.md`,
    text: front(`description: ${'é'.repeat(length)}`)
  })),
  ...[1024, 1025].map((length) => ({
    path: `user/.agents/skills/s${length}/SKILL.md`,
    text: front('description: d', 'metadata:', `  short-description: ${'é'.repeat(length)}`)
  })),
  { path: 'user/.agents/skills/bytes/SKILL.md', bytes: '2d2d2d0a6e616d653a20ff0a2d2d2d0a' },
  ...LINKS,
  ...numbered(ODD, 'work/repo/.agents/skills/odd', 'SKILL.md'),
  ...numbered(METADATA, 'user/.codex/skills/metadata', 'agents/openai.yaml'),
  ...numbered(
    METADATA.map((_, at) => front(`name: m${at}`, 'description: d')),
    'user/.codex/skills/metadata',
    'SKILL.md'
  )
]
