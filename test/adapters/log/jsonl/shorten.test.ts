// Long lines in little memory. The measure is `JSON.parse` of the whole line: a shortened one parses where that does, and each
// of its texts is the beginning of the text there, with the number of bytes that are missing.
import { expect } from 'chai'
import fc from 'fast-check'
import { unmarked } from '../../../../domain/thread/budget/shortened.ts'
import { shorten } from '../../../../adapters/log/jsonl/shorten.ts'

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

/** A line in chunks that share one buffer, as a reader has them. */
function* chunksOf(line: Buffer, size: number): Generator<Buffer> {
  const buffer = Buffer.alloc(size)
  for (let at = 0; at < line.length; at += size) {
    const bytes = line.copy(buffer, 0, at, Math.min(line.length, at + size))
    yield buffer.subarray(0, bytes)
    buffer.fill(0xff)
  }
}

const parsed = (line: Buffer): unknown => {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch {
    return undefined
  }
}

/** Every text is the whole one or its beginning. */
const checkTexts = (short: unknown, whole: unknown): void => {
  if (typeof short === 'string') expect((whole as string).startsWith(short)).to.equal(true)
  else if (typeof short !== 'object' || short === null) expect(short).to.equal(whole)
  else {
    expect(Object.keys(short)).to.deep.equal(Object.keys(whole as object))
    for (const [key, value] of Object.entries(short))
      checkTexts(value, (whole as Readonly<Record<string, unknown>>)[key])
  }
}

const piece = fc.constantFrom('a', 'é', '日', '🎉', '"', '\\', '\n', '\u0001', ':', '{', ' ')
const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.constantFrom(null, true, 12.5),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('id', 'text', 'a b', 'turn_id', 'ü'), tie('value'))
  )
}))

describe('a shortened line', () => {
  it('has the same structure, beginnings of the same texts, and tells what is missing', () =>
    fc.assert(
      fc.property(json, fc.nat(40), fc.integer({ min: 1, max: 50 }), (value, most, size) => {
        const line = Buffer.from(JSON.stringify(value))
        const short = shorten(chunksOf(line, size), most)
        if (short === null) return
        const { value: kept, missingBytes } = unmarked(parsed(short.line))
        checkTexts(kept, value)
        expect(bytesOf(kept) + missingBytes).to.equal(line.length)
        expect(short.isCut).to.equal(missingBytes > 0)
      }),
      { numRuns: 500 }
    ))

  it('is no JSON, or is left alone, where the whole line is no JSON or no UTF-8', () =>
    fc.assert(
      fc.property(
        json,
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 1, max: 50 }),
        (value, at, byte, size) => {
          const line = Buffer.from(JSON.stringify(value))
          line[at % line.length] = byte
          const isWhole =
            parsed(line) !== undefined && Buffer.from(line.toString('utf8')).equals(line)
          const short = shorten(chunksOf(line, size), 5)
          if (short !== null) expect(parsed(short.line) !== undefined).to.equal(isWhole)
        }
      ),
      { numRuns: 1000 }
    ))

  it('keeps names whole, and gives up on long keys', () => {
    const short = (value: unknown) => {
      const cut = shorten([Buffer.from(JSON.stringify(value))], 8)
      return cut === null ? null : unmarked(parsed(cut.line)).value
    }
    expect(short({ id: '0123456789', call_id: '0123456789', text: '0123456789' })).to.deep.equal({
      id: '0123456789',
      call_id: '0123456789',
      text: '01234567'
    })
    expect(short({ '0123456789': 1 })).to.equal(null)
  })

  it('is not taken in by texts that look like its marks', () => {
    const line = Buffer.from(`{"text":"a\\udfff99\\udfffb","more":"${'c'.repeat(20)}"}`)
    const { value, missingBytes } = unmarked(parsed(shorten([line], 10)?.line ?? line))
    expect({ value, missingBytes }).to.deep.equal({
      value: { text: 'a', more: 'c'.repeat(10) },
      missingBytes: '\\udfff99\\udfffb'.length + 10
    })
  })
})
