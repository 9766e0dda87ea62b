// Changes of files as lines, in the three shapes that rollouts hold, and changes of hostile ones.
import { expect } from 'chai'
import fc from 'fast-check'
import { parseFileDiff, replacedPairs } from '../../web/parts/hunks.ts'

const update = { type: 'update', move_path: null } as const

describe('changes of files', () => {
  it('are all added, or all removed, where a file came or went', () => {
    expect(parseFileDiff({ kind: { type: 'add' }, diff: 'a\n\nb\n' })).to.deep.equal({
      lines: [
        { kind: 'added', text: 'a', before: null, after: 1 },
        { kind: 'added', text: '', before: null, after: 2 },
        { kind: 'added', text: 'b', before: null, after: 3 }
      ],
      added: 3,
      removed: 0,
      movedTo: null
    })
    expect(parseFileDiff({ kind: { type: 'delete' }, diff: '+a' })).to.deep.equal({
      lines: [{ kind: 'removed', text: '+a', before: 1, after: null }],
      added: 0,
      removed: 1,
      movedTo: null
    })
  })

  it('are hunks without names of files, and may end in where the file went', () => {
    const diff =
      '@@ -3,2 +3,3 @@ fn main\n same\n-old\n+new\n+more\n\\ No newline at end of file\n\nMoved to: b/c.txt\n'
    expect(parseFileDiff({ kind: update, diff })).to.deep.equal({
      lines: [
        { kind: 'hunk', text: '@@ -3,2 +3,3 @@ fn main', before: null, after: null },
        { kind: 'same', text: 'same', before: 3, after: 3 },
        { kind: 'removed', text: 'old', before: 4, after: null },
        { kind: 'added', text: 'new', before: null, after: 4 },
        { kind: 'added', text: 'more', before: null, after: 5 },
        { kind: 'note', text: '\\ No newline at end of file', before: null, after: null }
      ],
      added: 2,
      removed: 1,
      movedTo: 'b/c.txt'
    })
    expect(parseFileDiff({ kind: { type: 'update', move_path: '/d' }, diff: '' }).movedTo).to.equal(
      '/d'
    )
  })

  it('compare lines that replace as many', () => {
    const { lines } = parseFileDiff({
      kind: update,
      diff: '@@ -1 +1 @@\n-a\n-b\n+c\n+d\n same\n-e\n+f\n+g\n'
    })
    expect([...replacedPairs(lines)].sort(([a], [b]) => a - b)).to.deep.equal([
      [1, 3],
      [2, 4],
      [3, 1],
      [4, 2]
    ])
  })

  it('lose no line and never throw, whatever the text', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '@@ -1 +1 @@',
        '@@ -999999999999 +1 @@',
        '+',
        '-',
        ' ',
        '\\',
        '--- a',
        '+++ b'
      )
    )
    fc.assert(
      fc.property(fc.array(line.map((text) => text.replace(/\n/g, ''))), (texts) => {
        const { lines, added, removed } = parseFileDiff({
          kind: update,
          diff: `${texts.join('\n')}\n`
        })
        if (!texts.some((text) => text.startsWith('Moved to: ')))
          expect(lines.length).to.equal(texts.length === 0 ? 1 : texts.length)
        expect(added).to.equal(lines.filter(({ kind }) => kind === 'added').length)
        expect(removed).to.equal(lines.filter(({ kind }) => kind === 'removed').length)
        replacedPairs(lines)
      })
    )
  })
})
