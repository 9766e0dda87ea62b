import { expect } from 'chai'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import {
  appendQuestions,
  questionFiles,
  readQuestions,
  removeQuestions,
  trimQuestions
} from '../../../adapters/home/question-log.ts'
import type { QuestionRecord } from '../../../domain/questions/record.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const A = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const B = '01a1fcdb-46e0-71c3-911f-3350c9a8ce4c'

const asked = (n: number): QuestionRecord => ({
  record: 'asked',
  id: `q${n}`,
  at: '2026-11-24T07:00:00.000Z',
  request: String(n),
  method: 'item/tool/call',
  turnId: null,
  itemId: null,
  by: { pid: 17, user: 'me' },
  clients: 1
})

const sizeOf = (records: ReadonlyArray<QuestionRecord>): number =>
  records.reduce((sum, record) => sum + JSON.stringify(record).length + 1, 0)

describe('the files of questions', () => {
  let home = ''
  const folder = (): string => join(home, '.unroll', 'questions')
  const all = (): ReadonlyArray<readonly [string, ReadonlyArray<string>]> =>
    Array.from(readQuestions(home), ([id, records]) => [
      id,
      records.map(({ record }) => record.request)
    ])
  beforeEach(() => (home = temporaryFolder()))
  afterEach(() => removeFolder(home))

  it('hold the records of a thread in order, for their owner alone', async () => {
    expect(all()).to.deep.equal([])
    await appendQuestions(home, A, [asked(0), asked(1)])
    await appendQuestions(home, B, [asked(5)])
    await appendQuestions(home, A, [asked(2)])
    const bytes = sizeOf([asked(0)]) - 1
    const kept = (threadId: string, n: number, line: number) => ({
      record: asked(n),
      file: `${threadId}.jsonl`,
      ...{ offset: line * (bytes + 1), bytes }
    })
    expect(Object.fromEntries(readQuestions(home))).to.deep.equal({
      [A]: [kept(A, 0, 0), kept(A, 1, 1), kept(A, 2, 2)],
      [B]: [kept(B, 5, 0)]
    })
    expect([...readQuestions(home, B)]).to.deep.equal([[B, [kept(B, 5, 0)]]])
    expect(questionFiles(home, [B, 'nobody'])).to.deep.equal([
      { threadId: B, path: `.unroll/questions/${B}.jsonl` }
    ])
    const modes = [folder(), join(folder(), `${A}.jsonl`)].map(
      (path) => statSync(path).mode & 0o777
    )
    expect(modes).to.deep.equal([0o700, 0o600])
  })

  it('pass over what is no record, and a line that a killed process left unfinished', async () => {
    await appendQuestions(home, A, [asked(0)])
    appendFileSync(join(folder(), `${A}.jsonl`), '[]\nrubbish\n{"record":"told"}\n{"record":"as')
    await appendQuestions(home, A, [asked(1)])
    writeFileSync(join(folder(), 'notes.txt'), 'mine')
    expect(all()).to.deep.equal([[A, ['0', '1']]])
  })

  it('never grow beyond twice the size of a full one, and keep the newest', async () => {
    const records = Array.from({ length: 40 }, (_, n) => asked(n))
    const bytesMax = sizeOf(records.slice(0, 5))
    for (const record of records) {
      await appendQuestions(home, A, [record], bytesMax)
      const bytes = readdirSync(folder()).reduce(
        (sum, name) => sum + statSync(join(folder(), name)).size,
        0
      )
      expect(bytes).to.be.below(2 * bytesMax + 2 * sizeOf([record]))
    }
    const [[, kept = []] = []] = all()
    expect(kept.length).to.be.above(4)
    expect(kept).to.deep.equal(records.slice(-kept.length).map(({ request }) => request))
  })

  it('have a limit together: what was written longest ago goes first', async () => {
    await appendQuestions(home, A, [asked(0)])
    await appendQuestions(home, B, [asked(1)])
    const old = new Date('2026-01-01T00:00:00Z')
    utimesSync(join(folder(), `${A}.jsonl`), old, old)
    await trimQuestions(home, sizeOf([asked(0), asked(1)]))
    expect(all().length).to.equal(2)
    await trimQuestions(home, sizeOf([asked(0), asked(1)]) - 1)
    expect(all()).to.deep.equal([[B, ['1']]])
  })

  it('go with their thread', async () => {
    await appendQuestions(home, A, [asked(0)], 1)
    await appendQuestions(home, A, [asked(1)])
    await appendQuestions(home, B, [asked(2)])
    expect(questionFiles(home, [A]).length).to.equal(2)
    removeQuestions(home, A)
    removeQuestions(home, 'nobody')
    expect(all()).to.deep.equal([[B, ['2']]])
  })

  it('are written through no link and for no name that is no id', async () => {
    const failure = async (id: string): Promise<string> => {
      try {
        await appendQuestions(home, id, [asked(0)])
        return 'written'
      } catch (cause) {
        return (cause as Error).message.replaceAll(home, 'HOME')
      }
    }
    expect(await failure('../../evil')).to.equal('../../evil is no id of a thread')
    const elsewhere = join(home, 'elsewhere')
    mkdirSync(elsewhere)
    mkdirSync(folder(), { recursive: true })
    symlinkSync(join(elsewhere, 'file'), join(folder(), `${A}.jsonl`))
    expect(await failure(A)).to.match(/^ELOOP/)
    removeFolder(folder())
    symlinkSync(elsewhere, folder())
    expect(await failure(A)).to.equal('HOME/.unroll/questions is a link or not a folder')
    expect(readdirSync(elsewhere)).to.deep.equal([])
  })

  it('are one line of JSON for each record', async () => {
    await appendQuestions(home, A, [asked(0)])
    expect(readFileSync(join(folder(), `${A}.jsonl`), 'utf8')).to.equal(
      '{"record":"asked","id":"q0","at":"2026-11-24T07:00:00.000Z","request":"0","method":"item/tool/call",' +
        '"turnId":null,"itemId":null,"by":{"pid":17,"user":"me"},"clients":1}\n'
    )
  })
})
