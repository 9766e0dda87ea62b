/**
 * Makes the files that run, from the sources:
 *
 *     unroll.cjs         the command line: runs program.cjs and rest.cjs with what V8 made of them before
 *     code-cache.cjs     keeps that in the user's cache folder, for a Node other than that of the build
 *     program.cjs        the chunks that a server runs until its first answers, with packages
 *     rest.cjs           the others: every command, app-server, library and process with all packages, native code excepted
 *     program.cache      what V8 made of program.cjs while it started a server and answered
 *     rest.cache         what V8 made of rest.cjs while it ran a few commands
 *     chunks.cjs         runs single chunks of these for what follows, and chunks.json knows where they stand
 *     fold-worker.cjs    the second thread of a first fold
 *     probe.cjs          the child process that reads a doubtful index
 *     index-process.cjs  the child process that holds the index of a server
 *     library.js         what `import 'codex-unroll'` gives
 *     app-server.js      what `import 'codex-unroll/app-server'` gives
 *     zstd.cjs …         packages that program and library load when they need them
 *     sql-wasm.wasm      SQLite, for looking into Codex's databases
 *     sample             the sample home
 *     web                the page (web.mjs)
 *     man                a page of the program and of each command
 *     THIRD-PARTY.txt    licences of the packages that are in them
 *
 * usage: node bundle.mjs [folder, by default `dist`] [file that is told which sources a server starts with]
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve as resolvePath } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chunksOf, GIVEN, nameOf, placesOf, tableOf } from './chunks.mjs'
import { warmUp } from './first-runs.mjs'
import { licencesOf } from './licences.mjs'
import {
  builtinsLater,
  fpTs,
  lmdbInside,
  PACKAGES,
  packagesBeside,
  SDKS,
  sdksBeside,
  withoutAjv,
  withoutProfiler
} from './plugins.mjs'
import { buildPage } from './web.mjs'

const HERE = dirname(fileURLToPath(import.meta.url))
const ROOT = dirname(dirname(HERE))
const SAMPLE = join(ROOT, 'adapters', 'home', 'sample')
const [folder = join(ROOT, 'dist'), notes] = process.argv.slice(2)
const out = resolvePath(folder)
const { resolve } = createRequire(import.meta.url)

/** May be missing, and is loaded when a store is asked for, from where npm puts it. */
const OPTIONAL = ['@eventstore/db-client', '@lydell/node-pty']

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

const packages = await build({
  ...common,
  outdir: out,
  entryPoints: Object.entries({ ...PACKAGES, ...SDKS }).map(([path, name]) => ({
    in: path,
    out: name
  })),
  plugins: [withoutAjv, withoutProfiler],
  format: 'cjs',
  outExtension: { '.js': '.cjs' }
})

/** Each is a chunk by this name, and a file of its own that runs it. */
const ENTRIES = {
  main: 'adapters/cli/main.ts',
  library: 'adapters/library.ts',
  'app-server': 'adapters/rpc/app-server.ts',
  'fold-worker': 'adapters/log/jsonl/fold-worker.ts',
  probe: 'adapters/index/lmdb/probe.ts',
  'index-process': 'adapters/index/lmdb/index-process.ts',
  lmdb: 'lmdb'
}
const MODULES = ['library', 'app-server']
const HELPERS = ['fold-worker', 'probe', 'index-process']

const program = await build({
  ...common,
  outdir: out,
  entryPoints: Object.entries(ENTRIES).map(([name, path]) => ({ in: path, out: name })),
  external: OPTIONAL,
  define: { 'import.meta.url': 'importMeta.url', BUILT_FROM: JSON.stringify(commit()) },
  plugins: [lmdbInside, fpTs, builtinsLater, packagesBeside, sdksBeside],
  format: 'esm',
  splitting: true,
  minifyWhitespace: false, // chunks.mjs reads it line by line
  write: false
})

const chunks = await chunksOf(program)

const outputOf = (name) => program.metafile.outputs[relative(ROOT, join(out, `${name}.js`))]

/** A server runs these a moment after its first answers. */
const SOON = ['adapters/index/lmdb/apart.ts']

/** The chunks that run with one. */
const chunksUnder = (top) => {
  const found = new Set()
  const add = (name) => {
    if (found.has(name)) return
    found.add(name)
    for (const { path, kind } of outputOf(name).imports)
      if (kind === 'import-statement' && path.endsWith('.js')) add(nameOf(path))
  }
  add(top)
  return [...found]
}
const chunkOf = (source) => chunks.find(({ name }) => outputOf(name).entryPoint === source).name

/** Chunks that run the driver of LMDB with them: who imports the library gets it from its package (load.cjs), so not before it is asked for. */
const overLmdb = chunks.map(({ name }) => name).filter((name) => chunksUnder(name).includes('lmdb'))
for (const name of MODULES)
  if (overLmdb.includes(name)) throw new Error(`${name} runs LMDB when it is imported`)

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
  const places = Object.entries(tables).flatMap(([file, part]) => placesOf(file, part))
  const known = { places: Object.fromEntries(places), overLmdb, given: GIVEN }
  fs.writeFileSync(join(out, 'chunks.json'), JSON.stringify(known))
  writeCodeCache()
}

/** The names stand in the file, so that they can be imported one by one. */
const moduleOf = (name) =>
  `import { chunk } from './chunks.cjs'\nexport const { ${outputOf(name).exports.join(', ')} } = chunk('${name}')\n`

for (const name of MODULES) fs.writeFileSync(join(out, `${name}.js`), moduleOf(name))
for (const name of HELPERS)
  fs.writeFileSync(join(out, `${name}.cjs`), `require('./chunks.cjs').chunk('${name}')\n`)
fs.copyFileSync(join(HERE, 'load.cjs'), join(out, 'chunks.cjs'))

const page = await buildPage(join(out, 'web'))
const inputs = [packages, program]
  .flatMap(({ metafile }) => Object.keys(metafile.inputs))
  .concat(page.inputs)
fs.writeFileSync(join(out, 'THIRD-PARTY.txt'), licencesOf(ROOT, inputs))
fs.copyFileSync(resolve('sql.js/dist/sql-wasm.wasm'), join(out, 'sql-wasm.wasm'))
fs.cpSync(SAMPLE, join(out, 'sample'), { recursive: true })
fs.copyFileSync(join(HERE, 'launch.cjs'), join(out, 'unroll.cjs'))
fs.chmodSync(join(out, 'unroll.cjs'), 0o755)

const started = warmUp(out, SOON.map(chunkOf).flatMap(chunksUnder), writeProgram)
execFileSync(process.execPath, [join(out, 'unroll.cjs'), '__man', join(out, 'man')])
if (notes !== undefined) {
  const inputs = started.flatMap((name) => Object.keys(outputOf(name).inputs))
  fs.writeFileSync(notes, JSON.stringify(inputs))
}
