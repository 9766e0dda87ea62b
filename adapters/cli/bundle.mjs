/**
 * Makes the files of `dist` that run, from the sources:
 *
 *     unroll.cjs         the command line: starts program.cjs with what V8 has already made of it
 *     program.cjs        every command and the app-server, with all packages but native code
 *     program.cache      what V8 made of program.cjs while it started a server and answered
 *     library.js         what `import 'unroll'` gives
 *     fold-worker.cjs    the second thread of a first fold
 *     probe.cjs          the child process that reads a doubtful index
 *
 * See docs/decisions/0026-bundle.md.
 */
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const MODULES = dirname(createRequire(import.meta.url).resolve('fp-ts/package.json'))
const LMDB = createRequire(import.meta.url).resolve('lmdb')
const out = process.argv[2] ?? join(ROOT, 'dist')

/**
 * The driver of LMDB looks for its native code beside its own file, so that file is told where it would be. Of
 * msgpackr, which is never called because rows are bytes, only the native code is left out.
 */
const lmdbInBundle = {
  name: 'lmdb-in-bundle',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^lmdb$/ }, ({ kind }) =>
      kind === 'require-resolve' ? { external: true } : { path: LMDB }
    )
    onLoad({ filter: /[\\/]lmdb[\\/]dist[\\/]index\.cjs$/ }, ({ path }) => ({
      contents: `const __filename = require.resolve('lmdb');${fs.readFileSync(path, 'utf8')}`
    }))
    onResolve({ filter: /^msgpackr-extract$/ }, ({ path }) => ({ path, namespace: 'empty' }))
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: '' }))
  }
}

/** The modules of fp-ts as ES modules, of which only what is used is kept; loading the others costs more than using them. */
const fpTs = {
  name: 'fp-ts',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^fp-ts\/lib\// }, ({ path }) => ({
      path: join(dirname(MODULES), path.replace('/lib/', '/es6/').replace(/(\.js)?$/, '.js')),
      sideEffects: false
    }))
}

const common = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  mainFields: ['module', 'main'],
  target: 'node20',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning'
}

const commonJs = {
  ...common,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  outdir: out,
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href" },
  plugins: [lmdbInBundle, fpTs]
}

const entry = (name, path) => ({ in: join('adapters', path), out: name })

await build({
  ...commonJs,
  entryPoints: [
    entry('program', 'cli/main.ts'),
    entry('fold-worker', 'jsonl/fold-worker.ts'),
    entry('probe', 'lmdb/probe.ts')
  ]
})
