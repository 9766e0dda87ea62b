// What rollouts take on disk: every byte of a file counts for one kind.
import { expect } from 'chai'
import fc from 'fast-check'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { noBytes, sumOfBytes, type ByteKind } from '../../../../domain/upkeep/storage/kinds.ts'
import { rolloutsOf } from '../../../../adapters/upkeep/storage/files.ts'
import { measureFile } from '../../../../adapters/upkeep/storage/measure.ts'
import { storageOf } from '../../../../adapters/upkeep/storage/report.ts'
import {
  FIXTURES,
  homeNames,
  removeFolder,
  temporaryFolder
} from '../../../support/fixture-home.ts'

const AT = '2026-11-21T06:49:43.915Z'
const line = (type: string, payload: unknown): string =>
  JSON.stringify({ timestamp: AT, type, payload })
const item = (payload: object): string => line('response_item', payload)
const event = (payload: object): string => line('event_msg', payload)
const PIXELS = `iVBORw0KGgo${'A'.repeat(500)}==`
const URL_BYTES = 'data:image/png;base64,'.length + PIXELS.length

const LINES: ReadonlyArray<readonly [ByteKind, string]> = [
  ['session', line('session_meta', { id: 'x', base_instructions: { text: 'be good' } })],
  ['session', line('turn_context', { cwd: '/' })],
  ['messages', item({ type: 'message', role: 'user', content: [] })],
  ['messages', event({ type: 'agent_message', message: 'ä' })],
  ['reasoning', item({ type: 'reasoning', encrypted_content: 'gAAAA' })],
  ['tool_calls', item({ type: 'custom_tool_call', name: 'apply_patch' })],
  ['tool_outputs', item({ type: 'function_call_output', output: 'ok' })],
  ['tool_outputs', event({ type: 'exec_command_end', stdout: 'ok' })],
  ['tool_outputs', event({ type: 'item_completed', thread_id: 't', item: { type: 'FileChange' } })],
  ['messages', event({ type: 'item_completed', thread_id: 't', item: { type: 'UserMessage' } })],
  ['tokens', event({ type: 'token_count', info: null })],
  ['snapshots', line('compacted', { message: '', replacement_history: [{ type: 'message' }] })],
  ['other', event({ type: 'task_started', turn_id: 't' })],
  ['other', '   '],
  ['other', JSON.stringify({ type: 'never_seen', payload: {} })],
  [
    'messages',
    JSON.stringify({ type: 'event_msg', payload: { message: 'x', type: 'user_message' } })
  ],
  [
    'damaged',
    '{"timestamp":"2026-11-21T06:49:43.915Z","type":"event_msg","payload":{"type":"agent_m'
  ],
  ['damaged', event({ type: 'agent_message', message: 'x' }) + event({ type: 'task_complete' })],
  ['damaged', '[]']
]

