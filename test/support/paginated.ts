/**
 * What an engine shows of numbered lines: of a file read at once, and of one that grows line by line.
 */
import { expect } from 'chai'
import type { Turn } from '../../domain/protocol.ts'
import type { Engine } from '../../replay/engine.ts'
import { right, withEngine } from './engines.ts'
import { removeFolder } from './fixture-home.ts'
import { meta, numberedLines, type Unnumbered } from './numbered.ts'
import { appendRollout, emptyHome, linesOf, rolloutPath, THREAD, writeRollout } from './rollouts.ts'

/** The turns of a thread in both views. */
export interface Shown {
  readonly turns: ReadonlyArray<Turn>
  readonly summaries: ReadonlyArray<Turn>
}

/** Asks an engine for them. */
export const shownBy = async (engine: Engine, id: string): Promise<Shown> => {
  const page = async (itemsView: 'full' | 'summary') =>
    (await right(engine.listTurns(id, { sortDirection: 'asc', itemsView }))).data
  return { turns: await page('full'), summaries: await page('summary') }
}

/** Runs with a fresh home and removes it. */
export const inEmptyHome = async <A>(use: (home: string) => Promise<A>): Promise<A> => {
  const home = emptyHome()
  try {
    return await use(home)
  } finally {
    removeFolder(home)
  }
}

const atOnce = (lines: ReadonlyArray<string>, strict: boolean): Promise<Shown> =>
  inEmptyHome((home) => {
    writeRollout(rolloutPath(home, THREAD), linesOf(lines))
    return withEngine({ home, strict }, (engine) => shownBy(engine, THREAD))
  })

const lineByLine = (lines: ReadonlyArray<string>, strict: boolean): Promise<Shown> =>
  inEmptyHome(async (home) => {
    const path = rolloutPath(home, THREAD)
    writeRollout(path, linesOf(lines.slice(0, 1)))
    return withEngine({ home, strict }, async (engine) => {
      let shown = await shownBy(engine, THREAD)
      for (const line of lines.slice(1)) {
        appendRollout(path, linesOf([line]))
        shown = await shownBy(engine, THREAD)
      }
      return shown
    })
  })

/** What Codex shows of these lines behind the metadata; unless told otherwise they are numbered from 0. */
export const given = async (
  lines: ReadonlyArray<Unnumbered>,
  { strict = true, head = {} }: { readonly strict?: boolean; readonly head?: object } = {}
): Promise<Shown> => {
  const numbered = numberedLines([meta(THREAD, head), ...lines])
  const shown = await atOnce(numbered, strict)
  expect(await lineByLine(numbered, strict)).to.deep.equal(shown)
  return shown
}

/** A turn in short: id, status, ids of its items. */
export const words = ({ id, status, items }: Turn): string =>
  `${id} ${status}: ${items.map((one) => one.id).join(' ')}`.trim()
