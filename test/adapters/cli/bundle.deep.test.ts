// What is installed is a bundle. The goal: it answers as the sources do, with V8's cache and without, and a start does
// not load what it does not need. The method: build it once, ask it, and note which packages ran before the first answer.
import { expect } from 'chai'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { expectJsonLines, SCHEMAS } from '../../support/json-lines.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const SAMPLE = join(ROOT, 'adapters', 'home', 'sample')
const LIST = ['threads', '--home', SAMPLE, '--index', 'memory', '--json']

const HELLO = {
  id: 1,
  method: 'initialize',
  params: { clientInfo: { name: 'test', version: '1' } }
}
const FIRST_PAGE = { id: 2, method: 'thread/list', params: { limit: 25 } }

/** Everything a start may run that is not ours; another name here costs every client that starts a server. */
const PACKAGES = [
  '@harperfast/extended-iterable',
  'detect-libc',
  'fp-ts',
  'fzstd',
  'io-ts',
  'lmdb',
  'msgpackr',
  'node-gyp-build-optional-packages',
  'ordered-binary',
  'smol-toml',
  'uuid',
  'weak-lru-cache'
]

/** Parts of Node that are large, and for other things than a start. */
const NOT_AT_START = [
  'crypto',
  'http',
  'https',
  'http2',
  'tls',
  'child_process',
  'worker_threads',
  'readline',
  'repl'
]

/** Notes which of Node's modules are loaded when the first page is written. */
const NOTING = `const { write } = process.stdout
process.stdout.write = function (text, ...more) {
  if (/"id":2\\b/.test(text))
    require('node:fs').writeFileSync(process.env.NOTES, JSON.stringify(process.moduleLoadList))
  return write.call(this, text, ...more)
}`

