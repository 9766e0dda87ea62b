#!/usr/bin/env node
/**
 * unroll, as it is installed: runs the chunks of program.cjs and rest.cjs from what V8 made of them at build time. V8 refuses what
 * another version of it has made, or other options ask for otherwise; then a file is read anew, which takes a little longer.
 */
'use strict'
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
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

const read = (name, encoding) => {
  try {
    return readFileSync(join(__dirname, name), encoding)
  } catch {
    return undefined
  }
}

const filename = join(__dirname, 'program.cjs')
const importMeta = {
  get url() {
    return require('node:url').pathToFileURL(filename).href
  }
}

/** Exports of the chunks that have run, by name. */
const ran = new Map()
const scripts = {}

/** The table of a file: chunks by name. */
const tableOf = (name) => {
  // The program is ASCII, and a string of one byte per character is read fastest as such.
  const text = read(`${name}.cjs`, 'latin1')
  const script = withDefaultSizes(
    () =>
      new Script(text, {
        filename: join(__dirname, `${name}.cjs`),
        cachedData: read(`${name}.cache`)
      })
  )
  scripts[name] = script
  return script.runInThisContext()(chunk, require, module, filename, __dirname, importMeta)
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
