/**
 * A home from whatever rollouts are left: found by their content, copied, verified, and never put over what is there.
 */
import { createHash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  rmSync
} from 'node:fs'
import { basename, dirname, join, resolve as resolvePath, sep } from 'node:path'
import { notPossible, type StoreError } from '../../../../domain/errors.ts'
import { OWN_FOLDER } from '../../../../domain/changes/relocation.ts'
import { ioFailure } from '../../../../replay/guarded.ts'
import { holding } from '../../../../replay/change/life/life.ts'
import { homeOperations } from '../../../home/operations.ts'
import { makeFolder, makePrivate, syncFolder } from '../../../home/own-folder.ts'
import { homeWriter } from '../../repair/home-writer.ts'
import { decompressedContent, chunksOf, plainContent } from '../../../log/jsonl/zstd.ts'
import { LinkRefused, refuseLinks, writeWhole } from '../../../home/plain-file.ts'
import { shownRollouts, type RolloutFile } from '../files.ts'
import { filesBelow, lookAt, type FoundRollout } from './find.ts'
import { mergeNames } from './names.ts'
import { resolve, type Relation } from './resolve.ts'

/** What became of one file that was found. */
export interface SalvagedFile {
  readonly source: string
  readonly threadId: string | null
  /**
   * `copied` into the home; `present`: the home has the same; `older`: the home has it and more; `kept`: another file of the thread
   * counts, this one was copied to `.unroll/salvage`; `unusable`.
   */
  readonly outcome: 'copied' | 'present' | 'older' | 'kept' | 'unusable'
  /** Relative to the home; null when nothing was copied. */
  readonly target: string | null
  readonly reason: string | null
}

export interface Salvaged {
  readonly files: ReadonlyArray<SalvagedFile>
  /** Threads that got a name or a newer one. */
  readonly names: number
  /** Files that were looked at and are something else. */
  readonly others: number
}

export interface SalvageRequest {
  readonly folders: ReadonlyArray<string>
  readonly home: string
  readonly dryRun?: boolean
  readonly onFile?: (done: number, total: number, bytes: number) => void
  readonly signal?: AbortSignal
}

const KEPT = `${OWN_FOLDER}/salvage`

const targetOf = ({ name, archived, compressed }: FoundRollout): string => {
  const file = compressed ? `${name}.zst` : name
  const [year, month, day] = name.slice('rollout-'.length, 'rollout-'.length + 10).split('-')
  return archived ? `archived_sessions/${file}` : `sessions/${year}/${month}/${day}/${file}`
}

/** Copies a file: read back and on disk before it gets its name. An existing one is never touched. */
const copyTo = async (home: string, source: string, target: string): Promise<boolean> => {
  const path = join(home, target)
  if (existsSync(path)) return false
  const temporary = join(home, KEPT, 'copy.new')
  makePrivate(home, dirname(temporary))
  rmSync(temporary, { force: true })
  const from = openSync(source, 'r')
  const to = openSync(temporary, 'wx', 0o644)
  try {
    const hash = createHash('sha256')
    for await (const chunk of chunksOf(from)) {
      hash.update(chunk)
      writeWhole(to, chunk)
    }
    const { mtimeMs } = fstatSync(from)
    futimesSync(to, mtimeMs / 1000, mtimeMs / 1000)
    fsyncSync(to)
    if ((await plainContent(temporary)).sha256 !== hash.digest('hex'))
      throw Object.assign(new Error('what was written cannot be read back'), {
        ...{ code: 'EIO', errno: -5, syscall: 'copy', path: temporary }
      })
    refuseLinks(home, dirname(path))
    makeFolder(dirname(path))
    linkSync(temporary, path)
    syncFolder(dirname(path))
    return true
  } finally {
    closeSync(from)
    closeSync(to)
    rmSync(temporary, { force: true })
  }
}

const RELATION: Readonly<Record<Relation, string>> = {
  same: 'the same as another file',
  older: 'another file holds all of it and more',
  longer: 'the home has the beginning of it, which is left as it is',
  divergent: 'another file of the thread holds something else'
}

const asFound = async (home: string, file: RolloutFile): Promise<FoundRollout> => {
  const source = join(home, file.path)
  const content = await (file.compressed ? decompressedContent : plainContent)(source)
  return { ...file, ...content, source, name: basename(file.path).replace(/\.zst$/, '') }
}

