// Lists that are longer than a box of a browser can be: what a place of the scroll bar stands for.
import { expect } from 'chai'
import {
  BOX_PX_MAX,
  boxHeight,
  boxOffset,
  listOffset,
  movedOffset
} from '../../web/parts/scroll-scale.ts'

const SHORT = { total: 5000, view: 800 }
const LONG = { total: 60_000_000, view: 1000 }
const END = LONG.total - LONG.view
const BOX_END = BOX_PX_MAX - LONG.view

describe('the scroll bar of a long list', () => {
  it('stands where the list stands while the box can be as high as the list', () => {
    expect([0, 37, 4200].map((px) => [boxOffset(px, SHORT), listOffset(px, SHORT)])).to.deep.equal([
      [0, 0],
      [37, 37],
      [4200, 4200]
    ])
    expect(boxHeight(SHORT.total)).to.equal(5000)
  })

  it('has both ends and the middle of a list that is longer', () => {
    expect(boxHeight(LONG.total)).to.equal(BOX_PX_MAX)
    expect([0, END / 2, END].map((px) => boxOffset(px, LONG))).to.deep.equal([
      0,
      BOX_END / 2,
      BOX_END
    ])
    expect([0, BOX_END / 2, BOX_END].map((px) => listOffset(px, LONG))).to.deep.equal([
      0,
      END / 2,
      END
    ])
  })

  it('moves by real pixels with a wheel or a key, and by proportion when it is dragged', () => {
    const before = { top: 6_000_000, offset: 30_000_000 }
    expect(movedOffset(before, 6_000_120, LONG)).to.equal(30_000_120)
    expect(movedOffset(before, 5_999_000, LONG)).to.equal(29_999_000)
    expect(movedOffset(before, 9_000_000, LONG)).to.equal(listOffset(9_000_000, LONG))
  })

  it('ends where the box ends', () => {
    expect(movedOffset({ top: BOX_END - 50, offset: END - 9000 }, BOX_END, LONG)).to.equal(END)
    expect(movedOffset({ top: 40, offset: 9000 }, 0, LONG)).to.equal(0)
    expect(movedOffset({ top: 10, offset: END - 5 }, 200, LONG)).to.equal(END)
  })
})
