/**
 * Run as a child process: changes the plugins of a home and is killed before a step of it.
 *
 * usage: plugin-crash-entry <home> <operation> <bundle> <step>
 *
 * Prints how many steps there were when it gets to the end.
 */
import { writeSync } from 'node:fs'
import {
  holdingPlugins,
  installLocal,
  installRemote,
  uninstall
} from '../../adapters/upkeep/plugins/changes.ts'
import { pluginsManager } from '../../adapters/upkeep/plugins/manager.ts'
import { writeSidecar } from '../../adapters/upkeep/plugins/sidecar-file.ts'
import { fatalSteps } from './fatal-steps.ts'

const [home = '', operation = '', bundle = '', fatal = '0'] = process.argv.slice(2)

const { step, taken } = fatalSteps(Number(fatal))

const id = { name: 'linear', marketplace: 'openai-curated-remote' }
const manager = pluginsManager(home)
const release = { remoteId: 'new-id', version: null }

const change = {
  note: () => holdingPlugins(home, {}, () => writeSidecar(home, id, 'new-id', step)),
  local: () => installLocal(home, manager, id, bundle, { step }),
  remote: () => installRemote(home, manager, id, bundle, release, { step }),
  uninstall: () => uninstall(home, manager, id, { step })
}[operation]
const done = await change?.()
writeSync(1, JSON.stringify({ steps: taken(), done }))
