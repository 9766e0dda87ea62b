/**
 * Recorded homes for tests: a copy in a temporary folder, with the file times of the recording, because lists and
 * "updated at" follow them and git does not keep them.
 */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Folder of the recorded bytes; nothing may be written there. */
export const FIXTURES = join(import.meta.dirname, '..', 'fixtures')

/** Reads a JSON file without a type. */
export const readJson = (path: string): any => JSON.parse(readFileSync(path, 'utf8')) // oxlint-disable-line typescript/no-explicit-any

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'unroll-test-'))

export const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true })

export const homeNames = (): ReadonlyArray<string> => readdirSync(join(FIXTURES, 'homes')).sort()

/** Copies a recorded home into a fresh folder and returns its path. */
export const copyHome = (name: string): string => {
  const from = join(FIXTURES, 'homes', name)
  const home = temporaryFolder()
  cpSync(join(from, 'home'), home, { recursive: true })
  const times = readJson(join(from, 'home-mtimes.json')) as Readonly<Record<string, number>>
  for (const [path, ms] of Object.entries(times)) utimesSync(join(home, path), ms / 1000, ms / 1000)
  return home
}

/** Puts the path of a home where a recording has a stand-in for it. */
export const placed = <A>(recorded: A, home: string): A => {
  let text = JSON.stringify(recorded)
  for (const standIn of ['{{CODEX_HOME}}', '$CODEX_HOME', '/workspace/codex-home']) {
    text = text.replaceAll(standIn, home)
  }
  return JSON.parse(text) as A
}

const SAMPLE = join(import.meta.dirname, '..', '..', 'adapters', 'home', 'sample')

/** The sample that comes with the program, with the file times of its recording. */
export const copySample = (): string => {
  const copy = temporaryFolder()
  cpSync(SAMPLE, copy, { recursive: true })
  const times = readJson(join(copy, 'home-mtimes.json')) as Readonly<Record<string, number>>
  for (const [path, ms] of Object.entries(times)) utimesSync(join(copy, path), ms / 1000, ms / 1000)
  return copy
}
