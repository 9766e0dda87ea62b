// Choosing from a list: keys, the filter, and what is drawn. Rows are hostile, wide and many.
import { expect } from 'chai'
import { keyReader, type Key } from '../../../adapters/cli/terminal/keys.ts'
import {
  afterKey,
  choiceOf,
  screenOf,
  startPicker,
  withRows,
  type Choice,
  type Picker
} from '../../../adapters/cli/terminal/picker.ts'
import { frame } from '../../../adapters/cli/terminal/terminal.ts'
import { widthOf } from '../../../adapters/cli/text/text.ts'

const row = (id: string, title: string, directory = '/work/demo', preview = ''): Choice =>
  choiceOf({ id, shortId: id.slice(0, 13), when: '2026-11-21 06:46', directory, title, preview })

const plain = (_: unknown, text: string): string => text

const started = (rows: ReadonlyArray<Choice>, query = ''): Picker =>
  withRows(startPicker(query, true), rows, false)

const SIZE = { columns: 80, rows: 10 }

const after = (picker: Picker, ...keys: ReadonlyArray<Key>): Picker =>
  keys.reduce((now, key) => {
    const next = afterKey(now, key, SIZE)
    if ('chosen' in next) throw new Error('over')
    return next
  }, picker)

const read = (...chunks: ReadonlyArray<string | Buffer>): ReadonlyArray<Key> => {
  const keys: Array<Key> = []
  const reader = keyReader()
  for (const chunk of chunks) reader.take(Buffer.from(chunk as string), (key) => keys.push(key))
  reader.close()
  return keys
}

const ids = ({ matches }: Picker): ReadonlyArray<string> => matches.map(({ id }) => id)

describe('picker', () => {
  it('reads keys in whatever pieces they come', () => {
    expect(read('a', '\u001b', '[A', '\u001b[5', '~\r\u0003')).to.deep.equal([
      { name: 'text', text: 'a' },
      { name: 'up' },
      { name: 'pageUp' },
      { name: 'enter' },
      { name: 'interrupt' }
    ])
  })

  it('takes a paste as one text, and drops what is no key', () => {
    expect(read('\u001b[200~two\r\nlin', 'es\u001b[31m\u001b[20', '1~b')).to.deep.equal([
      { name: 'text', text: 'two lines[31m' },
      { name: 'text', text: 'b' }
    ])
    expect(read(Buffer.from([0xff, 0xfe, 0x61]), '\u001b[99;99R')).to.deep.equal([
      { name: 'text', text: 'a' }
    ])
    const [first, second] = [...Buffer.from('é')]
    expect(read(Buffer.from([first ?? 0]), Buffer.from([second ?? 0]))).to.deep.equal([
      { name: 'text', text: 'é' }
    ])
  })

  it('filters by words in any order, nearest first, without case and accents', () => {
    const rows = [
      row('1', 'Repair the gate'),
      row('2', 'Gärten gießen'),
      row('3', 'other', '/work/gate'),
      row('4', 'greatest author ever')
    ]
    expect(ids(started(rows, 'gate'))).to.deep.equal(['1', '3', '2', '4'])
    expect(ids(started(rows, 'GARTEN'))).to.deep.equal(['2'])
    expect(ids(started(rows, 'gate repair'))).to.deep.equal(['1'])
    expect(ids(started(rows, 'zzz'))).to.deep.equal([])
  })

  it('moves, keeps its choice while rows come, and ends with it or without', () => {
    const rows = Array.from({ length: 30 }, (_, i) => row(String(i), `thread ${i}`))
    const moved = after(started(rows), { name: 'pageDown' }, { name: 'down' }, { name: 'up' })
    expect(moved.at).to.equal(8)
    const more = withRows(moved, [row('new', 'new'), ...rows], false)
    expect(more.matches[more.at]?.id).to.equal('8')
    expect(afterKey(more, { name: 'enter' }, SIZE)).to.deep.equal({ chosen: more.matches[more.at] })
    expect(afterKey(more, { name: 'escape' }, SIZE)).to.deep.equal({ chosen: null })
    const typed = after(more, { name: 'text', text: 'thread 2' }, { name: 'eraseWord' })
    expect(typed.query).to.equal('thread ')
    expect(after(typed, { name: 'eraseLine' }, { name: 'up' }).at).to.equal(0)
    expect(after(started([]), { name: 'enter' }, { name: 'end' }).at).to.equal(0)
  })

  it('draws hostile and wide rows within the terminal, at every width', () => {
    const rows = [
      row('01a1fcdb-41be', 'evil \u001b[2J\u001b]0;x\u0007\u202e\r\nname', '/tmp/\u001b[31mred'),
      row('01a1fcdb-46e0', '庭のロボット'.repeat(40), '/家/庭'),
      row('01a1fcdb-9999', 'e\u0301'.repeat(300))
    ]
    for (const columns of [20, 60, 100, 200]) {
      const size = { columns, rows: 6 }
      for (const picker of [started(rows), { ...started(rows), hasPreview: true }]) {
        const screen = screenOf(picker, size, ['beside'], plain)
        expect(screen.length).to.equal(6)
        for (const one of screen) {
          // oxlint-disable-next-line no-control-regex -- that is what must not be there
          expect(one).to.not.match(/[\u0000-\u001f\u202e]/)
          expect(widthOf(one), one).to.be.at.most(columns)
        }
      }
    }
  })

  it('filters ten thousand rows, and sends one frame of as many lines as there are', () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => row(`id-${i}`, `thread number ${i}`))
    const picker = after(started(rows), { name: 'text', text: 'number 9999' })
    expect(ids(picker)[0]).to.equal('id-9999')
    expect(frame(screenOf(started(rows), SIZE, [], plain), SIZE).split('\r\n')).to.have.length(10)
  })
})
