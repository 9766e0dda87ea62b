/** The licences of the packages that are in what was built. */
import * as fs from 'node:fs'
import { join } from 'node:path'

/** The packages whose files are in what was built, by folder. */
const packagesOf = (inputs) => [
  ...new Set(
    inputs.flatMap((path) => {
      const at = path.lastIndexOf('node_modules/')
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path.slice(at))?.[1]
      return at < 0 || name === undefined ? [] : [`${path.slice(0, at)}node_modules/${name}`]
    })
  )
]

const licenceOf = (path) => {
  const { name, version, license } = JSON.parse(fs.readFileSync(join(path, 'package.json'), 'utf8'))
  const file = fs.readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? '' : fs.readFileSync(join(path, file), 'utf8').trim()
  return `${name} ${version}, ${license}\n\n${text}\n`
}

/** Of the files that esbuild read, by their paths below a root. */
export const licencesOf = (root, inputs) =>
  packagesOf(inputs)
    .sort()
    .map((folder) => licenceOf(join(root, folder)))
    .join(`\n${'-'.repeat(80)}\n\n`)
