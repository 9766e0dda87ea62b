// The real server told its clients of the turns it ran, and the lines it wrote meanwhile are recorded too. When these lines
// appear one by one in a file, this server tells its clients the same: in order, and only once. What the log does not
// keep is left out on the recorded side: ids and times of items, failures before 0.169, tools that a replay does not show.
import { expect } from 'chai'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import {
  growing,
  profileOf,
  recordedHomes,
  recordedTold,
  rolloutsOf,
  type Told
} from '../../support/live-told.ts'

/** Items that the log of 0.130 and 0.142 does not keep. */
const NOT_KEPT = new Set([
  'commandExecution',
  'imageView',
  'dynamicToolCall',
  'collabAgentToolCall'
])

/** Homes whose files were changed by hand afterwards, and one where a client joined a running turn and was told counts twice. */
const NOT_COMPARED = new Set(['damaged-130', 'damaged-142', 'live-130'])

/** True for an item that a replay shows: not for a tool that the log does not keep, nor for an empty message. */
const isKept = (item: NonNullable<Told['params']['item']>, isLegacy: boolean): boolean =>
  !(isLegacy && NOT_KEPT.has(item.type)) && !(item.type === 'agentMessage' && item['text'] === '')

/** A review has two turns; live its items are told in the one, in the log they stand in the other. */
const isReview = (told: ReadonlyArray<Told>): boolean =>
  told.some(({ params }) => params.item?.type === 'enteredReviewMode')

const turnOf = ({ params }: Told): string => params.turnId ?? params.turn?.id ?? ''

const byTurn = (told: ReadonlyArray<Told>): ReadonlyMap<string, ReadonlyArray<Told>> => {
  const turns = new Map<string, Array<Told>>()
  for (const one of told) {
    const turn = turnOf(one)
    if (turn !== '') turns.set(turn, [...(turns.get(turn) ?? []), one])
  }
  return turns
}

/** Up to the end of the turn: what follows was told to somebody who loaded the thread again. */
const untilEnd = (told: ReadonlyArray<Told>): ReadonlyArray<Told> => {
  const end = told.findIndex(({ method }) => method === 'turn/completed')
  return end === -1 ? told : told.slice(0, end + 1)
}

/** An item as both sides know it: the log joins texts of a message, and need not keep raw reasoning. */
const shapeOf = (item: NonNullable<Told['params']['item']>): unknown => {
  const { id, startedAtMs: _, completedAtMs: __, ...rest } = item
  const known =
    rest.type === 'userMessage' || rest.type === 'reasoning' ? { type: rest.type } : rest
  const { savedPath: ___, ...shown } = known as { readonly savedPath?: unknown }
  return /^(call|ws|ig)_/.test(id) ? { id, ...shown } : shown
}

/** The turn as one list: how it began, what was completed, what was counted, how it ended. */
const listed = (told: ReadonlyArray<Told>, isLegacy: boolean): ReadonlyArray<unknown> =>
  told.flatMap<unknown>(({ method, params: { turn, item, tokenUsage } }) => {
    if (turn !== undefined) {
      const { items, ...rest } = turn
      const said = (items as ReadonlyArray<{ readonly text: string }>).map(({ text }) => text)
      return [{ method, ...rest, said }]
    }
    if (method === 'thread/tokenUsage/updated') return [{ method, tokenUsage }]
    if (method !== 'item/completed' || item === undefined) return []
    // Reasoning is complete when something else follows; the log says no more.
    if (item.type === 'reasoning' || !isKept(item, isLegacy)) return []
    return [{ method, item: shapeOf(item) }]
  })

const typesOf = (told: ReadonlyArray<Told>, isLegacy: boolean): ReadonlyArray<string> => {
  const completed = new Set(
    told.flatMap(({ method, params }) =>
      method === 'item/completed' && params.item !== undefined && isKept(params.item, isLegacy)
        ? [params.item.id]
        : []
    )
  )
  return told
    .flatMap(({ method, params: { item } }) =>
      item === undefined || !completed.has(item.id) ? [] : [`${method} ${item.type}`]
    )
    .sort()
}

const endOf = (told: ReadonlyArray<Told>): string =>
  (told.find(({ method }) => method === 'turn/completed')?.params.turn?.['status'] ?? '') as string

describe('live follow beside the recorded server', () => {
  for (const home of recordedHomes()) {
    const recorded = recordedTold(home)
    if (isReview(recorded) || NOT_COMPARED.has(home)) continue
    const isLegacy = profileOf(home) !== '0.169'
    it(`tells of the turns of ${home} what Codex told`, async () => {
      for (const rollout of rolloutsOf(home)) {
        const folder = temporaryFolder()
        const thread = await growing(folder, home, rollout, {})
        const all: Array<Told> = []
        while (thread.linesLeft() > 0)
          all.push(...((await thread.grow(1)) as unknown as ReadonlyArray<Told>))
        await thread.close()
        removeFolder(folder)
        const theirs = byTurn(recorded.filter(({ params }) => params.threadId === thread.threadId))
        const ours = byTurn(all)
        for (const [turn, heard] of theirs) {
          const live = untilEnd(heard)
          const told = untilEnd(ours.get(turn) ?? [])
          const how = endOf(live)
          if (how === '' || told.length === 0 || (isLegacy && how === 'failed')) continue
          expect(listed(told, isLegacy), turn).to.deep.equal(listed(live, isLegacy))
          expect(typesOf(told, isLegacy), turn).to.deep.equal(typesOf(live, isLegacy))
        }
      }
    })
  }
})
