// A person at the real terminal interface whose server passes turns to the real Codex. The goal: nothing differs from the real
// server alone. The method: press the same keys against both, and compare the lines that stand in the files afterwards.
import { expect } from 'chai'
import { askOnce, listening, type Starter } from '../../../oracle/listening.ts'
import { DEEDS, openThread, quit, type Deed, type Person } from '../../../oracle/turns/keys.ts'
import { scriptedModel, type ScriptedModel } from '../../../oracle/turns/model.ts'
import {
  realServer,
  relayServer,
  rolloutsIn,
  turnsPlace,
  type TurnsPlace
} from '../../../oracle/turns/place.ts'
import { kindsIn } from '../../../oracle/turns/written.ts'
import { checked } from '../../../support/checked.ts'
import { peers, type Peer } from '../../../support/peers.ts'
import { hasTmux } from '../../../support/tmux.ts'

const MINUTES_MAX = 5
const ID = /([0-9a-f-]{36})\.jsonl$/
/** What the relay says of writers that it does not know. */
const FOREIGN = 'Another program wrote'

const idOf = ({ home }: TurnsPlace): string => ID.exec(rolloutsIn(home)[0] ?? '')?.[1] ?? ''

interface Played {
  readonly place: TurnsPlace
  /** What was on the screen when the person was done with each thing. */
  readonly screens: ReadonlyArray<string>
}

/** Opens the first thread of a home, does all that, and quits. */
const played = async (
  { era, codex }: Peer,
  model: ScriptedModel,
  deeds: ReadonlyArray<Deed>,
  starterOf: (place: TurnsPlace) => Starter
): Promise<Played> => {
  const place = turnsPlace(era, model.port)
  const server = await listening(starterOf(place), 'ws', place.home, place.directory)
  // An interface that comes before Codex listens is told after a second that there are no models, and sends other turns then.
  await askOnce(server, 'collaborationMode/list', {})
  const asks = era === '0.169' ? 'ask' : 'run'
  const isQuick = era === '0.169'
  const person: Person = {
    ...{ place, model, codex, asks, isQuick, address: server.address },
    ...{ one: null, doing: '' }
  }
  const screens: Array<string> = []
  try {
    for (const deed of [open, ...deeds, quit]) {
      await deed(person)
      screens.push(person.one?.screen() ?? '')
    }
    return { place, screens }
  } finally {
    person.one?.close()
    await server.stop()
  }
}

const open: Deed = (person) => openThread(person, 'resume', idOf(person.place))

/** 0.169 refuses to take a message back in a thread that it keeps in its database. */
const script = ({ era }: Peer): ReadonlyArray<Deed> => [
  ...[DEEDS.turn, DEEDS.tool, DEEDS.interrupt, DEEDS.steer, DEEDS.compact, DEEDS.review],
  ...[DEEDS.shell, DEEDS.rename, ...(era === '0.169' ? [] : [DEEDS.edit]), DEEDS.fork],
  ...[DEEDS.begin, DEEDS.approve, DEEDS.deny, quit, open, DEEDS.turn]
]

const describePeer = (peer: Peer): Mocha.Suite =>
  describe(`the terminal interface of Codex ${peer.version}, on this server`, () => {
    let model: ScriptedModel
    let model2: ScriptedModel
    before(async () => {
      ;[model, model2] = [await scriptedModel(), await scriptedModel()]
    })
    after(async () => {
      await Promise.all([model.close(), model2.close()])
    })

    it('writes, key by key, the lines that it writes with the real server alone; nothing is broken then', async function () {
      this.timeout(MINUTES_MAX * 60_000)
      const [ours, theirs] = await Promise.all([
        played(peer, model, script(peer), (place) => relayServer(place, peer.era, peer.codex)),
        played(peer, model2, script(peer), (place) => realServer(place, peer.codex))
      ])
      try {
        expect(kindsIn(ours.place.home)).to.deep.equal(kindsIn(theirs.place.home))
        const { findings } = await checked({ home: ours.place.home })
        expect(findings.map(({ kind }) => kind)).to.deep.equal([])
        expect(ours.screens.filter((screen) => screen.includes(FOREIGN))).to.deep.equal([])
      } finally {
        ours.place.remove()
        theirs.place.remove()
      }
    })
  })

const installed = hasTmux() ? peers() : []
if (installed.length === 0)
  it(
    'terminal interfaces of a real Codex (pending: CODEX_PEERS names no folder with one, or there is no tmux)'
  )
for (const peer of installed) describePeer(peer)
