/**
 * Asks the same engine over files and over a real server everything that can be asked of recorded homes:
 *
 *     npm run answers:eventstore -- [homes, a regular expression; else ten of them]
 *
 * `EVENTSTORE_URL` and `EVENTSTORE_START` name the server, which keeps nothing when it is killed: it is started anew for each home,
 * because lists tell every thread of a store. Prints each answer that is another one; exit code 1 then.
 */
import * as E from 'fp-ts/lib/Either.js'
import { connectWire } from '../../adapters/log/eventstore/connection/connect.ts'
import type { EngineOptions } from '../../adapters/library.ts'
import { differences, everyAnswer, type Answered } from './engine-answers.ts'
import { withEngine } from './engines.ts'
import { copyHome, homeNames, removeFolder } from './fixture-home.ts'
import { realServer } from './store-trials/real-server.ts'
import { pushed } from './syncing.ts'

const HOMES = 10

const [asked] = process.argv.slice(2)
const every = homeNames()
const names =
  asked === undefined
    ? every.filter((_, at) => at % Math.floor(every.length / HOMES) === 0).slice(0, HOMES)
    : every.filter((name) => new RegExp(asked).test(name))

const answersOf = (options: EngineOptions): Promise<ReadonlyArray<Answered>> =>
  withEngine(options, everyAnswer)

const server = await realServer()
if (server === null) throw new Error('EVENTSTORE_URL and EVENTSTORE_START say which server')
let [homes, answers, different] = [0, 0, 0]
for (const name of names) {
  if (homes > 0) await server.startAnew()
  const home = copyHome(name)
  const wire = await connectWire(server.url)
  if (E.isLeft(wire)) throw new Error(JSON.stringify(wire.left))
  await pushed(home, wire.right)
  await wire.right.dispose()
  const profile = (['0.130', '0.142'] as const).find((one) => name.endsWith(one.slice(2)))
  const view: EngineOptions = {
    home,
    profile: profile ?? '0.169',
    strict: homes % 2 === 0,
    rich: homes % 2 === 1
  }
  const files = await answersOf(view)
  const streams = await answersOf({ ...view, store: server.url })
  const found = differences(files, streams)
  homes += 1
  answers += files.length
  different += found.length
  process.stdout.write(`${name}: ${files.length - found.length} of ${files.length} answers equal\n`)
  for (const text of found) process.stdout.write(`  ${text}\n`)
  removeFolder(home)
}
await server.stop()
process.stdout.write(`${homes} homes, ${answers} answers, ${different} different\n`)
process.exitCode = different === 0 ? 0 : 1
