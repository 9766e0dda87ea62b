/**
 * What `npm start`, `npm test` and `npm run test:deep` run. On a fresh clone there is neither `node_modules` nor `dist`,
 * so this file uses nothing but Node: it installs and builds what is missing or out of date, says
 * so in one line on stderr each time, and then hands over.
 *
 *     node adapters/cli/first-run.mjs start [arguments]   install, build, run the command line
 *     node adapters/cli/first-run.mjs run <script>        install, build, `npm run <script>`
 *     node adapters/cli/first-run.mjs build               install, build even if up to date
 *
 * When nothing changed, the two checks cost a few milliseconds.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const STAMP = join(ROOT, 'dist', '.stamp')
const SAMPLE = join('adapters', 'home', 'sample')
const BUILD = ['declarations.mjs', 'bundle.mjs'].map((name) =>
  join(ROOT, 'adapters', 'build', name)
)
const SOURCES = ['domain', 'migrations', 'projections', 'replay', 'adapters', 'web']
const CONFIGURATION = ['package.json', 'package-lock.json', 'tsconfig.json']

const say = (text) => process.stderr.write(`unroll: ${text}\n`)
const fail = (text, code = 1) => {
  say(text)
  process.exit(code)
}

/** Stops with a sentence a person can act on, before newer syntax fails with one they cannot. */
function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  fail(`Node 20.19 or newer is needed, this is ${process.versions.node}; see https://nodejs.org`)
}

/**
 * Compares the lock file with the copy npm leaves in `node_modules` once an install is complete.
 * The contents decide, not the times, because git and archives do not keep times. Packages for
 * other platforms are optional and rightly absent.
 */
function isInstalled() {
  try {
    const packages = (path) => JSON.parse(fs.readFileSync(join(ROOT, path), 'utf8')).packages
    const installed = packages(join('node_modules', '.package-lock.json'))
    return Object.entries(packages('package-lock.json')).every(([path, wanted]) => {
      const found = installed[path]
      if (path === '' || (found === undefined && wanted.optional)) return true
      return found?.version === wanted.version && found?.integrity === wanted.integrity
    })
  } catch {
    return false // missing or torn: an install was never finished
  }
}

/** A digest over name, size and time of everything the build reads; also notices deleted files. */
function fingerprint() {
  const hash = createHash('sha256')
  const add = (path) => {
    const { size, mtimeMs } = fs.statSync(join(ROOT, path))
    hash.update(`${path}\0${size}\0${mtimeMs}\n`)
  }
  const walk = (folder) => {
    const entries = fs.readdirSync(join(ROOT, folder), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) walk(path)
      else if (/\.(tsx?|json|css|html|[cm]js)$/.test(entry.name) || path.startsWith(SAMPLE))
        add(path)
    }
  }
  CONFIGURATION.forEach(add)
  SOURCES.filter((folder) => fs.existsSync(join(ROOT, folder))).forEach(walk)
  return hash.digest('hex')
}

/** Runs one step to its end; its output goes to stderr, stdout belongs to the command. */
function step(command, args, failure) {
  const shell = process.platform === 'win32' && command === 'npm' // npm is a script there
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2], shell })
  if (status !== 0) fail(error ? `${failure} (${error.message})` : failure, status ?? 1)
}

/** Install scripts stay off: no package here needs its own, and some would fetch or compile. */
function install() {
  if (isInstalled()) return
  const first = !fs.existsSync(join(ROOT, 'node_modules'))
  say(first ? 'installing dependencies (first run)…' : 'updating dependencies…')
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  step('npm', ['ci', ...quiet], 'npm ci failed; it needs the npm registry, this once')
}

/** Checks types and bundles into an emptied `dist`; the stamp comes last, so a build cut short is not believed. */
function build(force) {
  const wanted = fingerprint()
  if (!force && fs.existsSync(STAMP) && fs.readFileSync(STAMP, 'utf8') === wanted) return
  say('building…')
  fs.rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
  for (const script of BUILD) step(process.execPath, [script], 'the build failed')
  fs.writeFileSync(STAMP, wanted)
}

/** Becomes the command: its streams, its exit code, its signals. */
function become(command, args, options) {
  const child = spawn(command, args, { stdio: 'inherit', ...options })
  // A terminal sends Ctrl-C to parent and child alike, so there the child needs no second copy.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`cannot run ${command}: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

const [what, ...rest] = process.argv.slice(2)
const isKnown = what === 'start' || what === 'build' || (what === 'run' && rest.length > 0)
if (!isKnown) fail('usage: first-run.mjs start [arguments] | run <script> | build', 2)
requireNode()
install()
build(what === 'build')
if (what === 'start') {
  become(process.execPath, [join(ROOT, 'dist', 'unroll.cjs'), 'start', ...rest])
} else if (what === 'run') {
  const shell = process.platform === 'win32'
  become('npm', ['run', ...rest], { cwd: ROOT, shell })
}
