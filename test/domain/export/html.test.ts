// Markdown of messages as HTML, where somebody wrote it to be hard to read.
import { expect } from 'chai'
import { htmlOf } from '../../../domain/export/html/markdown.ts'
import { printed } from '../../../domain/export/plain.ts'

const shownAsItIs = (text: string): string =>
  `<pre tabindex="0">${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</pre>`

describe('a message as HTML', () => {
  it('is shown as it is where quotations and lists stand in one another without end', () => {
    for (const unit of ['>', '> ', '1. ', '- > '])
      expect(htmlOf(`before\n\n${unit.repeat(20_000)}x`)).to.equal(
        shownAsItIs(`before\n\n${unit.repeat(20_000)}x`)
      )
  })

  it('is shown as it is where a block is all signs', () => {
    for (const unit of ['*a_', '~~', '[a](', '`', '<a '])
      expect(htmlOf(unit.repeat(5000))).to.equal(shownAsItIs(unit.repeat(5000)))
  })

  it('has no emphasis in a paragraph of many hundred signs, and has it in the others', () => {
    const crowded = '_a_ '.repeat(300).trim()
    expect(htmlOf(`*one*\n\n${crowded}\n\n**two**`)).to.equal(
      `<p><em>one</em></p>\n<p>${crowded}</p>\n<p><strong>two</strong></p>\n`
    )
  })

  it('reads a long list of ordinary items', () => {
    const items = Array.from({ length: 400 }, (_, at) => `- **name ${at}**: uses \`code\``)
    expect(htmlOf(items.join('\n')).split('<strong>')).to.have.length(401)
  })
})

describe('what a program printed', () => {
  it('keeps of a line what was written last, also where it is long and where the text ends', () => {
    expect(printed('10%\r50%\r100%\ndone\r\nnext\r\r\nold\rnew')).to.equal('100%\ndone\nnext\nnew')
    expect(printed('a\rb\r')).to.equal('b\n')
    expect(printed('\r')).to.equal('\n')
    expect(printed('\u001b[31mred\u001b[0m')).to.equal('red')
    const long = 'x'.repeat(2_000_000)
    expect(printed(`${long}\r${long}`) === long).to.equal(true)
    expect(printed('\r'.repeat(200_000))).to.equal('\n')
  })
})
