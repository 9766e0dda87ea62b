/**
 * Lets a real Codex import made settings of other agents, and compares what it detects, tells and writes with what unroll does.
 *
 *   npm run oracle:settings -- CODEX [COUNT] [SEED] [--details] [--record] [--reads]
 *
 * 0.130 starts the servers that it imports: those that are made only name `true`. With `--record` the answers are written to
 * `test/fixtures/imported-settings`. With `--reads` the same Codex is asked what it reads of what each of the two wrote.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ImportItem } from '../../adapters/imports/item.ts'
import { removeFolder } from '../support/fixture-home.ts'
import {
  changedFiles,
  comparableImport,
  isSameImport,
  ordered,
  detectedItems,
  importedItems,
  ourImport,
  placeIn,
  type AgentName,
  type ImportedSettings
} from '../support/imported-settings.ts'
import { madeSettings } from '../support/made-settings.ts'
import { planted, plantedRoot, rootless } from '../support/planted-settings.ts'
import type { Message } from '../support/rpc-client.ts'
import { askedCodex, startCodex } from './codex.ts'

const { codex, version, era, rest, values } = askedCodex(
  'npm run oracle:settings -- CODEX [COUNT] [SEED] [--details] [--record] [--reads]'
)
const [count = '200', first = '1'] = rest

interface ToldResults {
  readonly itemTypeResults?: ReadonlyArray<{
    readonly itemType: string
    readonly successes: ReadonlyArray<Record<string, string | null>>
    readonly failures: ReadonlyArray<Record<string, string | null>>
  }>
}

/** What a last message tells of everything that was asked. */
const toldIn = (message: Message | undefined): ImportedSettings['told'] => {
  const { itemTypeResults = [] } = (message?.['params'] ?? {}) as ToldResults
  const rows = itemTypeResults.flatMap(({ itemType, successes, failures }) => [
    ...successes.map(({ cwd = null, source = null, target = null }) => ({
      itemType,
      cwd,
      source,
      target
    })),
    ...failures.map(({ cwd = null, source = null, message: text }) => ({
      itemType,
      cwd,
      source,
      message: text ?? ''
    }))
  ])
  return era === '0.130' ? null : ordered(rows)
}

/** What the real one makes of the settings of a seed. */
const realImportIn = async (
  root: string,
  seed: number,
  from: AgentName
): Promise<ImportedSettings> => {
  const source = from === 'cursor' ? { migrationSource: 'cursor' } : {}
  const env = { HOME: join(root, 'user') }
  const real = await startCodex(codex, join(root, 'user/.codex'), { experimentalApi: true }, env)
  try {
    const before = planted(root)
    const asked = { includeHome: true, cwds: [join(root, 'work/repo/sub')], ...source }
    const answer = await real.answer('externalAgentConfig/detect', asked)
    if (answer['error'] !== undefined)
      return { seed, isRefused: true, items: [], told: [], files: {} }
    const { items } = answer['result'] as { readonly items: ReadonlyArray<ImportItem> }
    let last: Message | undefined
    if (items.length > 0) {
      await real.answer('externalAgentConfig/import', { migrationItems: items, ...source })
      await real.seen((message) => {
        last = message
        return message['method'] === 'externalAgentConfig/import/completed'
      })
    }
    const files = changedFiles(before, planted(root))
    return rootless(root, { seed, isRefused: false, items, told: toldIn(last), files })
  } finally {
    await real.stop()
  }
}

const realImport = async (seed: number, from: AgentName): Promise<ImportedSettings> => {
  const root = plantedRoot(madeSettings(seed))
  try {
    return await realImportIn(root, seed, from)
  } finally {
    removeFolder(root)
  }
}

/** What Codex reads of a home and a repository. */
const READS = ['config/read', 'skills/list', 'hooks/list', 'mcpServerStatus/list']

const readIn = async (root: string): Promise<unknown> => {
  const env = { HOME: join(root, 'user') }
  const real = await startCodex(codex, join(root, 'user/.codex'), { experimentalApi: true }, env)
  try {
    const told: Array<unknown> = []
    const repository = join(root, 'work/repo')
    for (const method of READS) {
      const asked = method === 'config/read' ? { cwd: repository } : { cwds: [repository] }
      const answer = await real.answer(method, method === 'mcpServerStatus/list' ? {} : asked)
      told.push(answer['result'] ?? answer['error'])
    }
    return rootless(root, told)
  } finally {
    await real.stop()
  }
}

/** Answers that tell versions of files, or the order in which a disk tells them, in a form that can be compared. */
const readable = (told: unknown): string => {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value))
      return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !['version', 'origins', 'toolsError', 'currentHash'].includes(name))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, inner]) => [name, sorted(inner)])
    )
  }
  return JSON.stringify(sorted(told))
}

/** Where two texts part. */
const apart = (a: string, b: string): string => {
  const at = Array.from(a).findIndex((character, place) => character !== b[place])
  const from = Math.max(0, at - 120)
  return `codex ${a.slice(from, at + 200)}\n  here  ${b.slice(from, at + 200)}`
}

/** What Codex reads where it imported itself, and where this program did. */
const compareReads = async (seed: number, from: AgentName): Promise<boolean> => {
  const [theirs, own] = [plantedRoot(madeSettings(seed)), plantedRoot(madeSettings(seed))]
  try {
    await realImportIn(theirs, seed, from)
    const place = placeIn(own, era, from)
    await importedItems(place, await detectedItems(own, place).catch(() => []))
    const [a, b] = [readable(await readIn(theirs)), readable(await readIn(own))]
    if (a !== b && values.details === true)
      process.stdout.write(`${seed} reads\n  ${apart(a, b)}\n`)
    return a === b
  } finally {
    removeFolder(theirs)
    removeFolder(own)
  }
}

const difference = (real: ImportedSettings, ours: ImportedSettings): string =>
  Object.entries(comparableImport(real) as object)
    .flatMap(([name, value]) => {
      const own = (comparableImport(ours) as Readonly<Record<string, unknown>>)[name]
      const [a, b] = [JSON.stringify(value), JSON.stringify(own)]
      return a === b ? [] : [`  ${name}\n    codex ${a}\n    here  ${b}\n`]
    })
    .join('')

const agents: ReadonlyArray<AgentName> = era === '0.169' ? ['claude', 'cursor'] : ['claude']
for (const from of agents) {
  const records: Array<ImportedSettings> = []
  const differing: Array<number> = []
  for (let seed = Number(first); seed < Number(first) + Number(count); seed += 1) {
    if (values.reads === true) {
      if (!(await compareReads(seed, from))) differing.push(seed)
      continue
    }
    const real = await realImport(seed, from)
    const ours = await ourImport(seed, era, from)
    records.push(real)
    if (isSameImport(real, ours)) continue
    differing.push(seed)
    if (values.details === true) process.stdout.write(`${seed}\n${difference(real, ours)}`)
  }
  const told = differing.length === 0 ? '' : `; seeds that differ: ${differing.join(', ')}`
  process.stdout.write(`${version} ${from}: ${count} homes, ${differing.length} differ${told}\n`)
  if (values.record !== true) continue
  const folder = join(import.meta.dirname, '..', 'fixtures', 'imported-settings', version)
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, `${from}.json`),
    `[\n${records.map((record) => JSON.stringify(record)).join(',\n')}\n]\n`
  )
}
