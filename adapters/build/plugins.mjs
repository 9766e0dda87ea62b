/** How esbuild finds the packages and parts of Node that are in the program: inside, beside it, or when they are first called. */
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
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
 * It is an entry point, so a chunk by that name; where chunks are run decides whose driver that is.
 */
export const lmdbInside = {
  name: 'lmdb-inside',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^lmdb$/ }, ({ kind }) =>
      kind === 'require-resolve'
        ? { external: true }
        : kind === 'entry-point'
          ? { path: resolve('lmdb') }
          : { path: './lmdb.js', external: true }
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
export const fpTs = {
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
export const builtinsLater = {
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
export const PACKAGES = {
  '@hpcc-js/wasm-zstd': 'zstd',
  '@secretlint/core': 'secretlint',
  '@secretlint/secretlint-rule-preset-recommend': 'secretlint-rules',
  '@streamparser/json': 'json-parser',
  'hyparquet-writer': 'parquet',
  jose: 'jose',
  ws: 'ws'
}

export const packagesBeside = {
  name: 'packages-beside',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^[@\w]/ }, ({ path, kind }) =>
      kind === 'dynamic-import' && path in PACKAGES
        ? { path: `./${PACKAGES[path]}.cjs`, external: true }
        : undefined
    )
}

/** What `unroll mcp` takes from packages is a file of its own, which nothing else loads. */
export const SDKS = { 'adapters/mcp/sdk.ts': 'mcp' }

export const sdksBeside = {
  name: 'sdks-beside',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/sdk\.ts$/ }, ({ path, resolveDir }) => {
      const name = SDKS[relative(ROOT, join(resolveDir, path))]
      return name === undefined ? undefined : { path: `./${name}.cjs`, external: true }
    })
}

/** The SDK compares answers of a client with schemas that we never send; what it would do that with is a third of it. */
export const withoutAjv = {
  name: 'without-ajv',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]@modelcontextprotocol[\\/]server[\\/]dist[\\/]ajvProvider-/ }, () => ({
      contents: `export class n {
        getValidator() { throw new Error('no schemas of clients are read here') }
      }`
    }))
}

/** secretlint measures itself, keeps every measure, and looks through all of them each time: a long export would never end. */
export const withoutProfiler = {
  name: 'without-profiler',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]@secretlint[\\/]profiler[\\/]/ }, () => ({
      contents: 'export const secretLintProfiler = { mark() {} }'
    }))
}
