/**
 * What the real Codex answered about providers of models, the sandbox of Windows and device keys: this server does the same. Recorded by
 * `test/oracle/record-host.ts`.
 */
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { eraOfVersion } from '../support/eras.ts'
import { FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import {
  configuredHome,
  PROVIDER_CONFIGS,
  PROVIDER_QUESTIONS,
  SETUP_QUESTIONS
} from '../support/host-questions.ts'
import { initialized, type Message } from '../support/rpc-client.ts'

const FOLDER = join(FIXTURES, 'host')

/** A configuration that Codex does not take at all is read here as far as it goes. */
const refusesConfiguration = (recorded: unknown): boolean =>
  /config\.toml:|other non-default provider fields|reserved built-in|must not be empty|expected a map/.test(
    JSON.stringify(recorded)
  )

/** Unknown methods are refused with the names of all known ones, which `protocol.test.ts` compares. */
const shortened = (message: Message): unknown =>
  JSON.parse(
    JSON.stringify(message).replace(/(unknown variant `[^`]+`, expected one of).*?(?=")/, '$1')
  )

for (const version of readdirSync(FOLDER)) {
  const profile = eraOfVersion(version)
  describe(`facts of the host as ${version} tells them`, () => {
    it('are those of the providers that the configuration names', async () => {
      const recorded = readJson(join(FOLDER, version, 'providers.json')) as Readonly<
        Record<string, Readonly<Record<string, Message>>>
      >
      let compared = 0
      for (const [name, config] of Object.entries(PROVIDER_CONFIGS)) {
        const home = configuredHome(config)
        const client = await initialized(home, { profile })
        for (const method of PROVIDER_QUESTIONS) {
          const theirs = recorded[name]?.[method] ?? {}
          const ours = await client.ask(method, {})
          if (refusesConfiguration(theirs)) {
            expect(ours, `${name} ${method}`).to.have.property('result')
            continue
          }
          compared += 1
          expect(shortened(ours), `${name} ${method}`).to.deep.equal(shortened(theirs))
        }
        await client.close()
        removeFolder(home)
      }
      expect(compared).to.be.greaterThan(20)
    })

    it('device_key: has no sandbox to set up off Windows, and knows no device keys', async () => {
      const recorded = readJson(join(FOLDER, version, 'setups.json'))
      const home = configuredHome('')
      const client = await initialized(home, { profile })
      const ours: Array<unknown> = []
      for (const [method, params] of SETUP_QUESTIONS) {
        const from = client.received.length
        await client.ask(method, params ?? undefined)
        ours.push(
          client.received.slice(from).map(({ id: _, emittedAtMs: __, ...told }) => shortened(told))
        )
      }
      await client.close()
      removeFolder(home)
      const theirs = recorded as ReadonlyArray<ReadonlyArray<Message>>
      expect(ours).to.deep.equal(theirs.map((told) => told.map(shortened)))
    })

    it('have no sandbox to set up on Windows either, in words of our own', async () => {
      const home = configuredHome('')
      const client = await initialized(home, { profile, platform: 'win32' })
      const from = client.received.length
      for (const mode of ['elevated', 'unelevated'])
        await client.ask('windowsSandbox/setupStart', { mode })
      const ready = await client.ask('windowsSandbox/readiness')
      await client.close()
      removeFolder(home)
      const told = client.received
        .slice(from, -1)
        .map(({ id: _, emittedAtMs: __, ...rest }) => rest)
      const error = 'this server sets up no Windows sandbox'
      expect(told).to.deep.equal(
        ['elevated', 'unelevated'].flatMap((mode) => [
          { result: { started: true } },
          {
            method: 'windowsSandbox/setupCompleted',
            params: { mode, success: false, error }
          }
        ])
      )
      expect(ready).to.deep.equal({ result: { status: 'notConfigured' } })
    })
  })
}
