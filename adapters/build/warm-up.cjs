/**
 * Runs unroll.cjs of a folder, keeps there what V8 made of some of its files, and notes which chunks ran:
 * `node warm-up.cjs <folder> <file for the notes> <files, joined by commas> <words…>`.
 */
'use strict'
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')

const [folder, notes, kept] = process.argv.splice(2, 3)
process.once('exit', () => {
  const { scripts, ran } = require(join(folder, 'unroll.cjs'))
  for (const name of kept.split(','))
    if (name in scripts)
      writeFileSync(join(folder, `${name}.cache`), scripts[name].createCachedData())
  writeFileSync(notes, JSON.stringify([...ran.keys()]))
})
require(join(folder, 'unroll.cjs'))
