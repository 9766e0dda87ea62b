#!/usr/bin/env node
/**
 * unroll, as it is installed: runs program.cjs from what V8 made of it at build time. V8 refuses what another version
 * of it has made, or other options ask for otherwise; then the program is read anew, which takes a little longer.
 */
'use strict'
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { setFlagsFromString } = require('node:v8')
const { Script } = require('node:vm')

// Left to itself V8 lets the heap of a first look at a large home grow to four times what lives in it. Set before anything is
// read: what V8 made of the program says with which options.
setFlagsFromString('--heap-growing-percent=50')

const read = (name, encoding) => {
  try {
    return readFileSync(join(__dirname, name), encoding)
  } catch {
    return undefined
  }
}

const filename = join(__dirname, 'program.cjs')
// The program is ASCII, and a string of one byte per character is read fastest as such.
const script = new Script(read('program.cjs', 'latin1'), {
  filename,
  cachedData: read('program.cache')
})
module.exports = script // for the build, which keeps what V8 has made of it
script.runInThisContext()({}, require, module, filename, __dirname)
