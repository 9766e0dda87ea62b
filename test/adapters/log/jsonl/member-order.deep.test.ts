// JSON has no order of members, and most lines are told from their first bytes. The goal: every answer is the same whatever the
// order. The method: recorded homes whose lines are written again with their members, and those of their payloads, turned round.
import { expect } from 'chai'
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type { Engine } from '../../../../adapters/library.ts'
import { isJsonObject, type JsonObject } from '../../../../domain/json.ts'
import { copyHome, homeNames, removeFolder } from '../../../support/fixture-home.ts'
import { jsonLines, unroll } from '../../cli/console.ts'
import { right, withEngine } from '../../../support/engines.ts'

const turned = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).reverse())

const inside = (line: JsonObject): JsonObject =>
  isJsonObject(line['payload']) ? { ...line, payload: turned(line['payload']) } : line

/** Orders by name; the second one leaves no line its head. */
const ORDERS: Readonly<Record<string, (line: JsonObject) => JsonObject>> = {
  'of payloads': inside,
  'of lines and payloads': (line) => turned(inside(line))
}

/** Lines that would come out in other bytes stay as they are: histories are continued by place. */
const rewritten = (text: string, order: (line: JsonObject) => JsonObject): string =>
  text
    .split('\n')
    .map((line) => {
      try {
        const value = JSON.parse(line) as JsonObject
        return JSON.stringify(value) === line ? JSON.stringify(order(value)) : line
      } catch {
        return line
      }
    })
    .join('\n')

/** Writes every rollout of a home again, with the times it had. */
const rewrite = (home: string, order: (line: JsonObject) => JsonObject): void => {
  for (const folder of ['sessions', 'archived_sessions'])
    for (const path of rolloutsIn(join(home, folder))) {
      const { atimeMs, mtimeMs } = statSync(path)
      writeFileSync(path, rewritten(readFileSync(path, 'utf8'), order))
      utimesSync(path, atimeMs / 1000, mtimeMs / 1000)
    }
}

const rolloutsIn = (folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

const answersOf = async (engine: Engine): Promise<unknown> => {
  const { data } = await right(engine.listThreads({ modelProviders: [], limit: 1000 }))
  const threads: Array<unknown> = []
  for (const { id } of data)
    threads.push({
      read: await engine.readThread(id, true)(),
      summaries: await engine.listTurns(id, { limit: 1000, itemsView: 'summary' })(),
      context: await engine.context(id)(),
      places: await engine.searchOccurrences(id, { searchTerm: 'e' })()
    })
  const analytics = await engine.analytics({ contract: '0.169' })()
  const facts: Array<unknown> = []
  if (E.isRight(analytics)) for await (const fact of analytics.right) facts.push(fact)
  return {
    data,
    threads,
    facts,
    found: await right(engine.searchThreads({ searchTerm: 'the' })),
    usage: await right(engine.usage({ by: 'turn' })),
    tools: await right(engine.tools({ limit: 1000 })),
    audit: await right(engine.auditTrail({ limit: 1000 })),
    plugins: await right(engine.pluginUse())
  }
}

/** What is wrong with a home, by kind and thread. */
const wrongWith = async (home: string): Promise<ReadonlyArray<unknown>> =>
  jsonLines((await unroll(['check', '--home', home, '--index', 'memory', '--json'])).out).map(
    ({ kind, threadId }) => [kind, threadId]
  )

describe('answers do not depend on the order of members', function () {
  this.timeout(600_000)
  for (const name of homeNames())
    for (const [which, order] of Object.entries(ORDERS))
      it(`${which}: ${name}`, async () => {
        const home = copyHome(name)
        try {
          const ask = async (): Promise<unknown> => [
            await withEngine({ home }, answersOf),
            await wrongWith(home)
          ]
          const before = await ask()
          rewrite(home, order)
          expect(await ask()).to.deep.equal(before)
        } finally {
          removeFolder(home)
        }
      })
})
