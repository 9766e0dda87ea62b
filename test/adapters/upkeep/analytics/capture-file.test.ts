// Capture files: how they are written, and how they are read.
import { expect } from 'chai'
import fc from 'fast-check'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { appendPayload, touchCapture } from '../../../../adapters/upkeep/analytics/capture-file.ts'
import {
  readCapture,
  type CaptureEntry
} from '../../../../adapters/upkeep/analytics/read-capture.ts'
import type { PostedEvent } from '../../../../domain/ledgers/analytics/envelope.ts'
import type { JsonObject } from '../../../../domain/json.ts'
import { FIXTURES, removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'

const event = (event_type: string, event_params: JsonObject = {}): PostedEvent => ({
  event_type,
  event_params
})

const read = async (path: string, bytesMax?: number): Promise<ReadonlyArray<CaptureEntry>> => {
  const entries: Array<CaptureEntry> = []
  for await (const entry of readCapture(path, bytesMax)) entries.push(entry)
  return entries
}

const MODE_BITS = 0o777

describe('a capture file', () => {
  let folder = ''
  let path = ''
  beforeEach(() => {
    folder = temporaryFolder()
    path = join(folder, 'capture.jsonl')
  })
  afterEach(() => removeFolder(folder))

  it('is made empty, and for its owner alone', async () => {
    await touchCapture(path)
    expect(readFileSync(path, 'utf8')).to.equal('')
    expect(statSync(path).mode & MODE_BITS).to.equal(0o600)
  })

  it('gets one compact line per payload, behind what it held', async () => {
    writeFileSync(path, '{"events":[]}\n')
    await appendPayload(path, { events: [event('a', { n: 1 }), event('b')] })
    await appendPayload(path, { events: [event('c', { text: 'one\ntwo\u2028' })] })
    expect(readFileSync(path, 'utf8')).to.equal(
      '{"events":[]}\n' +
        '{"events":[{"event_type":"a","event_params":{"n":1}},{"event_type":"b","event_params":{}}]}\n' +
        '{"events":[{"event_type":"c","event_params":{"text":"one\\ntwo\u2028"}}]}\n'
    )
  })

  it('goes on in another file when the first one was moved away', async () => {
    await appendPayload(path, { events: [event('a')] })
    const moved = join(folder, 'moved.jsonl')
    renameSync(path, moved)
    await appendPayload(path, { events: [event('b')] })
    expect([await read(moved), await read(path)]).to.deep.equal([
      [{ kind: 'events', line: 1, events: [event('a')] }],
      [{ kind: 'events', line: 1, events: [event('b')] }]
    ])
  })

  it('keeps a line that was cut short apart from the next one', async () => {
    writeFileSync(path, '{"events":[{"event_ty')
    await appendPayload(path, { events: [event('a')] })
    expect(await read(path)).to.deep.equal([
      { kind: 'damaged', line: 1, reason: 'no JSON' },
      { kind: 'events', line: 2, events: [event('a')] }
    ])
  })

  it('is no folder', async () => {
    const refused = await touchCapture(folder).then(
      () => null,
      (cause: NodeJS.ErrnoException) => cause.code
    )
    expect(refused).to.equal('EISDIR')
  })

  it('has whole lines, but perhaps for the last, when its writer was killed', async () => {
    const entry = join(import.meta.dirname, '..', '..', '..', 'support', 'capture-entry.ts')
    for (const characters of ['10', '100', '300000']) {
      const args = ['--import', 'tsx', entry, path, characters]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(child.stdout, 'data')
      child.kill('SIGKILL')
      await once(child, 'exit')
      const before = (await read(path)).length
      await appendPayload(path, { events: [event('after', { characters })] })
      const entries = await read(path)
      expect(entries.slice(0, before - 1).filter(({ kind }) => kind === 'damaged')).to.deep.equal(
        []
      )
      expect(entries.at(-1)).to.deep.equal({
        kind: 'events',
        line: entries.length,
        events: [event('after', { characters })]
      })
      writeFileSync(path, '')
    }
  })

  it('is read with bare events among its payloads, and damage by its line', async () => {
    writeFileSync(
      path,
      Buffer.concat([
        Buffer.from('{"event_type":"a","event_params":{}}\r\n\n{"events":['),
        Buffer.from([0xff]),
        Buffer.from(']}\nnothing\n{"other":1}\n'),
        Buffer.from('{"events":[{"event_type":"b","event_params":{}}]}')
      ])
    )
    expect(await read(path)).to.deep.equal([
      { kind: 'events', line: 1, events: [event('a')] },
      { kind: 'damaged', line: 3, reason: 'no UTF-8' },
      { kind: 'damaged', line: 4, reason: 'no JSON' },
      { kind: 'damaged', line: 5, reason: 'neither a payload nor an event' },
      { kind: 'events', line: 6, events: [event('b')] }
    ])
  })

  it('is read past a line that is too long', async () => {
    const [long, short] = ['x'.repeat(200_000), '{"event_type":"a","event_params":{}}']
    writeFileSync(path, `${short}\n"${long}"\n${short}\n"${long}`)
    expect(await read(path, 1000)).to.deep.equal([
      { kind: 'events', line: 1, events: [event('a')] },
      { kind: 'damaged', line: 2, reason: 'longer than 1000 bytes' },
      { kind: 'events', line: 3, events: [event('a')] },
      { kind: 'damaged', line: 4, reason: 'longer than 1000 bytes' }
    ])
  })

  it('gives back what was written, whatever the events say', async () => {
    const params = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4 }))
    const payload = fc.array(
      fc.record({ event_type: fc.string({ unit: 'binary' }), event_params: params })
    )
    await fc.assert(
      fc.asyncProperty(fc.array(payload, { maxLength: 5 }), async (payloads) => {
        writeFileSync(path, '')
        for (const events of payloads) await appendPayload(path, { events })
        const back = (await read(path)).map((entry) =>
          entry.kind === 'events' ? entry.events : entry.reason
        )
        expect(JSON.stringify(back)).to.equal(JSON.stringify(payloads))
      }),
      { numRuns: 30 }
    )
  })

  it('of the real binary is read, and written again byte for byte', async () => {
    for (const run of ['h2-130', 'h3-142', 'h10-169']) {
      const recorded = join(FIXTURES, 'ledger', run, 'analytics.jsonl')
      for (const entry of await read(recorded))
        if (entry.kind === 'events') await appendPayload(path, { events: entry.events })
      expect(readFileSync(path, 'utf8')).to.equal(readFileSync(recorded, 'utf8'))
      writeFileSync(path, '')
    }
  })
})
