/**
 * What `skills/list` says of made skills, in a form in which a real Codex and this program can be compared.
 */
import { join } from 'node:path'
import { ASKED } from './made-skills.ts'
import { rootless } from './planted-settings.ts'

interface ToldSkill {
  readonly scope: string
}
interface ToldError {
  readonly path: string
  readonly message: string
}

/** A directory as a server tells it. */
export interface ToldDirectory {
  readonly cwd: string
  readonly skills: ReadonlyArray<ToldSkill>
  readonly errors: ReadonlyArray<ToldError>
}

export interface ListedSkills {
  readonly seed: number
  readonly data: ReadonlyArray<ToldDirectory>
}

/** Directories that are asked about, below a root. */
export const askedIn = (root: string): ReadonlyArray<string> =>
  ASKED.map((path) => join(root, path))

/**
 * An answer without the skills that Codex brings, and with errors by path: before 0.169 they come in the order of the disk. Codex
 * tells the rest alike everywhere.
 */
export const comparableSkills = (
  root: string,
  seed: number,
  data: ReadonlyArray<ToldDirectory>
): ListedSkills =>
  rootless(root, {
    seed,
    data: data.map(({ cwd, skills, errors }) => ({
      cwd,
      skills: skills.filter(({ scope }) => scope !== 'system'),
      errors: errors.toSorted((a, b) => (a.path < b.path ? -1 : 1))
    }))
  })

/** An answer in which every row stands once, and is named by its place. */
export interface RecordedSkills {
  readonly seed: number
  readonly rows: ReadonlyArray<ToldSkill | ToldError>
  readonly data: ReadonlyArray<{
    readonly cwd: string
    readonly skills: ReadonlyArray<number>
    readonly errors: ReadonlyArray<number>
  }>
}

export const compactSkills = ({ seed, data }: ListedSkills): RecordedSkills => {
  const rows = new Map<string, number>()
  const placed = (list: ReadonlyArray<ToldSkill | ToldError>): ReadonlyArray<number> =>
    list.map((row) => {
      const text = JSON.stringify(row)
      if (!rows.has(text)) rows.set(text, rows.size)
      return rows.get(text) ?? 0
    })
  const places = data.map(({ cwd, skills, errors }) => ({
    cwd,
    skills: placed(skills),
    errors: placed(errors)
  }))
  return { seed, rows: [...rows.keys()].map((row) => JSON.parse(row) as ToldError), data: places }
}

export const expandedSkills = ({ seed, rows, data }: RecordedSkills): ListedSkills => ({
  seed,
  data: data.map(({ cwd, skills, errors }) => ({
    cwd,
    skills: skills.map((at) => rows[at] as unknown as ToldSkill),
    errors: errors.map((at) => rows[at] as ToldError)
  }))
})
