// No row is wider than the terminal. The goal: a list can be read at any width, whatever a transcript holds. The method:
// every list of the command table over the sample and over a hostile copy of it, and each printed line measured.
import { expect } from 'chai'
import { right } from 'fp-ts/lib/Either.js'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openReal, type OpenEngine } from '../../../adapters/cli/session.ts'
import { SAMPLE_HOME } from '../../../adapters/cli/io.ts'
import { COMMANDS } from '../../../adapters/cli/table/commands.ts'
import { TOPICS } from '../../../adapters/cli/table/topics.ts'
import { widthOf } from '../../../adapters/cli/text/text.ts'
import type { Engine } from '../../../replay/engine.ts'
import { copySample, removeFolder } from '../../support/fixture-home.ts'
import { hostileSample } from '../../support/hostile-sample.ts'
import { unroll } from './console.ts'

const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const TOOLS = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
const WIDTHS = [60, 80, 100, 200]

const USAGE = [
  'total',
  'daily',
  'weekly',
  'monthly',
  'thread',
  'turn',
  'model',
  'agent',
  'provider'
]

/** The lists of every command; null for one that has none. */
const LISTS: Readonly<Record<string, ReadonlyArray<ReadonlyArray<string>> | null>> = {
  threads: [[], ['--all'], ['--archived'], ['--sort', 'created_at']],
  search: [
    ['the'],
    ['字'],
    ['the', '--thread', ROOT],
    ['字', '--thread', ROOT],
    ['e', '--in', 'outputs', '--in', 'diffs'],
    ['\\S+ \\S+', '--regex', '--in', 'tools', '--thread', TOOLS]
  ],
  show: [
    [ROOT, '--all', '--full', '--rolled-back', '--reasoning'],
    [TOOLS, '--all', '--diff'],
    [TOOLS, '--item', 'call_e50008'],
    [TOOLS, '--only', 'diffs']
  ],
  turns: [[ROOT], [TOOLS]],
  items: [[ROOT], [TOOLS]],
  events: [[ROOT], [TOOLS]],
  context: [[ROOT]],
  agents: [[ROOT], ['01a1fcef-e332-7322-acc8-36820d338696']],
  log: [[]],
  diff: [[ROOT, TOOLS]],
  tail: null,
  pick: null,
  completion: null,
  resume: null,
  usage: [
    ...USAGE.map((report) => [report]),
    ['thread', '--tree'],
    ['turn', ROOT, '--explain'],
    ['model', '--explain']
  ],
  tools: [[], [TOOLS], ['--summary']],
  blame: [['/workspace/demo/notes.txt']],
  audit: [[], ['approvals'], ['reviews'], ['verify']],
  plugins: [['list'], ['history'], ['usage'], ['verify']],
  skills: [['/'], ['/', tmpdir()]],
  analytics: [[]],
  check: [[], ['--notes']],
  explain: [[], ['torn_tail']],
  append: null,
  fork: null,
  revert: null,
  rollback: null,
  unrollback: null,
  review: null,
  import: null,
  archive: null,
  unarchive: null,
  rename: null,
  delete: null,
  restore: null,
  undo: null,
  export: null,
  mcp: null,
  doctor: [[], ['--all']],
  repair: [['list']],
  storage: [[]],
  salvage: [[SAMPLE_HOME, '--to', '/nowhere/home', '--dry-run']],
  store: [[]],
  index: [['status'], ['changes']],
  'app-server': null,
  web: null,
  start: [[]],
  help: [
    [],
    ['commands'],
    ...TOPICS.map(({ name }) => [name]),
    ...COMMANDS.map(({ name }) => [name])
  ],
  version: null
}

/** What is to be copied is never broken: a command to type, and a path or a hash on a line of its own. */
const isWhole = (line: string): boolean =>
  /^(?:next|earlier turns): |^(?:file|directory) +\S+$|^ {2}unroll |^ +→ unroll /.test(line) ||
  !line.trimStart().includes(' ')

const tooWide = (text: string, width: number): ReadonlyArray<string> =>
  text.split('\n').filter((line) => widthOf(line) > width && !isWhole(line))

describe('command line: widths', () => {
  const homes = { sample: '', hostile: '' }
  const engines: Array<Engine> = []
  const opens: Record<string, OpenEngine> = {}

  before(async () => {
    homes.sample = copySample()
    homes.hostile = hostileSample()
    for (const home of Object.values(homes)) {
      appendFileSync(join(home, 'config.toml'), '\n[plugins."ghost@market"]\nenabled = true\n')
      for (const [name, text] of [
        ['none', 'no front'],
        [
          'wide',
          '---\nname: 漢字かな交じり文\ndescription: A long one, 漢字かな交じり文, of many words\n---\n'
        ]
      ] as const) {
        mkdirSync(join(home, 'skills', name), { recursive: true })
        writeFileSync(join(home, 'skills', name, 'SKILL.md'), text)
      }
      const at = ['--home', home, '--index', 'memory']
      for (const change of [
        ['rename', ROOT, 'A name that is far too long for a column of a table, 漢字かな交じり文'],
        ['archive', TOOLS],
        ['unarchive', TOOLS],
        ['audit', 'seal']
      ])
        expect((await unroll([...change, ...at])).code, change.join(' ')).to.equal(0)
      const opened = await openReal({ home, index: 'memory' })
      if (opened._tag === 'Left') throw new Error(opened.left._tag)
      const engine = opened.right
      engines.push(engine)
      opens[home] = async () => right({ ...engine, close: async () => undefined })
    }
  })
  after(async () => {
    for (const engine of engines) await engine.close()
    for (const home of Object.values(homes)) removeFolder(home)
  })

  it('are tried for every command', () => {
    expect(Object.keys(LISTS).sort()).to.deep.equal(COMMANDS.map(({ name }) => name).sort())
  })

  for (const [name, argvs] of Object.entries(LISTS)) {
    if (argvs === null) continue
    it(`hold every line of ${name}`, async () => {
      for (const home of Object.values(homes))
        for (const argv of argvs)
          for (const columns of WIDTHS) {
            const words = [name, ...argv, '--home', home, '--index', 'memory', '--color', 'never']
            const open = opens[home]
            if (open === undefined) throw new Error('no engine')
            const { out, err } = await unroll(words, { tty: true, columns, open })
            expect(tooWide(out, columns), `${words.join(' ')} at ${columns}`).to.deep.equal([])
            expect(out + err, words.join(' ')).not.to.equal('')
          }
    })
  }
})
