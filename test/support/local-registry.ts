/**
 * A registry of npm on this machine: it has what is installed here and nothing else, so that a package is installed as its users do,
 * without a network. What it does not have is optional, or the install fails.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/** Serves the packages of a `node_modules` under `url` until it is closed; tarballs are made in `folder`. */
export const localRegistry = async (
  modules: string,
  folder: string
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> => {
  const tarball = (name: string): string => {
    const path = join(folder, `${name.replace('/', '+')}.tgz`)
    mkdirSync(folder, { recursive: true })
    const words = ['-czf', path, '--transform', 's,^[.],package,', '-C', join(modules, name), '.']
    if (!existsSync(path)) execFileSync('tar', words)
    return path
  }
  const address = (server: Server): string =>
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const server: Server = createServer((request, response) => {
    const [, name = '', asked] =
      /^\/([^?]+?)(\/-\/tarball)?(?:\?|$)/.exec(decodeURIComponent(request.url ?? '')) ?? []
    const manifest = join(modules, name, 'package.json')
    if (!existsSync(manifest)) {
      response.writeHead(404).end('{}')
      return
    }
    if (asked !== undefined) {
      response.end(readFileSync(tarball(name)))
      return
    }
    const about = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }
    const dist = { tarball: `${address(server)}${name}/-/tarball` }
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        name,
        'dist-tags': { latest: about.version },
        versions: { [about.version]: { ...about, dist } }
      })
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: address(server),
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections()
        server.close(() => closed())
      })
  }
}
