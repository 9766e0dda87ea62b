// Long lines are parsed piece by piece. The goal: the same values and refusals as JSON.parse, wherever the pieces end.
import { expect } from 'chai'
import fc from 'fast-check'
import { parsedInPieces } from '../../adapters/log/jsonl/parse-long.ts'

const wholly = (text: Buffer): { readonly value: unknown } | null => {
  try {
    return { value: JSON.parse(text.toString('utf8')) as unknown }
  } catch {
    return null
  }
}

/** Values equal down to the order of members, and to what stands for numbers and lone surrogates. */
const isSame = async (text: Buffer, pieceBytes: number): Promise<void> => {
  const [a, b] = [await parsedInPieces(text, pieceBytes), wholly(text)]
  expect(a, text.toString()).to.deep.equal(b)
  if (a !== null && b !== null) expect(JSON.stringify(a.value)).to.equal(JSON.stringify(b.value))
}

const pieceBytes = fc.integer({ min: 1, max: 40 })
const json = fc.oneof(
  fc.json({ stringUnit: 'binary', maxDepth: 6 }),
  fc
    .jsonValue({ stringUnit: 'grapheme', maxDepth: 4 })
    .map((value) => JSON.stringify(value, null, 2))
)

const ODD: ReadonlyArray<string> = [
  '',
  ' ',
  '1',
  '-0',
  '1e999',
  '-1e-999',
  '12345678901234567890',
  '0.1e+5',
  '01',
  '1.',
  '.5',
  '+1',
  '-',
  '1e',
  'true',
  'tru',
  'nul',
  'null ',
  ' null',
  'null\r',
  'NaN',
  'Infinity',
  '"a',
  '"\\x"',
  '"\\u00"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\ud83d\\ude00"',
  '"\\ud83dx"',
  '"\t"',
  '"\u0001"',
  '"\\u0000"',
  '"\u2028"',
  '{}',
  '{"a":1,}',
  '{,}',
  '{"a"}',
  '{"a":}',
  '{a:1}',
  "{'a':1}",
  '{"a":1 "b":2}',
  '{"a":1,"a":2}',
  '{"b":1,"a":2,"b":3}',
  '{"__proto__":{"x":1}}',
  '{"__proto__":1}',
  '{"constructor":1,"1":2,"0":3}',
  '{"":{}}',
  '[]',
  '[1,]',
  '[,1]',
  '[1 2]',
  '[[]',
  '[]]',
  '{}}',
  '{} {}',
  '{}x',
  '{}\u00a0',
  '\ufeff{}',
  '[}',
  '{]',
  '[]\n',
  '"a\ufeffb\ufeff"',
  '{"\ufeff":"\u00e9\ufeff\u20ac\ud83d\ude00\ufeff"}',
  '"\\\\n\ufeff"',
  '"a\\ufeffb\\uFEFF"',
  '"\\\ufeff"',
  '1\ufeff',

  '/*a*/1',
  '1 //',
  '[1e400]'
]

describe('a long line, parsed in pieces', () => {
  it('is what JSON.parse makes of it', () =>
    fc.assert(
      fc.asyncProperty(json, pieceBytes, (text, size) => isSame(Buffer.from(text), size)),
      {
        numRuns: 10000
      }
    ))

  it('is refused where JSON.parse refuses it, with any bytes changed', () =>
    fc.assert(
      fc.asyncProperty(
        json,
        pieceBytes,
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...Buffer.from('"\\,:{}[]01-.eu \tnt'))), {
          maxLength: 3,
          minLength: 1
        }),
        (text, size, changes) => {
          const bytes = Buffer.from(text.replace(/[^\x20-\x7e]/g, '?'))
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte
          return isSame(bytes, size)
        }
      ),
      { numRuns: 1000 }
    ))

  for (const text of ODD)
    it(`agrees about ${JSON.stringify(text)}`, async () => {
      for (const size of [1, 2, 3, 1000]) await isSame(Buffer.from(text), size)
    })

  it('is refused when it is nested deeper than a line may be', async () => {
    const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))
    expect(await parsedInPieces(nested(16 * 1024 + 1))).to.equal(null)
    expect(await parsedInPieces(nested(16 * 1024))).to.not.equal(null)
  })
})
