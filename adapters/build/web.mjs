/**
 * Makes the page from `web`: one document, one style, scripts by their digests. Fails when the page grows over its budget.
 *
 * usage: node web.mjs [folder, by default `dist/web`]
 */
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Bytes after gzip, of what the list and a thread need together, and of everything. */
const BUDGET = { js: 85_000, css: 14_000, all: 450_000 }

const zipped = (path) => gzipSync(fs.readFileSync(path)).length

/** What a chunk needs before it runs. */
const neededBy = (outputs, path, found = new Set()) => {
  if (found.has(path)) return found
  found.add(path)
  for (const { path: next, kind } of outputs[path].imports)
    if (kind === 'import-statement') neededBy(outputs, next, found)
  return found
}

/** Builds the page into a folder; gives the paths of what went in. */
export const buildPage = async (folder) => {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { main: 'web/main.tsx', highlight: 'web/parts/highlight-worker.ts' },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['chrome111', 'firefox114', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    minify: true,
    metafile: true,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    tsconfig: 'web/tsconfig.json',
    logLevel: 'warning'
  })
  const { outputs } = metafile
  const paths = Object.keys(outputs)
  const madeOf = (source) => paths.find((path) => outputs[path].entryPoint === source)
  const script = madeOf('web/main.tsx')
  const style = outputs[script].cssBundle
  const worker = madeOf('web/parts/highlight-worker.ts')
  const icon = fs.readFileSync(join(ROOT, 'web', 'icon.svg'))
  const iconName = `icon-${createHash('sha256').update(icon).digest('hex').slice(0, 8)}.svg`
  fs.writeFileSync(join(folder, iconName), icon)
  const page = fs
    .readFileSync(join(ROOT, 'web', 'index.html'), 'utf8')
    .replace('/assets/main.js', `/assets/${basename(script)}`)
    .replace('/assets/main.css', `/assets/${basename(style)}`)
    .replace('/assets/icon.svg', `/assets/${iconName}`)
    .replace('/assets/highlight.js', `/assets/${basename(worker)}`)
  fs.writeFileSync(join(folder, 'index.html'), page)
  const whole = (some) => some.reduce((sum, path) => sum + zipped(join(ROOT, path)), 0)
  const first = neededBy(outputs, madeOf('web/pages/thread/thread.tsx'), neededBy(outputs, script))
  const sizes = {
    js: whole([...first]),
    css: whole([style]),
    all: whole(paths)
  }
  for (const [name, bytesMax] of Object.entries(BUDGET))
    if (sizes[name] > bytesMax)
      throw new Error(
        `the page has ${sizes[name]} bytes of ${name} after gzip, ${bytesMax} are allowed`
      )
  return { inputs: Object.keys(metafile.inputs), sizes }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { sizes } = await buildPage(resolve(process.argv[2] ?? join(ROOT, 'dist', 'web')))
  console.log(JSON.stringify(sizes))
}
