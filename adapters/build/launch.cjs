#!/usr/bin/env node
/**
 * unroll, as it is installed: runs the chunks of program.cjs and rest.cjs from what V8 made of them before. The build keeps that beside
 * them for its own Node; for any other the first runs keep it in the cache folder of the user (code-cache.cjs). V8 refuses what
 * another version of it has made, or other options ask for otherwise; then a file is read anew, which takes a little longer.
 */
'use strict'
const { readFileSync, writeSync } = require('node:fs')
const { join } = require('node:path')

const read = (name, encoding) => {
  try {
    return readFileSync(join(__dirname, name), encoding)
  } catch {
    return undefined
  }
}

/** Other programs ask this often, so it loads nothing. False where stdout takes nothing at the moment. */
const toldVersion = () => {
  if (process.argv.length !== 3 || !/^(--version|-[vV])$/.test(process.argv[2])) return false
  try {
    const { version } = JSON.parse(read('../package.json', 'utf8'))
    writeSync(1, `unroll ${version}\n`)
    return true
  } catch {
    return false
  }
}

const start = () => {
  const { setFlagsFromString } = require('node:v8')
  const { Script } = require('node:vm')

  // These are set before anything is read: what V8 made of the program says with which options. Left to itself V8 doubles the room for
  // young objects, collects them six times before the first page, and as so many survive collects the old ones too.
  setFlagsFromString('--semi-space-growth-factor=8')
  // Left to itself V8 lets the heap of a first look at a large home grow to four times what lives in it.
  setFlagsFromString('--heap-growing-percent=50')

  const SIZE = /--(max[-_](?:old|semi)[-_]space[-_]size)[= ](\d+)/g

  /** Sizes of the heap that somebody asked for; what counts last comes last. */
  const sizes = [...[process.env.NODE_OPTIONS, ...process.execArgv].join(' ').matchAll(SIZE)]

  /**
   * V8 compares all options, although the size of the heap, which is settled when a process starts, changes nothing in what it made.
   * So sizes are as by default for that moment; threads that are started later get what was asked for.
   */
  const withDefaultSizes = (use) => {
    for (const [, name] of sizes) setFlagsFromString(`--${name}=0`)
    try {
      return use()
    } finally {
      for (const [, name, size] of sizes) setFlagsFromString(`--${name}=${size}`)
    }
  }

  const filename = join(__dirname, 'program.cjs')
  const importMeta = {
    get url() {
      return require('node:url').pathToFileURL(filename).href
    }
  }
  /** What `import()` gives: who asks goes on first. */
  const soon = (name) => Promise.resolve(name).then(chunk)
  const given = [chunk, soon, require, module, filename, __dirname, importMeta]

  /** Exports of the chunks that have run, by name. */
  const ran = new Map()
  const scripts = {}
  /** What the user's cache folder has; it is not looked at while what the build kept fits. */
  let own

  /** The table of a file: chunks by name. */
  const tableOf = (name) => {
    // The program is ASCII, and a string of one byte per character is read fastest as such.
    const text = read(`${name}.cjs`, 'latin1')
    const path = join(__dirname, `${name}.cjs`)
    const made = (cachedData) =>
      withDefaultSizes(() => new Script(text, { filename: path, cachedData }))
    const built = read(`${name}.cache`)
    let script = built && made(built)
    const fits = script?.cachedDataRejected === false
    if (!fits) {
      own ??= withDefaultSizes(() => require('./code-cache.cjs').openCache())
      const kept = own.read(name)
      if (kept || !script) script = made(kept)
    }
    scripts[name] = script
    const table = script.runInThisContext()(...given)
    if (!fits)
      own.keepLater(name, script, () => Object.keys(table).filter((one) => ran.has(one)).length)
    return table
  }

  let rest
  const started = tableOf('program')

  function chunk(name) {
    const known = ran.get(name)
    if (known !== undefined) return known
    const exports = {}
    ran.set(name, exports)
    const run = started[name] ?? (rest ??= tableOf('rest'))[name]
    run(exports)
    return exports
  }

  module.exports = { scripts, ran } // for the build, which keeps what V8 has made of them
  chunk('main')
}

if (!toldVersion()) start()
