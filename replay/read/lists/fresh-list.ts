/**
 * Lists whose every thread is as new as its file, in our way or in Codex's.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Page } from '../../../domain/protocol.ts'
import type { HomeCatchUp } from '../../catch-up/backfill.ts'
import { codexListPage } from './codex-list.ts'
import type { ListRequest } from './list-filter.ts'
import { listPage, type Listed } from './list.ts'
import type { StreamInfo } from '../../ports.ts'
import type { Env } from '../../catch-up/project.ts'
import type { Result } from '../../result.ts'

export interface ListParts extends Env {
  readonly defaultProvider: string
}

export interface ListedPage {
  readonly page: Page<Listed>
  /** Every file of the home, when the page needed them. */
  readonly infos: ReadonlyArray<StreamInfo> | null
}

type NameOf = (threadId: string) => string | null

/** A page exactly as Codex prints it; needs the whole home. */
export const strictList = async (
  parts: ListParts,
  home: HomeCatchUp,
  request: ListRequest,
  nameOf: NameOf
): Promise<Result<ListedPage>> => {
  const caughtUp = await home.everything()
  if (E.isLeft(caughtUp)) return caughtUp
  const infos = caughtUp.right
  const page = codexListPage(parts, infos, request, parts.defaultProvider, nameOf)
  return E.isLeft(page) ? page : E.right({ page: page.right, infos })
}

/** How often a page is read again because a thread on it was being written. */
const ATTEMPTS_MAX = 16

/** True when a list depends on more of each thread than its first facts. */
const needsEveryFile = (request: ListRequest): boolean =>
  (request.sortKey ?? 'created_at') !== 'created_at' ||
  (request.cwd ?? null) !== null ||
  (request.searchTerm ?? '') !== ''

export const freshList = async (
  parts: ListParts,
  home: HomeCatchUp,
  request: ListRequest,
  nameOf: NameOf
): Promise<Result<ListedPage>> => {
  const every = needsEveryFile(request)
  const caughtUp = every ? await home.everything() : await home.membership()
  if (E.isLeft(caughtUp)) return caughtUp
  for (let attempt = 1; ; attempt++) {
    const page = listPage(parts, request, parts.defaultProvider, nameOf)
    if (E.isLeft(page)) return page
    if (every || attempt === ATTEMPTS_MAX) return E.right({ page: page.right, infos: null })
    const changed = await home.shown(page.right.data.map((thread) => thread.streamId))
    if (E.isLeft(changed)) return changed
    if (!changed.right) return E.right({ page: page.right, infos: null })
  }
}
