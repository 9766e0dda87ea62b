/**
 * Trials in which the server is killed while a home is copied to it: it comes back with what it had answered, and the copy
 * goes on by itself.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { random } from '../random.ts'
import { openJournal } from '../eventstore-server/journal.ts'
import { eventLog } from '../eventstore-server/log.ts'
import { spawnEventStore } from '../eventstore-server/spawned.ts'
import { copyHome, removeFolder, temporaryFolder } from '../fixture-home.ts'
import { storeProblems } from './held.ts'
import { succeeded, type Program } from './program.ts'
import type { StoreTrial } from './trials.ts'

const HOMES = ['walk-1-142', 'damaged-142', 'fork-rollback-169']

/** What the journal of a killed server holds. */
const heldIn = (file: string) => {
  const { changes, close } = openJournal(file)
  const log = eventLog()
  for (const change of changes) log.apply(change)
  close()
  return log.events
}

export const serverTrial = async (program: Program, seed: number): Promise<StoreTrial> => {
  const next = random(seed)
  const homeName = HOMES[Math.floor(next() * HOMES.length)] ?? 'basic-142'
  const [home, folder] = [copyHome(homeName), temporaryFolder()]
  const file = join(folder, 'journal')
  const problems: Array<string> = []
  let server = await spawnEventStore({ file })
  const { port, url } = server
  let kills = 0
  try {
    const running = program.start(['store', 'push', '--store', url, '--home', home])
    for (let deaths = 1 + Math.floor(next() * 3); deaths > 0 && running.isRunning(); deaths--) {
      await new Promise((done) => setTimeout(done, 100 + next() * 700))
      await server.kill()
      kills += 1
      server = await spawnEventStore({ file, port })
    }
    const ran = await running.ended
    if (ran.code !== 0) problems.push(`the push ended with ${ran.code}: ${ran.err}${ran.out}`)
    await succeeded(program, ['store', 'verify', '--store', url, '--home', home])
    await server.kill()
    problems.push(...storeProblems(heldIn(file), home))
    if (readFileSync(file).length === 0) problems.push('the journal is empty')
  } catch (cause) {
    problems.push(String(cause))
  } finally {
    await server.kill()
    removeFolder(home)
    removeFolder(folder)
  }
  return { name: `seed ${seed}, server, ${homeName}`, kills, problems }
}
