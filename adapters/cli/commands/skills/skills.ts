/**
 * unroll skills: the skills that Codex finds for directories, as its app-server lists them, and switching them.
 */
import * as E from 'fp-ts/lib/Either.js'
import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import { isFolder } from '../../../home/places.ts'
import type { Io } from '../../io.ts'
import { withHomeFiles, type HomeCommand } from '../../session.ts'
import { ownFailure, tell, tellHint, warn } from '../../text/report.ts'
import { formOf, printRows } from '../../text/row-form.ts'
import { column, type Column, type Columns } from '../../text/rows.ts'
import { cutFront, oneLine } from '../../text/text.ts'
import { placeOf, skillsOf, type ListedSkill } from './listed.ts'

/** Wide enough for the folder of a skill and those it lies in, beside the others on a usual terminal. */
const PATH_WIDTH = 28

const shortPath = ({ path }: ListedSkill): string => {
  const home = homedir()
  const folder = dirname(path)
  const homely = folder.startsWith(`${home}/`) ? `~${folder.slice(home.length)}` : folder
  return cutFront(oneLine(homely), PATH_WIDTH)
}

const enabledWord = ({ enabled }: ListedSkill): string | null =>
  enabled === null ? null : enabled ? 'yes' : 'no'

const directory: Column<ListedSkill> = column('cwd', ({ cwd }) => cwd)

export const SKILLS: Columns<ListedSkill> = [
  column('name', ({ name }) => name, { head: 'NAME', max: 32 }),
  column('scope', ({ scope }) => scope, { head: 'SCOPE', max: 6, drop: 2 }),
  column('enabled', enabledWord, { head: 'ENABLED' }),
  column('description', ({ description }) => description, { head: 'DESCRIPTION', flex: 16 }),
  column('path', ({ path }) => path, {
    head: 'PATH',
    max: PATH_WIDTH,
    drop: 3,
    cell: shortPath,
    file: ({ path }) => path
  }),
  column('pluginId', ({ pluginId }) => pluginId, { head: 'PLUGIN', max: 24, drop: 4 }),
  directory,
  column('problem', ({ problem }) => problem)
]

/** With the directories, where several are asked about. */
const MANY: Columns<ListedSkill> = SKILLS.map((one) =>
  one === directory
    ? column('cwd', ({ cwd }) => cwd, {
        head: 'DIRECTORY',
        max: 24,
        cell: ({ cwd }) => cutFront(oneLine(cwd), 24)
      })
    : one
)

/** What to do about a file that is no skill, by how the reason begins. */
const REMEDIES: ReadonlyArray<readonly [string, string]> = [
  ['missing YAML', 'begin the file with a line ---, name, description and a line ---'],
  ['missing field', 'add the field between the two lines --- at its beginning'],
  ['invalid name', 'give it a shorter name'],
  ['invalid description', 'shorten the description'],
  ['invalid YAML', 'mend the lines between the two lines ---, or put the text in quotes'],
  ['failed to read', 'make it a text in UTF-8 that you may read']
]

const remedyFor = (problem: string): string =>
  REMEDIES.find(([begins]) => problem.startsWith(begins))?.[1] ?? 'mend the file'

/** Names of several skills, and of how many. */
const sharedNames = (rows: ReadonlyArray<ListedSkill>): ReadonlyMap<string, number> => {
  const paths = new Map<string, Set<string>>()
  for (const { name, path } of rows)
    if (name !== null) paths.set(name, (paths.get(name) ?? new Set()).add(path))
  return new Map([...paths].flatMap(([name, all]) => (all.size > 1 ? [[name, all.size]] : [])))
}

/** What people should know besides the table. */
const tellMore = (rows: ReadonlyArray<ListedSkill>, io: Io): void => {
  for (const [name, count] of sharedNames(rows)) {
    const text = `"${oneLine(name)}" is the name of ${count} skills, and none hides another: use the path of the one you mean`
    tell(text, io)
  }
  const told = new Set<string>()
  for (const { path, problem } of rows) {
    if (problem === null || told.has(path)) continue
    told.add(path)
    warn(`${oneLine(path)}: ${oneLine(problem)}`, io)
    tellHint(remedyFor(problem), io)
  }
}

export const skillsCommand: HomeCommand = (input, io, place) => {
  const instead = 'name the home with `--store file --home DIR`'
  return withHomeFiles(input, place, instead, async (home) => {
    if (input.form.word !== null)
      return (await import('./switch.ts')).switchCommand(input, io, home)
    const asked = input.args.length === 0 ? [''] : input.args
    const directories = asked.map((path) => resolve(io.cwd, path))
    const missing = directories.find((path) => !isFolder(path))
    if (missing !== undefined)
      return E.left(
        ownFailure('no_match', `there is no folder ${oneLine(missing)}`, 'name another folder')
      )
    const found = await skillsOf(placeOf(input, io, home), directories)
    if (E.isLeft(found)) return found
    const isPeople = formOf(input, io) === 'people'
    const rows = isPeople ? found.right.filter(({ name }) => name !== null) : found.right
    const columns = directories.length > 1 ? MANY : SKILLS
    const printed = await printRows({ columns, nothing: 'no skills' }, rows, input, io)
    if (E.isRight(printed) && isPeople) tellMore(found.right, io)
    return printed
  })
}
