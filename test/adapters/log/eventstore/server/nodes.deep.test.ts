// Several nodes append to one thread of a store. The goal: one of them wins each revision, and no event is lost or there twice,
// whether they expect revisions or take any, also when they append the same. The method: nodes with connections of their own,
// in one process and in several, and every line of the thread afterwards.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { v7 } from 'uuid'
import { nodesReport } from '../../../../support/store-trials/nodes.ts'
import { begins, openNode, said, type Node } from '../../../../support/store-trials/node.ts'
import { storeUnderTest, type ServerUnderTest } from '../../../../support/store-under-test.ts'
import { messageOf } from '../../../../support/crash.ts'

describe('a thread that several nodes append to', function () {
  // Processes begin six times, and a busy machine answers each of 480 appends.
  this.timeout(900_000)
  let server: ServerUnderTest
  let nodes: ReadonlyArray<Node> = []
  let thread = ''
  before(async () => {
    server = await storeUnderTest()
    nodes = await Promise.all([server.url, server.url, server.url].map(openNode))
  })
  after(async () => {
    for (const node of nodes) await node.close()
    await server.stop()
  })
  beforeEach(async () => {
    thread = v7()
    const [first] = nodes
    expect(E.isRight((await first?.append(thread, 'no_stream', [begins(thread)])) ?? E.left(0))).to
      .be.true
  })

  const messages = async (node: Node | undefined): Promise<ReadonlyArray<string | undefined>> =>
    ((await node?.lines(thread)) ?? []).slice(1).map(messageOf)

  it('lets one through for each revision, also when all append the same', async () => {
    for (let at = 1; at <= 40; at++) {
      const answers = await Promise.all(
        nodes.map((node) => node.append(thread, at, [said('the same')]))
      )
      expect(answers.filter(E.isRight).map(({ right }) => right.from.revision)).to.deep.equal([at])
      expect(answers.filter(E.isLeft).map(({ left }) => left)).to.deep.equal(
        Array.from({ length: nodes.length - 1 }, () => ({
          ...{ _tag: 'WrongExpectedRevision', streamId: thread },
          ...{ expected: at, actual: at + 1 }
        }))
      )
    }
    for (const node of nodes)
      expect(await messages(node)).to.deep.equal(Array.from({ length: 40 }, () => 'the same'))
  })

  it('begins a thread once when all begin it', async () => {
    const other = v7()
    const answers = await Promise.all(
      nodes.map((node, i) => node.append(other, 'no_stream', [begins(other), said(`${i}`)]))
    )
    expect(answers.filter(E.isRight)).to.have.length(1)
    for (const answer of answers.filter(E.isLeft))
      expect(answer.left).to.deep.include({ _tag: 'WrongExpectedRevision', actual: 2 })
    expect(await nodes[0]?.lines(other)).to.have.length(2)
  })

  it('has every event once, where it was answered, when nodes take any revision', async () => {
    const many = nodes.map(async (node, i) => {
      const places: Array<readonly [number, string]> = []
      for (let n = 0; n < 50; n++) {
        const answer = await node.append(thread, 'any', [said(`${i}-${n}`), said(`${i}-${n}b`)])
        if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
        places.push([answer.right.from.revision, `${i}-${n}`])
      }
      return places
    })
    const places = (await Promise.all(many)).flat()
    expect(places).to.have.length(nodes.length * 50)
    const all = [undefined, ...(await messages(nodes[1]))]
    expect(places.map(([revision]) => all[revision])).to.deep.equal(places.map(([, text]) => text))
    expect([all.length - 1, new Set(all).size - 1]).to.deep.equal([300, 300])
  })

  it('is the same in processes of their own, with expected revisions, with any, and with equal events', async () => {
    const report = await nodesReport(server.url, 2, 60)
    expect(report.problems).to.deep.equal([])
    expect(report.appended).to.equal(2 * 2 * 60 + 60)
  })
})
