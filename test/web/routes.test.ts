// Addresses of the page.
import { expect } from 'chai'
import fc from 'fast-check'
import {
  HOME_PAGES,
  THREAD_VIEWS,
  hrefOf,
  parsePoint,
  parseRoute,
  printPoint,
  threadHref,
  type PointInAddress
} from '../../web/routes.ts'

const split = (href: string) => new URL(href, 'http://page')
const routeOf = (href: string) => {
  const { pathname, search, hash } = split(href)
  return parseRoute(pathname, search, hash)
}

const id = fc.stringMatching(/^[\w-]{1,64}$/)
const point: fc.Arbitrary<PointInAddress> = fc.oneof(
  fc.record({ revision: fc.nat() }),
  fc.record({ turnId: id }),
  fc.record({ timeMs: fc.nat() })
)

describe('addresses of the page', () => {
  it('lead back to a thread, a turn, an item and a point in time', () => {
    fc.assert(
      fc.property(
        id,
        fc.option(id),
        fc.option(id),
        fc.option(point),
        (threadId, turnId, itemId, at) => {
          const route = routeOf(threadHref(threadId, { turnId, itemId, at }))
          const query = at === null ? {} : { at: printPoint(at) }
          expect(route).to.deep.equal({
            page: 'thread',
            threadId,
            view: 'turns',
            turnId,
            itemId,
            at,
            query
          })
        }
      )
    )
  })

  it('lead to every view and page', () => {
    for (const view of THREAD_VIEWS)
      expect(routeOf(threadHref('abc', { view }))).to.include({
        page: 'thread',
        threadId: 'abc',
        view
      })
    for (const page of HOME_PAGES)
      expect(routeOf(`/${page}?q=a%20b`)).to.deep.equal({ page, query: { q: 'a b' } })
    expect(routeOf('/')).to.deep.equal({ page: 'threads', query: {} })
  })

  it('ask for nothing else, whatever they hold', () => {
    for (const path of [
      '/x',
      '/t',
      '/t/a%2Fb',
      '/t/a/turn',
      '/t/a/turn/b/c',
      '/t/a/else',
      '/t/a/files/x',
      '/usage/x',
      '/t/%E0%A4'
    ])
      expect(routeOf(path).page, path).to.equal('unknown')
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), (path, search) => {
        parseRoute(path, `?${search}`, '#%')
      })
    )
  })

  it('take no ticket for an item, and no wrong point', () => {
    expect(parseRoute('/t/a', '', '#ticket=abc')).to.include({ itemId: null })
    for (const text of [
      '',
      'rev:',
      'rev:-1',
      'rev:1e9',
      'time:x',
      'turn:a/b',
      'at:1',
      'rev:12345678901234567'
    ])
      expect(parsePoint(text), text).to.equal(null)
  })

  it('leave out what is empty', () => {
    expect(hrefOf('/', { q: null, project: '/a b', all: '' })).to.equal('/?project=%2Fa+b')
  })
})
