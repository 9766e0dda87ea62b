// Digests: the numbers every other tool gives.
import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { sha256Hex } from '../../domain/digest.ts'

describe('the digest of a text', () => {
  it('is the SHA-256 of its UTF-8 bytes, whatever the text', () => {
    const texts = ['', 'abc', 'ä\u{1f600}\u0000', 'x'.repeat(200_000), '\ud800']
    const known = texts.map((text) => createHash('sha256').update(text, 'utf8').digest('hex'))
    expect(texts.map(sha256Hex)).to.deep.equal(known)
  })
})
