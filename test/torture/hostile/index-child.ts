/**
 * Run as a child process: opens indexes of a home one after the other, and prints a line for each: digests of its rows and of the
 * answers.
 *
 * usage: index-child <home> <index directory>...
 */
import { createHash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import { openUnchecked } from '../../../adapters/index/lmdb/environment.ts'
import { rowJson } from '../../../adapters/index/lmdb/row.ts'
import { openedEngine } from '../../support/engines.ts'

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex')

/** The count of commits, and when folders were last looked at, say nothing about rollouts. */
const isContent = (table: string): boolean => !/^(?:generation|stamps)$|\.folders$/.test(table)

const asked = async (home: string, directory: string) => {
  const engine = await openedEngine({ home, index: directory })
  const list = await engine.listThreads({ modelProviders: [], limit: 100 })()
  if (E.isLeft(list)) {
    await engine.close()
    return { rows: '', answers: '', failure: list.left._tag }
  }
  const answers: Array<unknown> = [list.right]
  for (const { id } of list.right.data) answers.push(await engine.readThread(id, true)())
  answers.push(await engine.listThreads({ modelProviders: [], archived: true })())
  await engine.close()
  const environment = openUnchecked(directory, true)
  const rows = Array.from(environment.getRange(), ({ key, value }) => {
    const parts: ReadonlyArray<string | number> = Array.isArray(key) ? key : [key]
    return [parts, rowJson(parts, value)] as const
  })
  await environment.close()
  return {
    rows: digest(rows.filter(([[table]]) => isContent(String(table)))),
    answers: digest(answers),
    failure: null
  }
}

const [home, ...indexes] = process.argv.slice(2)
for (const index of indexes)
  process.stdout.write(
    `${JSON.stringify(
      await asked(home ?? '', index).catch((cause: unknown) => ({
        rows: '',
        answers: '',
        failure: `thrown ${String(cause)}`
      }))
    )}\n`
  )
