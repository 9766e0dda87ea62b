/**
 * What the real Codex answered and told about sessions of another agent, step by step, and the ledger and threads that it left: this
 * server does the same. Recorded by `test/oracle/record-imports.ts`.
 */
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eraOfVersion } from '../support/eras.ts'
import { FIXTURES } from '../support/fixture-home.ts'
import { importSteps, importUser, ledgerOf, removeImportUser } from '../support/import-home.ts'
import { importNames } from '../support/import-wire.ts'
import { importedRollouts } from '../support/imported-lines.ts'
import { clientOf, serverOf, type Client } from '../support/rpc-client.ts'

interface RecordedStep {
  readonly asked: string
  readonly told: ReadonlyArray<string>
  readonly ledger: string
}

const FOLDER = join(FIXTURES, 'imports')

interface Found {
  readonly items: ReadonlyArray<{
    readonly details: { readonly sessions: ReadonlyArray<{ readonly path: string }> }
  }>
}

/**
 * Codex reads through a link that leads out of the folder, and then refuses to import it; nothing is read through one here. In 0.130,
 * where messages are what the newest 50 go by, there is room for another session then.
 */
const withoutLink = (text: string): string => {
  if (!text.includes('"sessions":[')) return text
  const { result } = JSON.parse(text) as { readonly result: Found }
  const items = result.items.map((item) => {
    const sessions = item.details.sessions
      .filter(({ path }) => !path.endsWith('link-out.jsonl'))
      .slice(0, 49)
    return { ...item, details: { ...item.details, sessions } }
  })
  const left = items.filter(({ details }) => details.sessions.length > 0)
  return JSON.stringify({ result: { ...result, items: left } })
}

interface LedgerText {
  readonly records: ReadonlyArray<Readonly<Record<string, string>>>
}

/**
 * Codex refreshes records of sessions that were only touched whenever it looks for sessions, and writes all of them anew; looking
 * writes nothing here, and an import refreshes them. Which sessions are known as which threads is the same.
 */
const knownIn = (ledger: string): unknown => {
  if (!ledger.includes('one/gone.jsonl')) return ledger
  const { records } = JSON.parse(ledger.replaceAll('{{TIME}}', '0')) as LedgerText
  return records.map(({ source_path: path, imported_thread_id: id }) => `${path} ${id}`).toSorted()
}

const compared = (step: RecordedStep | undefined): object => {
  const isDetect = step?.asked.includes('/detect') === true
  const told = isDetect ? step.told.map(withoutLink) : step?.told
  return { ...step, told, ledger: knownIn(step?.ledger ?? '') }
}

const ended = async (client: Client, before: number): Promise<void> => {
  const count = () =>
    client.received.filter(({ method }) => method === 'externalAgentConfig/import/completed').length
  while (count() === before) await new Promise((resolve) => setImmediate(resolve))
}

const played = async (version: string) => {
  const profile = eraOfVersion(version)
  const user = importUser()
  const names = importNames(user)
  const server = serverOf(user.home, {
    profile,
    strict: true,
    powers: ['import'],
    userHome: user.userHome
  })
  const client = clientOf(server)
  await client.ask('initialize', {
    clientInfo: { name: 'lab', version: '1' },
    capabilities: { experimentalApi: true }
  })
  const steps: Array<RecordedStep> = []
  for (const step of importSteps(user, profile)) {
    if ('change' in step) {
      step.change(user)
      continue
    }
    const from = client.received.length
    const completed = client.received.filter(({ method }) =>
      String(method).endsWith('/completed')
    ).length
    await client.ask(step.method, step.params)
    if (step.waits === true) await ended(client, completed)
    steps.push({
      asked: names(JSON.stringify([step.method, step.params])),
      told: client.received
        .slice(from)
        .map(({ id: _, ...message }) => names(JSON.stringify(message))),
      ledger: names(ledgerOf(user))
    })
  }
  const rollouts = importedRollouts(user.home).map(names)
  await client.close()
  removeImportUser(user)
  return { steps, rollouts }
}

for (const version of readdirSync(FOLDER).filter((name) => /^\d/.test(name))) {
  describe(`imports as ${version} tells them`, () => {
    it('external_agent_config_import_*: answers, tells, and leaves the ledger and the threads that it does', async () => {
      const recorded = JSON.parse(
        readFileSync(join(FOLDER, version, 'wire.json'), 'utf8')
      ) as Awaited<ReturnType<typeof played>>
      const ours = await played(version)
      for (const [at, step] of recorded.steps.entries()) {
        expect({ at, ...compared(ours.steps[at]) }).to.deep.equal({ at, ...compared(step) })
      }
      expect(ours.rollouts).to.deep.equal(recorded.rollouts)
    })
  })
}