describe('storage: bytes of a file', () => {
  let folder: string
  const measured = async (text: string | Buffer) => {
    const path = join(folder, 'file.jsonl')
    writeFileSync(path, text)
    return measureFile(path, false)
  }

  before(() => {
    folder = temporaryFolder()
  })
  after(() => removeFolder(folder))

  it('counts each line, with its newline, under what it is spent on', async () => {
    const expected = noBytes()
    for (const [kind, text] of LINES) expected[kind] += Buffer.byteLength(text) + 1
    const text = LINES.map(([, each]) => `${each}\n`).join('')
    expect(await measured(text)).to.deep.equal({ bytes: expected, lines: LINES.length - 1 })
  })

  it('takes images out of the lines they stand in, and those of snapshots apart', async () => {
    const url = `data:image/png;base64,${PIXELS}`
    const said = item({ type: 'message', content: [{ type: 'input_image', image_url: url }] })
    const shown = event({ type: 'mcp_tool_call_end', result: { data: PIXELS } })
    const quoted = item({ type: 'function_call_output', output: JSON.stringify({ url }) })
    const kept = line('compacted', {
      replacement_history: [{ image_url: url }, { image_url: url }]
    })
    expect(await measured(`${said}\n${shown}\n${quoted}\n${kept}\n`)).to.deep.equal({
      bytes: {
        ...noBytes(),
        messages: said.length + 1 - URL_BYTES,
        tool_outputs: shown.length + quoted.length + 2 - URL_BYTES - PIXELS.length,
        images: 2 * URL_BYTES + PIXELS.length,
        snapshots: kept.length + 1 - 2 * URL_BYTES,
        snapshot_images: 2 * URL_BYTES
      },
      lines: 4
    })
  })

  it('measures lines that are longer than its buffer', async () => {
    const picture = `iVBORw0KGgo${'B'.repeat(5_000_000)}`
    const url = `data:image/png;base64,${picture}`
    const text = 'x'.repeat(2_500_000)
    const long = item({ type: 'message', content: [text, url, text, url] })
    const short = event({ type: 'token_count', info: null })
    for (const end of ['\n', ''])
      expect(await measured(`${short}\n${long}\n${short}${end}`)).to.deep.equal({
        bytes: {
          ...noBytes(),
          tokens: 2 * short.length + 1 + end.length,
          messages: long.length + 1 - 2 * url.length,
          images: 2 * url.length
        },
        lines: 3
      })
  })

  it('counts every byte exactly once, whatever stands in the file', async () => {
    const pieces = fc.constantFrom(
      ...LINES.map(([, text]) => Buffer.from(text)),
      Buffer.from('\n'),
      Buffer.from(`"image_url":"data:image/png;base64,${PIXELS}"`),
      Buffer.from('data:image/'),
      Buffer.from([0, 0xff, 10]),
      Buffer.from(
        `{"timestamp":"${AT}","type":"compacted","payload":{"x":"${'y'.repeat(2_200_000)}`
      )
    )
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 30 }), async (parts) => {
        const bytes = Buffer.concat(parts)
        expect(sumOfBytes((await measured(bytes)).bytes)).to.equal(bytes.length)
      }),
      { numRuns: 60 }
    )
  })

  it('adds up to the sizes of the files of every recorded home', async () => {
    for (const name of homeNames()) {
      const home = join(FIXTURES, 'homes', name, 'home')
      const files = rolloutsOf(home)
      const threads = await storageOf(home, files)
      const sizes = files.reduce((sum, { path }) => sum + statSync(join(home, path)).size, 0)
      expect(
        threads.reduce((sum, { diskBytes }) => sum + diskBytes, 0),
        name
      ).to.equal(sizes)
      const plain = threads.filter(({ unreadable }) => unreadable.length === 0)
      for (const { rawBytes, kinds } of plain) expect(sumOfBytes(kinds), name).to.equal(rawBytes)
    }
  })

  it('tells which bytes a fork copied', async () => {
    const home = join(FIXTURES, 'homes', 'fork-rollback-142', 'home')
    const files = rolloutsOf(home)
    for (const { threadId, copiedBytes } of await storageOf(home, files)) {
      const path = files.find((file) => file.threadId === threadId)?.path ?? ''
      const lines = readFileSync(join(home, path), 'utf8').split('\n')
      const head = JSON.parse(lines[0] ?? '') as { readonly payload: { forked_from_id?: string } }
      // The first turn of a fork's own is the first that is not in its source.
      const source = files.find(({ threadId: id }) => id === head.payload.forked_from_id)
      const turns = source === undefined ? '' : readFileSync(join(home, source.path), 'utf8')
      const own = lines.findIndex((text) => {
        const id = /"type":"task_started","turn_id":"([^"]+)"/.exec(text)?.[1]
        return id !== undefined && !turns.includes(id)
      })
      const copies = source === undefined ? [] : lines.slice(1, own === -1 ? -1 : own)
      const expected = copies.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0)
      expect(copiedBytes, threadId).to.be.within(expected * 0.95, expected)
    }
  })

  it('names a file that cannot be read, and counts the others', async () => {
    const home = join(folder, 'home')
    const id = '01a1fcde-3cb0-7011-8079-af112c16e46e'
    const day = 'sessions/2026/11/21'
    mkdirSync(join(home, day), { recursive: true })
    const [good, bad] = [
      `${day}/rollout-2026-11-21T01-01-01-${id}.jsonl`,
      `${day}/rollout-2026-11-21T01-01-01-${id}.jsonl.zst`
    ]
    const text = `${event({ type: 'token_count', info: null })}\n`
    writeFileSync(join(home, good), text)
    writeFileSync(join(home, bad), 'this is no zstd at all')
    const [thread] = await storageOf(home, rolloutsOf(home))
    expect(thread).to.deep.include({
      files: 2,
      diskBytes: text.length + 22,
      rawBytes: text.length,
      kinds: { ...noBytes(), tokens: text.length },
      unreadable: [{ path: bad, reason: 'invalid zstd data' }]
    })
  })
})
