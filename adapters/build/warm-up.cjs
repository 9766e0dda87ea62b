/** Runs unroll.cjs of a folder, and keeps there what V8 made of the program: `node warm-up.cjs <folder> <words…>`. */
'use strict'
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')

const [folder] = process.argv.splice(2, 1)
process.once('exit', () => {
  writeFileSync(
    join(folder, 'program.cache'),
    require(join(folder, 'unroll.cjs')).createCachedData()
  )
})
require(join(folder, 'unroll.cjs'))
