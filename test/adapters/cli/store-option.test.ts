// A store instead of the files of a home. The goal: every command opens what --store or $UNROLL_STORE names, keeps its
// index apart, and shows no password. The method: the options with which the command line opens its engine.
import { expect } from 'chai'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { storeIndexDirectory } from '../../../adapters/home/places.ts'
import type { OpenEngine } from '../../../adapters/cli/session.ts'
import { openEngine, type EngineOptions } from '../../../adapters/library.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { unroll, type Done, type Setting } from './console.ts'

const STORE = 'esdb://reader:s3cret@one:2113,Two?tls=false'
const ADDRESS = 'esdb://one:2113,two:2113'

let home = ''
let opened: Array<EngineOptions> = []

const run = (argv: ReadonlyArray<string>, setting: Setting = {}): Promise<Done> =>
  unroll(argv, {
    open: (options) => {
      opened.push(options)
      return openEngine({ home, index: 'memory' })
    },
    ...setting
  })

const places = () => opened.map(({ home: named, index, store }) => ({ home: named, index, store }))

describe('command line: a store', () => {
  before(() => {
    home = copyHome('basic-142')
  })
  after(() => removeFolder(home))
  beforeEach(() => {
    opened = []
  })

  it('is what --store names, else what $UNROLL_STORE names, else the files of the home', async () => {
    const env = { CODEX_HOME: '/not/there', UNROLL_STORE: 'esdb://elsewhere:2113' }
    expect((await run(['threads', '--store', STORE], { env })).code).to.equal(0)
    expect((await run(['threads'], { env })).code).to.equal(0)
    expect((await run(['threads', '--store', 'file', '--home', home], { env })).code).to.equal(0)
    expect(places()).to.deep.equal([
      { home: '/not/there', index: undefined, store: STORE },
      { home: '/not/there', index: undefined, store: 'esdb://elsewhere:2113' },
      { home, index: undefined, store: undefined }
    ])
  })

  it('is refused when it is no connection string, and the text is not repeated', async () => {
    for (const store of ['s3cret', 'http://u:s3cret@host', 'esdb://u:s3cret@', 'esdb://']) {
      const { code, out, err } = await run(['threads', '--store', store])
      expect({ code, out }).to.deep.equal({ code: 2, out: '' })
      expect(err).to.match(/^unroll: the connection string of the store cannot be read/)
      expect(err).not.to.contain('s3')
    }
    expect(opened).to.deep.equal([])
  })

  const silent: OpenEngine = async ({ onSilentStore }) => {
    const reason = 'nobody\u001b is\nthere'
    onSilentStore?.({ _tag: 'StoreUnavailable', where: ADDRESS, reason }, 26_400)
    return openEngine({ home, index: 'memory' })
  }
  const WHY = `unroll: the store at ${ADDRESS} cannot be reached: nobody\\x1b is there`

  it('is waited for with a word of why when it does not answer', async () => {
    const { code, err } = await unroll(['threads', '--store', STORE], { open: silent })
    expect({ code, err }).to.deep.equal({ code: 0, err: `${WHY}; trying for 27 s more\n` })
  })

  it('is waited for on a terminal in one line, which is gone when it answers', async () => {
    const setting = { open: silent, tty: true, columns: 200 }
    const { code, err } = await unroll(['threads', '--store', STORE], setting)
    const cleared = '\r\u001b[2K'
    const told = `${cleared}store not reachable, trying for 27 s more${cleared}`
    expect({ code, err }).to.deep.equal({ code: 0, err: `${WHY}\n${told}` })
  })

  it('is named without its password in the commands to type next', async () => {
    const { out } = await run(['start', '--store', STORE])
    expect(out.split('\n')[0]).to.equal(`${ADDRESS}  (given with --store)`)
    expect(out).to.contain(`--store 'esdb://one:2113,Two?tls=false'`)
    expect(out).not.to.contain('s3cret')
    const threads = await run(['threads', '--limit', '1', '--store', STORE], { tty: true })
    expect(threads.out).to.contain('next: unroll show')
    expect(threads.out).not.to.contain('s3cret')
  })

  it('has an index of its own, whoever asks and in whichever order its hosts are named', async () => {
    const cache = temporaryFolder()
    const before = process.env['XDG_CACHE_HOME']
    process.env['XDG_CACHE_HOME'] = cache
    try {
      const directory = storeIndexDirectory('one:2113,two:2113', home)
      const status = await run(['index', 'status', '--store', STORE, '--home', home, '--json'])
      expect(JSON.parse(status.out)).to.include({ store: ADDRESS, home, index: directory })
      await mkdir(directory, { recursive: true })
      await writeFile(join(directory, 'data.mdb'), '')
      const drop = ['index', 'drop', '--home', home, '--json', '--store', 'esdb://two,ONE:2113']
      expect(JSON.parse((await run(drop)).out)).to.deep.equal({ index: directory, dropped: true })
      expect(existsSync(directory)).to.equal(false)
    } finally {
      if (before === undefined) delete process.env['XDG_CACHE_HOME']
      else process.env['XDG_CACHE_HOME'] = before
      removeFolder(cache)
    }
  })

  it('has no plugins to list or to install: those are files of a home', async () => {
    for (const words of [['list'], ['verify'], ['uninstall', 'a@b'], ['sync', 'f']]) {
      const { code, out, err } = await run(['plugins', ...words, '--store', STORE])
      expect({ code, out, err }).to.deep.equal({
        code: 2,
        out: '',
        err:
          `unroll: plugins ${words[0] ?? ''} works on the files of a home, not on a store\n` +
          `type "unroll plugins ${words[0] ?? ''} … --store file"\n`
      })
    }
    expect((await run(['plugins', 'usage', '--store', STORE])).code).to.equal(0)
    expect((await run(['plugins', 'history', '--store', STORE])).code).to.equal(0)
  })
})
