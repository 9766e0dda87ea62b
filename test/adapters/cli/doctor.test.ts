// unroll doctor at the command line: exit codes, and what people, scripts and programs read.
import { expect } from 'chai'
import { DAMAGES, recordedHome, recordedState } from '../../support/codex-state.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { inHome, unroll } from './console.ts'

describe('command line: doctor', () => {
  const recorded = recordedState('0.142.5')
  let home = ''
  const doctor = inHome(() => home)
  beforeEach(async () => void (home = await recordedHome(recorded)))
  afterEach(() => removeFolder(home))

  it('ends with 0 where nothing is worse than a note', async () => {
    const { code, out } = await doctor(['doctor', '--json'])
    const { agrees, findings } = JSON.parse(out)
    const worse = findings.filter(({ severity }: { severity: string }) => severity !== 'note')
    expect([code, agrees, worse]).to.deep.equal([0, true, []])
  })

  it('ends with 1 where a row leads nowhere, and says which one and what to do', async () => {
    await DAMAGES['a file is deleted']?.(home)
    const { code, out } = await doctor(['doctor'])
    const stale = out.split('\n').filter((line) => line.startsWith('warning\t'))
    expect([code, stale.length]).to.deep.equal([1, 1])
    const [, kind, threadId, , , remedy] = stale[0]?.split('\t') ?? []
    expect([kind, remedy]).to.deep.equal([
      'state_row_stale',
      `restore the file, or remove the row: codex delete ${threadId}`
    ])
  })

  it('shows people files, threads and rows side by side', async () => {
    const { out } = await doctor(['doctor'], { tty: true })
    const rows = out.split('\n').filter((line) => /^(active|archived) /.test(line))
    const said = recorded.answers['nothing']?.['0.142.5']?.['state.paths'].details
    const bytesOf = (which: string): string =>
      `${(Number(/(\d+) total/.exec(said?.[`${which} rollout files`] ?? '')?.[1]) / 1000).toFixed(1)} kB`
    expect(rows.map((line) => line.trim().split(/\s{2,}/))).to.deep.equal([
      ['active', '8', bytesOf('active'), '8', '8'],
      ['archived', '1', bytesOf('archived'), '1', '1']
    ])
    expect(out)
      .to.match(/\nbackfill {4}complete /)
      .and.match(/\nproviders {3}mock 9\n/)
  })

  it('refuses a store, and says what to do instead', async () => {
    const { code, err } = await unroll(['doctor', '--store', 'esdb://127.0.0.1:1?tls=false'])
    expect(code).to.equal(6)
    expect(err).to.contain('unroll doctor --store file')
  })
})
