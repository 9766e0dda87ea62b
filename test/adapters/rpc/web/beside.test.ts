// The page beside the protocol: `unroll app-server --listen ws://… --web`, and the same without it.
import { expect } from 'chai'
import { runAppServer, type OpenPage } from '../../../../adapters/rpc/app-server.ts'
import { copyHome, removeFolder } from '../../../support/fixture-home.ts'
import { openInitialized, rawHttp, UPGRADE } from '../../../support/ws-client.ts'

describe('the page beside the protocol', () => {
  it('is served to browsers with its token, and clients of Codex come as they do without it', async () => {
    const home = copyHome('basic-142')
    const stop = new AbortController()
    let ended: Promise<number> = Promise.resolve(1)
    const page = await new Promise<OpenPage>((onOpen) => {
      ended = runAppServer({
        ...{
          home,
          index: 'memory',
          profile: '0.169',
          strict: false,
          version: '1',
          startup: 'none'
        },
        listen: { kind: 'websocket', host: '127.0.0.1', port: 0 },
        web: { onOpen },
        stop: stop.signal
      })
    })
    const port = Number(new URL(page.origin).port)
    const host = ['Host', `127.0.0.1:${port}`] as const
    expect(new URL(page.newAddress('/usage')).pathname).to.equal('/usage')
    expect((await rawHttp(port, 'GET', '/usage', [host])).status).to.equal(200)
    expect((await rawHttp(port, 'GET', '/readyz', [host])).status).to.equal(200)
    const client = await openInitialized(`ws://127.0.0.1:${port}`)
    expect(await client.ask('thread/list', { limit: 1 })).to.have.property('result')
    const own = ['Origin', page.origin] as const
    expect((await rawHttp(port, 'GET', '/', [host, own, ...UPGRADE])).status).to.equal(401)
    const foreign = ['Origin', 'https://evil.example'] as const
    expect((await rawHttp(port, 'GET', '/', [host, foreign])).status).to.equal(403)
    client.socket.close()
    stop.abort()
    expect(await ended).to.equal(0)
    removeFolder(home)
  })
})
