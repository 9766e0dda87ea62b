// Threads of recorded homes in every format, beside what was read and found right once (test/fixtures/exports), and beside the answers of
// the engine, which the files must hold again.
//
// `UPDATE_DOCS=1 npx mocha test/adapters/export/goldens.test.ts` writes the files; read the difference.
import { expect } from 'chai'
import { isRight } from 'fp-ts/lib/Either.js'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type {
  ExportDocument,
  ExportedItem,
  ExportedTurn,
  ExportLine
} from '../../../domain/export/document.ts'
import { EXPORT_FORMATS } from '../../../domain/export/shape.ts'
import type { Thread } from '../../../domain/protocol.ts'
import type { Engine } from '../../../replay/engine.ts'
import { copyHome, FIXTURES, removeFolder } from '../../support/fixture-home.ts'
import { exported, overHome } from '../../support/exported.ts'

/** A thread of each home, by the beginning of its id. */
const THREADS: Readonly<Record<string, string>> = {
  'basic-130': '01a1fcdb-45a1',
  'tools-142': '01a1fcdc-359a',
  'unicode-long-142': '01a1fcf0-83af',
  'damaged-142': '01a1fcf1-1abf',
  'fork-rollback-142': '01a1fcde-3637',
  'review-142': '01a1fcef-e8be',
  'agents-169': '01a1fd09-70c5',
  'compaction-169': '01a1fd06-57c6',
  'errors-169': '01a1fd0c-10e3',
  'plugin-142': '01a1fcec-e42d'
}

const FOLDER = join(FIXTURES, 'exports')
const ALL = ['agents', 'reviews', 'forks'] as const

const wholeId = async (engine: Engine, start: string): Promise<string> => {
  const found = await engine.resolve(start)()
  if (isRight(found)) return found.right
  throw new Error(`no thread ${start}`)
}

const threadOf = async (engine: Engine, id: string): Promise<Thread> => {
  const read = await engine.readThread(id, true)()
  if (isRight(read)) return read.right
  throw new Error(JSON.stringify(read.left))
}

/** The turns of a thread as an export has them. */
const turnsOf = ({ turns }: Thread) =>
  turns.map(({ itemsView: _, ...turn }, at) => ({ ...turn, number: at + 1 }))

const withoutPlaces = ({ items, ...turn }: ExportedTurn) => ({
  ...turn,
  items: items.map(({ at: _, ...item }) => item)
})

/** What the line that made an item must hold. */
const markOf = (item: ExportedItem): string => {
  switch (item.type) {
    case 'userMessage': {
      const [part] = item.content
      return part?.type === 'text' ? part.text.slice(0, 20) : ''
    }
    case 'agentMessage':
      return item.text.slice(0, 20)
    case 'commandExecution':
      return item.id.startsWith('user-shell-') ? 'user_shell_command' : item.id
    case 'fileChange':
    case 'mcpToolCall':
      return item.id
    default:
      return ''
  }
}

const linesOf = (text: string): ReadonlyArray<ExportLine> =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ExportLine)

describe('exports of recorded homes', () => {
  for (const [name, start] of Object.entries(THREADS)) {
    describe(name, () => {
      let home = ''
      before(() => (home = copyHome(name)))
      after(() => removeFolder(home))

      it('are what they were found to be, in every format', async () => {
        mkdirSync(FOLDER, { recursive: true })
        await overHome(home, async (engine) => {
          const id = await wholeId(engine, start)
          for (const to of EXPORT_FORMATS) {
            const options = { to, included: to === 'md' ? [] : ALL, generator: 'unroll test' }
            const { text } = await exported(engine, id, options)
            const placed = text
              .replaceAll(home, '<home>')
              .replace(/"sha256":"[0-9a-f]{64}"/, '"sha256":"…"')
            const path = join(FOLDER, `${name}.${to}`)
            if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, placed)
            expect(placed, path).to.equal(readFileSync(path, 'utf8'))
          }
        })
      })

      it('hold the turns and items that the engine gives, in JSON and in lines', () =>
        overHome(home, async (engine) => {
          const id = await wholeId(engine, start)
          const thread = await threadOf(engine, id)
          const { turns: _, ...facts } = thread
          const options = { generator: 'unroll test' }
          const whole = await exported(engine, id, { ...options, to: 'json' })
          const document = JSON.parse(whole.text) as ExportDocument
          expect(document.thread).to.deep.equal(facts)
          expect(document.turns.map(withoutPlaces)).to.deep.equal(turnsOf(thread))
          expect(document.turnCount).to.equal(thread.turns.length)

          const { text } = await exported(engine, id, { ...options, to: 'jsonl' })
          const lines = linesOf(text)
          const turns = lines.flatMap((line) => {
            if (line.type !== 'turn') return []
            const { type: __, threadId, ...turn } = line
            expect(threadId).to.equal(id)
            return [withoutPlaces(turn)]
          })
          expect(turns).to.deep.equal(turnsOf(thread))
          const end = lines.at(-1)
          const before = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)
          expect(end).to.deep.equal({
            type: 'end',
            threads: 1,
            turns: thread.turns.length,
            items: thread.turns.flatMap(({ items }) => items).length,
            redaction: null,
            sha256: createHash('sha256').update(before).digest('hex')
          })
        }))

      it('say of every item in which line of which file it began', () =>
        overHome(home, async (engine) => {
          const id = await wholeId(engine, start)
          const lineage = await engine.lineage(id)()
          if (!isRight(lineage)) throw new Error(JSON.stringify(lineage.left))
          const { text } = await exported(engine, id, { to: 'json' })
          const { turns } = JSON.parse(text) as ExportDocument
          const wrong: Array<string> = []
          for (const item of turns.flatMap(({ items }) => items)) {
            const file = readFileSync(lineage.right[item.at?.segment ?? -1]?.path ?? '')
            const { byte = -1, revision = -1, segment = 0 } = item.at ?? {}
            const line = file.subarray(byte, file.indexOf('\n', byte)).toString('utf8')
            const before = file.subarray(0, byte).toString('utf8').split('\n')
            const isCounted = segment > 0 || before.filter((one) => one !== '').length === revision
            const isThere =
              line.startsWith('{') && line.includes(JSON.stringify(markOf(item)).slice(1, -1))
            if (before.at(-1) !== '' || !isCounted || !isThere) wrong.push(`${item.id} ${line}`)
          }
          expect(wrong).to.deep.equal([])
        }))

      it('begin with facts that a reader of YAML reads again', () =>
        overHome(home, async (engine) => {
          const id = await wholeId(engine, start)
          const thread = await threadOf(engine, id)
          const { text } = await exported(engine, id, { to: 'md' })
          const [, front = ''] = /^---\n([\s\S]*?)\n---\n/.exec(text) ?? []
          const {
            thread: threadId,
            turns,
            codex,
            redacted
          } = parse(front) as Record<string, unknown>
          expect({ threadId, turns, codex, redacted }).to.deep.equal({
            threadId: id,
            turns: thread.turns.length,
            codex: thread.cliVersion,
            redacted: 'unroll 2026-11'
          })
        }))
    })
  }
})
