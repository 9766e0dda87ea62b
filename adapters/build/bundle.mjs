/**
 * Makes the files that run, from the sources:
 *
 *     unroll.cjs         the command line: runs program.cjs and rest.cjs with what V8 made of them before
 *     code-cache.cjs     keeps that in the user's cache folder, for a Node other than that of the build
 *     program.cjs        the part of the command line that a server runs until its first answers, with packages
 *     rest.cjs           the rest: every command and the app-server with all packages, native code excepted
 *     program.cache      what V8 made of program.cjs while it started a server and answered
 *     rest.cache         what V8 made of rest.cjs while it ran a few commands
 *     fold-worker.cjs    the second thread of a first fold
 *     probe.cjs          the child process that reads a doubtful index
 *     index-process.cjs  the child process that holds the index of a server
 *     library.js         what `import 'codex-unroll'` gives
 *     app-server.js      what `import 'codex-unroll/app-server'` gives
 *     shared-….js        what both need, or need later
 *     zstd.cjs …         packages that program and library load when they need them
 *     sql-wasm.wasm      SQLite, for looking into Codex's databases
 *     sample             the sample home
 *     man                a page of the program and of each command
 *     THIRD-PARTY.txt    licences of the packages that are in them
 *
 * usage: node bundle.mjs [folder, by default `dist`] [file that is told which sources a server starts with]
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve as resolvePath } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chunksOf, nameOf, tableOf } from './chunks.mjs'
import { buildLibrary } from './library.mjs'

const HERE = dirname(fileURLToPath(import.meta.url))
const ROOT = dirname(dirname(HERE))
const SAMPLE = join(ROOT, 'adapters', 'home', 'sample')
const [folder = join(ROOT, 'dist'), notes] = process.argv.slice(2)
const out = resolvePath(folder)
const require = createRequire(import.meta.url)
const { resolve } = require

/** Where npm puts the package as a rule; asking Node takes longer, because it reads the exports of the package. */
const whereLmdbIs = `() => {
  const { existsSync } = require('node:fs')
  const { join } = require('node:path')
  for (const modules of ['../node_modules', '../..']) {
    const path = join(__dirname, modules, 'lmdb/dist/index.cjs')
    if (existsSync(path)) return path
  }
  return require.resolve('lmdb')
}`

/** A module that loads another one with the first call of one of its functions, not when it is named. */
const laterText = (known, source) => {
  const names = Object.entries(require(known))
  const later = names.filter(([, value]) => typeof value === 'function').map(([name]) => name)
  const now = names.map(([name]) => name).filter((name) => !later.includes(name))
  return `
    const real = () => require('${source}')
    for (const name of ${JSON.stringify(later)})
      exports[name] = function (...given) {
        return new.target ? Reflect.construct(real()[name], given) : real()[name](...given)
      }
    for (const name of ${JSON.stringify(now)})
      Object.defineProperty(exports, name, { get: () => real()[name], enumerable: true })`
}

/** The driver makes a function to load modules of Node; there is one. */
const ownRequire = (text) => text.replace(/= node_module\.createRequire\(.*$/m, '= require')

/**
 * The driver of LMDB looks for its native code beside its own file, so that file is told where it would be. Of
 * msgpackr, which is never called because rows are bytes, the native code is left out, and the rest runs when it is asked for.
 */
const lmdbInside = {
  name: 'lmdb-inside',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^lmdb$/ }, ({ kind }) =>
      kind === 'require-resolve' ? { external: true } : { path: resolve('lmdb') }
    )
    onLoad({ filter: /[\\/]lmdb[\\/]dist[\\/]index\.cjs$/ }, ({ path }) => ({
      contents: `const __filename = (${whereLmdbIs})();${ownRequire(fs.readFileSync(path, 'utf8'))}`
    }))
    onResolve({ filter: /^msgpackr$/ }, ({ namespace }) =>
      namespace === 'asked'
        ? { path: resolve('msgpackr') }
        : { path: 'msgpackr', namespace: 'asked' }
    )
    onLoad({ filter: /.*/, namespace: 'asked' }, ({ path }) => ({
      resolveDir: ROOT,
      contents: laterText(path, path)
    }))
    onResolve({ filter: /^msgpackr-extract$/ }, ({ path }) => ({ path, namespace: 'empty' }))
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: '' }))
  }
}