interface FoundSources {
  readonly bySegment: ReadonlyMap<string, ReadonlyArray<FoundRollout>>
  readonly names: ReadonlyArray<string>
  readonly unusable: ReadonlyArray<SalvagedFile>
  readonly others: number
}

const lookAround = async (request: SalvageRequest): Promise<FoundSources> => {
  const { folders, home, onFile, signal } = request
  const inside = `${existsSync(home) ? realpathSync(home) : resolvePath(home)}${sep}`
  const paths = [...new Set(folders.flatMap((folder) => [...filesBelow(realpathSync(folder))]))]
  const bySegment = new Map<string, Array<FoundRollout>>()
  const names: Array<string> = []
  const unusable: Array<SalvagedFile> = []
  let others = 0
  let bytes = 0
  for (const [at, path] of paths.entries()) {
    if (signal?.aborted === true) break
    if (path.startsWith(inside)) continue
    const found = await lookAt(path)
    if (found.kind === 'names') names.push(path)
    if (found.kind === 'other') others += 1
    if (found.kind === 'unusable') {
      const { reason } = found
      unusable.push({ source: path, threadId: null, outcome: 'unusable', target: null, reason })
    }
    if (found.kind === 'rollout') {
      const { segmentId } = found.rollout
      bySegment.set(segmentId, [...(bySegment.get(segmentId) ?? []), found.rollout])
      bytes += found.rollout.bytes
    }
    onFile?.(at + 1, paths.length, bytes)
  }
  return { bySegment, names, unusable, others }
}

const keep = async (request: SalvageRequest, file: FoundRollout, relation: Relation) => {
  const { home, dryRun = false } = request
  const { source, threadId } = file
  const name = file.compressed ? `${file.name}.zst` : file.name
  const target = `${KEPT}/${file.sha256.slice(0, 12)}-${name}`
  if (!dryRun) await copyTo(home, source, target)
  return { source, threadId, outcome: 'kept', target, reason: RELATION[relation] } as const
}

const salvageSegment = async (
  request: SalvageRequest,
  files: ReadonlyArray<FoundRollout>,
  existing: RolloutFile | undefined
): Promise<ReadonlyArray<SalvagedFile>> => {
  const { home, dryRun = false } = request
  const there = existing === undefined ? null : await asFound(home, existing)
  const resolved = await resolve(files, there)
  if (resolved === null) return []
  const { chosen, others } = resolved
  const done: Array<SalvagedFile> = []
  if (there === null) {
    const target = targetOf(chosen)
    if (!dryRun) await copyTo(home, chosen.source, target)
    const { source, threadId } = chosen
    done.push({ source, threadId, outcome: 'copied', target, reason: null })
  }
  for (const { file, relation } of others) {
    const { source, threadId } = file
    if (relation === 'longer' || relation === 'divergent')
      done.push(await keep(request, file, relation))
    else
      done.push({
        ...{ source, threadId, target: null, reason: RELATION[relation] },
        outcome: relation === 'same' ? 'present' : 'older'
      })
  }
  return done
}

const salvageAll = async (request: SalvageRequest): Promise<Salvaged> => {
  const { home, dryRun = false, signal } = request
  const { bySegment, names, unusable, others } = await lookAround(request)
  const existing = existsSync(home) ? shownRollouts(home) : new Map<string, RolloutFile>()
  const files: Array<SalvagedFile> = []
  for (const [segmentId, found] of bySegment) {
    if (signal?.aborted === true) break
    files.push(...(await salvageSegment(request, found, existing.get(segmentId))))
  }
  const threads = new Set([
    ...[...existing.values()].map(({ threadId }) => threadId),
    ...[...bySegment.values()].flat().map(({ threadId }) => threadId)
  ])
  return { files: [...files, ...unusable], names: mergeNames(home, names, threads, dryRun), others }
}

/** Copies the rollouts of some folders into a home, which is made when it is missing. Doing it twice changes nothing more. */
export const salvage = async (request: SalvageRequest): Promise<E.Either<StoreError, Salvaged>> => {
  const { home, dryRun = false } = request
  try {
    if (dryRun) return E.right(await salvageAll(request))
    mkdirSync(home, { recursive: true })
    const parts = { homeWriter: homeWriter(home), operations: homeOperations(home) }
    return await holding(parts, {}, async () => E.right(await salvageAll(request)))
  } catch (cause) {
    if (cause instanceof LinkRefused)
      return E.left(notPossible(cause.message, 'put the folders themselves into the home'))
    return E.left(ioFailure(cause, home))
  }
}
