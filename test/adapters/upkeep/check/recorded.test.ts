// Homes that real binaries wrote. The goal: what is whole gets no finding. The method: every recorded home is checked, and
// whatever is worse than a note must be in this table, with the reason why it is really there. Expected by hand from what was
// done to the homes when they were recorded.
import { expect } from 'chai'
import type { Finding } from '../../../../domain/upkeep/check/finding.ts'
import { checked } from '../../../support/checked.ts'
import { copyHome, homeNames, removeFolder } from '../../../support/fixture-home.ts'

// Each is: home, kind, what the name ends with, offset.

/** The process was killed in the middle of a turn, and the thread went on later. */
const KILLED = [
  'crash-130 open_turn 8ffe77690021 5638',
  'crash-142 open_turn cbe5de06892a 5570',
  'crash-169 open_turn 0210928969e7 12920',
  'walk-1-142 open_turn a4bad1a8082f 7179',
  'walk-2-130 open_turn 1d747e0f3a89 21544',
  'walk-2-130 open_turn 1d747e0f3a89 27238'
]

/** The home was damaged on purpose: lines were cut, added or taken away. */
const WOUNDED = [
  'damaged-130 no_final_newline 6a49cdd32c68 8208',
  'damaged-130 no_session_meta 7df94deb10f7',
  'damaged-130 not_an_event 30c23ee2b764 1604',
  'damaged-130 not_an_event 30c23ee2b764 1607',
  'damaged-130 not_an_event 30c23ee2b764 1610',
  'damaged-130 not_json 30c23ee2b764 1568',
  'damaged-130 torn_line 30c23ee2b764 1585',
  'damaged-130 torn_tail 694f610668a2 8365',
  'damaged-142 no_final_newline 5aa3d441b06a 8199',
  'damaged-142 no_session_meta 45c08a574390',
  'damaged-142 not_an_event 9ec640c8a8bf 1862',
  'damaged-142 not_an_event 9ec640c8a8bf 1865',
  'damaged-142 not_an_event 9ec640c8a8bf 1868',
  'damaged-142 not_json 9ec640c8a8bf 1826',
  'damaged-142 torn_line 9ec640c8a8bf 1843',
  'damaged-142 torn_tail 5b2eafd442f3 7910'
]

/** Paths and long texts were shortened when the home was recorded, so that places in other files do not fit any more. */
const SHORTENED = [
  'agents-169 base_mismatch 7231fca53021 0',
  'compaction-169 base_mismatch 4f96dc5cbbd2 0',
  'compaction-169 base_mismatch 8f9e83e8f391 0',
  'compaction-169 base_shrunk a729c68a1e4d 0',
  'errors-169 base_mismatch 046560795b9c 0',
  'fork-rollback-169 base_mismatch 389fc3d8eb20 0',
  'live-169 base_mismatch c2bada8833e4 0',
  'pages-169 base_mismatch 4e71da864f56 0',
  'plugin-169 base_shrunk b462c1abe168 0',
  'walk-1-169 base_mismatch b11b5e95c7d6 0'
]

const placeOf = (name: string, { kind, path, range }: Finding): string =>
  `${name} ${kind} ${path?.replace(/\.jsonl(\.zst)?$/, '').slice(-12) ?? ''} ${range?.offsetBytes ?? ''}`.trim()

describe('check: recorded homes', () => {
  it('finds nothing in them but what was done to them', async () => {
    const places: Array<string> = []
    for (const name of homeNames()) {
      const home = copyHome(name)
      try {
        for (const finding of (await checked({ home })).findings)
          if (finding.severity !== 'note') places.push(placeOf(name, finding))
      } finally {
        removeFolder(home)
      }
    }
    expect(places.sort()).to.deep.equal([...KILLED, ...WOUNDED, ...SHORTENED].sort())
  })
})