/** The sources name fp-ts's CommonJS files, for Node; their twins can be taken apart, so that only what is used is kept. */
const fpTs = {
  name: 'fp-ts',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^fp-ts\/lib\// }, ({ path }) => ({
      path: resolve(path.replace('/lib/', '/es6/')),
      sideEffects: false
    }))
}

/** Large parts of Node that most runs never call. */
const LATER = /^(node:)?(child_process|crypto|module|worker_threads)$/

/** These are loaded by the first call of one of their functions, not by naming them. */
const builtinsLater = {
  name: 'builtins-later',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: LATER }, ({ path, namespace }) =>
      namespace === 'later'
        ? { external: true }
        : { path: path.replace(/^node:/, ''), namespace: 'later' }
    )
    onLoad({ filter: LATER, namespace: 'later' }, ({ path }) => ({
      contents: laterText(path, `node:${path}`)
    }))
  }
}

/** Packages that are loaded late, once for program and library: files of their own beside both. */
const PACKAGES = {
  '@hpcc-js/wasm-zstd': 'zstd',
  '@streamparser/json': 'json-parser',
  jose: 'jose',
  ws: 'ws'
}

const packagesBeside = {
  name: 'packages-beside',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^[@\w]/ }, ({ path, kind }) =>
      kind === 'dynamic-import' && path in PACKAGES
        ? { path: `./${PACKAGES[path]}.cjs`, external: true }
        : undefined
    )
}

/** May be missing, and is loaded when a store is asked for, from where npm puts it. */
const OPTIONAL = ['@eventstore/db-client']

/** The commit that is built, for `--version --json`; changed files are told, and without git nothing is known. */
const commit = () => {
  try {
    const words = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*']
    return execFileSync('git', words, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore']
    }).trim()
  } catch {
    return null
  }
}

const common = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  minifyWhitespace: true, // a third less to read at every start; names and lines stay, for stack traces
  lineLimit: 200,
  metafile: true,
  logLevel: 'warning'
}

const inside = {
  ...common,
  outdir: out,
  external: OPTIONAL,
  define: { 'import.meta.url': 'importMeta.url', BUILT_FROM: JSON.stringify(commit()) },
  plugins: [lmdbInside, fpTs, builtinsLater, packagesBeside]
}

/** Processes and threads beside the program. */
const helpers = await build({
  ...inside,
  entryPoints: [
    { in: 'adapters/log/jsonl/fold-worker.ts', out: 'fold-worker' },
    { in: 'adapters/index/lmdb/probe.ts', out: 'probe' },
    { in: 'adapters/index/lmdb/index-process.ts', out: 'index-process' }
  ],
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  banner: {
    js: "const importMeta = { get url() { return require('node:url').pathToFileURL(__filename).href } }"
  }
})

const packages = await build({
  ...common,
  outdir: out,
  entryPoints: Object.entries(PACKAGES).map(([path, name]) => ({ in: path, out: name })),
  format: 'cjs',
  outExtension: { '.js': '.cjs' }
})

const program = await build({
  ...inside,
  entryPoints: [{ in: 'adapters/cli/main.ts', out: 'main' }],
  format: 'esm',
  splitting: true,
  minifyWhitespace: false, // chunks.mjs reads it line by line
  write: false
})

const chunks = await chunksOf(program)

const outputOf = (name) => program.metafile.outputs[relative(ROOT, join(out, `${name}.js`))]

/** A server runs these a moment after its first answers. */
const SOON = ['adapters/index/lmdb/apart.ts']

/** The chunks of a source that is behind an `import()`. */
const chunksUnder = (source) => {
  const found = new Set()
  const add = (name) => {
    if (found.has(name)) return
    found.add(name)
    for (const { path, kind, external } of outputOf(name).imports)
      if (kind === 'import-statement' && !external) add(nameOf(path))
  }
  add(chunks.find(({ name }) => outputOf(name).entryPoint === source).name)
  return [...found]
}

/** What V8 makes of the program on other machines is kept by the name of what stands in it. */
const writeCodeCache = () => {
  const hash = createHash('sha256')
  for (const file of ['program.cjs', 'rest.cjs']) hash.update(fs.readFileSync(join(out, file)))
  const text = fs.readFileSync(join(HERE, 'code-cache.cjs'), 'utf8')
  const name = hash.digest('hex').slice(0, 16)
  fs.writeFileSync(join(out, 'code-cache.cjs'), text.replace('<build>', name))
}

