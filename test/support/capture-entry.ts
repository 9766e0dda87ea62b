/**
 * Run as a child process: appends payloads to a capture file until it is killed.
 *
 * usage: capture-entry <file> <characters>
 *
 * Prints one line once the first payload is written.
 */
import { appendPayload } from '../../adapters/upkeep/analytics/capture-file.ts'

const [path = '', characters = '0'] = process.argv.slice(2)

for (let n = 0; ; n += 1) {
  const event_params = { n, text: 'x'.repeat(Number(characters)) }
  await appendPayload(path, { events: [{ event_type: 'made', event_params }] })
  if (n === 0) process.stdout.write('written\n')
}
