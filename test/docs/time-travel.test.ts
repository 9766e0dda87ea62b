// The page about time travel shows what commands print. The goal: they still do. The method: run them over the sample home.
import { join } from 'node:path'
import { copySample, removeFolder } from '../support/fixture-home.ts'
import { expectCommands } from '../support/renewed.ts'

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'TIME-TRAVEL.md')

describe('docs/TIME-TRAVEL.md', () => {
  let home = ''
  before(() => {
    home = copySample()
  })
  after(() => removeFolder(home))

  it('shows what every command prints', () => expectCommands(PAGE, () => home))
})
