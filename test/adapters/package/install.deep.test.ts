// The package as its users get it. The goal: it installs without scripts and without a network beyond the registry, runs, is imported and
// required, and its types compile strictly. The method: pack it, install it into an empty folder from a registry on this machine, use it.
import { expect } from 'chai'
import { execFile, execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { exportedValues } from '../../support/api-report.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { localRegistry } from '../../support/local-registry.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const SAMPLE = join(ROOT, 'adapters', 'home', 'sample')
const run = promisify(execFile)

/** Ids of the threads of the sample, from the names of its rollouts. */
const SAMPLE_IDS = readdirSync(join(SAMPLE, 'sessions'), { recursive: true, encoding: 'utf8' })
  .flatMap(
    (name) =>
      /rollout-.*-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl/.exec(name)?.[1] ?? []
  )
  .sort()

const CONSUMER = `import { describe, openEngine, type Engine, type StoreError, type Thread } from 'codex-unroll'
import { runAppServer, type AppServerOptions } from 'codex-unroll/app-server'

export const first = async (home: string): Promise<Thread | undefined> => {
  const opened = await openEngine({ home, index: 'memory' })
  if (opened._tag === 'Left') throw new Error(describe(opened.left satisfies StoreError))
  const engine: Engine = opened.right
  const page = await engine.listThreads({ limit: 1 })()
  await engine.close()
  return page._tag === 'Right' ? page.right.data[0] : undefined
}
export const serve = (options: AppServerOptions): Promise<number> => runAppServer(options)
// @ts-expect-error -- a member that is not there must not be any
export const wrong = (thread: Thread): unknown => thread.noSuchMember
`

describe('the installed package', function () {
  this.timeout(600_000)
  const folder = temporaryFolder()
  const app = join(folder, 'app')
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') }
  const node = async (...words: ReadonlyArray<string>): Promise<string> =>
    (await run(process.execPath, words, { cwd: app, env })).stdout

  before(async () => {
    expect(existsSync(join(ROOT, 'dist', 'library.d.ts')), 'npm run build comes first').to.equal(
      true
    )
    const words = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
    const [{ filename }] = JSON.parse(execFileSync('npm', words, { cwd: ROOT, encoding: 'utf8' }))
    const registry = await localRegistry(join(ROOT, 'node_modules'), join(folder, 'tarballs'))
    try {
      mkdirSync(app)
      writeFileSync(join(app, 'package.json'), '{"name":"app","private":true}')
      const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
      const places = ['--registry', registry.url, '--cache', join(folder, 'npm-cache')]
      await run('npm', ['install', join(folder, filename), ...quiet, ...places], { cwd: app, env })
    } finally {
      await registry.close()
    }
  })
  after(() => removeFolder(folder))

  it('brings LMDB and the packages of its types, and nothing that is inside', () => {
    const installed = readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))
    expect(installed).to.include.members(['codex-unroll', 'fp-ts', 'io-ts', 'lmdb'])
    expect(
      installed.filter((name) => /^(ws|jose|uuid|semver|sql\.js|ndjson)$/.test(name))
    ).to.deep.equal([])
  })

  it('runs the command, the second time from what V8 kept of the first', async () => {
    const unroll = async (...words: ReadonlyArray<string>): Promise<string> =>
      (await run(join(app, 'node_modules', '.bin', 'unroll'), words, { cwd: app, env })).stdout
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(await unroll('--version')).to.equal(`unroll ${version}\n`)
    const listed = async (): Promise<ReadonlyArray<string>> =>
      (await unroll('threads', '--json', '--home', SAMPLE))
        .trim()
        .split('\n')
        .map((line): string => JSON.parse(line).id)
        .sort()
    const first = await listed()
    expect(first.length).to.be.above(1)
    expect(SAMPLE_IDS).to.include.members(first)
    const kept = readdirSync(join(env.XDG_CACHE_HOME, 'unroll', 'code'))
    expect(kept.map((name) => name.split('-')[0]).sort()).to.deep.equal(['program', 'rest'])
    expect(await listed()).to.deep.equal(first)
  })

  it('has the schemas of --json, to be printed, imported and required', async () => {
    const name = 'codex-unroll/schemas/threads.json'
    const schema = JSON.parse(readFileSync(join(ROOT, 'schemas', 'threads.json'), 'utf8'))
    const bin = join(app, 'node_modules', '.bin', 'unroll')
    const { stdout } = await run(bin, ['help', '--schema', 'threads'], { cwd: app, env })
    expect(JSON.parse(stdout)).to.deep.equal(schema)
    const imported = await node(
      '--input-type=module',
      '--no-warnings',
      '-e',
      `import it from '${name}' with { type: 'json' }; console.log(JSON.stringify(it))`
    )
    const required = await node('-p', `JSON.stringify(require('${name}'))`)
    expect([imported, required].map((text) => JSON.parse(text))).to.deep.equal([schema, schema])
  })

  it('is imported and required with every value its types name', async () => {
    for (const [name, file] of [
      ['codex-unroll', 'library'],
      ['codex-unroll/app-server', 'app-server']
    ] as const) {
      const types = readFileSync(
        join(app, 'node_modules', 'codex-unroll', 'dist', `${file}.d.ts`),
        'utf8'
      )
      const values = exportedValues(types)
      expect(values.length).to.be.above(0)
      const print = 'console.log(JSON.stringify(Object.keys(it).sort()))'
      const imported = await node(
        '--input-type=module',
        '-e',
        `import * as it from '${name}'; ${print}`
      )
      const required = await node(
        '--input-type=commonjs',
        '-e',
        `const it = require('${name}'); ${print}`
      )
      expect(JSON.parse(imported)).to.deep.equal(values)
      expect(
        JSON.parse(required).filter((key: string) => !/^(__esModule|module\.exports)$/.test(key))
      ).to.deep.equal(values)
    }
  })

  it('opens a home as a library', async () => {
    const program = join(app, 'list.mjs')
    writeFileSync(program, readFileSync(join(ROOT, 'docs', 'examples', 'list-threads.mjs')))
    const lines = (await node(program, SAMPLE)).trim().split('\n')
    expect(SAMPLE_IDS).to.include.members(lines.map((line) => line.split(' ')[0]))
  })

  it('names functions of the sources in a stack trace, where they stand', async () => {
    const program = join(app, 'stack.mjs')
    writeFileSync(
      program,
      `import { openEngine } from 'codex-unroll'
       let stack
       const nowMs = () => ((stack ??= new Error().stack), 0)
       const telemetry = { nowMs, count: () => undefined, time: () => undefined }
       const opened = await openEngine({ home: process.argv[2], index: 'memory', telemetry })
       await opened.right.close()
       console.log(stack)`
    )
    const frames = (await node(program, SAMPLE)).matchAll(
      /at (\w+) \((.*\/dist\/\w+\.cjs):(\d+):(\d+)\)/g
    )
    const calls = [...frames].map(([, name, path = '', line = 1, column = 1]) => {
      const text = readFileSync(path, 'utf8').split('\n')[Number(line) - 1]
      return [name, /^\w+(?=\()/.exec(text?.slice(Number(column) - 1) ?? '')?.[0]]
    })
    expect(calls.at(-1)?.[0]).to.equal('openEngine')
    const called = ['nowMs', ...calls.map(([name]) => name).slice(0, -1)]
    expect(calls.map(([, call]) => call)).to.deep.equal(called)
  })

  it('uses the driver of LMDB that its user imports', async () => {
    const program = join(app, 'driver.mjs')
    const index = join(folder, 'own-index')
    writeFileSync(
      program,
      `import { openEngine } from 'codex-unroll'
       import { allDbs } from 'lmdb'
       const [, , home, index] = process.argv
       const opened = await openEngine({ home, index })
       await opened.right.listThreads({ limit: 1 })()
       console.log(JSON.stringify([...allDbs.keys()]))
       await opened.right.close()`
    )
    expect(JSON.parse(await node(program, SAMPLE, index))).to.deep.equal(['own-index'])
  })

  it('has types that compile strictly, whatever the consumer resolves with', async () => {
    for (const name of ['@types', 'undici-types'])
      symlinkSync(join(ROOT, 'node_modules', name), join(app, 'node_modules', name))
    const tsc = join(ROOT, 'node_modules', 'typescript-native', 'bin', 'tsc')
    const strict = {
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true
    }
    const base = { ...strict, target: 'ES2022', lib: ['ES2023'], types: ['node'] }
    for (const [module, moduleResolution, file] of [
      ['NodeNext', 'NodeNext', 'esm.mts'],
      ['NodeNext', 'NodeNext', 'cjs.cts'],
      ['ESNext', 'Bundler', 'bundled.ts']
    ] as const) {
      writeFileSync(join(app, file), CONSUMER)
      const compilerOptions = { ...base, module, moduleResolution }
      writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
      const told = await node(tsc, '-p', app).catch(({ stdout }: { stdout: string }) => stdout)
      expect(told, file).to.equal('')
    }
  })
})
