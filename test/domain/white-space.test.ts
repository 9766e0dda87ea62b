import { expect } from 'chai'
import { isBlank, trimmed } from '../../domain/white-space.ts'

describe('white space', () => {
  it('is that of Unicode: U+0085 is some, a byte order mark and a zero width space are none', () => {
    const spaces = '\t\n\v\f\r \u0085\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000'
    expect(trimmed(`${spaces}a b${spaces}`)).to.equal('a b')
    expect(isBlank(spaces)).to.equal(true)
    for (const letter of ['\ufeff', '\u200b', '\u0000']) {
      expect(trimmed(` ${letter} `)).to.equal(letter)
      expect(isBlank(letter)).to.equal(false)
    }
  })
})
