// docs/SCREENS.md shows what a person sees. The goal: it still is what they see. The method: type every command into a real
// terminal over the sample home, with a clock that stands still, and compare the screens with the page. `UPDATE_DOCS=1` writes it.
import { expect } from 'chai'
import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copySample, removeFolder } from '../support/fixture-home.ts'
import { hasTmux, tmuxTerminal, type TmuxTerminal } from '../support/tmux.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PAGE = join(ROOT, 'docs', 'SCREENS.md')
const ENTRY = join(ROOT, 'test', 'support', 'screens-entry.ts')
const ROWS = 64

let home = ''
let terminal: TmuxTerminal

const rolloutOf = (id: string): string => {
  const day = join(home, 'sessions', '2026', '11', '21')
  return join(day, readdirSync(day).find((name) => name.includes(id)) ?? id)
}

interface Screen {
  readonly title: string
  readonly says: string
  readonly columns?: number
  readonly rows?: number
  readonly command: string
  readonly before?: () => void
  /** What is done while the command runs; answers what is on the screen then. */
  readonly during?: () => Promise<string>
}

const shows = (text: string): Promise<string> => terminal.until((screen) => screen.includes(text))

const TAILED = '01a1fcdb-46e0'
let tailedRest = ''

const SCREENS: ReadonlyArray<Screen> = [
  {
    title: 'Threads',
    says: 'The newest threads. `--watch` redraws the list every second.',
    command: 'unroll threads'
  },
  {
    title: 'Threads in a wide terminal',
    says: 'Columns appear as the terminal has room for them; a row is never broken.',
    columns: 120,
    command: 'unroll threads --limit 4'
  },
  {
    title: 'A thread',
    says: 'The facts, then the last turns; Markdown is rendered, and what is longer than the screen goes to the pager.',
    command: 'unroll show "Early hinge 523" --limit 2'
  },
  {
    title: 'A failing command',
    says: 'One item, with its whole output. `unroll tools --status failed` lists them.',
    command: 'unroll show 01a1fcdc-359a --item call_e50008'
  },
  {
    title: 'A diff',
    says: 'A turn with its patches.',
    command: 'unroll show 01a1fcdc-359a --turn 4 --diff'
  },
  {
    title: 'Search',
    says: 'Messages of all threads.',
    command: 'unroll search gearbox'
  },
  {
    title: 'Tool calls',
    says: 'Every call with its exit code, and how sure that is.',
    columns: 120,
    command: 'unroll tools --limit 5'
  },
  {
    title: 'Token usage',
    says: 'Each token once, whatever was forked, rolled back or compacted.',
    columns: 100,
    command: 'unroll usage thread'
  },
  {
    title: 'Choosing a thread',
    says: 'Type to filter, Tab for a preview, Enter to choose. A command without its thread asks like this.',
    columns: 120,
    rows: 16,
    command: 'unroll pick',
    during: async () => {
      await shows('7 of 7')
      terminal.type('ga')
      await shows('> ga')
      terminal.keys('Tab')
      const screen = await shows('│   codex')
      terminal.keys('Escape')
      return screen
    }
  },
  {
    title: 'A question',
    says: 'Asked before what hides or destroys much; a pipe needs `--yes`.',
    command: 'unroll rollback "Early hinge 523" --turns 9',
    during: async () => {
      const screen = await shows('[y/N]')
      terminal.keys('n', 'Enter')
      return screen
    }
  },
  {
    title: 'A change, and taking it back',
    says: 'One sentence, and how to undo it.',
    command: 'unroll archive "Spare queue 603"'
  },
  {
    title: 'A damaged rollout',
    says: 'Here the last line was cut off. Everything before it can be read.',
    command: 'unroll check',
    before: () => appendFileSync(rolloutOf('01a1fcef-e332'), '{"timestamp":"2026-11-21T07:10:02.5')
  },
  {
    title: 'Help',
    says: '`unroll help COMMAND` and `unroll help TOPIC` have the rest.',
    command: 'unroll help'
  },
  // Ctrl-C ends the compiler of the sources too, so nothing is loaded after this.
  {
    title: 'Following a thread',
    says: 'A turn as it happens. Ctrl-C ends it.',
    command: `unroll tail ${TAILED}`,
    before: () => {
      const path = rolloutOf(TAILED)
      const lines = readFileSync(path, 'utf8').split(/(?<=\n)/)
      const last = lines.findLastIndex((line) => line.includes('"task_started"'))
      tailedRest = lines.slice(last).join('')
      writeFileSync(path, lines.slice(0, last).join(''))
    },
    during: async () => {
      await shows('stack --parser 53')
      appendFileSync(rolloutOf(TAILED), tailedRest)
      const screen = await shows('narrow queue by hand')
      terminal.keys('C-c')
      return screen
    }
  }
]

let ready = 0

/** What is on the screen when a command has ended, or while it runs. */
const shown = async ({
  command,
  columns = 80,
  rows = ROWS,
  before,
  during
}: Screen): Promise<string> => {
  before?.()
  terminal.resize(columns, rows)
  terminal.type(`${columns} ${command}`)
  terminal.keys('Enter')
  ready += 1
  const running = await during?.()
  const ended = await shows(`ready ${ready}`)
  return (running ?? ended.slice(0, ended.indexOf(`ready ${ready}`)))
    .replaceAll(home, '~/.codex')
    .trimEnd()
}

const HEAD = `# What it looks like

Screens of a terminal in UTC over the sample home, without colours. \`UPDATE_DOCS=1 npx mocha test/docs/screens.deep.test.ts\` types
every command into a real terminal and writes this page.
`

describe('docs/SCREENS.md', () => {
  const title = 'shows what a terminal shows'
  if (!hasTmux()) return void it(`${title} (pending: there is no tmux)`)

  beforeEach(() => {
    home = copySample()
    const env = `env NO_COLOR=1 PAGER=cat TZ=UTC HOME=${home} CODEX_HOME=${home} XDG_CACHE_HOME=${home}/cache`
    const entry = `${process.execPath} --import tsx ${ENTRY}`
    terminal = tmuxTerminal(`cd ${ROOT}; ${env} ${entry}`, { columns: 80, rows: ROWS })
  })
  afterEach(() => {
    terminal.close()
    removeFolder(home)
  })

  it(title, async function () {
    await shows('ready 0')
    const parts = [HEAD]
    for (const one of SCREENS) {
      const screen = await shown(one)
      parts.push(`## ${one.title}\n\n${one.says}\n\n\`\`\`text\n${screen}\n\`\`\`\n`)
    }
    const page = parts.join('\n')
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, page)
    expect(readFileSync(PAGE, 'utf8')).to.equal(page)
  })
})
