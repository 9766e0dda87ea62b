/**
 * Why a `config.toml` cannot be read, in the words in which Codex refuses to list or to switch skills then.
 */
import * as E from 'fp-ts/lib/Either.js'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { tomlProblem, type TomlProblem } from '../home/config.ts'
import { fileText } from './file-text.ts'

/** Longer configurations are not read. */
export const CONFIG_BYTES_MAX = 16 * 1024 * 1024

/** What is said of a configuration that cannot be read. */
export interface ConfigProblem {
  /** Where a list is asked for. */
  readonly list: string
  /** Where a skill is switched. */
  readonly write: string
}

/** How Codex begins to say that it keeps no configuration. */
export const RELOAD_FAILED = 'failed to reload config: '

/** A place in a text as Rust's parser shows it. */
export const shownProblem = (text: string, { line, column, reason }: TomlProblem): string => {
  const source = (text.split('\n')[line - 1] ?? '').replace(/\r$/, '')
  const margin = ' '.repeat(String(line).length)
  return [
    `TOML parse error at line ${line}, column ${column}`,
    `${margin} |`,
    `${line} | ${source}`,
    `${margin} | ${' '.repeat(column - 1)}^`,
    `${reason}\n`
  ].join('\n')
}

/** Why the configuration of a home cannot be read; null where it can, or is not there. */
export const configProblem = (home: string): ConfigProblem | null => {
  const path = join(home, 'config.toml')
  if (!existsSync(path)) return null
  const read = fileText(path, CONFIG_BYTES_MAX, true)
  const write = 'failed to update skill settings: '
  if (E.isLeft(read)) {
    const reason = read.left.includes('utf-8') ? 'stream did not contain valid UTF-8' : read.left
    const whole = `Failed to read config file ${path}: ${read.left}`
    return { list: RELOAD_FAILED + whole, write: write + reason }
  }
  const problem = tomlProblem(read.right)
  if (problem === null) return null
  const { line, column, reason } = problem
  return {
    list: `${RELOAD_FAILED}${path}:${line}:${column}: ${reason}`,
    write: write + shownProblem(read.right, problem)
  }
}
