// Messages inside of a larger Markdown file. What is right follows from CommonMark 0.31, whose rules are named in the titles.
import { expect } from 'chai'
import { marked } from 'marked'
import { embedded, fenced } from '../../../domain/export/markdown-text.ts'
import { htmlOf } from '../../../domain/export/html/markdown.ts'
import { PAYLOADS } from '../../support/hostile-markup.ts'

/** Tags that a reader of Markdown would take from a text as HTML of its own. */
const tagsIn = (markdown: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  const walk = (tokens: ReadonlyArray<{ type: string; raw: string }>): void => {
    for (const token of tokens) {
      if (token.type === 'html' || token.type === 'image') found.push(token.raw)
      for (const inner of ['tokens', 'items', 'header'] as const) {
        const more = (token as Record<string, unknown>)[inner]
        if (Array.isArray(more)) walk(more as typeof tokens)
      }
    }
  }
  walk(marked.lexer(markdown) as never)
  return found
}

describe('a message inside of an exported Markdown file', () => {
  const shifted = (text: string) => embedded(text, 2)

  it('has its headings below those of the file, six levels at most, and none that is underlined', () => {
    expect(shifted('# One\n\n###### Six\n#hash\n> ## In a quote')).to.equal(
      '### One\n\n###### Six\n#hash\n> #### In a quote'
    )
    expect(shifted('Title\n=====\ntext\n\nOther\n---')).to.equal('Title\n\ntext\n\nOther\n\n---')
  })

  it('keeps code as it is: fences, spans of one line', () => {
    const code = '```html\n# no heading\n<script>\n```'
    expect(shifted(code)).to.equal(code)
    expect(shifted('use `<b>` and ``a ` <i>``')).to.equal('use `<b>` and ``a ` <i>``')
  })

  it('shows HTML and pictures as text, and closes a fence that is left open', () => {
    expect(
      shifted('<b>x</b> a < b <https://example.com> ![p](https://evil.example/p.png)')
    ).to.equal('&lt;b>x&lt;/b> a < b <https://example.com> !\\[p](https://evil.example/p.png)')
    expect(shifted('~~~~\nopen')).to.equal('~~~~\nopen\n~~~~')
  })

  it('takes nothing for code that another reader may take for text', () => {
    expect(shifted('one ` two\nthree ` <script> ` four')).to.equal(
      'one ` two\nthree ` &lt;script> ` four'
    )
    expect(shifted('- a\n  ```\n  code\nout <script>')).to.equal(
      '- a\n  ```\n  code\nout &lt;script>\n```'
    )
  })

  it('leaves no tag and no picture of hostile texts for a reader of Markdown', () => {
    const wrong = PAYLOADS.filter((text) => text.length < 100_000).filter(
      (text) => tagsIn(shifted(text)).length > 0
    )
    expect(wrong).to.deep.equal([])
  })

  it('is fenced by more marks than stand in it', () => {
    expect(fenced('text', 'a\n~~~\nb')).to.equal('~~~~text\na\n~~~\nb\n~~~~')
  })
})

describe('a message as HTML', () => {
  it('has the markup of Markdown and no other', () => {
    expect(htmlOf('# A\n\n*b* `<i>` [c](https://example.com "t") <b>')).to.equal(
      '<h3>A</h3>\n<p><em>b</em> <code>&lt;i&gt;</code> <a href="https://example.com" rel="noopener noreferrer nofollow">c</a> &lt;b&gt;</p>\n'
    )
    expect(htmlOf('- [x] done\n- [ ] open')).to.not.include('<input')
  })

  it('has only tags of Markdown, links to the web and to mail, and no handler, whatever the text', () => {
    const TAGS =
      /^\/?(?:a|p|br|hr|strong|em|del|code|pre|blockquote|ul|ol|li|h[3-6]|table|thead|tbody|tr|th|td|div)$/
    const wrong: Array<string> = []
    for (const text of PAYLOADS) {
      const html = htmlOf(text)
      for (const [, name = '', attributes = ''] of html.matchAll(/<([^\s>]*)([^>]*)>/g)) {
        const isKnown = TAGS.test(name.toLowerCase())
        const others = attributes.replace(
          / (?:href="(?:https?:|mailto:)[^"]*"|rel="noopener noreferrer nofollow"|align="(?:left|right|center)"|start="\d+"|tabindex="0"|role="group"|aria-label="table"|class="wide")/gi,
          ''
        )
        if (!isKnown || others.replace('/', '').trim() !== '') wrong.push(`${name}${attributes}`)
      }
    }
    expect(wrong).to.deep.equal([])
  })
})
