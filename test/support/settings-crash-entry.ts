/**
 * Imports every setting of a made home, and is killed at a step: `ROOT SEED STEP`. Prints how many steps there were.
 */
import { join } from 'node:path'
import { homeOperations } from '../../adapters/home/operations.ts'
import { importPlanned } from '../../adapters/imports/settings/apply.ts'
import { surveySettings } from '../../adapters/imports/settings/preview.ts'
import { placeIn } from './imported-settings.ts'

const [root = '', last = ''] = process.argv.slice(2)
const place = placeIn(root, '0.169', 'claude')
let steps = 0
const step = (): void => {
  if (steps === Number(last)) process.kill(process.pid, 'SIGKILL')
  steps += 1
}
for (const cwd of [null, join(root, 'work/repo')]) {
  const planned = surveySettings(place, cwd).flatMap((one) => one.planned ?? [])
  const doer = { operations: homeOperations(place.home), actor: 'test', step }
  await importPlanned(planned, doer)
}
process.stdout.write(String(steps))
