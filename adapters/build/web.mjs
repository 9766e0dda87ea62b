/**
 * Makes the page from `web`: one document, one style, scripts by their digests. Fails when the page grows over its budget.
 *
 * esbuild translates and shrinks; rollup joins what it left: a browser asks for a file at a time, and esbuild makes one of every module
 * that two others share, also where the first script has loaded it already.
 *
 * usage: node web.mjs [folder, by default `dist/web`]
 */
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { rollup } from 'rollup'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Bytes after gzip, of what the list and a thread need together, and of everything. */
const BUDGET = { js: 85_000, css: 14_000, all: 450_000 }

/** Pages whose scripts come with their document instead of one behind the other, by the first part of their addresses. */
const OWN_DOCUMENTS = {
  t: 'web/pages/thread/thread.tsx',
  search: 'web/pages/search/search.tsx',
  usage: 'web/pages/usage/usage.tsx',
  tools: 'web/pages/tools.tsx',
  plugins: 'web/pages/plugins.tsx',
  audit: 'web/pages/audit.tsx',
  health: 'web/pages/health.tsx',
  storage: 'web/pages/storage.tsx',
  log: 'web/pages/log.tsx'
}

/** Chunks below this size are joined with others that are loaded at the same time. */
const CHUNK_BYTES_MIN = 1500

const zipped = (bytes) => gzipSync(bytes).length

/** What a chunk needs before it runs, by the names of files. */
const neededBy = (chunks, name, found = new Set()) => {
  if (found.has(name)) return found
  found.add(name)
  for (const next of chunks.get(name).imports) neededBy(chunks, next, found)
  return found
}

const translated = async (folder, entry) => {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: entry,
    outdir: folder,
    chunkNames: '[hash]/[name]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['chrome111', 'firefox114', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    metafile: true,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    tsconfig: 'web/tsconfig.json',
    logLevel: 'warning'
  })
  return metafile
}

/** Joins the scripts of a folder into few; gives them by their names, with what each was made of. */
const joined = async (from, folder) => {
  const input = { main: join(from, 'main.js') }
  const bundle = await rollup({
    input,
    preserveEntrySignatures: false,
    treeshake: false,
    logLevel: 'silent'
  })
  const { output } = await bundle.write({
    dir: folder,
    format: 'es',
    compact: true,
    entryFileNames: '[name]-[hash].js',
    chunkFileNames: '[name]-[hash].js',
    experimentalMinChunkSize: CHUNK_BYTES_MIN
  })
  await bundle.close()
  return new Map(output.map((chunk) => [chunk.fileName, chunk]))
}

/** Writes a file under a name that has a digest of its bytes. */
const kept = (folder, name, bytes) => {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 8)
  const unique = name.replace('.', `-${digest}.`)
  fs.writeFileSync(join(folder, unique), bytes)
  return unique
}

/** Builds the page into a folder; gives the paths of what went in. */
export const buildPage = async (folder) => {
  const between = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'unroll-page-'))
  const metafile = await translated(between, { main: 'web/main.tsx' })
  // A worker shares nothing with the page.
  const worker = await translated(between, { highlight: 'web/parts/highlight-worker.ts' })
  fs.mkdirSync(folder, { recursive: true })
  const chunks = await joined(between, folder)
  const nameOf = (source) => {
    const [path] = Object.entries(metafile.outputs).find(([, one]) => one.entryPoint === source)
    const made = resolve(ROOT, path)
    return [...chunks.values()].find(({ moduleIds }) => moduleIds.includes(made)).fileName
  }
  const [css, highlight] = ['main.css', 'highlight.js'].map((name) =>
    fs.readFileSync(join(between, name))
  )
  const icon = fs.readFileSync(join(ROOT, 'web', 'icon.svg'))
  fs.rmSync(between, { recursive: true })
  const script = nameOf('web/main.tsx')
  const page = fs
    .readFileSync(join(ROOT, 'web', 'index.html'), 'utf8')
    .replace('/assets/main.js', `/assets/${script}`)
    .replace('/assets/main.css', `/assets/${kept(folder, 'main.css', css)}`)
    .replace('/assets/icon.svg', `/assets/${kept(folder, 'icon.svg', icon)}`)
    .replace('/assets/highlight.js', `/assets/${kept(folder, 'highlight.js', highlight)}`)
  fs.writeFileSync(join(folder, 'index.html'), page)
  for (const [name, source] of Object.entries(OWN_DOCUMENTS)) {
    const ahead = [...neededBy(chunks, nameOf(source))].filter((one) => one !== script)
    const links = ahead.map((one) => `<link rel="modulepreload" href="/assets/${one}" />\n    `)
    const own = page.replace('<script', `${links.join('')}<script`)
    fs.writeFileSync(join(folder, `${name}.html`), own)
  }
  const first = neededBy(chunks, nameOf(OWN_DOCUMENTS.t), neededBy(chunks, script))
  const whole = (names) => [...names].reduce((sum, name) => sum + zipped(chunks.get(name).code), 0)
  const sizes = {
    js: whole(first),
    css: zipped(css),
    all: whole(chunks.keys()) + zipped(highlight) + zipped(css)
  }
  for (const [name, bytesMax] of Object.entries(BUDGET))
    if (sizes[name] > bytesMax)
      throw new Error(
        `the page has ${sizes[name]} bytes of ${name} after gzip, ${bytesMax} are allowed`
      )
  return { inputs: [metafile, worker].flatMap(({ inputs }) => Object.keys(inputs)), sizes }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { sizes } = await buildPage(resolve(process.argv[2] ?? join(ROOT, 'dist', 'web')))
  console.log(JSON.stringify(sizes))
}