describe('the bundle', function () {
  this.timeout(600_000)
  const folder = temporaryFolder()
  const path = (name: string): string => join(folder, 'dist', name)
  const cache = join(folder, 'cache')
  const env = { ...process.env, XDG_CACHE_HOME: cache, NODE_DISABLE_COMPILE_CACHE: '' }
  const run = (...words: ReadonlyArray<string>) =>
    spawnSync(process.execPath, [path('unroll.cjs'), ...words], { encoding: 'utf8', env })
  const listed = (): ReadonlyArray<unknown> => {
    const { status, stdout, stderr } = run(...LIST)
    expect(status, stderr).to.equal(0)
    return stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
  }
  /** For each file that was read whether V8 took what is kept of it. */
  const cachesUsed = (nodeOptions = ''): unknown =>
    JSON.parse(
      execFileSync(
        process.execPath,
        [
          '-e',
          `const { scripts } = require(${JSON.stringify(path('unroll.cjs'))})
           const used = Object.entries(scripts).map(([name, it]) => [name, it.cachedDataRejected === false])
           process.on('exit', () => console.log(JSON.stringify(Object.fromEntries(used))))`,
          '--',
          '--version'
        ],
        { encoding: 'utf8', env: { ...env, NODE_OPTIONS: nodeOptions } }
      )
        .split('\n')
        .find((line) => line.startsWith('{')) ?? ''
    )

  before(() => {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const script = join(ROOT, 'adapters', 'build', 'bundle.mjs')
    execFileSync(process.execPath, [script, join(folder, 'dist'), join(folder, 'inputs.json')])
    copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
    symlinkSync(SCHEMAS, join(folder, 'schemas'))
  })
  after(() => removeFolder(folder))

  it('answers as the sources do', () => {
    expectJsonLines(LIST, run(...LIST).stdout)
    const sources = execFileSync(
      process.execPath,
      ['--import', 'tsx', join(ROOT, 'adapters', 'cli', 'main.ts'), ...LIST],
      { cwd: ROOT, encoding: 'utf8' }
    )
    expect(listed()).to.deep.equal(
      sources
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line))
    )
  })

  it('knows the version of its package and has the sample beside it', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(run('--version').stdout).to.equal(`unroll ${version}\n`)
    const { stdout } = run('version', '--json')
    expectJsonLines(['version', '--json'], stdout)
    const told = JSON.parse(stdout)
    expect(Object.keys(told)).to.deep.equal(
      'version commit node schemas indexVersion conventions'.split(' ')
    )
    expect(run('help', '--schema').stdout.trim().split('\n')).to.deep.equal(
      Object.keys(told.schemas)
    )
    expect([told.version, told.node]).to.deep.equal([version, process.versions.node])
    expect(String(told.commit)).to.match(/^([0-9a-f]{40}(-dirty)?|null)$/) // null without git
    expect(readdirSync(path('sample'))).to.deep.equal(readdirSync(SAMPLE))
  })

  it('is ASCII, as its start takes for granted', () => {
    for (const name of ['program.cjs', 'rest.cjs'])
      expect(readFileSync(path(name)).every((byte) => byte < 128)).to.equal(true)
  })

  it('is an ES module with every name of the library', async () => {
    const [built, sources] = await Promise.all([
      import(path('library.js')) as Promise<object>,
      import('../../../adapters/library.ts')
    ])
    expect(Object.keys(built).sort()).to.deep.equal(Object.keys(sources).sort())
  })

  it('runs from what V8 kept, and without it when that is cut short, foreign or gone', () => {
    const whole = listed()
    const built = readFileSync(path('program.cache'))
    const now = () => {
      removeFolder(cache)
      const answers = [cachesUsed(), listed()]
      removeFolder(cache)
      return answers
    }
    expect(now()).to.deep.equal([{ program: true }, whole])
    truncateSync(path('program.cache'), built.length >> 1)
    expect(now()).to.deep.equal([{ program: false }, whole])
    const foreign = Buffer.from(built)
    foreign.writeUInt32LE((foreign.readUInt32LE(4) ^ 1) >>> 0, 4) // the number of V8's version
    writeFileSync(path('program.cache'), foreign)
    expect(now()).to.deep.equal([{ program: false }, whole])
    rmSync(path('program.cache'))
    expect(now()).to.deep.equal([{ program: false }, whole])
    writeFileSync(path('program.cache'), built)
  })

  it('keeps what V8 made for a Node that did not build it, where only its user can write', () => {
    const code = join(cache, 'unroll', 'code')
    const kept = () =>
      readdirSync(code).map((name) => [
        /^\w+/.exec(name)?.[0],
        statSync(join(code, name)).mode & 0o777
      ])
    const built = path('program.cache')
    renameSync(built, `${built}.away`)
    expect(cachesUsed()).to.deep.equal({ program: false })
    expect([kept(), statSync(code).mode & 0o777]).to.deep.equal([[['program', 0o600]], 0o700])
    expect(cachesUsed()).to.deep.equal({ program: true })
    const [name = ''] = readdirSync(code)
    const before = readFileSync(join(code, name))
    listed()
    expect(readFileSync(join(code, name)).length, 'a run that ran more').to.be.above(before.length)
    chmodSync(join(code, name), 0o666)
    expect(cachesUsed(), 'a file others can write').to.deep.equal({ program: false })
    chmodSync(code, 0o777)
    removeFolder(join(code, name))
    expect(cachesUsed(), 'a folder others can write').to.deep.equal({ program: false })
    expect(readdirSync(code)).to.deep.equal([])
    renameSync(`${built}.away`, built)
    removeFolder(cache)
  })

  it('runs from what V8 kept, whatever size of the heap is asked for', () => {
    expect(cachesUsed('--max-old-space-size=4096 --max_semi_space_size=32')).to.deep.equal({
      program: true
    })
  })

  it('has no client of a store inside, and asks for one that is there or to be installed', () => {
    const licences = readFileSync(path('THIRD-PARTY.txt'), 'utf8')
    expect(licences).not.to.match(/^(@eventstore|@grpc|google-protobuf)/m)
    const store = 'esdb://127.0.0.1:1?tls=false&defaultDeadline=1000'
    const asked = () => {
      const { status, stderr } = run('store', 'subscribe', '--store', store)
      return [status, /cannot be reached|is not installed/.exec(stderr)?.[0]]
    }
    expect(asked()).to.deep.equal([8, 'cannot be reached'])
    const modules = join(folder, 'node_modules')
    renameSync(modules, `${modules}-away`)
    expect(asked()).to.deep.equal([8, 'is not installed'])
    renameSync(`${modules}-away`, modules)
  })

  it('runs no package before the first page that this list does not name', () => {
    const notes = join(folder, 'notes.json')
    const noting = join(folder, 'noting.cjs')
    writeFileSync(noting, NOTING)
    const index = join(folder, 'index')
    const words = ['--require', noting, path('unroll.cjs')]
    words.push('app-server', '--home', SAMPLE, '--index', index)
    const input = [HELLO, FIRST_PAGE].map((message) => `${JSON.stringify(message)}\n`).join('')
    const ask = (): string =>
      execFileSync(process.execPath, words, {
        input,
        env: { ...env, NOTES: notes },
        encoding: 'utf8'
      })
    ask()
    const answers = ask()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(answers.find(({ id }) => id === 2).result.data.length).to.be.greaterThan(1)
    const node = JSON.parse(readFileSync(notes, 'utf8')) as ReadonlyArray<string>
    const modules = JSON.parse(
      readFileSync(join(folder, 'inputs.json'), 'utf8')
    ) as ReadonlyArray<string>
    const packages = modules.flatMap(
      (name) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? []
    )
    expect([...new Set(packages)].sort()).to.deep.equal(PACKAGES)
    expect(NOT_AT_START.filter((name) => node.includes(`NativeModule ${name}`))).to.deep.equal([])
  })
})
