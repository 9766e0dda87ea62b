/**
 * Makes the installation id of a home and is killed at a step of it: `node installation-entry.cjs HOME STEP`. Prints how many steps there
 * were when it was not.
 */
import { installationId } from '../../adapters/home/installation-id.ts'

const [home = '', last = ''] = process.argv.slice(2)
let steps = 0
await installationId(home, () => {
  steps += 1
  if (steps === Number(last)) process.kill(process.pid, 'SIGKILL')
})
process.stdout.write(String(steps))