/** Writes the program: what a start runs, by name, and the rest. */
const writeProgram = (started) => {
  const tables = {
    'program.cjs': chunks.filter(({ name }) => started.has(name)),
    'rest.cjs': chunks.filter(({ name }) => !started.has(name))
  }
  for (const [file, part] of Object.entries(tables))
    fs.writeFileSync(join(out, file), tableOf(part))
  writeCodeCache()
}

const library = await buildLibrary({
  ...{ common, out, root: ROOT, plugins: [fpTs, packagesBeside] },
  external: ['lmdb', ...OPTIONAL] // of lmdb: its users may have it too; two copies of it in one process are not for us to try
})

/** The packages whose files are in what was built, by folder. */
const packagesOf = (inputs) => [
  ...new Set(
    inputs.flatMap((path) => {
      const at = path.lastIndexOf('node_modules/')
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path.slice(at))?.[1]
      return at < 0 || name === undefined ? [] : [`${path.slice(0, at)}node_modules/${name}`]
    })
  )
]

const licenceOf = (folder) => {
  const path = join(ROOT, folder)
  const { name, version, license } = JSON.parse(fs.readFileSync(join(path, 'package.json'), 'utf8'))
  const file = fs.readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? '' : fs.readFileSync(join(path, file), 'utf8').trim()
  return `${name} ${version}, ${license}\n\n${text}\n`
}

const inputs = [helpers, packages, program, library].flatMap(({ metafile }) =>
  Object.keys(metafile.inputs)
)
fs.writeFileSync(
  join(out, 'THIRD-PARTY.txt'),
  packagesOf(inputs)
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`)
)
fs.copyFileSync(resolve('sql.js/dist/sql-wasm.wasm'), join(out, 'sql-wasm.wasm'))
fs.cpSync(SAMPLE, join(out, 'sample'), { recursive: true })
fs.copyFileSync(join(HERE, 'launch.cjs'), join(out, 'unroll.cjs'))
fs.chmodSync(join(out, 'unroll.cjs'), 0o755)

/** What a client of the app-server asks first: its functions are those that a start needs. */
const conversation = () => {
  const [, threadId] = /([0-9a-f-]{36})\.jsonl$/.exec(
    fs
      .readdirSync(join(SAMPLE, 'sessions'), { recursive: true })
      .find((path) => /\.jsonl$/.test(path))
  )
  const clientInfo = { name: 'build', title: 'build', version: '1.0.0' }
  return [
    { method: 'initialize', params: { clientInfo, capabilities: { experimentalApi: true } } },
    { method: 'thread/list', params: { limit: 25 } },
    { method: 'thread/turns/list', params: { threadId, limit: 20 } },
    { method: 'thread/read', params: { threadId, includeTurns: true } }
  ]
    .map((message, at) => `${JSON.stringify({ id: at + 1, ...message })}\n`)
    .join('')
}

/** Commands that are typed often, and then run most of what they share with others. */
const TYPED = [['threads'], ['usage'], ['search', 'the']]

/**
 * Runs a server twice, the second time over an index that is there, as most servers find it: its chunks are the start of the program.
 * A third one over these leaves what V8 made of them, and some commands what it made of the rest.
 */
const warmUp = () => {
  const index = fs.mkdtempSync(join(tmpdir(), 'unroll-build-'))
  const noted = join(index, 'chunks.json')
  const run = (kept, ...words) => {
    const asked = [...words, '--home', SAMPLE, '--index', join(index, 'index')]
    execFileSync(process.execPath, [join(HERE, 'warm-up.cjs'), out, noted, kept, ...asked], {
      input: conversation(),
      stdio: ['pipe', 'ignore', 'inherit'],
      env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' }
    })
    return JSON.parse(fs.readFileSync(noted, 'utf8'))
  }
  try {
    for (const name of ['program', 'rest']) fs.rmSync(join(out, `${name}.cache`), { force: true })
    writeProgram(new Set())
    run('', 'app-server')
    const started = run('', 'app-server')
    writeProgram(new Set([...started, ...SOON.flatMap(chunksUnder)]))
    run('program', 'app-server')
    for (const words of TYPED) run('rest', ...words)
    return started
  } finally {
    fs.rmSync(index, { recursive: true, force: true })
  }
}

const started = warmUp()
execFileSync(process.execPath, [join(out, 'unroll.cjs'), '__man', join(out, 'man')])
if (notes !== undefined) {
  const inputs = started.flatMap((name) => Object.keys(outputOf(name).inputs))
  fs.writeFileSync(notes, JSON.stringify(inputs))
}
