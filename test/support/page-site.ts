/**
 * A page to be served, and its site with a token that tests know.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAssets } from '../../adapters/rpc/web/assets.ts'
import { openBlobs } from '../../adapters/rpc/web/blobs.ts'
import { createDoor } from '../../adapters/rpc/web/door.ts'
import { exportRoute } from '../../adapters/rpc/web/export-route.ts'
import { pageMethods } from '../../adapters/rpc/web/page-methods.ts'
import { openSite } from '../../adapters/rpc/web/site.ts'
import type { Hide } from '../../domain/redact/value.ts'
import type { Server } from '../../adapters/rpc/threads/server.ts'
import type { ServedSite } from '../../adapters/rpc/transports/http.ts'

export const TOKEN = 'a-token'
export const TICKET = Buffer.alloc(16, 7).toString('base64url')
export const HELLO = { app: 'unroll', homeId: 'abc', version: '1.2.3', options: [] }
const PUBLIC = 'https://tunnel.example'

export const pageFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-page-'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html>page')
  writeFileSync(join(folder, 't.html'), '<!doctype html>page of threads')
  writeFileSync(join(folder, 'main-1a2b.js'), 'script')
  writeFileSync(join(folder, 'secret.txt'), 'not of the page')
  return folder
}

interface SiteRules {
  readonly writable?: boolean
  readonly localImages?: boolean
  readonly hide?: Hide
}

export const siteOf =
  (folder: string, { writable = false, localImages = false, hide }: SiteRules = {}) =>
  (port: number, server: Server): ServedSite => {
    const assets = openAssets(folder)
    if (assets === null) throw new Error('no page')
    const door = createDoor({
      randomBytes: (count) => Buffer.alloc(count, 7),
      nowMs: () => 0,
      token: TOKEN
    })
    door.ticket()
    return openSite({
      addresses: { port, publicOrigins: [PUBLIC] },
      door,
      assets,
      client: { methods: pageMethods(writable), ...(hide === undefined ? {} : { hide }) },
      blobs: openBlobs(server, localImages),
      exported: exportRoute(server, hide !== undefined),
      hello: HELLO
    })
  }
